// What is done out of Today, each with its way back where there is one.

import type { ConversationRow } from '../core/generated/ConversationRow';
import type { ItemId } from '../core/generated/ItemId';
import type { OrgId } from '../core/generated/OrgId';
import type { TaskRow } from '../core/generated/TaskRow';
import { moment } from '../core/format';
import { t } from '../core/i18n.svelte';
import { route, to } from '../core/route.svelte';
import { undoDone, undoSnooze } from '../core/standing';
import { attempt, toasts } from '../core/toasts.svelte';
import { call } from '../core/transport';
import type { PutOffs } from './needs';

export async function doneWith(row: ConversationRow): Promise<void> {
  const conversations = [row.id];
  if (!(await attempt(() => call('conversation_done', { conversations, done: true })))) return;
  toasts.undoable(t('today.did.done'), () => undoDone([row], true));
}

export async function later(row: ConversationRow, until: number): Promise<void> {
  const conversations = [row.id];
  if (!(await attempt(() => call('snooze', { conversations, until })))) return;
  toasts.undoable(t('today.did.later', { when: moment(until) }), async () => {
    await undoSnooze([row]);
  });
}

export async function complete(task: TaskRow): Promise<void> {
  if (!(await attempt(() => call('task_status', { task: task.id, status: 'done' })))) return;
  toasts.undoable(t('today.did.completed'), async () => {
    await call('task_status', { task: task.id, status: task.status });
  });
}

/** Moves a task's due date. */
export async function postpone(task: TaskRow, until: number): Promise<void> {
  const set = (at: number) =>
    call('set_fields', { item: task.id, fields: { due: { is: 'at', value: at } } });
  if (!(await attempt(() => set(until)))) return;
  const before = task.due;
  toasts.undoable(t('today.did.moved', { when: moment(until) }), async () => {
    await call('set_fields', {
      item: task.id,
      fields: {
        due:
          before === null
            ? { is: 'empty' }
            : before.is === 'at'
              ? { is: 'at', value: before.at }
              : { is: 'day', value: before.at },
      },
    });
  });
}

/** Records put off live in a setting: a row like everything else. */
export const PUT_OFF = 'today.put_off';

export async function putOff(all: PutOffs, before: PutOffs, text: string): Promise<void> {
  const write = (value: PutOffs) => call('setting_set', { key: PUT_OFF, value });
  if (!(await attempt(() => write(all)))) return;
  toasts.undoable(text, async () => {
    await write(before);
  });
}

export async function addTask(
  title: string,
  due: string | null,
  about: { message: ItemId | null; customer: OrgId | null },
): Promise<void> {
  let item: ItemId | null = null;
  if (
    !(await attempt(async () => {
      const queued = await call('task_add', { title, due, ...about });
      item = queued.item;
    }))
  )
    return;
  const made = item as ItemId | null;
  if (made === null) return;
  toasts.undoable(t('today.did.task', { title }), async () => {
    await call('task_status', { task: made, status: 'cancelled' });
  });
}

/** Opens a conversation with the composer ready. */
export const reply = (conversation: ItemId, message?: ItemId | null): void =>
  route.go(to('inbox', conversation, { message: message ?? null, do: 'reply' }));

/** To somebody at a customer: where one last spoke, else the customer's page. */
export async function writeTo(customer: OrgId): Promise<void> {
  await attempt(async () => {
    const [row] = await call('conversations', { customer, done: true, limit: 1 });
    if (row) reply(row.id);
    else route.go(to('customer', customer));
  });
}
