// A field's value as people read it, wherever it stands.

import type { FieldValue } from './generated/FieldValue';
import { dayAt, moment, money, numberFormat, shortDay } from './format';
import { t } from './i18n.svelte';

/** A value in one line; nothing for an empty one. `shown` is the core's reading of a reference. */
export function valueText(value: FieldValue, shown?: string): string {
  switch (value.is) {
    case 'empty':
      return '';
    case 'money':
      return money(value.value);
    case 'day':
      return shortDay(dayAt(value.value));
    case 'at':
      return moment(value.value);
    case 'flag':
      return t(value.value ? 'core.value.yes' : 'core.value.no');
    case 'list':
      return value.value.map(inLine).join(' · ');
    case 'number':
      return numberFormat().format(Number(value.value));
    case 'ref':
      return shown || value.value.handle;
    case 'text':
      return stamp(value.value) ?? inLine(value.value);
  }
}

const inLine = (text: string): string => text.replaceAll('\n', ', ');

/** A moment or a day that its source keeps as text, in the one notation that has no other meaning. */
function stamp(text: string): string | null {
  const found = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.exec(text);
  if (!found) return null;
  const at = found[1] ? Date.parse(text) : dayAt(text);
  if (Number.isNaN(at)) return null;
  return found[1] ? moment(at) : shortDay(at);
}
