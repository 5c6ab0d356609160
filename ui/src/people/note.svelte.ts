// A note being written on a customer. Like every draft it is a row: neither another page nor the
// end of the program takes a word of it. The core's drafts are of conversations, so a setting
// holds it. As there, a pause is never waited for: the first change starts a clock, and when it
// rings what is there at that moment is saved.

import type { OrgId } from '../core/generated/OrgId';
import { call } from '../core/transport';

/** The longest a letter stays unsaved, in milliseconds: each save wakes all who follow settings. */
export const WITHIN = 500;

const keyOf = (customer: OrgId): string => `people.note.${customer}`;

export class NoteDraft {
  text = $state('');
  /** What the core has; `null`: nobody knows yet. */
  #kept: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | null = null;
  #writing: Promise<void> | null = null;

  constructor(readonly customer: OrgId) {}

  /** Takes what the core has, unless what is here is newer. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => (this.#looking = null)));
  }

  async #look(): Promise<void> {
    const known = this.#kept;
    const newer = (): boolean => this.#writing !== null || this.text !== known;
    if (known !== null && newer()) return;
    try {
      const { value } = await call('setting', { key: keyOf(this.customer) });
      const kept = typeof value === 'string' ? value : '';
      if (known !== null && newer()) return;
      // What was typed before the answer came stands behind what it brings.
      const typed = known === null ? this.text : '';
      this.text = [kept, typed].filter(Boolean).join('\n\n');
      this.#kept = kept;
    } catch {
      // Nothing is written over what could not be read: the next save asks again.
    }
  }

  typed(): void {
    this.#later(WITHIN);
  }

  #later(wait: number): void {
    this.#timer ??= setTimeout(() => void this.flush(), wait);
  }

  /** Saves now what is not saved. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#kept === null) await this.look();
    // One write at a time, so that an older text never overtakes a newer one.
    while (this.#writing) await this.#writing;
    if (this.text === (this.#kept ?? '')) return;
    if (this.#kept === null) {
      this.#later(4 * WITHIN);
      return;
    }
    this.#writing = this.#write(this.text);
    await this.#writing;
  }

  async #write(text: string): Promise<void> {
    try {
      await call('setting_set', { key: keyOf(this.customer), value: text === '' ? null : text });
      this.#kept = text;
    } catch {
      this.#later(4 * WITHIN);
    } finally {
      this.#writing = null;
    }
  }

  /** These words are a note now; what was typed since stays. */
  async noted(words: string): Promise<void> {
    const left = this.text.trimStart();
    if (left.startsWith(words)) this.text = left.slice(words.length).trimStart();
    await this.flush();
  }
}

const drafts = new Map<OrgId, NoteDraft>();

/** The one of a customer: who leaves and comes back within a save finds the same. */
export function noteOn(customer: OrgId): NoteDraft {
  const known = drafts.get(customer) ?? new NoteDraft(customer);
  drafts.set(customer, known);
  return known;
}
