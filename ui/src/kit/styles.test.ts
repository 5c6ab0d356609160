import { describe, expect, it } from 'vitest';

const sheets = import.meta.glob<string>('../**/*.css', {
  eager: true,
  query: '?raw',
  import: 'default',
});

const parts = import.meta.glob<string>('../**/*.svelte', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** Class names a component gives to what it draws, those that come and go included. */
function worn(part: string): string[] {
  const markup = part.replace(/<(script|style)[\s\S]*?<\/\1>/g, '');
  return [...markup.matchAll(/\bclass=(?:"([^"]*)"|\{(\[[\s\S]*?\]|\{[\s\S]*?\})\})/g)].flatMap(
    ([, plain, list]) => {
      if (plain !== undefined) return plain.split(/[\s{}]+/).filter(Boolean);
      const quoted = [...(list ?? '').matchAll(/'([\w -]+)'/g)].flatMap(
        ([, text]) => text?.split(' ') ?? [],
      );
      const named = [...(list ?? '').matchAll(/[{,]\s*'?([\w-]+)'?\s*(?=[:,}])/g)].flatMap(
        ([, name]) => name ?? [],
      );
      return [...quoted, ...named];
    },
  );
}

/** Class names a sheet gives a look to, by where its selectors begin. */
function classes(sheet: string): string[] {
  const plain = sheet.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\([^)]*\)/g, '');
  return [...plain.matchAll(/([^{}]+)\{/g)]
    .flatMap(([, head]) => head?.split(',') ?? [])
    .flatMap((selector) => /^\s*\.([\w-]+)/.exec(selector)?.[1] ?? []);
}

describe('styles', () => {
  it('of one domain never reach the screens of another', () => {
    // A sheet stays once its screen was shown, so a name that two domains use is a look that
    // depends on where the user was before. The kit is everybody's; a view may set it up.
    const owners = new Map<string, Set<string>>();
    const kit = new Set<string>();
    for (const [path, sheet] of Object.entries(sheets)) {
      const domain = path.split('/')[1] ?? '';
      if (path.startsWith('./')) for (const name of classes(sheet)) kit.add(name);
      else if (domain !== 'views')
        for (const name of classes(sheet))
          owners.set(name, (owners.get(name) ?? new Set()).add(domain));
    }
    // The sheets were read at all.
    expect(owners.size).toBeGreaterThan(100);
    const shared = [...owners].filter(([name, domains]) => !kit.has(name) && domains.size > 1);
    expect(shared.map(([name, domains]) => `${name}: ${[...domains].join(', ')}`)).toEqual([]);
    // Nor does a domain draw with a name that is another's, be it for a moment.
    const taken = Object.entries(parts).flatMap(([path, part]) => {
      const domain = path.split('/')[1] ?? '';
      if (path.startsWith('./') || domain === 'views') return [];
      return worn(part)
        .filter((name) => !kit.has(name) && owners.get(name)?.has(domain) === false)
        .map((name) => `${path}: ${name} of ${[...(owners.get(name) ?? [])].join(', ')}`);
    });
    expect([...new Set(taken)]).toEqual([]);
  });
});
