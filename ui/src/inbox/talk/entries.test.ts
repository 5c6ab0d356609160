import { describe, expect, it } from 'vitest';
import type { MessageRow } from '../../core/generated/MessageRow';
import { byId, entries } from './entries';

const MINUTE = 60_000;
const NOON = new Date(2026, 2, 12, 12).getTime();

function said(id: number, at: number, who = 'ann', more: Partial<MessageRow> = {}): MessageRow {
  return {
    id: String(id),
    handle: `$${id}`,
    link: null,
    at,
    from: { name: who, address: { kind: 'matrix', value: `@${who}` } },
    person: null,
    mine: false,
    to: [],
    cc: [],
    subject: null,
    text: 'x',
    has_html: false,
    reply_to: null,
    thread: null,
    edited: null,
    readable: { is: 'yes' },
    reactions: [],
    attachments: [],
    internal: false,
    unread: false,
    way: null,
    tasks: [],
    ...more,
  } as MessageRow;
}
const shape = (rows: MessageRow[], frame = {}) =>
  entries(rows, frame).map((one) =>
    one.kind === 'message' ? `${one.head ? 'head ' : ''}${one.row.id}` : one.kind,
  );

describe('the feed', () => {
  it('puts messages of one sender under one head, until time, day, person or kind changes', () => {
    const rows = [
      said(1, NOON),
      said(2, NOON + MINUTE),
      said(3, NOON + 2 * MINUTE, 'ben'),
      said(4, NOON + 3 * MINUTE, 'ben', { internal: true }),
      said(5, NOON + 20 * MINUTE, 'ben', { internal: true }),
      said(6, NOON + 24 * 60 * MINUTE, 'ben', { internal: true }),
    ];
    expect(shape(rows)).toEqual([
      'day',
      'head 1',
      '2',
      'head 3',
      'head 4',
      'head 5',
      'day',
      'head 6',
    ]);
  });

  it('shows a hole in history where it is, and not before rows that are not loaded', () => {
    const rows = [said(1, NOON), said(2, NOON + MINUTE), said(3, NOON + 2 * MINUTE)];
    expect(shape(rows, { gaps: [NOON + MINUTE, NOON - 99 * MINUTE] })).toEqual([
      'day',
      'head 1',
      'gap',
      'head 2',
      '3',
    ]);
    expect(shape(rows, { gaps: [NOON - 99 * MINUTE], complete: true })[0]).toBe('gap');
  });

  it('says where the conversation began only when nothing is missing before', () => {
    const rows = [said(1, NOON)];
    expect(shape(rows, { complete: true })[0]).toBe('start');
    expect(shape(rows, { complete: true, gaps: [NOON] })).not.toContain('start');
    expect(shape(rows)).not.toContain('start');
  });

  it('draws the unread line once, and gives the message below it its head', () => {
    const rows = [said(1, NOON), said(2, NOON + 1), said(3, NOON + 2)];
    expect(shape(rows, { unread: '2' })).toEqual(['day', 'head 1', 'unread', 'head 2', '3']);
  });

  it('folds earlier mails into one line, but nothing unread', () => {
    const rows = [1, 2, 3, 4, 5, 6].map((id) => said(id, NOON + id));
    const folded = entries(rows, { fold: 3, apart: true });
    expect(folded[0]).toMatchObject({ kind: 'fold', count: 3, since: NOON + 1 });
    expect(shape(rows, { fold: 3, apart: true, unread: '2' })).toContain('head 2');
    expect(shape(rows.slice(0, 4), { fold: 3 })).not.toContain('fold');
  });

  it('keeps every message once, whatever stands between', () => {
    const rows = Array.from({ length: 300 }, (_, at) => said(at + 1, NOON + at * 7 * MINUTE));
    const ids = entries(rows, { gaps: [NOON + 70 * MINUTE], unread: '44' }).flatMap((one) =>
      one.kind === 'message' ? [one.row.id] : [],
    );
    expect(ids).toEqual(rows.map((row) => row.id));
    expect(new Set(entries(rows).map((one) => one.key)).size).toBe(entries(rows).length);
  });

  it('orders ids as the numbers they are', () => {
    expect(['10', '9', '1882912676905207891'].sort(byId)).toEqual([
      '9',
      '10',
      '1882912676905207891',
    ]);
  });
});
