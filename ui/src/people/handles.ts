// A handle's key in words: `email:…`, `phone:…`, `matrix:…`, `item:…`, `who:…`.

import { t } from '../core/i18n.svelte';

const GLYPHS: Record<string, string> = {
  email: 'mail',
  phone: 'phone',
  matrix: 'chat',
  item: 'people',
  who: 'person',
};

export interface HandleWords {
  kind: string;
  value: string;
  icon: string;
}

export function handleOf(key: string): HandleWords {
  const at = key.indexOf(':');
  const kind = at < 0 ? 'other' : key.slice(0, at);
  let value = key.slice(at + 1);
  if (kind === 'who') value = value.split('|')[0] ?? value;
  if (kind === 'item') value = value.split('#').at(-1) ?? value;
  return { kind, value, icon: GLYPHS[kind] ?? 'at' };
}

/** The core's reasons, to be said in the user's language. */
const REASONS: [RegExp, string][] = [
  [/^same mail address (.+)$/, 'people.why.email'],
  [/^same phone number (.+)$/, 'people.why.phone'],
  [/^same chat user (.+)$/, 'people.why.matrix'],
  [/^same tax id (.+)$/, 'people.why.tax'],
  [/^same customer number (.+)$/, 'people.why.number'],
  [/^same domain (.+)$/, 'people.why.domain'],
  [/^same name (.+) and same company .+$/, 'people.why.company'],
  [/^same name (.+)$/, 'people.why.name'],
  [/^said by (you)$/, 'people.why.you'],
];

/** Why two handles belong together; as the core says it when it is new here. */
export function whySaid(why: string): string {
  for (const [pattern, key] of REASONS) {
    const found = pattern.exec(why);
    if (found) return t(key, { of: found[1] ?? '' });
  }
  return why;
}
