// Where a field stands between here and its source. One pure function, so that
// a value is never drawn as saved before its source has said so.

import type { ConflictRow } from '../core/generated/ConflictRow';
import type { Fault } from '../core/generated/Fault';
import type { FieldValue } from '../core/generated/FieldValue';
import type { OutboxRow } from '../core/generated/OutboxRow';
import { faultWhy } from '../core/said';
import { same } from './values';

export type Standing =
  /** The source says so. */
  | { is: 'said' }
  /** Ours waits for its source, or is on its way. */
  | { is: 'waits'; entry: OutboxRow }
  /** The source changed it meanwhile: the user decides. */
  | { is: 'conflict'; entry: OutboxRow; row: ConflictRow }
  /** The source refused ours; it is kept beside. */
  | { is: 'refused'; entry: OutboxRow };

/** How a field stands, from the outbox entries of its item. */
export function standing(
  field: string,
  value: FieldValue,
  atSource: FieldValue | null,
  entries: readonly OutboxRow[],
): Standing {
  const edits = entries.filter((one) => one.does === 'set_fields');
  for (const entry of edits) {
    const row = entry.conflict.find((one) => one.field === field);
    if (row && entry.state === 'parked') return { is: 'conflict', entry, row };
  }
  if (atSource === null || same(atSource, value)) return { is: 'said' };
  // The newest entry carries the newest wish.
  const entry = edits.at(-1);
  if (!entry) return { is: 'said' };
  return { is: entry.state === 'parked' ? 'refused' : 'waits', entry };
}

/** Why an entry was refused, in the source's own words. */
export function reason(fault: Fault | null): string {
  return fault === null ? '' : faultWhy(fault);
}
