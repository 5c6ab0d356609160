// Into which group a task falls, and in which order the groups stand. Pure, so
// that the day can be given.

import type { TaskRow } from '../core/generated/TaskRow';
import { dayAt } from '../core/format';

export type GroupBy = 'due' | 'customer' | 'source';
export const GROUPINGS: readonly GroupBy[] = ['due', 'customer', 'source'];

const DAY = 86_400_000;

/** The day buckets, first things first. `day:<n>` is a day of this week, n days ahead. */
export function dueGroup(row: TaskRow, now: number): { key: string; rank: number } {
  if (row.due === null) return { key: 'none', rank: 1_000 };
  if (row.overdue) return { key: 'overdue', rank: -1 };
  const at = row.due.is === 'at' ? row.due.at : dayAt(row.due.at);
  const today = new Date(now).setHours(0, 0, 0, 0);
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - today) / DAY);
  if (days < 0) return { key: 'overdue', rank: -1 };
  // Monday begins the week: days left in this one.
  const left = 7 - ((new Date(now).getDay() + 6) % 7) - 1;
  if (days <= Math.max(1, left)) return { key: `day:${days}`, rank: days };
  if (days <= left + 7) return { key: 'next_week', rank: 20 };
  return { key: 'later', rank: 30 };
}

export interface Group {
  key: string;
  rank: number;
  ids: string[];
}

/** Ids in the core's order, gathered into groups; a row still on its way stays with the one before. */
export function grouped(
  ids: readonly string[],
  row: (id: string) => TaskRow | undefined,
  by: GroupBy,
  now: number,
): Group[] {
  const groups = new Map<string, Group>();
  let before = by === 'due' ? { key: 'later', rank: 30 } : { key: '', rank: 0 };
  for (const id of ids) {
    const found = row(id);
    if (found) {
      before =
        by === 'due'
          ? dueGroup(found, now)
          : by === 'customer'
            ? { key: found.customer_name ?? '', rank: found.customer_name ? 0 : 1 }
            : { key: found.account, rank: 0 };
    }
    const group = groups.get(before.key) ?? { ...before, ids: [] };
    group.ids.push(id);
    groups.set(before.key, group);
  }
  // A name has no rank of its own: the core's order stands.
  return [...groups.values()].sort((a, b) => a.rank - b.rank);
}

/** The row that takes the place of one that leaves: the next, else the one before. */
export function neighbour(ids: readonly string[], id: string): string | null {
  const at = ids.indexOf(id);
  return ids[at + 1] ?? ids[at - 1] ?? null;
}

export const STATUSES = ['open', 'started', 'done', 'cancelled'] as const;
export type Status = (typeof STATUSES)[number];

export const finished = (status: string): boolean => status === 'done' || status === 'cancelled';
