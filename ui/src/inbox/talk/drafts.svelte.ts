// What is being written, kept by the core. A pause is never waited for: the first
// changed letter starts a clock, and when it rings the text of that moment is
// saved, so that at no time more than this clock's length of typing is only here.

import type { ItemId } from '../../core/generated/ItemId';
import { call } from '../../core/transport';

/** The longest a letter stays unsaved, in milliseconds. */
export const WITHIN = 250;

export class DraftKeeper {
  /** When the core last took the text; `null`: nothing is kept. */
  at = $state<number | null>(null);
  /** Why the newest attempt failed, in the core's words. */
  trouble = $state('');
  #wanted: string | null = null;
  #kept = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | null = null;

  constructor(readonly conversation: ItemId) {}

  /** The text kept from before. */
  async load(): Promise<string> {
    const drafts = await call('drafts', {});
    const mine = drafts.find((one) => one.conversation === this.conversation);
    this.at = mine?.at ?? null;
    this.#kept = mine?.text ?? '';
    return this.#kept;
  }

  typed(text: string): void {
    this.#wanted = text;
    this.#timer ??= setTimeout(() => void this.flush(), WITHIN);
  }

  /** Saves now what is not saved. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One write at a time, so that an older text never overtakes a newer one.
    while (this.#writing) await this.#writing;
    const text = this.#wanted;
    this.#wanted = null;
    if (text === null || text === this.#kept) return;
    this.#writing = this.#write(text);
    try {
      await this.#writing;
    } finally {
      this.#writing = null;
    }
  }

  async #write(text: string): Promise<void> {
    try {
      if (text === '') await call('draft_discard', { conversation: this.conversation });
      else await call('draft_save', { conversation: this.conversation, text });
      this.#kept = text;
      this.at = text === '' ? null : Date.now();
      this.trouble = '';
    } catch (thrown) {
      this.trouble = thrown instanceof Error ? thrown.message : String(thrown);
      // Not lost: the next letter or pause tries again.
      if (this.#wanted === null) {
        this.#wanted = text;
        this.#timer ??= setTimeout(() => void this.flush(), 4 * WITHIN);
      }
    }
  }

  /** The text was sent: the core has dropped the draft. */
  sent(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = null;
    this.#kept = '';
    this.at = null;
  }
}

export interface Returned {
  conversation: ItemId;
  text: string;
  /** A new one each time, also with the same text. */
  n: number;
}

let returned = $state.raw<Returned | null>(null);

/** A text that was taken back; its conversation's composer picks it up. */
export const back = {
  get last() {
    return returned;
  },
  async put(conversation: ItemId, text: string): Promise<void> {
    // Kept first: the composer may be gone.
    await call('draft_save', { conversation, text });
    returned = { conversation, text, n: (returned?.n ?? 0) + 1 };
  },
  /**
   * The whole text of something that was to go later: an outbox entry has one
   * line of it, the versions of its draft have all of it.
   */
  async whole(conversation: ItemId, line: string): Promise<void> {
    const flat = (text: string): string => text.trim().replace(/\s+/g, ' ');
    const begins = flat(line).replace(/(?:…|\.\.\.)$/, '');
    const versions = await call('draft_history', { conversation });
    const found = versions.find((one) => flat(one.text).startsWith(begins));
    await back.put(conversation, found?.text ?? line);
  },
  took(): void {
    returned = null;
  },
};
