import { describe, expect, it } from 'vitest';

const sheets = import.meta.glob<string>('../**/*.css', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** Class names a sheet gives a look to, by where its selectors begin. */
function classes(sheet: string): string[] {
  const plain = sheet.replace(/\/\*[\s\S]*?\*\//g, '');
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
  });
});
