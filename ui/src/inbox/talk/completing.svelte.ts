// The list under the text while a name or an emoji is being written.

import type { PersonRow } from '../../core/generated/PersonRow';
import { asking, emojiLike, peopleLike } from './complete';
import type { Offer } from './complete';
import type { Emoji } from './emoji';

export class Completing {
  offers = $state.raw<readonly Offer[]>([]);
  /** Which of them is chosen. */
  at = $state(0);
  /** Where the words begin that an offer replaces. */
  from = 0;
  #emoji: readonly Emoji[] = [];
  #looks = 0;

  /** Looks at what stands before the caret; `people`: whom one could name here. */
  look(text: string, caret: number, people: readonly PersonRow[] | null): void {
    const wanted = asking(text, caret);
    const look = ++this.#looks;
    if (!wanted || (wanted.of === '@' && people === null)) {
      this.offers = [];
      return;
    }
    this.from = wanted.from;
    this.at = 0;
    if (wanted.of === '@') this.offers = peopleLike(people ?? [], wanted.text);
    else if (this.#emoji.length > 0) this.offers = emojiLike(this.#emoji, wanted.text);
    else
      void import('./emoji').then((all) => {
        this.#emoji = all.EMOJI;
        // Written on meanwhile: the newest look counts.
        if (look === this.#looks) this.look(text, caret, people);
      });
  }

  close(): void {
    this.offers = [];
  }

  /** What a key does to the list: `true` when it was meant for it. */
  pressed(event: KeyboardEvent, take: (one: Offer) => void): boolean {
    if (this.offers.length === 0 || event.isComposing) return false;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) this.at = (this.at + move + this.offers.length) % this.offers.length;
    else if (event.key === 'Enter' || event.key === 'Tab') {
      const one = this.offers[this.at];
      if (one) take(one);
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
