// Where entries stand in a week: which days, which lanes, how high. Pure.

import type { EventRow } from '../core/generated/EventRow';

/** Midnight of a day, some days on; clocks that change do not shift it. */
export function addDays(at: number, days: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

export const midnight = (at: number): number => addDays(at, 0);

/** Minutes a day is drawn with, whatever the clocks do in it. */
const MINUTES = 1440;

/** Where the clock of a day stands at a moment, in minutes; outside of the day, at its edge. */
export function minuteOf(at: number, day: number): number {
  if (at <= day) return 0;
  if (at >= addDays(day, 1)) return MINUTES;
  const date = new Date(at);
  return date.getHours() * 60 + date.getMinutes() + date.getSeconds() / 60;
}

/** Midnight of the first day of a moment's week. `first` is 1 for Monday, 7 for Sunday. */
export function weekStart(at: number, first = 1): number {
  const back = (new Date(at).getDay() - (first % 7) + 7) % 7;
  return addDays(at, -back);
}

/** A day as an address carries it. */
export function dayKey(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** One occurrence is an entry and its start. */
export const occurrence = (row: EventRow): string => `${row.id}@${row.start}`;

export interface Placed {
  row: EventRow;
  /** Minutes of the clock, on the day it is drawn in. */
  from: number;
  until: number;
  /** Which of how many lanes side by side. */
  lane: number;
  lanes: number;
  /** How many lanes it covers: further ones where nothing begins beside its title. */
  span: number;
}

/** Too low to be read is too low to be pressed. */
const LEAST = 24;
/** So many minutes of an entry show what it is. */
const TITLE = 45;

/** The timed entries of one day; those at the same time stand side by side. */
export function placed(rows: readonly EventRow[], day: number): Placed[] {
  const end = addDays(day, 1);
  const own = rows
    .filter((row) => !row.all_day && row.start < end && Math.max(row.end, row.start + 1) > day)
    .map((row) => {
      const from = Math.min(minuteOf(row.start, day), MINUTES - LEAST);
      const until = minuteOf(row.end, day);
      return { row, from, until: Math.max(until, from + LEAST), lane: 0, lanes: 1, span: 1 };
    })
    .sort((a, b) => a.from - b.from || b.until - a.until);
  let cluster: Placed[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const one of cluster) {
      one.lanes = ends.length;
      const beside = (lane: number) =>
        cluster.some(
          (other) => other.lane === lane && other.from < one.from + TITLE && other.until > one.from,
        );
      while (one.lane + one.span < one.lanes && !beside(one.lane + one.span)) one.span += 1;
    }
    cluster = [];
    ends = [];
  };
  for (const one of own) {
    if (cluster.length > 0 && one.from >= Math.max(...ends)) close();
    const free = ends.findIndex((until) => until <= one.from);
    one.lane = free < 0 ? ends.length : free;
    ends[one.lane] = one.until;
    cluster.push(one);
  }
  close();
  return own;
}

/** Entries of one time that had no room beside the others. */
export interface Stack {
  from: number;
  until: number;
  rows: EventRow[];
}

/** At most so many side by side; the rest of a time is one stack. */
export function folded(all: readonly Placed[], most: number): { shown: Placed[]; stacks: Stack[] } {
  const shown = all
    .filter((one) => one.lane < most)
    .map((one) => {
      const lanes = Math.min(one.lanes, most);
      return { ...one, lanes, span: Math.min(one.span, lanes - one.lane) };
    });
  const stacks: Stack[] = [];
  for (const { row, from, until } of all.filter((one) => one.lane >= most)) {
    const last = stacks.at(-1);
    if (last && from < last.until) {
      last.rows.push(row);
      last.until = Math.max(last.until, until);
    } else stacks.push({ from, until, rows: [row] });
  }
  // It is shown where the entry before it ends, so that no title is covered.
  for (const stack of stacks) {
    const beside = shown.filter(
      (one) => one.lane + one.span >= most && one.from < stack.until && one.until > stack.from,
    );
    if (beside.length > 0)
      stack.until = Math.max(stack.until, Math.min(...beside.map((one) => one.until)));
  }
  return { shown, stacks };
}

export interface Spread {
  row: EventRow;
  /** First and last column of the days shown. */
  from: number;
  to: number;
  lane: number;
}

/** Whole-day entries over the days shown, each in the first lane that is free. */
export function spread(rows: readonly EventRow[], days: readonly number[]): Spread[] {
  const out: Spread[] = [];
  const lanes: number[] = [];
  const whole = rows
    .filter((row) => row.all_day)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  for (const row of whole) {
    const covers = days.flatMap((day, at) =>
      row.start < addDays(day, 1) && Math.max(row.end, row.start + 1) > day ? [at] : [],
    );
    const from = covers[0];
    const to = covers[covers.length - 1];
    if (from === undefined || to === undefined) continue;
    let lane = lanes.findIndex((last) => last < from);
    if (lane < 0) lane = lanes.length;
    lanes[lane] = to;
    out.push({ row, from, to, lane });
  }
  return out;
}

/** Entries by the day they are shown under, days without any left out. */
export function byDay(
  rows: readonly EventRow[],
  from: number,
  days: number,
): { day: number; rows: EventRow[] }[] {
  return Array.from({ length: days }, (_, at) => addDays(from, at))
    .map((day) => ({
      day,
      rows: rows
        .filter((row) => row.start < addDays(day, 1) && Math.max(row.end, row.start + 1) > day)
        .sort((a, b) => Number(b.all_day) - Number(a.all_day) || a.start - b.start),
    }))
    .filter((one) => one.rows.length > 0);
}
