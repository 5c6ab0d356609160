// Moments one would put something off to. Pure, so that tests can hold the clock.

export type LaterId = 'today' | 'hour' | 'tomorrow' | 'monday' | 'week' | 'weeks';

export interface Later {
  id: LaterId;
  at: number;
}

const HOUR = 3_600_000;
/** When a working day begins. */
const MORNING = 8;

function morning(now: number, days: number): number {
  const day = new Date(now);
  // By the calendar, so that a change of the clocks does not move the morning.
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, MORNING).getTime();
}

/** Four moments after `now`, the first one soon, each of the others later than the one before. */
export function laters(now: number): Later[] {
  const hour = (at: number): number => Math.ceil(at / HOUR) * HOUR;
  const inThree = hour(now + 3 * HOUR);
  const sameDay = new Date(inThree).getDate() === new Date(now).getDate();
  const untilMonday = (8 - new Date(now).getDay()) % 7 || 7;
  // On a Sunday tomorrow is Monday: the Monday after is meant.
  const monday = untilMonday === 1 ? 8 : untilMonday;
  const week = monday < 7 ? 7 : 14;
  return [
    // Late in the evening nothing is left of today.
    sameDay ? { id: 'today', at: inThree } : { id: 'hour', at: hour(now + HOUR) },
    { id: 'tomorrow', at: morning(now, 1) },
    { id: 'monday', at: morning(now, monday) },
    { id: week === 7 ? 'week' : 'weeks', at: morning(now, week) },
  ];
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A moment as the day and time inputs want it, in local time. */
export function fields(at: number): { day: string; time: string } {
  const date = new Date(at);
  return {
    day: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    time: `${two(date.getHours())}:${two(date.getMinutes())}`,
  };
}

/** The moment of day and time inputs; `null` while they are not complete. */
export function moment(day: string, time: string): number | null {
  const at = new Date(`${day}T${time || '08:00'}`).getTime();
  return Number.isNaN(at) ? null : at;
}
