// Field values as people read and write them. Pure: no call, no state.

import type { Currency } from '../core/generated/Currency';
import type { FieldValue } from '../core/generated/FieldValue';
import type { Money } from '../core/generated/Money';
import { dayAt, numberFormat } from '../core/format';
import { has, t, word } from '../core/i18n.svelte';
import { valueText as plainly } from '../core/value';

/** What a field is edited with. */
export type Editor =
  'text' | 'long' | 'money' | 'number' | 'day' | 'flag' | 'list' | 'choice' | 'ref';

/** A field's name in the user's language. */
export const fieldName = (field: string): string => {
  const known = word('people.field', field);
  return known.slice(0, 1).toUpperCase() + known.slice(1);
};

/** A value as text. `shown` is the core's own reading: a reference by its title. */
export function valueText(value: FieldValue, shown?: string, field?: string): string {
  if (value.is === 'flag') return t(value.value ? 'people.yes' : 'people.no');
  if (value.is === 'text' && field !== undefined && WORDS.has(field)) {
    const key = `people.word.${value.value}`;
    if (has(key)) return t(key);
  }
  return plainly(value, shown);
}

/** Fields whose text is a word of the core, not of a person. */
const WORDS = new Set(['status', 'phase', 'state', 'priority']);

/**
 * Fields nobody sets, whatever the source: they are computed, or kept in parts
 * that do not fit one line (`postal`).
 */
const COMPUTED = new Set([
  'phase',
  'postal',
  'lines',
  'outstanding',
  'paid',
  'number',
  'parent',
  'order',
  'created',
  'created_by',
  'own',
  'staff',
  'me',
]);

export const computed = (field: string): boolean => COMPUTED.has(field);

const LONG = new Set(['notes', 'text', 'description', 'comment']);
const DAYS = new Set(['due', 'date', 'start', 'end', 'birthday']);

/** The words a field can take, where the core fixes them. */
export function choices(field: string): readonly string[] {
  if (field === 'status') return ['open', 'started', 'waiting', 'done', 'cancelled'];
  return [];
}

/** Which editor a value needs. */
export function editorOf(field: string, value: FieldValue): Editor {
  if (choices(field).length > 0) return 'choice';
  switch (value.is) {
    case 'money':
      return 'money';
    case 'number':
      return 'number';
    case 'day':
    case 'at':
      return 'day';
    case 'flag':
      return 'flag';
    case 'list':
      return 'list';
    case 'ref':
      return 'ref';
    case 'text':
      return LONG.has(field) || value.value.includes('\n') ? 'long' : 'text';
    case 'empty':
      return DAYS.has(field) ? 'day' : LONG.has(field) ? 'long' : 'text';
  }
}

const REFS = new Set(['owner', 'customer', 'person', 'assignee', 'parent', 'project']);

/** An empty reference does not say what it could point to. */
export const hasEditor = (field: string, value: FieldValue): boolean =>
  !(value.is === 'empty' && REFS.has(field));

/** A value as it stands in its editor. */
export function draftOf(value: FieldValue, editor: Editor): string {
  switch (value.is) {
    case 'empty':
      return '';
    case 'money':
      return decimal(value.value.amount);
    case 'number':
      return decimal(value.value);
    case 'at':
      return local(value.value);
    case 'flag':
      return value.value ? 'yes' : '';
    case 'list':
      return value.value.join(editor === 'list' ? ', ' : '\n');
    case 'ref':
      return '';
    default:
      return value.value;
  }
}

const local = (at: number): string => {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

/** The mark between whole and part, as the user's language writes it. */
const point = (): string =>
  numberFormat()
    .formatToParts(1.5)
    .find((part) => part.type === 'decimal')?.value ?? '.';

/** `40000.00` as the user types it: without grouping, with the language's mark. */
const decimal = (text: string): string => text.replace('.', point());

/**
 * A typed number as the core takes it, or `null`. Both marks are understood:
 * the last one that is followed by other than three digits is the decimal one,
 * and where that leaves a doubt the language decides.
 */
export function numberIn(text: string): string | null {
  let rest = text.replace(/[\s\u00a0\u202f'’]/gu, '').replace(/[^\d.,+-]/gu, '');
  const sign = rest.startsWith('-') ? '-' : '';
  rest = rest.replace(/^[+-]/, '');
  if (!/^\d[\d.,]*$|^[.,]\d+$/.test(rest)) return null;
  const marks = [...rest.matchAll(/[.,]/g)].map((found) => found.index);
  const last = marks.at(-1);
  let whole = rest;
  let part = '';
  if (last !== undefined) {
    const mark = rest[last];
    const behind = rest.slice(last + 1);
    const both = rest.includes('.') && rest.includes(',');
    const repeated = rest.split(mark ?? '').length > 2;
    const isDecimal = both || (!repeated && (behind.length !== 3 || mark === point()));
    if (isDecimal && !(both && repeated)) {
      whole = rest.slice(0, last);
      part = behind;
    }
  }
  const digits = whole.replace(/[.,]/g, '') || '0';
  return `${sign}${digits.replace(/^0+(?=\d)/, '')}${part ? `.${part}` : ''}`;
}

/** What was typed, as a value; `null` when it cannot be one. */
export function parsed(text: string, editor: Editor, before: FieldValue): FieldValue | null {
  const plain = editor === 'long' ? text.trimEnd() : text.trim();
  if (editor === 'flag') return { is: 'flag', value: plain !== '' };
  if (plain === '') return { is: 'empty' };
  switch (editor) {
    case 'money': {
      const amount = numberIn(plain);
      if (amount === null) return null;
      const currency = before.is === 'money' ? before.value.currency : ('EUR' as Currency);
      const value: Money = { amount, currency };
      return { is: 'money', value };
    }
    case 'number': {
      const value = numberIn(plain);
      return value === null ? null : { is: 'number', value };
    }
    case 'day':
      if (!/^\d{4}-\d{2}-\d{2}$/.test(plain)) return null;
      return before.is === 'at'
        ? {
            is: 'at',
            value: dayAt(plain) + (before.value - new Date(before.value).setHours(0, 0, 0, 0)),
          }
        : { is: 'day', value: plain };
    case 'list':
      return {
        is: 'list',
        value: plain
          .split(/[,\n]/)
          .map((one) => one.trim())
          .filter(Boolean),
      };
    default:
      return { is: 'text', value: plain };
  }
}

/** Whether two values say the same; amounts ignore trailing zeros. */
export function same(a: FieldValue, b: FieldValue): boolean {
  if (a.is !== b.is) return false;
  if (a.is === 'money' && b.is === 'money')
    return (
      Number(a.value.amount) === Number(b.value.amount) && a.value.currency === b.value.currency
    );
  if (a.is === 'number' && b.is === 'number') return Number(a.value) === Number(b.value);
  return JSON.stringify(a) === JSON.stringify(b);
}
