import { describe, expect, it } from 'vitest';
import { fake } from './fake';
import type { ConversationRow } from './generated/ConversationRow';
import { undoDone, undoSnooze } from './standing';

const row = (id: string, change: Partial<ConversationRow>): ConversationRow =>
  ({ id, done: false, snoozed_until: null, marked_unread: false, ...change }) as ConversationRow;

const answers = { conversation_done: () => ({}), snooze: () => ({}), mark_unread: () => ({}) };

describe('taking back', () => {
  it('"done" puts off and marks again what was put off and marked', async () => {
    const core = fake(answers as never);
    const soon = Date.now() + 3_600_000;
    await undoDone(
      [
        row('1', { snoozed_until: soon }),
        row('2', { marked_unread: true }),
        row('3', { done: true, marked_unread: true }),
      ],
      true,
    );
    expect(core.of('conversation_done')).toEqual([{ conversations: ['1', '2'], done: false }]);
    expect(core.of('snooze')).toEqual([{ conversations: ['1'], until: soon }]);
    expect(core.of('mark_unread')).toEqual([{ conversation: '2' }]);
  });

  it('a snooze is what was done again, and what it was put off to before', async () => {
    const core = fake(answers as never);
    const soon = Date.now() + 3_600_000;
    await undoSnooze([row('1', { done: true }), row('2', { snoozed_until: soon })]);
    expect(core.of('snooze')).toEqual([
      { conversations: ['1'], until: null },
      { conversations: ['2'], until: soon },
    ]);
    expect(core.of('conversation_done')).toEqual([{ conversations: ['1'], done: true }]);
  });
});
