// What an outbox entry's state looks like, why it waits and what can be done.

import type { FieldValue } from '../core/generated/FieldValue';
import type { ItemId } from '../core/generated/ItemId';
import type { OutboxRow } from '../core/generated/OutboxRow';
import { moment, time } from '../core/format';
import { t } from '../core/i18n.svelte';
import { faultText } from '../core/said';
import { fieldName, written } from '../core/wish';

export interface Look {
  kind: '' | 'accent' | 'warn' | 'danger' | 'ok';
  icon: string;
  text: string;
}

export function look(row: OutboxRow): Look {
  switch (row.state) {
    case 'sending':
      return { kind: 'accent', icon: 'send', text: t('accounts.out.sending') };
    case 'unsure':
      return { kind: 'warn', icon: 'alert', text: t('accounts.out.unsure') };
    case 'parked':
      return row.conflict.length > 0 || row.fault?.is === 'conflict'
        ? { kind: 'warn', icon: 'conflict', text: t('accounts.out.parked') }
        : { kind: 'danger', icon: 'ban', text: t('accounts.out.parked') };
    case 'done':
      return { kind: 'ok', icon: 'check', text: t('accounts.out.done') };
    case 'withdrawn':
      return { kind: '', icon: 'undo', text: t('accounts.out.withdrawn') };
    default:
      return {
        kind: '',
        icon: row.scheduled === null ? 'waiting' : 'schedule',
        text: t('accounts.out.queued'),
      };
  }
}

/** Why it is where it is, in one line. */
export function reason(row: OutboxRow, now: number, paused = false): string {
  if (row.conflict.length > 0)
    return t('accounts.out.both', {
      fields: row.conflict
        .map((one) =>
          t('accounts.out.there', { field: fieldName(one.field), value: written(one.theirs) }),
        )
        .join(', '),
    });
  const fault = row.fault;
  if (fault) {
    const why = faultText(fault);
    return row.attempts > 1 ? t('accounts.out.tried', { why, n: row.attempts }) : why;
  }
  if (row.scheduled !== null) return t('accounts.out.scheduled', { at: moment(row.scheduled) });
  if (row.state === 'unsure') return t('accounts.out.asks');
  if (row.state === 'sending') return t('accounts.out.started', { at: time(row.queued) });
  if (row.state === 'queued' && paused) return t('accounts.out.paused');
  if (row.state === 'queued' && row.after !== null) return t('accounts.out.after');
  if (row.state === 'queued' && row.not_before > now)
    return t('accounts.out.from', { at: time(row.not_before) });
  return t('accounts.out.asked', { at: moment(row.queued) });
}

/** Only what the user wrote can be changed. */
export const editable = (row: OutboxRow): boolean =>
  (row.state === 'queued' || row.state === 'parked') &&
  ['send', 'edit_message', 'set_fields'].includes(row.does) &&
  row.item !== null &&
  row.conflict.length === 0;

/** The conversation whose draft takes the words of an entry back; `null` when it says nothing. */
export const spoken = (row: OutboxRow): ItemId | null =>
  row.does === 'send' ? row.conversation : null;

/** A value as it stands in a text field. */
export function typed(value: FieldValue): string {
  switch (value.is) {
    case 'empty':
      return '';
    case 'money':
      return value.value.amount;
    case 'list':
      return value.value.join(', ');
    case 'text':
    case 'number':
    case 'day':
      return value.value;
    default:
      return written(value);
  }
}

/** Kinds of value that a plain text field can change without losing anything. */
export const plain = (value: FieldValue): boolean =>
  ['empty', 'text', 'number', 'money', 'day', 'list'].includes(value.is);

/** What was typed, as the kind of value it was before. */
export function retyped(value: FieldValue, text: string): FieldValue {
  const said = text.trim();
  if (said === '') return { is: 'empty' };
  switch (value.is) {
    case 'number':
      return { is: 'number', value: said };
    case 'money':
      return { is: 'money', value: { ...value.value, amount: said } };
    case 'day':
      return { is: 'day', value: said };
    case 'list':
      return {
        is: 'list',
        value: said
          .split(',')
          .map((one) => one.trim())
          .filter(Boolean),
      };
    default:
      return { is: 'text', value: said };
  }
}
