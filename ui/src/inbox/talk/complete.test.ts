import { describe, expect, it } from 'vitest';
import type { PersonRow } from '../../core/generated/PersonRow';
import { asking, emojiLike, peopleLike } from './complete';
import { EMOJI } from './emoji';
import { answerTo, answering, parsed, written } from './recipients';
import type { MessageRow } from '../../core/generated/MessageRow';

const person = (name: string, ...addresses: string[]): PersonRow =>
  ({
    id: name,
    name,
    role: null,
    customer: null,
    customer_name: null,
    addresses,
    last_at: null,
    staff: true,
  }) as unknown as PersonRow;

describe('completion', () => {
  it('begins at an @ that begins a word, not inside an address', () => {
    expect(asking('hi @da', 6)).toEqual({ of: '@', text: 'da', from: 3 });
    expect(asking('@Dario Pe', 9)).toEqual({ of: '@', text: 'Dario Pe', from: 0 });
    expect(asking('dario@velmora', 13)).toBeNull();
    expect(asking('hi @da now', 10)).toEqual({ of: '@', text: 'da now', from: 3 });
  });

  it('wants two letters after a colon, so that a sentence with one stays a sentence', () => {
    expect(asking('note: a', 7)).toBeNull();
    expect(asking('see :th', 7)?.text).toBe('th');
    expect(asking('at 10:30', 8)).toBeNull();
  });

  it('finds people by any word of their name, without accents', () => {
    const all = [
      person('Åke Lindström'),
      person('Lars Köhler', 'lars@x.example', '@lars:x.example'),
    ];
    expect(peopleLike(all, 'lindstro').map((one) => one.title)).toEqual(['Åke Lindström']);
    expect(peopleLike(all, 'ko')[0]).toMatchObject({
      insert: '@Lars Köhler ',
      address: '@lars:x.example',
    });
  });

  it('finds emoji by English and German words', () => {
    expect(emojiLike(EMOJI, 'thumbs')[0]?.title).toBe('👍');
    expect(emojiLike(EMOJI, 'rakete')[0]?.title).toBe('🚀');
    expect(new Set(EMOJI.map((one) => one.char)).size).toBe(EMOJI.length);
    expect(EMOJI.every((one) => one.words.length > 1)).toBe(true);
  });
});

describe('an answer to a mail', () => {
  const box = (value: string) => ({ name: null, address: { kind: 'email' as const, value } });
  const row = (mine: boolean): MessageRow =>
    ({
      mine,
      from: box(mine ? 'me@v.example' : 'ann@x.example'),
      to: [box('me@v.example'), box('ben@x.example')],
      cc: [box('Ann@x.example'), box('cy@x.example')],
    }) as MessageRow;
  const own = new Set(['me@v.example']);

  it('goes to its sender, and to all others once, never to the user', () => {
    const { to, cc } = answerTo(row(false), own);
    expect(to.map((one) => one.address.value)).toEqual(['ann@x.example']);
    expect(cc.map((one) => one.address.value)).toEqual(['ben@x.example', 'cy@x.example']);
  });

  it('to an own mail goes on to whom it was written', () => {
    expect(answerTo(row(true), own).to.map((one) => one.address.value)).toEqual(['ben@x.example']);
  });

  it('keeps addresses through writing and reading, and refuses what is none', () => {
    const all = [{ name: 'Ann Lee', address: { kind: 'email' as const, value: 'ann@x.example' } }];
    expect(parsed(written(all))).toEqual(all);
    expect(parsed('ann at x')).toBeNull();
  });

  it('has one Re: before its subject', () => {
    expect(answering('Line 2')).toBe('Re: Line 2');
    expect(answering('RE: Line 2')).toBe('RE: Line 2');
    expect(answering('AW: Linie 2')).toBe('AW: Linie 2');
  });
});
