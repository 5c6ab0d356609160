import { describe, expect, it } from 'vitest';
import { fields, laters, moment } from './later';

const at = (text: string): number => new Date(text).getTime();
const said = (text: string) => laters(at(text)).map((one) => fields(one.at));

describe('moments to put something off to', () => {
  it('come one after the other, whatever the day and hour', () => {
    for (let hour = 0; hour < 24 * 15; hour += 1) {
      const now = at('2026-03-01T00:20') + hour * 3_600_000;
      const moments = laters(now).map((one) => one.at);
      expect(moments[0]).toBeGreaterThan(now);
      // Only just before a morning may "later today" pass "tomorrow".
      expect([...moments.slice(1)].sort((a, b) => a - b)).toEqual(moments.slice(1));
      expect(new Set(moments).size).toBe(4);
    }
  });

  it('are mornings, and later today a full hour', () => {
    expect(said('2026-03-12T09:41')).toEqual([
      { day: '2026-03-12', time: '13:00' },
      { day: '2026-03-13', time: '08:00' },
      { day: '2026-03-16', time: '08:00' },
      { day: '2026-03-19', time: '08:00' },
    ]);
  });

  it('never call the next morning Monday on a Sunday, nor one week two things on a Monday', () => {
    expect(said('2026-03-15T10:00').map((one) => one.day)).toEqual([
      '2026-03-15',
      '2026-03-16',
      '2026-03-23',
      '2026-03-29',
    ]);
    expect(said('2026-03-16T10:00').map((one) => one.day)).toEqual([
      '2026-03-16',
      '2026-03-17',
      '2026-03-23',
      '2026-03-30',
    ]);
  });

  it('take a day of one’s own, in the morning when no time is given', () => {
    expect(moment('2026-04-01', '')).toBe(at('2026-04-01T08:00'));
    expect(moment('', '10:00')).toBeNull();
  });
});
