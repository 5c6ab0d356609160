// What is being written, kept by the core: the words, whom they answer, whom a mail
// goes to, the files. A pause is never waited for: the first change starts a clock,
// and when it rings what is there at that moment is saved, so that at no time more
// than this clock's length of writing is only here.

import type { ItemId } from '../../core/generated/ItemId';
import type { KeptDraft } from '../../core/generated/KeptDraft';
import type { Outgoing } from '../../core/generated/Outgoing';
import { call } from '../../core/transport';

/** The longest a letter stays unsaved, in milliseconds. */
export const WITHIN = 250;

/** What a draft says, one thing or nothing; two that say the same are the same. */
function shape(draft: Outgoing | null): string {
  if (!draft) return '';
  const { text, subject, to, cc, reply_to, thread, mentions, files } = draft;
  const nothing = text === '' && files.length === 0 && to.length === 0 && cc.length === 0;
  return nothing ? '' : JSON.stringify([text, subject, to, cc, reply_to, thread, mentions, files]);
}

export class DraftKeeper {
  /** When the core last took it; `null`: nothing is kept. */
  at = $state<number | null>(null);
  /** Why the newest attempt failed, in the core's words. */
  trouble = $state('');
  #wanted: Outgoing | null = null;
  /** What the core has. */
  #kept = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | null = null;
  #held = 0;

  constructor(readonly conversation: ItemId) {}

  /** What was kept from before. */
  async load(): Promise<KeptDraft> {
    const kept = await call('draft', { conversation: this.conversation });
    this.took(kept);
    return kept;
  }

  /** The core has this now; what was still to be saved is older. */
  took({ draft }: KeptDraft): void {
    this.#forget();
    this.#kept = shape(draft);
    this.at = draft?.at ?? null;
  }

  /** It was sent: the core has dropped the draft. */
  sent(): void {
    this.#forget();
    this.#kept = '';
    this.at = null;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = null;
  }

  typed(now: Outgoing): void {
    if (this.#wanted === null && !this.#writing && shape(now) === this.#kept) return;
    this.#wanted = now;
    if (this.#held === 0) this.#timer ??= setTimeout(() => void this.flush(), WITHIN);
  }

  /** The core has all of it. */
  get settled(): boolean {
    return this.#wanted === null && !this.#writing;
  }

  /** Nothing is saved until `release`: what the core does now decides what is kept. */
  hold(): void {
    this.#held += 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** What is on its way to the core is there: it cannot arrive after what comes next. */
  async arrived(): Promise<void> {
    while (this.#writing) await this.#writing;
  }
  release(): void {
    this.#held -= 1;
    if (this.#held === 0 && this.#wanted) void this.flush();
  }

  /** Saves now what is not saved. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One write at a time, so that an older text never overtakes a newer one.
    await this.arrived();
    const now = this.#wanted;
    if (now === null || this.#held > 0) return;
    this.#wanted = null;
    if (shape(now) === this.#kept) return;
    this.#writing = this.#write(now);
    try {
      await this.#writing;
    } finally {
      this.#writing = null;
    }
  }

  async #write(now: Outgoing): Promise<void> {
    const { conversation } = this;
    const saying = shape(now);
    try {
      if (saying === '') await call('draft_discard', { conversation });
      else await call('draft_save', { conversation, ...now });
      this.#kept = saying;
      this.at = saying === '' ? null : Date.now();
      this.trouble = '';
    } catch (thrown) {
      this.trouble = thrown instanceof Error ? thrown.message : String(thrown);
      // Not lost: the next letter or pause tries again.
      if (this.#wanted === null) {
        this.#wanted = now;
        this.#timer ??= setTimeout(() => void this.flush(), 4 * WITHIN);
      }
    }
  }
}
