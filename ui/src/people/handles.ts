// A handle's key in words: `email:…`, `phone:…`, `matrix:…`, `item:…`, `who:…`.

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
