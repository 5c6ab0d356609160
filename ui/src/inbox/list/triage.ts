// What is done with conversations out of a list, each with its way back: to where
// every one of them was, and not to where the first one was.

import type { ConversationRow } from '../../core/generated/ConversationRow';
import type { ItemId } from '../../core/generated/ItemId';
import { moment } from '../../core/format';
import { t } from '../../core/i18n.svelte';
import { undoDone, undoSnooze } from '../../core/standing';
import { attempt, toasts } from '../../core/toasts.svelte';
import { call } from '../../core/transport';

type Back = () => void;
/** How a conversation stands, as far as the list has its row. */
type Standing = (id: ItemId) => ConversationRow | undefined;
type Rows = readonly ConversationRow[];

/** So many rows the core answers at once. */
const AT_ONCE = 500;

/**
 * Does something with conversations. Answers how they stood before, or `null` when it was not
 * done. Of a long list only the rows in view are here; the others are asked for first.
 */
async function acted(
  conversations: ItemId[],
  standing: Standing,
  act: () => Promise<unknown>,
): Promise<Rows | null> {
  const known = conversations.flatMap((id) => standing(id) ?? []);
  const here = new Set(known.map((row) => row.id));
  const ids = conversations.filter((id) => !here.has(id));
  let before: Rows = known;
  const well = await attempt(async () => {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      before = [...before, ...(await call('conversations_by_id', { ids: some }))];
    }
    await act();
  });
  return well ? before : null;
}

const each = (name: 'mark_unread' | 'mark_read', ids: readonly ItemId[]): Promise<unknown> =>
  Promise.all(ids.map((conversation) => call(name, { conversation })));

/** Marks as done, or open again. */
export async function done(
  conversations: ItemId[],
  on: boolean,
  standing: Standing,
  back?: Back,
): Promise<void> {
  if (conversations.length === 0) return;
  const before = await acted(conversations, standing, () =>
    call('conversation_done', { conversations, done: on }),
  );
  if (!before) return;
  toasts.undoable(
    t(on ? 'inbox.did.done' : 'inbox.did.open', { n: conversations.length }),
    async () => {
      await undoDone(before, on);
      back?.();
    },
  );
}

/** Puts off until a moment; `null` brings back at once. */
export async function snooze(
  conversations: ItemId[],
  until: number | null,
  standing: Standing,
  back?: Back,
): Promise<void> {
  if (conversations.length === 0) return;
  const before = await acted(conversations, standing, () =>
    call('snooze', { conversations, until }),
  );
  if (!before) return;
  const text =
    until === null
      ? t('inbox.did.back', { n: conversations.length })
      : t('inbox.did.snoozed', { n: conversations.length, when: moment(until) });
  toasts.undoable(text, async () => {
    await undoSnooze(before);
    back?.();
  });
}

/** Marks as unread; `back` takes away what says so before the core does. */
export async function unread(
  conversations: ItemId[],
  standing: Standing,
  back: Back,
): Promise<void> {
  if (conversations.length === 0) return;
  const before = await acted(conversations, standing, () => each('mark_unread', conversations));
  if (!before) return back();
  // Reading tells others: only what was read before is read again.
  const read = before.filter((row) => row.unread === 0 && !row.marked_unread);
  toasts.undoable(t('inbox.did.unread', { n: conversations.length }), async () => {
    back();
    await each(
      'mark_read',
      read.map((row) => row.id),
    );
  });
}

/** No alerts of what does not mention the user, or alerts again. */
export async function mute(
  conversations: ItemId[],
  muted: boolean,
  standing: Standing,
): Promise<void> {
  if (conversations.length === 0) return;
  const each = (ids: readonly ItemId[], on: boolean) =>
    Promise.all(ids.map((conversation) => call('conversation_mute', { conversation, muted: on })));
  const before = await acted(conversations, standing, () => each(conversations, muted));
  if (!before) return;
  const changed = before.filter((row) => row.muted !== muted).map((row) => row.id);
  toasts.undoable(
    t(muted ? 'inbox.did.muted' : 'inbox.did.unmuted', { n: conversations.length }),
    async () => {
      await each(changed, !muted);
    },
  );
}
