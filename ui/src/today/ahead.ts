// The meeting ahead and the rest of the day, as they are read. Pure.

import type { EventRow } from '../core/generated/EventRow';
import type { Mailbox } from '../core/generated/Mailbox';

/** Names of those asked, without the user. */
export function names(attendees: readonly Mailbox[], own: readonly string[]): string[] {
  const mine = new Set(own.map((one) => one.toLowerCase()));
  const out = attendees
    .filter((one) => !mine.has(one.address.value.toLowerCase()))
    .map((one) => one.name?.trim() || one.address.value);
  return [...new Set(out)];
}

/** Where the present falls: the index of the first entry that has not begun. */
export function present(events: readonly EventRow[], now: number): number {
  const at = events.findIndex((one) => one.start > now);
  return at < 0 ? events.length : at;
}

/** Where a meeting takes place, when that is an address to open. */
export function link(location: string | null): string | null {
  const found = /https:\/\/[^\s<>"]+/.exec(location ?? '');
  return found?.[0] ?? null;
}
