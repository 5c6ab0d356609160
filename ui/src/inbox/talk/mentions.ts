// Who is named in what is being written: by the words that were put in, or, in a
// draft from before, by the address alone.

import type { PersonRow } from '../../core/generated/PersonRow';

export class Mentions {
  /** Words by address; none are known of a draft from before. */
  #all = new Map<string, string | null>();

  put(address: string, words: string): void {
    this.#all.set(address, words);
  }

  restore(addresses: readonly string[]): void {
    for (const address of addresses) if (!this.#all.has(address)) this.#all.set(address, null);
  }

  clear(): void {
    this.#all.clear();
  }

  /** The addresses whose words still stand in the text. */
  in(text: string, people: readonly PersonRow[]): string[] {
    const stands = (address: string, words: string | null): boolean => {
      if (words !== null) return text.includes(words);
      const who = people.find((one) => one.addresses.includes(address));
      return who === undefined || text.includes(`@${who.name}`);
    };
    return [...this.#all].flatMap(([address, words]) => (stands(address, words) ? [address] : []));
  }
}
