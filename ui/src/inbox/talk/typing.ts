// Telling others that one is typing: at most every few seconds, and when it ends.

import type { ItemId } from '../../core/generated/ItemId';
import { call } from '../../core/transport';

const EVERY = 4_000;

export class Typing {
  #told = 0;

  constructor(readonly conversation: ItemId) {}

  tell(): void {
    if (Date.now() - this.#told < EVERY) return;
    this.#told = Date.now();
    this.#say(true);
  }

  stop(): void {
    if (this.#told === 0) return;
    this.#told = 0;
    this.#say(false);
  }

  #say(typing: boolean): void {
    // Nobody waits for it, and nothing is lost when it does not arrive.
    void call('typing', { conversation: this.conversation, typing }).catch(() => {});
  }
}
