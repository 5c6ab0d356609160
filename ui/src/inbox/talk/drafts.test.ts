import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ItemId } from '../../core/generated/ItemId';
import type { Outgoing } from '../../core/generated/Outgoing';
import { useTransport } from '../../core/transport';
import type { Transport } from '../../core/transport';
import { DraftKeeper, WITHIN } from './drafts.svelte';

const ID = '7' as ItemId;
const said = (text: string, more: Partial<Outgoing> = {}): Outgoing => ({
  text,
  subject: null,
  to: [],
  cc: [],
  reply_to: null,
  thread: null,
  mentions: [],
  files: [],
  ...more,
});
let kept: string | null = null;
let calls: string[] = [];
let failing = false;

useTransport({
  call: async (name: string, request: { text?: string }) => {
    calls.push(name);
    if (failing) throw new Error('no disk');
    if (name === 'draft_save') kept = request.text ?? '';
    if (name === 'draft_discard') kept = null;
    const draft = { conversation: ID, title: '', version: 1, at: 5, ...said('from before') };
    return name === 'draft' ? { draft, answers: null, files: [] } : {};
  },
  topics: () => () => {},
  list: () => () => {},
  gate: async () => ({ state: 'open', message: '', can: [] }),
  shell: { native: false, act: async () => null, on: () => () => {} },
} as unknown as Transport);

beforeEach(() => {
  vi.useFakeTimers();
  kept = null;
  calls = [];
  failing = false;
});

describe('a draft', () => {
  it('is at the core within 300 ms of each letter, also while typing goes on', async () => {
    expect(WITHIN).toBeLessThan(300);
    const draft = new DraftKeeper(ID);
    // A letter every 100 ms, without a pause.
    for (let at = 1; at <= 20; at += 1) {
      draft.typed(said('x'.repeat(at)));
      await vi.advanceTimersByTimeAsync(100);
      expect(at - (kept?.length ?? 0)).toBeLessThanOrEqual(3);
    }
    await vi.advanceTimersByTimeAsync(WITHIN);
    expect(kept).toBe('x'.repeat(20));
  });

  it('is restored, and not written again when nothing changed', async () => {
    const draft = new DraftKeeper(ID);
    expect((await draft.load()).draft?.text).toBe('from before');
    draft.typed(said('from before'));
    await vi.advanceTimersByTimeAsync(2 * WITHIN);
    expect(calls).toEqual(['draft']);
  });

  it('is tried again until the core has it', async () => {
    const draft = new DraftKeeper(ID);
    failing = true;
    draft.typed(said('kept after all'));
    await vi.advanceTimersByTimeAsync(WITHIN);
    expect(draft.trouble).toContain('no disk');
    failing = false;
    await vi.advanceTimersByTimeAsync(5 * WITHIN);
    expect(kept).toBe('kept after all');
    expect(draft.trouble).toBe('');
  });

  it('that was sent is not saved again by a clock that was still running', async () => {
    const draft = new DraftKeeper(ID);
    draft.typed(said('sent'));
    draft.sent();
    await vi.advanceTimersByTimeAsync(4 * WITHIN);
    expect(kept).toBeNull();
    expect(calls).toEqual([]);
  });

  it('is its files and what it answers too, and is gone only when nothing is left', async () => {
    const draft = new DraftKeeper(ID);
    await draft.load();
    draft.typed(said('', { files: ['/staged/plan.pdf'] }));
    await vi.advanceTimersByTimeAsync(WITHIN);
    draft.typed(said('', { files: ['/staged/plan.pdf'], reply_to: '$q' as never }));
    await vi.advanceTimersByTimeAsync(WITHIN);
    draft.typed(said('', { reply_to: '$q' as never }));
    await vi.advanceTimersByTimeAsync(WITHIN);
    expect(calls).toEqual(['draft', 'draft_save', 'draft_save', 'draft_discard']);
  });

  it('is not written while the core decides what is kept', async () => {
    const draft = new DraftKeeper(ID);
    await draft.load();
    draft.hold();
    draft.typed(said(''));
    await vi.advanceTimersByTimeAsync(4 * WITHIN);
    draft.took({ draft: { ...said('back'), at: 9 } as never, answers: null, files: [] });
    draft.release();
    await vi.advanceTimersByTimeAsync(4 * WITHIN);
    expect(calls).toEqual(['draft']);
    expect(draft.at).toBe(9);
  });
});
