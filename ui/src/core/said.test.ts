import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { told } from './errors';
import { language, messages } from './i18n.svelte';
import { faultText, sentence } from './said';
import { failure } from './transport';

const CRATES = '../src-tauri/crates';
const source = (path: string) => readFileSync(`${CRATES}/${path}`, 'utf8');
const words = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, it]) => it);

beforeAll(() => language.use('de'));

describe('what the core says', () => {
  it('is there in both languages for every examination', () => {
    const found = words(source('api/src/doctor.rs'), /"((?:\w+\.\w+)|broken)"/g);
    expect(found.length).toBeGreaterThan(20);
    for (const word of found)
      for (const locale of ['en', 'de'] as const)
        expect(messages[locale], `${word} in ${locale}`).toHaveProperty([`accounts.found.${word}`]);
  });

  it('is there in both languages for every error with a word', () => {
    const own = ['work', 'facts', 'triage', 'people', 'sign_in'].flatMap((name) =>
      words(source(`api/src/calls/${name}.rs`), /(?:not_so|Said::new)\(\s*"([\w.]+)"/g),
    );
    const more = ['error', 'export', 'due', 'rewish', 'way_back'].flatMap((name) =>
      words(source(`api/src/${name}.rs`), /(?:not_so|Said::new)\(\s*"([\w.]+)"/g),
    );
    const engine = source('engine/src/error.rs');
    const arms = (from: string) =>
      words(engine.slice(engine.indexOf(`impl ${from} {`)).split('\n}\n')[0] ?? '', /=> "(\w+)"/g);
    const all = [
      ...own,
      ...more,
      ...arms('NotNow').map((word) => `not_now.${word}`),
      ...arms('Refusal').map((word) => `refused.${word}`),
      ...words(source('model/src/fault.rs'), /=> "(\w+)"/g).map((word) => `fault.${word}`),
    ];
    expect(all.length).toBeGreaterThan(35);
    for (const word of all)
      for (const locale of ['en', 'de'] as const)
        expect(messages[locale], `${word} in ${locale}`).toHaveProperty([`error.why.${word}`]);
  });

  it('is read in the language of the window, with its values', () => {
    expect(
      sentence('accounts.found', {
        word: 'disk.free',
        with: { bytes: 3 * 1024 ** 3 },
        text: '3.0 GB free',
      }),
    ).toBe('3,2 GB frei');
    expect(sentence('accounts.found', { word: 'new.one', with: {}, text: 'As it came.' })).toBe(
      'As it came.',
    );
    expect(faultText({ is: 'denied', detail: 'you left the room' })).toBe(
      'Die Quelle erlaubt es nicht: you left the room',
    );
    const refused = failure({
      code: 'refused',
      message: 'It has been done; nothing was changed.',
      word: 'not_now.done',
    });
    expect(told(refused).detail).toBe('Es ist schon geschehen; es wurde nichts geändert.');
  });
});
