import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import german from './german';
import { messages } from './i18n.svelte';
import { KEYMAP } from './keymap';

const sources = import.meta.glob<string>(
  ['../**/*.{ts,svelte}', '!../**/*.test.ts', '!../core/generated/**'],
  {
    eager: true,
    query: '?raw',
    import: 'default',
  },
);

/** The arguments a message takes. */
function args(text: string): string[] {
  const found = new Set<string>();
  const walk = (parts: ReturnType<IntlMessageFormat['getAst']>): void => {
    for (const part of parts) {
      if ('value' in part && part.type !== 0 && typeof part.value === 'string')
        found.add(part.value);
      if ('options' in part) for (const option of Object.values(part.options)) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst());
  return [...found].sort();
}

describe('both languages', () => {
  it('have the same texts with the same arguments', () => {
    expect(Object.keys(german).sort()).toEqual(Object.keys(messages.en).sort());
    for (const key of Object.keys(messages.en)) {
      expect([key, args(german[key] ?? '')]).toEqual([key, args(messages.en[key] ?? '')]);
    }
  });

  it('know every text that is asked for by name', () => {
    const asked = new Set<string>();
    for (const source of Object.values(sources)) {
      for (const match of source.matchAll(/\bt\(\s*'([\w.]+)'/g)) if (match[1]) asked.add(match[1]);
    }
    expect([...asked].filter((key) => !(key in messages.en))).toEqual([]);
  });

  it('name every command', () => {
    expect(KEYMAP.filter((one) => !(`key.${one.id}` in messages.en))).toEqual([]);
  });

  it('leave no sentence in a component', () => {
    // A capital, a small letter and a space between tags: a text nobody translated.
    const found = Object.entries(sources)
      .filter(([name]) => name.endsWith('.svelte'))
      .flatMap(([name, source]) => {
        const markup = source.replace(
          /<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g,
          '',
        );
        return [...markup.matchAll(/>\s*([A-Z][a-z]+ [a-z][^<>{}]*)</g)].map(
          (match) => `${name}: ${match[1]}`,
        );
      });
    expect(found).toEqual([]);
  });
});
