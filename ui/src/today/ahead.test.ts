import { describe, expect, it } from 'vitest';
import type { EventRow } from '../core/generated/EventRow';
import { link, names, present } from './ahead';

describe('the meeting ahead', () => {
  it('names those who come, once each, and not the user', () => {
    const box = (name: string | null, value: string) => ({
      name,
      address: { kind: 'email' as const, value },
    });
    expect(
      names(
        [box('Fiona', 'f@x'), box('Fiona', 'f@x'), box('Me', 'Ines@V'), box(null, 'c@x')],
        ['ines@v'],
      ),
    ).toEqual(['Fiona', 'c@x']);
  });

  it('is joined only where its place is an address that is safe to open', () => {
    expect(link('Room 3, https://meet.example/abc')).toBe('https://meet.example/abc');
    expect(link('http://plain.example')).toBeNull();
    expect(link('javascript:alert(1)')).toBeNull();
    expect(link(null)).toBeNull();
  });

  it('has the present between what began and what has not', () => {
    const events = [{ start: 1 }, { start: 5 }, { start: 9 }] as EventRow[];
    expect([0, 5, 6, 10].map((now) => present(events, now))).toEqual([0, 2, 2, 3]);
  });
});
