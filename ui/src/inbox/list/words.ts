// What a row says: who, where, the line and what follows, and its marks. Pure.

import type { ConversationRow } from '../../core/generated/ConversationRow';

export interface Words {
  who: string;
  /** Where it was said, when that is not clear from who. */
  place: string;
  line: string;
  rest: string;
  /** Where it is to be said that the words are the user's own. */
  mine: 'line' | 'rest' | null;
}

/** The first sentence and what follows it. */
export function firstSentence(text: string): [string, string] {
  const flat = text.replace(/\s+/g, ' ').trim();
  const match = /^(.{8,}?[.!?…])\s+(?=\S)/u.exec(flat);
  return match?.[1] ? [match[1], flat.slice(match[0].length)] : [flat, ''];
}

export function words(row: ConversationRow): Words {
  const customer = row.customer_name ?? '';
  const mine = row.last_mine;
  if (row.kind === 'mail_thread' || row.kind === 'ticket') {
    const ticket = row.kind === 'ticket';
    const who = ticket
      ? row.title
      : mine
        ? (row.last_to ?? (customer || row.title))
        : (row.last_from ?? row.title);
    return {
      who,
      place: who === customer ? '' : customer,
      line: ticket ? (row.last_from ?? '') : row.title,
      rest: row.last_text,
      mine: mine ? 'rest' : null,
    };
  }
  const [line, rest] = firstSentence(row.last_text);
  const direct = row.kind === 'direct';
  const who = direct || mine ? row.title : (row.last_from ?? row.title);
  const place = direct || mine ? customer : row.title;
  return { who, place: place === who ? '' : place, line, rest, mine: mine ? 'line' : null };
}

export type MarkKind = '' | 'accent' | 'danger' | 'warn' | 'note';
export interface Mark {
  is: 'failed' | 'mentions' | 'draft' | 'scheduled' | 'back' | 'snoozed' | 'question';
  kind: MarkKind;
  icon: string;
  /** A count or a moment, where it has one. */
  n?: number;
  at?: number;
}

/** A row has room for this many. */
const MOST = 2;

/** The marks that matter most. */
export function marks(row: ConversationRow): Mark[] {
  const all: (Mark | false)[] = [
    row.failed > 0 && { is: 'failed', kind: 'danger', icon: 'error', n: row.failed },
    row.mentions > 0 && { is: 'mentions', kind: 'accent', icon: 'mention', n: row.mentions },
    row.draft && { is: 'draft', kind: 'warn', icon: 'draft' },
    row.scheduled !== null && { is: 'scheduled', kind: '', icon: 'schedule', at: row.scheduled },
    row.snoozed_until !== null && {
      is: 'snoozed',
      kind: '',
      icon: 'snooze',
      at: row.snoozed_until,
    },
    row.back_at !== null && { is: 'back', kind: '', icon: 'snooze' },
    row.question && { is: 'question', kind: 'note', icon: 'waiting' },
  ];
  return all.filter((mark): mark is Mark => mark !== false).slice(0, MOST);
}

/** The glyph on the corner of the face. */
export const channel = (kind: string): string =>
  ({ mail_thread: 'mail', ticket: 'ticket', room: 'chat', direct: 'chat', space: 'space' })[kind] ??
  'chat';
