import { describe, expect, test } from 'vitest';
import { First } from './first';
import type { ListOf } from '../generated/ListOf';

const inbox = { of: 'inbox', filter: {} } as unknown as ListOf;
const given = JSON.stringify({
  gate: { state: 'open', number: 3 },
  answers: [{ call: 'me', request: '{}', answer: { name: 'Ines' } }],
  lists: [{ request: JSON.stringify(inbox), delta: { is: 'reset', ids: ['7'] }, more: 2 }],
});

describe('what came with the page', () => {
  test('answers the very same question, and no other', () => {
    const first = new First(given, () => 100);
    expect(first.answer('me', {})).toEqual({ it: { name: 'Ines' } });
    // Two parts of a screen may ask the same.
    expect(first.answer('me', {})).not.toBeNull();
    expect(first.answer('me', { other: true } as never)).toBeNull();
    expect(first.gate()).toMatchObject({ state: 'open' });
    expect(first.gate()).toBeNull();
  });

  test('gives a list once: the stream that goes on from it is one', () => {
    const first = new First(given, () => 100);
    expect(first.list(inbox)).toMatchObject({ delta: { is: 'reset', ids: ['7'] }, more: 2 });
    expect(first.list(inbox)).toBeNull();
  });

  test('is old once something changed', () => {
    const first = new First(given, () => 100);
    first.changed();
    expect(first.answer('me', {})).toBeNull();
    expect(first.list(inbox)).toBeNull();
    expect(first.gate()).toBeNull();
  });

  test('is old once something is done that may change it', () => {
    const first = new First(given, () => 100);
    expect(first.answer('mark_read', { conversation: '1' } as never)).toBeNull();
    expect(first.answer('me', {})).toBeNull();
  });

  test('is old after a while', () => {
    let now = 100;
    const first = new First(given, () => now);
    now = 60_000;
    expect(first.answer('me', {})).toBeNull();
  });

  test('is remembered for the next start, each question once, and nothing later', () => {
    let now = 100;
    const first = new First(null, () => now);
    expect(first.given).toBe(false);
    first.answer('me', {});
    first.answer('me', {});
    first.list(inbox);
    first.changed();
    first.answer('counts', {});
    now = 60_000;
    first.answer('accounts', {});
    expect(first.asked).toEqual([
      { call: 'me', request: '{}' },
      { call: null, request: JSON.stringify(inbox) },
      { call: 'counts', request: '{}' },
    ]);
  });
});
