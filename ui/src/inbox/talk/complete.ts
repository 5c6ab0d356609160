// Words that complete while one writes: @ for people, : for emoji. Pure.

import type { PersonRow } from '../../core/generated/PersonRow';
import type { Emoji } from './emoji';

export interface Asking {
  of: '@' | ':';
  /** What was typed after the sign. */
  text: string;
  /** Where the sign stands. */
  from: number;
}

export interface Offer {
  id: string;
  /** What takes the place of the sign and what follows it. */
  insert: string;
  title: string;
  note: string;
  address?: string;
}

/** What is being completed at the caret; `null` when nothing is. */
export function asking(text: string, caret: number): Asking | null {
  const before = text.slice(0, caret);
  const found = /(?:^|[\s([{"'])([@:])([\p{L}\p{N}._-]{0,30}(?: [\p{L}\p{N}._-]{1,30})?)$/u.exec(
    before,
  );
  if (!found) return null;
  const of = found[1] as '@' | ':';
  const word = found[2] ?? '';
  // A colon ends many sentences; two letters say that an emoji is meant.
  if (of === ':' && (word.length < 2 || word.includes(' '))) return null;
  return { of, text: word, from: caret - word.length - 1 };
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** People whose name has a word that begins so; those at the beginning first. */
export function peopleLike(people: readonly PersonRow[], text: string, most = 7): Offer[] {
  const wanted = plain(text);
  const rank = (name: string): number => {
    const own = plain(name);
    if (own.startsWith(wanted)) return 0;
    return own.split(/[\s-]+/).some((word) => word.startsWith(wanted)) ? 1 : 2;
  };
  return people
    .map((one) => ({ one, rank: rank(one.name) }))
    .filter(({ rank }) => rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ one }) => ({
      id: one.id,
      insert: `@${one.name} `,
      title: one.name,
      note: one.role ?? one.customer_name ?? '',
      address: one.addresses.find((address) => address.startsWith('@')) ?? one.addresses[0],
    }));
}

export function emojiLike(all: readonly Emoji[], text: string, most = 7): Offer[] {
  return find(all, text)
    .slice(0, most)
    .map((one) => ({
      id: one.char,
      insert: `${one.char} `,
      title: one.char,
      note: one.words[0] ?? '',
    }));
}

/** Emoji with a keyword that begins so; exact words first. */
export function find(all: readonly Emoji[], text: string): Emoji[] {
  const wanted = plain(text.trim());
  if (wanted === '') return [...all];
  const rank = (one: Emoji): number => {
    let best = 3;
    for (const word of one.words) {
      const own = plain(word);
      if (own === wanted) return 0;
      if (own.startsWith(wanted)) best = Math.min(best, 1);
      else if (own.split(/\s+/).some((part) => part.startsWith(wanted))) best = Math.min(best, 2);
    }
    return best;
  };
  return all
    .map((one, at) => ({ one, at, rank: rank(one) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map(({ one }) => one);
}
