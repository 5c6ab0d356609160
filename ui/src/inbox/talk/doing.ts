// What can be done with a message; the conversation hands it down to its rows.

import type { Handle } from '../../core/generated/Handle';
import type { MessageRow } from '../../core/generated/MessageRow';

/** What is on its way about a message, in the outbox's words. */
export type Wish = 'send' | 'edit_message' | 'redact' | 'react';

export const wish = (word: string | undefined): Wish | null =>
  word === 'send' || word === 'edit_message' || word === 'redact' || word === 'react' ? word : null;

export interface Doing {
  reply(row: MessageRow): void;
  /** Chooses a reaction beside an element. */
  choose(row: MessageRow, anchor: HTMLElement): void;
  react(row: MessageRow, key: string): void;
  edit(row: MessageRow): void;
  redact(row: MessageRow): void;
  task(row: MessageRow, anchor: HTMLElement): void;
  copyText(row: MessageRow): void;
  copyLink(row: MessageRow): void;
  /** Goes to the message of a handle in this conversation. */
  jump(handle: Handle): void;
  thread(handle: Handle): void;
  /** Takes a waiting message back and puts its text into the composer. */
  undo(row: MessageRow, what: Wish): void;
  retry(row: MessageRow): void;
  /** Changes a waiting or refused message in the composer. */
  change(row: MessageRow): void;
  discard(row: MessageRow, what: Wish): void;
}
