// The weeks in which the clocks change: a day of 23 hours, and one of 25.

import { render } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import type { EventRow } from '../core/generated/EventRow';

// Before anything reads the clock.
vi.stubEnv('TZ', 'Europe/Berlin');
vi.useFakeTimers({ now: new Date(2026, 2, 29, 10), toFake: ['Date'] });
const { addDays, minuteOf, placed } = await import('./week');
const { default: Week } = await import('./Week.svelte');

const SPRING = new Date(2026, 2, 29).getTime();
const AUTUMN = new Date(2026, 9, 25).getTime();
const at = (day: number, hour: number, minute = 0) => new Date(day).setHours(hour, minute);
const entry = (id: string, start: number, end: number): EventRow =>
  ({ id, title: id, start, end, all_day: false }) as EventRow;
const minutes = (day: number, ...rows: EventRow[]) =>
  placed(rows, day).map((one) => [one.from, one.until]);

describe('a day on which the clocks change', () => {
  it('is shorter or longer than others', () => {
    expect(addDays(SPRING, 1) - SPRING).toBe(23 * 3_600_000);
    expect(addDays(AUTUMN, 1) - AUTUMN).toBe(25 * 3_600_000);
  });

  it('has its entries at the hours that the clock shows', () => {
    for (const day of [SPRING, AUTUMN]) {
      expect(minutes(day, entry('a', at(day, 10), at(day, 11, 30)))).toEqual([[600, 690]]);
      expect(minutes(day, entry('b', at(day, 1), at(day, 4)))).toEqual([[60, 240]]);
      expect(minutes(day, entry('c', at(day, 23), at(day, 23, 30)))).toEqual([[1380, 1410]]);
    }
  });

  it('has all of them within the day', () => {
    for (const day of [SPRING, AUTUMN]) {
      const over = entry('n', at(day, 22), at(addDays(day, 1), 2));
      expect(minutes(day, over)).toEqual([[1320, 1440]]);
      expect(minutes(addDays(day, 1), over)).toEqual([[0, 120]]);
      expect(minutes(day, entry('l', at(day, 23, 50), addDays(day, 1)))).toEqual([[1416, 1440]]);
    }
    // Half past two comes twice: what ends on the second one is still there.
    const twice = entry('t', at(AUTUMN, 2, 30), at(AUTUMN, 2, 30) + 3_600_000);
    expect(minutes(AUTUMN, twice)).toEqual([[150, 174]]);
  });

  it('has the present at the hour that the clock shows', () => {
    expect(minuteOf(at(AUTUMN, 23, 30), AUTUMN)).toBe(1410);
    const { container } = render(Week, {
      days: [SPRING],
      rows: [entry('now', at(SPRING, 10), at(SPRING, 11))],
      day: SPRING,
      current: null,
      onday: () => {},
      onopen: () => {},
      onstack: () => {},
    });
    const top = (what: string) =>
      /inset-block-start: *([^;]*)/.exec(
        container.querySelector(what)?.getAttribute('style') ?? '',
      )?.[1];
    expect(top('.wk-now')).toBe('480px');
    expect(top('.ev')).toBe('480px');
  });
});
