import { describe, expect, it } from 'vitest';
import type { TaskRow } from '../core/generated/TaskRow';
import { dueGroup, grouped, neighbour } from './groups';

// Thursday.
const NOW = new Date(2026, 2, 12, 9, 41).getTime();
const row = (id: string, more: Partial<TaskRow> = {}): TaskRow =>
  ({ id, due: null, overdue: false, customer_name: null, account: 'a', ...more }) as TaskRow;
const day = (at: string): TaskRow['due'] => ({ is: 'day', at });
const key = (due: TaskRow['due'], overdue = false) => dueGroup(row('1', { due, overdue }), NOW).key;

describe('tasks by due date', () => {
  it('name the days of this week, then next week, then later', () => {
    expect(key(day('2026-03-11'))).toBe('overdue');
    expect(key(day('2026-03-12'))).toBe('day:0');
    expect(key({ is: 'at', at: NOW - 60_000 }, true)).toBe('overdue');
    expect(key({ is: 'at', at: NOW + 60_000 })).toBe('day:0');
    expect(key(day('2026-03-13'))).toBe('day:1');
    expect(key(day('2026-03-15'))).toBe('day:3');
    expect(key(day('2026-03-16'))).toBe('next_week');
    expect(key(day('2026-03-22'))).toBe('next_week');
    expect(key(day('2026-03-23'))).toBe('later');
    expect(key(null)).toBe('none');
  });

  it('on a Sunday keep tomorrow apart from next week', () => {
    const sunday = new Date(2026, 2, 15, 12).getTime();
    expect(dueGroup(row('1', { due: day('2026-03-16') }), sunday).key).toBe('day:1');
    expect(dueGroup(row('1', { due: day('2026-03-17') }), sunday).key).toBe('next_week');
  });
});

describe('groups', () => {
  const rows = new Map([
    ['1', row('1', { customer_name: 'Zeta' })],
    ['2', row('2')],
    ['4', row('4', { customer_name: 'Alpha' })],
  ]);

  it('keep the order of the core and put those without a customer last', () => {
    const found = grouped(['1', '2', '4'], (id) => rows.get(id), 'customer', NOW);
    expect(found.map((group) => [group.key, group.ids])).toEqual([
      ['Zeta', ['1']],
      ['Alpha', ['4']],
      ['', ['2']],
    ]);
  });

  it('lose no row that is still on its way', () => {
    const found = grouped(['1', '3', '2'], (id) => rows.get(id), 'customer', NOW);
    expect(found.flatMap((group) => group.ids).sort()).toEqual(['1', '2', '3']);
    expect(found[0]?.ids).toEqual(['1', '3']);
  });
});

describe('completing the current task', () => {
  it('moves on to the next one, at the end to the one before', () => {
    expect(neighbour(['a', 'b', 'c'], 'b')).toBe('c');
    expect(neighbour(['a', 'b', 'c'], 'c')).toBe('b');
    expect(neighbour(['a'], 'a')).toBeNull();
  });
});
