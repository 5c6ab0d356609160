import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountRow } from '../core/generated/AccountRow';
import { language } from '../core/i18n.svelte';
import { budget, coverage, percent, stateOf, trouble } from './state';

const NOW = 1_800_000_000_000;
const row = (more: Partial<AccountRow>): AccountRow =>
  ({
    connector: 'imap',
    paused: false,
    health: { is: 'well' },
    last_success: NOW - 60_000,
    complete: true,
    delivery: 'poll',
    every_ms: 300_000,
    budget: null,
    ...more,
  }) as AccountRow;

beforeAll(() => language.use('en'));

describe('coverage', () => {
  it('is never said to be full while something is missing', () => {
    expect(percent(coverage(99_999, 100_000) ?? 0)).toBe('99.9 %');
    expect(percent(coverage(100_000, 100_000) ?? 0)).toBe('100 %');
    expect(coverage(5, null)).toBeNull();
    expect(coverage(0, 0)).toBe(1);
    expect(coverage(120, 100)).toBe(1);
  });
});

describe('the state of a source', () => {
  it('names what needs the user before anything else', () => {
    expect(stateOf(row({ health: { is: 'sign_in', detail: '' }, paused: true }), NOW).look).toBe(
      'bad',
    );
    expect(stateOf(row({ paused: true }), NOW).look).toBe('cold');
  });

  it('calls a push source that has been silent for long late, not live', () => {
    expect(stateOf(row({ delivery: 'push' }), NOW).look).toBe('live');
    expect(stateOf(row({ delivery: 'push', last_success: NOW - 3_600_000 }), NOW).look).toBe(
      'late',
    );
  });

  it('gives a slow poll its own time before it is late', () => {
    const slow = { every_ms: 3_600_000, last_success: NOW - 4_000_000 };
    expect(stateOf(row(slow), NOW).look).toBe('polled');
  });

  it('blames no source for a keychain of this computer', () => {
    const shut = row({
      health: {
        is: 'offline',
        detail:
          'the keychain of this computer is locked, and the sign-in of this account lies in it. Nothing is lost and nothing was sent; unlock the keychain, and the account goes on by itself',
      },
    });
    expect(stateOf(shut, NOW)).toEqual({ look: 'bad', text: 'Keychain locked' });
    expect(trouble(shut)).toMatch(/^The keychain of this computer is locked, .*Nothing is lost/);
    const far = row({ health: { is: 'offline', detail: 'no route' } });
    expect(trouble(far)).toBe('Out of reach: no route');
  });

  it('says that history still loads', () => {
    expect(stateOf(row({ complete: false }), NOW).look).toBe('loading');
  });
});

describe('a request budget', () => {
  it('counts what was used, and is full when nothing is left', () => {
    expect(budget(row({}))).toBeNull();
    expect(budget(row({ budget: { left: 0, limit: 300, resets: null } }))?.share).toBe(1);
    expect(budget(row({ budget: { left: 588, limit: 1000, resets: null } }))?.text).toBe(
      '412 of 1,000',
    );
  });
});
