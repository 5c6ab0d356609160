// What an entry of the outbox wishes for, in the user's language.

import type { FieldValue } from './generated/FieldValue';
import type { Wish } from './generated/Wish';
import { dayAt, money, moment, shortDay } from './format';
import { t, word } from './i18n.svelte';

/** A field's name for people. */
export const fieldName = (field: string): string => word('core.field', field);

export function written(value: FieldValue): string {
  switch (value.is) {
    case 'empty':
      return t('core.value.empty');
    case 'money':
      return money(value.value);
    case 'day':
      return shortDay(dayAt(value.value));
    case 'at':
      return moment(value.value);
    case 'flag':
      return t(value.value ? 'core.value.yes' : 'core.value.no');
    case 'list':
      return value.value.join(', ');
    case 'ref':
      return value.value.handle;
    default:
      return value.value;
  }
}

/** One line about it. */
export function wishText(wish: Wish): string {
  switch (wish.is) {
    case 'send':
      return wish.text;
    case 'create':
      return t('core.wish.create', { kind: word('core.kind', wish.kind), title: wish.title });
    case 'set':
      return t('core.wish.set', {
        title: wish.title,
        fields: wish.fields
          .map((one) => `${fieldName(one.field)} → ${written(one.value)}`)
          .join(', '),
      });
    case 'act':
      return t('core.wish.act', { title: wish.title, action: word('core.act', wish.action) });
    default:
      return t(`core.wish.${wish.is}`, { ...wish });
  }
}
