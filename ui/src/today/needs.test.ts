import { describe, expect, it } from 'vitest';
import type { RecordRow } from '../core/generated/RecordRow';
import type { TaskRow } from '../core/generated/TaskRow';
import type { Today } from '../core/generated/Today';
import { away, evidence, inOrder, kept, needs } from './needs';

const invoice = (id: string, days: number, amount = '10.00') =>
  ({ id, overdue_days: days, outstanding: { amount, currency: 'EUR' } }) as unknown as RecordRow;
const today = (own: Partial<Record<keyof Today, unknown>>) =>
  ({
    mentions: [],
    questions: [],
    overdue: [],
    tasks: [],
    events: [],
    back: [],
    next: null,
    ...own,
  }) as unknown as Today;

describe('what needs the user', () => {
  it('names a conversation once, and what failed first', () => {
    const found = needs(
      today({
        mentions: [{ id: '1' }],
        questions: [{ row: { id: '1' } }, { row: { id: '2' } }],
        overdue: [invoice('7', 3), invoice('8', 31)],
      }),
      [
        { id: 'a', state: 'queued' },
        { id: 'b', state: 'unsure' },
      ] as never,
      {},
      0,
    );
    expect(found.map((one) => one.id)).toEqual([
      'failed-b',
      'mention-1',
      'question-2',
      'overdue-8',
      'overdue-7',
    ]);
  });

  it('brings an invoice back when its moment has come, or when it is done with but has changed', () => {
    expect(away(invoice('7', 3), { '7': { until: 100, at: '10.00' } }, 99)).toBe(true);
    expect(away(invoice('7', 3), { '7': { until: 100, at: '10.00' } }, 100)).toBe(false);
    expect(away(invoice('7', 3), { '7': { until: null, at: '10.00' } }, 1e15)).toBe(true);
    expect(away(invoice('7', 3, '4.00'), { '7': { until: null, at: '10.00' } }, 0)).toBe(false);
  });

  it('does not keep what nobody owes any more', () => {
    const offs = {
      '7': { until: null, at: '1' },
      '8': { until: 5, at: '1' },
      '9': { until: null, at: '1' },
    };
    expect(Object.keys(kept(offs, [invoice('7', 1), invoice('8', 1)], 6))).toEqual(['7']);
  });
});

describe('the tasks of a day', () => {
  it('go by the hour, and what has the whole day comes last', () => {
    const at = (hour: number) => new Date(2026, 2, 12, hour).getTime();
    const task = (id: string, due: TaskRow['due']) => ({ id, due }) as unknown as TaskRow;
    const sorted = inOrder([
      task('none', null),
      task('today', { is: 'day', at: '2026-03-12' }),
      task('noon', { is: 'at', at: at(12) }),
      task('yesterday', { is: 'day', at: '2026-03-11' }),
      task('ten', { is: 'at', at: at(10) }),
    ]);
    expect(sorted.map((one) => one.id)).toEqual(['yesterday', 'ten', 'noon', 'today', 'none']);
  });
});

describe('evidence', () => {
  it('shows the very sentence with what stands around it', () => {
    expect(evidence('Hello.\nIs it ready?\nThank you', 'Is it ready?')).toEqual({
      before: 'Hello. ',
      sentence: 'Is it ready?',
      after: ' Thank you',
    });
  });

  it('cuts long surroundings at words and never the sentence', () => {
    const long = 'word '.repeat(80);
    const found = evidence(`${long}When? ${long}`, 'When?');
    expect(found.sentence).toBe('When?');
    expect(found.before.startsWith('… word')).toBe(true);
    expect(found.before.length).toBeLessThan(120);
    expect(found.after.endsWith('word…')).toBe(true);
  });

  it('is the whole text when the sentence is not in it', () => {
    expect(evidence('Some text', '')).toEqual({ before: '', sentence: 'Some text', after: '' });
  });
});
