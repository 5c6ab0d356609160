// What the feed draws, out of the messages it has: day heads, the unread line,
// holes in history, and which messages stand under the head of the one before.
// Pure, so that every rule of order is tested without a window.

import type { MessageRow } from '../../core/generated/MessageRow';
import type { Receipt } from '../../core/generated/Receipt';

export type Entry =
  | { kind: 'start'; key: string; at: number }
  | { kind: 'day'; key: string; at: number }
  | { kind: 'gap'; key: string; at: number }
  | { kind: 'unread'; key: string }
  | { kind: 'fold'; key: string; count: number; since: number }
  | { kind: 'message'; key: string; row: MessageRow; head: boolean; seen: readonly Receipt[] };

export interface Frame {
  /** Moments before which history is missing. */
  gaps?: readonly number[];
  /** The first message the user had not read when the conversation was opened. */
  unread?: string | null;
  receipts?: readonly Receipt[];
  /** The first row is the first message of all. */
  complete?: boolean;
  /** Each message stands alone (mail). */
  apart?: boolean;
  /** Show only this many of the newest; the rest is one line. */
  fold?: number | null;
}

/** Messages of one sender within this time stand under one head. */
const TOGETHER = 5 * 60_000;

/** Ids follow time and are whole numbers without leading zeros. */
export function byId(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

const speaker = (row: MessageRow): string => (row.mine ? '\u0000me' : row.from.address.value);

/** Whether a message goes on where the one before stopped. */
export function goesOn(before: MessageRow, row: MessageRow): boolean {
  return (
    speaker(before) === speaker(row) &&
    row.at - before.at < TOGETHER &&
    dayOf(before.at) === dayOf(row.at) &&
    before.internal === row.internal &&
    before.thread === row.thread &&
    row.reply_to === null &&
    row.way === null &&
    before.way === null
  );
}

/** The rows (oldest first) with what stands between them. */
export function entries(rows: readonly MessageRow[], frame: Frame = {}): Entry[] {
  const out: Entry[] = [];
  const gaps = [...(frame.gaps ?? [])].sort((a, b) => a - b);
  const seen = new Map<string, Receipt[]>();
  for (const receipt of frame.receipts ?? []) {
    const of = seen.get(receipt.message);
    if (of) of.push(receipt);
    else seen.set(receipt.message, [receipt]);
  }
  const first = rows[0];
  let from = 0;
  if (frame.fold && rows.length > frame.fold + 1 && first) {
    from = rows.length - frame.fold;
    // What is unread is never behind a fold.
    const unread = rows.findIndex((row) => row.id === frame.unread || row.unread);
    if (unread >= 0) from = Math.min(from, unread);
    if (from > 0) out.push({ kind: 'fold', key: 'fold', count: from, since: first.at });
  } else if (frame.complete && first && gaps.length === 0 && !frame.apart) {
    out.push({ kind: 'start', key: 'start', at: first.at });
  }
  let before: MessageRow | undefined;
  let gap = 0;
  for (const row of rows.slice(from)) {
    let hole = false;
    while (gap < gaps.length && (gaps[gap] ?? 0) <= row.at) {
      const at = gaps[gap] ?? 0;
      // A hole that ends before the first row shown is not between any of them.
      if (before !== undefined ? at > before.at : frame.complete || at === row.at) {
        out.push({ kind: 'gap', key: `gap-${at}`, at });
        hole = true;
      }
      gap += 1;
    }
    if (!before || dayOf(before.at) !== dayOf(row.at)) {
      out.push({ kind: 'day', key: `day-${dayOf(row.at)}`, at: row.at });
    }
    const line = frame.unread === row.id;
    if (line) out.push({ kind: 'unread', key: 'unread' });
    out.push({
      kind: 'message',
      key: row.id,
      row,
      head: !before || hole || line || frame.apart === true || !goesOn(before, row),
      seen: seen.get(row.id) ?? [],
    });
    before = row;
  }
  return out;
}

/** Where a message stands among the entries; -1 when it is not there. */
export const placeOf = (all: readonly Entry[], id: string): number =>
  all.findIndex((entry) => entry.kind === 'message' && entry.row.id === id);
