// What needs the user now, in one order: what failed, who called by name, who
// asks, who owes. Pure; the screen draws it and acts on it.

import { dueAt } from '../core/format';
import type { Asked } from '../core/generated/Asked';
import type { ConversationRow } from '../core/generated/ConversationRow';
import type { OutboxRow } from '../core/generated/OutboxRow';
import type { RecordRow } from '../core/generated/RecordRow';
import type { TaskRow } from '../core/generated/TaskRow';
import type { Today } from '../core/generated/Today';

/** Tasks of the day as the day goes: what has an hour before what has the whole day. */
export const inOrder = (tasks: readonly TaskRow[]): TaskRow[] =>
  tasks.toSorted((a, b) => (a.due ? dueAt(a.due) : Infinity) - (b.due ? dueAt(b.due) : Infinity));

export type Need =
  | { id: string; is: 'failed'; entry: OutboxRow }
  | { id: string; is: 'mention'; row: ConversationRow }
  | { id: string; is: 'question'; asked: Asked }
  | { id: string; is: 'overdue'; record: RecordRow };

/** A record put off here: until a moment, or for as long as it stays as it is. */
export interface PutOff {
  until: number | null;
  /** What was still to be paid. */
  at: string;
}

/** Records put off, by id; a row in the database. */
export type PutOffs = Record<string, PutOff>;

/** Whether a record is put off now. */
export function away(record: RecordRow, offs: PutOffs, now: number): boolean {
  const off = offs[record.id];
  if (!off) return false;
  if (off.until !== null) return off.until > now;
  return off.at === (record.outstanding?.amount ?? '');
}

/** Without what has passed and what nobody asks for any more. */
export function kept(offs: PutOffs, records: readonly RecordRow[], now: number): PutOffs {
  const known = new Map(records.map((one) => [one.id as string, one]));
  return Object.fromEntries(
    Object.entries(offs).filter(([id, off]) => {
      const record = known.get(id);
      return record !== undefined && (off.until === null || off.until > now);
    }),
  );
}

/** Sends that wait for the user. */
export const failed = (outbox: readonly OutboxRow[]): OutboxRow[] =>
  outbox.filter((entry) => entry.state === 'parked' || entry.state === 'unsure');

export function needs(
  today: Today,
  outbox: readonly OutboxRow[],
  offs: PutOffs,
  now: number,
): Need[] {
  const named = new Set(today.mentions.map((row) => row.id));
  return [
    ...failed(outbox).map((entry): Need => ({ id: `failed-${entry.id}`, is: 'failed', entry })),
    ...today.mentions.map((row): Need => ({ id: `mention-${row.id}`, is: 'mention', row })),
    ...today.questions
      // One conversation needs the user once.
      .filter((asked) => !named.has(asked.row.id))
      .map((asked): Need => ({ id: `question-${asked.row.id}`, is: 'question', asked })),
    ...today.overdue
      .filter((record) => !away(record, offs, now))
      .sort((a, b) => (b.overdue_days ?? 0) - (a.overdue_days ?? 0))
      .map((record): Need => ({ id: `overdue-${record.id}`, is: 'overdue', record })),
  ];
}

export interface Evidence {
  before: string;
  sentence: string;
  after: string;
}

const LEAD = 110;
const TAIL = 60;

/** A sentence with a little of what stands around it, cut at words. */
export function evidence(text: string, sentence: string): Evidence {
  const flat = (part: string): string => part.replace(/\s+/g, ' ').trim();
  const [whole, mark] = [flat(text), flat(sentence)];
  const at = whole.indexOf(mark);
  if (mark === '' || at < 0) return { before: '', sentence: mark || whole, after: '' };
  let before = whole.slice(0, at);
  if (before.length > LEAD) before = `…${before.slice(-LEAD).replace(/^\S*/, '')}`;
  let after = whole.slice(at + mark.length);
  if (after.length > TAIL) after = `${after.slice(0, TAIL).replace(/\S*$/, '').trimEnd()}…`;
  return { before, sentence: mark, after };
}
