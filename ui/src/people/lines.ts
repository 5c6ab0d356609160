// How a line of the timeline reads: its glyph, its bold beginning, its place.

import type { TimelineRow } from '../core/generated/TimelineRow';
import { t, word } from '../core/i18n.svelte';
import { placeOf, to } from '../core/route.svelte';

const GLYPHS: Record<string, string> = {
  mail: 'mail',
  chat: 'chat',
  ticket: 'ticket',
  task: 'task',
  event: 'calendar',
  page: 'wiki',
  change: 'conflict',
  record: 'record',
};
const RECORDS: Record<string, string> = {
  invoice: 'invoice',
  order: 'order',
  quote: 'record',
  opportunity: 'opportunity',
  payment: 'payment',
  activity: 'phone',
  project: 'folder',
  ticket_note: 'ticket',
  note: 'note',
};

/** What is kept on this device only was written here as a note. */
const noted = (row: TimelineRow): boolean => row.group === 'page' && row.from.connector === 'local';

export const glyphOf = (row: TimelineRow): string =>
  (noted(row) ? 'note' : undefined) ??
  (row.group === 'record' && row.record_kind ? RECORDS[row.record_kind] : undefined) ??
  GLYPHS[row.group] ??
  'record';

export const toneOf = (row: TimelineRow): '' | 'warn' | 'note' =>
  row.group === 'change' ? 'warn' : row.record_kind === 'activity' || noted(row) ? 'note' : '';

/** A document's code, which its text begins with. */
function code(row: TimelineRow): string | null {
  const at = row.title === '' ? -1 : row.text.indexOf(row.title);
  const before = at > 0 ? row.text.slice(0, at).trim() : '';
  return before !== '' && before.length < 24 && !before.includes('\n') ? before : null;
}

/** Who wrote it. A source that does not say who the user is there lets the account itself write. */
const writer = (row: TimelineRow): string =>
  row.who === row.from.account ? t('people.you') : (row.who ?? '');

/** The bold beginning and the rest. */
export function wordsOf(row: TimelineRow): { head: string; rest: string } {
  if (row.group === 'mail' || row.group === 'chat')
    return { head: writer(row), rest: row.title || row.text };
  if (row.kind === 'record') {
    const number = code(row);
    const ticket = row.group === 'ticket' && number !== null && /^\d+$/.test(number);
    return {
      head: number
        ? ticket
          ? `#${number}`
          : number
        : word('people.record', row.record_kind ?? ''),
      rest: row.title,
    };
  }
  if (row.group === 'ticket') return { head: writer(row), rest: row.title || row.text };
  return { head: word('people.one', noted(row) ? 'note' : row.group), rest: row.title || row.text };
}

/** Where a line leads. */
export function lineTo(row: TimelineRow): string | null {
  if (row.group === 'change') return row.record_kind ? to('record', row.id) : null;
  if (row.kind === 'message' && row.conversation)
    return to('inbox', row.conversation, { message: row.id });
  return placeOf(row.kind, row.id);
}
