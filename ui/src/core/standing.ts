// The way back of what is done with conversations: to how every one of them stood before.

import type { ConversationRow } from './generated/ConversationRow';
import type { ItemId } from './generated/ItemId';
import type { Millis } from './generated/Millis';
import { call } from './transport';

type Rows = readonly ConversationRow[];

async function setDone(rows: Rows, done: boolean): Promise<void> {
  const conversations = rows.map((row) => row.id);
  if (conversations.length > 0) await call('conversation_done', { conversations, done });
}

/** Puts each off until the moment it was put off to; what that has passed for is back. */
async function putOff(rows: Rows): Promise<void> {
  const moments = new Map<Millis | null, ItemId[]>();
  for (const { id, snoozed_until: at } of rows) {
    const until = at !== null && at > Date.now() ? at : null;
    moments.set(until, [...(moments.get(until) ?? []), id]);
  }
  for (const [until, conversations] of moments) await call('snooze', { conversations, until });
}

/** Takes back that conversations were marked as done, or as open again. */
export async function undoDone(before: Rows, on: boolean): Promise<void> {
  const changed = before.filter((row) => row.done !== on);
  await setDone(changed, !on);
  // What is done is neither put off nor marked: that came off with it.
  await putOff(changed.filter((row) => row.snoozed_until !== null));
  const marked = changed.filter((row) => row.marked_unread);
  await Promise.all(marked.map((row) => call('mark_unread', { conversation: row.id })));
}

/** Takes back that conversations were put off, or brought back. */
export async function undoSnooze(before: Rows): Promise<void> {
  await putOff(before);
  // What is put off is no longer done.
  await setDone(
    before.filter((row) => row.done),
    true,
  );
}
