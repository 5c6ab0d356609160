// Numbers, moments and amounts as the user's language writes them.

import type { Due } from './generated/Due';
import type { Money } from './generated/Money';
import { language, t, tag } from './i18n.svelte';
import { instant, now } from './clock.svelte';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

/** How moments are written; made once. */
export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = tag() + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(tag(), options)));
  return format;
}

const numbers = new Map<string, Intl.NumberFormat>();

/** How numbers are written; made once: that takes longer than writing a hundred with it. */
export function numberFormat(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = tag() + JSON.stringify(options);
  let format = numbers.get(key);
  if (!format) numbers.set(key, (format = new Intl.NumberFormat(tag(), options)));
  return format;
}

/** Whether a moment is still to come; a source's clock may be a minute ahead of ours. */
const isAhead = (at: number): boolean => at > now() + MINUTE && at > instant() + MINUTE;

/** `24 s`, `6 min`, `3 h`, `2 d`: how old a fact is. What is still to come is told by when. */
export function age(at: number | null | undefined, at_now?: number): string {
  if (at === null || at === undefined) return t('core.never');
  if (at_now === undefined && isAhead(at)) return when(at);
  let passed = (at_now ?? now()) - at;
  // Only what is that young is looked at again within a minute.
  if (at_now === undefined && passed < MINUTE) passed = instant() - at;
  passed = Math.max(0, passed);
  if (passed < MINUTE) return t('core.age.s', { n: Math.floor(passed / 1000) });
  if (passed < HOUR) return t('core.age.min', { n: Math.floor(passed / MINUTE) });
  if (passed < DAY) return t('core.age.h', { n: Math.floor(passed / HOUR) });
  return t('core.age.d', { n: Math.floor(passed / DAY) });
}

/** `2 min ago`. */
export function ago(at: number | null | undefined): string {
  if (at === null || at === undefined) return t('core.never');
  return isAhead(at) ? when(at) : t('core.ago', { age: age(at) });
}

/** `Thu`. */
export const weekday = (at: number): string => dateFormat({ weekday: 'short' }).format(at);

/** `08:12`. */
export const time = (at: number): string =>
  dateFormat({ hour: '2-digit', minute: '2-digit', hour12: false }).format(at);

/** `Thu 12 Mar`, with the year when it is another one. */
export function day(at: number, long = false): string {
  const other = new Date(at).getFullYear() !== new Date(now()).getFullYear();
  return dateFormat({
    weekday: long ? 'long' : 'short',
    day: 'numeric',
    month: long ? 'long' : 'short',
    ...(other ? { year: 'numeric' } : {}),
  }).format(at);
}

/** `12 Mar`, with the year when it is another one. */
export function shortDay(at: number): string {
  const other = new Date(at).getFullYear() !== new Date(now()).getFullYear();
  return dateFormat({
    day: 'numeric',
    month: 'short',
    ...(other ? { year: '2-digit' } : {}),
  }).format(at);
}

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Whole days from today to a moment; negative in the past. */
export const daysAway = (at: number): number => Math.round((midnight(at) - midnight(now())) / DAY);

/** In a list: the time today, `Yesterday`, the weekday this week, else the day. */
export function when(at: number): string {
  const away = daysAway(at);
  if (away === 0) return time(at);
  if (away === -1) return t('core.yesterday');
  if (away === 1) return t('core.tomorrow');
  if (away < 0 && away > -7) return weekday(at);
  return shortDay(at);
}

/** A head over a day: `Today`, `Yesterday`, `Monday 9 March`. */
export function dayHead(at: number): string {
  const away = daysAway(at);
  if (away === 0) return t('core.today');
  if (away === -1) return t('core.yesterday');
  if (away === 1) return t('core.tomorrow');
  return day(at, true);
}

/** `Mon 9 Mar, 14:05`. */
export const moment = (at: number): string =>
  `${daysAway(at) === 0 ? t('core.today') : day(at)} ${time(at)}`;

/** A stored day (`2026-03-12`), or some days after it, as local midnight. */
export function dayAt(text: string, later = 0): number {
  const [year = 1970, month = 1, day_ = 1] = text.split('-').map(Number);
  return new Date(year, month - 1, day_ + later).getTime();
}

/** The moment something is due; a day is due at its end, however long it is. */
export const dueAt = (due: Due): number => (due.is === 'at' ? due.at : dayAt(due.at, 1) - 1);

/** `Yesterday`, `10:00`, `22 Mar`. */
export const dueText = (due: Due): string => {
  if (due.is === 'at') return when(due.at);
  const at = dayAt(due.at);
  return daysAway(at) === 0 ? t('core.today') : when(at);
};

/**
 * A text without letters, such as an amount, runs as its line does; in a mirrored window it runs
 * as its language does, by a mark that nobody sees.
 */
const steady = (text: string): string =>
  language.direction === 'rtl' && text !== '' ? `\u200e${text}` : text;

/** `€12,480.00`; whole units without cents where `short`. */
export function money(value: Money | null | undefined, short = false): string {
  if (!value) return '';
  const amount = Number(value.amount);
  try {
    return steady(
      numberFormat({
        style: 'currency',
        currency: value.currency,
        currencyDisplay: 'narrowSymbol',
        maximumFractionDigits: short ? 0 : 2,
        minimumFractionDigits: short ? 0 : 2,
      }).format(amount),
    );
  } catch {
    return steady(`${value.amount} ${value.currency}`);
  }
}

/** `7,776`. */
export const count = (value: number): string => numberFormat().format(value);

/** `84 kB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let at = 0;
  let rest = value;
  while (rest >= 1000 && at < units.length - 1) {
    rest /= 1000;
    at += 1;
  }
  const unit = units[at] ?? 'B';
  return `${numberFormat({ maximumFractionDigits: rest < 10 && at > 0 ? 1 : 0 }).format(rest)} ${unit}`;
}

/** `IH` for Ines Halvorsen; two letters of one word. */
export function initials(name: string): string {
  const words = name
    .replace(/[^\p{L}\p{N}\s]/gu, ' ')
    .split(/\s+/)
    .filter(Boolean);
  const first = words[0] ?? '?';
  // A name that is written twice, in two scripts, is one name.
  const latin = /\p{Script=Latin}/u;
  const alike = words.filter((one) => latin.test(one) === latin.test(first));
  const last = alike.length > 1 ? alike[alike.length - 1] : undefined;
  return last
    ? `${[...first][0] ?? ''}${[...last][0] ?? ''}`.toUpperCase()
    : [...first].slice(0, 2).join('');
}

/** A steady hue from a record's id, so that the same thing always has the same colour. */
export function hue(id: string): number {
  // Ids of one import follow each other: by the golden angle each is far from the next.
  if (/^\d{1,9}$/.test(id)) return Math.round(Number(id) * 137.508) % 360;
  let sum = 7;
  for (const c of id) sum = (sum * 31 + (c.codePointAt(0) ?? 0)) % 360_007;
  return sum % 360;
}
