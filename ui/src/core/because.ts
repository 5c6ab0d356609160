// Why a source did not do it, in the user's language. Connectors speak English, in sentences of
// their own; a source's own words come through as they are.

import { faults, language } from './i18n.svelte';
import type { Locale } from './i18n.svelte';

interface Sentence {
  pattern: RegExp;
  said: string;
}

/** A sentence inside a sentence inside a sentence is as deep as they go. */
const DEPTH = 3;

const exact = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The sentence as a pattern: anything may stand where something is put in. */
export const pattern = (sentence: string): RegExp =>
  new RegExp(`^${sentence.split('{}').map(exact).join('([^]+?)')}$`);

const read = new Map<Locale, Sentence[]>();

/** Those with the most words of their own first. */
function sentences(locale: Locale): Sentence[] {
  const known = read.get(locale);
  if (known) return known;
  const own = (sentence: string) => sentence.replaceAll('{}', '').length;
  const all = Object.entries(faults[locale] ?? {})
    .sort(([one], [other]) => own(other) - own(one))
    .map(([sentence, said]) => ({ pattern: pattern(sentence), said }));
  read.set(locale, all);
  return all;
}

/** A connector's sentence as the user reads it; anything else as it is. */
export function because(why: string, depth = DEPTH): string {
  const locale = language.current;
  if (!faults[locale] || depth === 0) return why;
  const known = faults[locale][why];
  if (known) return known;
  for (const { pattern, said } of sentences(locale)) {
    const found = pattern.exec(why);
    if (found)
      return said.replace(/\{(\d)\}/g, (_all, place) =>
        because(found[Number(place)] ?? '', depth - 1),
      );
  }
  return why;
}
