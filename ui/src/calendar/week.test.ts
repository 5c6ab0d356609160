import { describe, expect, it } from 'vitest';
import type { EventRow } from '../core/generated/EventRow';
import { addDays, byDay, dayKey, folded, placed, spread, weekStart } from './week';

const DAY = new Date(2026, 2, 12).getTime();
const at = (hour: number, minute = 0, days = 0) =>
  addDays(DAY, days) + (hour * 60 + minute) * 60_000;
const entry = (id: string, start: number, end: number, all_day = false): EventRow =>
  ({ id, start, end, all_day }) as EventRow;

describe('a week', () => {
  it('begins where the user’s week begins', () => {
    expect(dayKey(weekStart(DAY, 1))).toBe('2026-03-09');
    expect(dayKey(weekStart(DAY, 7))).toBe('2026-03-08');
    expect(dayKey(weekStart(new Date(2026, 2, 15).getTime(), 1))).toBe('2026-03-09');
  });

  it('keeps to midnight over the night the clocks change', () => {
    const before = new Date(2026, 2, 28).getTime();
    for (const days of [1, 2, 3]) expect(new Date(addDays(before, days)).getHours()).toBe(0);
  });
});

describe('entries of a day', () => {
  it('stand side by side while they overlap and alone when they do not', () => {
    const found = placed(
      [
        entry('a', at(9), at(11)),
        entry('b', at(10), at(10, 30)),
        entry('c', at(10, 30), at(11, 30)),
        entry('d', at(14), at(15)),
      ],
      DAY,
    );
    expect(found.map((one) => [one.row.id, one.lane, one.lanes])).toEqual([
      ['a', 0, 2],
      ['b', 1, 2],
      ['c', 1, 2],
      ['d', 0, 1],
    ]);
  });

  it('cover the lanes beside them until something begins there', () => {
    const found = placed(
      [entry('long', at(7), at(11)), entry('b', at(9), at(10)), entry('c', at(9), at(9, 20))],
      DAY,
    );
    expect(found.map((one) => [one.row.id, one.lane, one.span])).toEqual([
      ['long', 0, 3],
      ['b', 1, 1],
      ['c', 2, 1],
    ]);
  });

  it('are a stack where there is no room beside the others', () => {
    const all = placed(
      [
        entry('a', at(9), at(11)),
        entry('b', at(9), at(10)),
        entry('c', at(9, 30), at(10)),
        entry('d', at(9, 45), at(10, 30)),
        entry('e', at(14), at(15)),
      ],
      DAY,
    );
    const { shown, stacks } = folded(all, 2);
    expect(shown.map((one) => [one.row.id, one.lane, one.lanes])).toEqual([
      ['a', 0, 2],
      ['b', 1, 2],
      ['e', 0, 1],
    ]);
    expect(stacks.map((one) => [one.rows.map((row) => row.id), one.from, one.until])).toEqual([
      [['c', 'd'], 570, 630],
    ]);
    expect(folded(all, 4).stacks).toEqual([]);
  });

  it('are never too low to press, and end with the day', () => {
    const [short] = placed([entry('a', at(9), at(9, 5))], DAY);
    expect((short?.until ?? 0) - (short?.from ?? 0)).toBe(24);
    const over = [entry('n', at(22), at(2, 0, 1))];
    expect(placed(over, DAY)[0]).toMatchObject({ from: 1320, until: 1440 });
    expect(placed(over, addDays(DAY, 1))[0]).toMatchObject({ from: 0, until: 120 });
  });
});

describe('whole days', () => {
  const days = [0, 1, 2, 3, 4, 5, 6].map((n) => addDays(DAY, n));

  it('are cut to the days shown and share a lane when they do not meet', () => {
    const found = spread(
      [
        entry('fair', addDays(DAY, -2), addDays(DAY, 2), true),
        entry('leave', addDays(DAY, 1), addDays(DAY, 3), true),
        entry('trip', addDays(DAY, 4), addDays(DAY, 9), true),
      ],
      days,
    );
    expect(found.map((one) => [one.row.id, one.from, one.to, one.lane])).toEqual([
      ['fair', 0, 1, 0],
      ['leave', 1, 2, 1],
      ['trip', 4, 6, 0],
    ]);
  });

  it('stand under each of their days in the agenda, before the timed ones', () => {
    const found = byDay(
      [entry('talk', at(9), at(10)), entry('fair', DAY, addDays(DAY, 2), true)],
      DAY,
      5,
    );
    expect(found.map((one) => one.rows.map((row) => row.id))).toEqual([['fair', 'talk'], ['fair']]);
  });
});
