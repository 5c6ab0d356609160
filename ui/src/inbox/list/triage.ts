// What is done with conversations out of a list, each with its way back.

import type { ItemId } from '../../core/generated/ItemId';
import { moment } from '../../core/format';
import { t } from '../../core/i18n.svelte';
import { attempt, toasts } from '../../core/toasts.svelte';
import { call } from '../../core/transport';

type Back = () => void;

/** Marks as done, or open again. */
export async function done(conversations: ItemId[], on: boolean, back?: Back): Promise<void> {
  if (conversations.length === 0) return;
  if (!(await attempt(() => call('conversation_done', { conversations, done: on })))) return;
  toasts.undoable(
    t(on ? 'inbox.did.done' : 'inbox.did.open', { n: conversations.length }),
    async () => {
      await call('conversation_done', { conversations, done: !on });
      back?.();
    },
  );
}

/** Puts off until a moment; `null` brings back at once. */
export async function snooze(
  conversations: ItemId[],
  until: number | null,
  before: number | null,
  back?: Back,
): Promise<void> {
  if (conversations.length === 0) return;
  if (!(await attempt(() => call('snooze', { conversations, until })))) return;
  const text =
    until === null
      ? t('inbox.did.back', { n: conversations.length })
      : t('inbox.did.snoozed', { n: conversations.length, when: moment(until) });
  toasts.undoable(text, async () => {
    await call('snooze', { conversations, until: before });
    back?.();
  });
}

/** Marks as unread; `back` takes away what says so before the core does. */
export async function unread(conversations: ItemId[], back: Back): Promise<void> {
  if (conversations.length === 0) return;
  const each = (name: 'mark_unread' | 'mark_read') =>
    Promise.all(conversations.map((conversation) => call(name, { conversation })));
  if (!(await attempt(() => each('mark_unread')))) return back();
  toasts.undoable(t('inbox.did.unread', { n: conversations.length }), async () => {
    back();
    await each('mark_read');
  });
}

/** No alerts of what does not mention the user, or alerts again. */
export async function mute(conversations: ItemId[], muted: boolean): Promise<void> {
  if (conversations.length === 0) return;
  const each = (on: boolean) =>
    Promise.all(
      conversations.map((conversation) => call('conversation_mute', { conversation, muted: on })),
    );
  if (!(await attempt(() => each(muted)))) return;
  toasts.undoable(
    t(muted ? 'inbox.did.muted' : 'inbox.did.unmuted', { n: conversations.length }),
    async () => {
      await each(!muted);
    },
  );
}
