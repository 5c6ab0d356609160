// What the user does to a task, from the list, the board or the detail alike.

import type { Due } from '../core/generated/Due';
import type { FieldValue } from '../core/generated/FieldValue';
import type { ItemId } from '../core/generated/ItemId';
import type { TaskRow } from '../core/generated/TaskRow';
import { dateFormat, daysAway, dueAt, dueText, weekday } from '../core/format';
import { t } from '../core/i18n.svelte';
import { attempt, toasts } from '../core/toasts.svelte';
import { call } from '../core/transport';
import { finished } from './groups';

/** Sets where a task stands; the toast takes it back. */
export async function setStatus(row: TaskRow, status: string): Promise<boolean> {
  if (row.status === status) return true;
  const before = row.status;
  const well = await attempt(() => call('task_status', { task: row.id, status }));
  if (well) {
    toasts.undoable(
      t(finished(status) ? 'tasks.now_done' : 'tasks.now', {
        title: row.title,
        status: t(`tasks.status.${status}`),
      }),
      async () => {
        await call('task_status', { task: row.id, status: before });
      },
    );
  }
  return well;
}

/** Checks a task off, or opens it again. */
export const toggle = (row: TaskRow): Promise<boolean> =>
  setStatus(row, finished(row.status) ? 'open' : 'done');

export const setField = (item: ItemId, field: string, value: FieldValue): Promise<boolean> =>
  attempt(() => call('set_fields', { item, fields: { [field]: value } }));

/** A text field's value; an empty text clears the field. */
export const text = (value: string): FieldValue =>
  value === '' ? { is: 'empty' } : { is: 'text', value };

export function dueValue(due: Due | null): FieldValue {
  if (due === null) return { is: 'empty' };
  return due.is === 'day' ? { is: 'day', value: due.at } : { is: 'at', value: due.at };
}

/** A day as it is stored, some days from now. */
export function dayIn(days: number, from = new Date()): string {
  const at = new Date(from.getFullYear(), from.getMonth(), from.getDate() + days);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** In a row: `10:00`, `Tomorrow`, `Mon 16` within two weeks, then the date. */
export function dueShort(due: Due): string {
  const away = daysAway(dueAt(due));
  if (away < 2 || away > 14) return dueText(due);
  const day = dateFormat({ day: 'numeric' }).format(dueAt(due));
  return `${weekday(dueAt(due))} ${day}`;
}
