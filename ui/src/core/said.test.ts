import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { told } from './errors';
import { because } from './because';
import { faults, language, messages } from './i18n.svelte';
import { faultText, sentence } from './said';
import { failure } from './transport';

const CRATES = '../src-tauri/crates';
const source = (path: string) => readFileSync(`${CRATES}/${path}`, 'utf8');
const words = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, it]) => it);

/** The sentences a piece of Rust makes faults from, with `{}` for what is put in. */
function sentencesOf(text: string): string[] {
  const out: string[] = [];
  const begins =
    /(?:Fault::(?:Rejected|Denied|SignIn|Transient|Unknown|CursorExpired|Conflict|Offline)|no_answer)\(|\bwhy: (?=")/g;
  for (const begun of text.matchAll(begins)) {
    let at = begun.index + begun[0].length;
    let depth = begun[0].endsWith('(') ? 1 : 0;
    do {
      if (text[at] === '"') {
        const literal = /^"((?:[^"\\]|\\[^])*)"/.exec(text.slice(at));
        if (!literal) break;
        out.push(literal[1] ?? '');
        at += literal[0].length;
        continue;
      }
      if (text[at] === '(') depth += 1;
      if (text[at] === ')') depth -= 1;
      at += 1;
    } while (depth > 0 && at < text.length);
  }
  return out
    .map((one) =>
      one
        .replace(/\\\n\s*/g, '')
        .replaceAll('\\"', '"')
        .replace(/\{[^{}]*\}/g, '{}'),
    )
    .filter((one) => one.includes(' '));
}

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

  it('of a source is there in German, sentence by sentence', () => {
    const rust = (folder: string): string[] =>
      readdirSync(`${CRATES}/${folder}`, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.rs') && !name.includes('test'))
        .map((name) => (source(`${folder}/${name}`).split('#[cfg(test)]')[0] ?? '') as string);
    const said = new Set<string>();
    for (const text of [...rust('connectors/src'), ...rust('net/src')])
      for (const one of sentencesOf(text)) said.add(one);
    for (const one of words(source('model/src/fault.rs'), /#\[error\("([^"]+)"\)\]/g))
      said.add((one ?? '').replace(/\{[^{}]*\}/g, '{}'));
    expect(said.size).toBeGreaterThan(180);
    const german = faults.de ?? {};
    expect([...said].filter((one) => !german[one])).toEqual([]);
    expect(Object.keys(german).filter((one) => !said.has(one))).toEqual([]);
    const places = (text: string) => text.split('{}').length - 1;
    for (const [english, translated] of Object.entries(german))
      expect(words(translated, /\{(\d)\}/g).sort(), english).toEqual(
        Array.from({ length: places(english) }, (_each, n) => `${n + 1}`),
      );
  });

  it('of a source is read in German, a sentence in a sentence too', () => {
    expect(
      because(
        'the folder /a/b is not there; nothing here is lost, connect the disk or choose the folder again',
      ),
    ).toContain('/a/b ist nicht da');
    expect(because('the homeserver refused the sign-in: the keys of this file are damaged')).toBe(
      'Der Homeserver hat die Anmeldung abgelehnt: Die Schlüssel dieser Datei sind beschädigt',
    );
    expect(
      because(
        'not allowed: this user may not see invoices at Tryton; an administrator there can allow it',
      ),
    ).toBe(
      'Nicht erlaubt: Dieser Benutzer darf invoices bei Tryton nicht sehen; ein Administrator dort kann es erlauben',
    );
    expect(because('You do not have enough power (50)')).toBe('You do not have enough power (50)');
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
