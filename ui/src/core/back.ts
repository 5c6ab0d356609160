// What was said and is taken back: the core makes it a draft again, whole, and the
// composer of its conversation goes on with it when there is one.

import type { CommandId } from './generated/CommandId';
import type { ItemId } from './generated/ItemId';
import type { KeptDraft } from './generated/KeptDraft';
import type { Outgoing } from './generated/Outgoing';
import { call } from './transport';

/** Where a conversation's next message is written. */
export interface Desk {
  /**
   * Has the core take all that is written, and nothing more until `go`. Answers the
   * words it has.
   */
  pause(): Promise<string>;
  /** Goes on with what the core has; `since`: the words that are part of it already. */
  take(kept: KeptDraft, since: string): void;
  go(): void;
  /** A file that was on its way when its composer was left. */
  adopt(path: string): void;
}

const desks = new Map<ItemId, Desk>();

/** A composer is there. Answers how it leaves. */
export function writes(conversation: ItemId, desk: Desk): () => void {
  desks.set(conversation, desk);
  return () => {
    if (desks.get(conversation) === desk) desks.delete(conversation);
  };
}

/** Hands a file to the composer that is there now; answers whether one is. */
export function adopted(conversation: ItemId, path: string): boolean {
  const desk = desks.get(conversation);
  desk?.adopt(path);
  return desk !== undefined;
}

async function through(conversation: ItemId, ask: () => Promise<KeptDraft>): Promise<void> {
  const paused = desks.get(conversation);
  const since = (await paused?.pause()) ?? '';
  try {
    const kept = await ask();
    // Another one may be there by now: it may have looked too early.
    const desk = desks.get(conversation);
    desk?.take(kept, desk === paused ? since : '');
  } finally {
    paused?.go();
  }
}

/** Takes back what waits to be sent, or was given up. */
export const takeBack = (command: CommandId, conversation: ItemId): Promise<void> =>
  through(conversation, () => call('take_back', { command }));

/** Puts a draft that was thrown away back. */
export const putBack = (draft: Outgoing, conversation: ItemId): Promise<void> =>
  through(conversation, async () => {
    await call('draft_save', { conversation, ...draft });
    return call('draft', { conversation });
  });
