import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ItemId } from '../../core/generated/ItemId';
import { useTransport } from '../../core/transport';
import type { Transport } from '../../core/transport';
import { DraftKeeper, WITHIN } from './drafts.svelte';

const ID = '7' as ItemId;
let kept: string | null = null;
let calls: string[] = [];
let failing = false;

useTransport({
  call: async (name: string, request: { text?: string }) => {
    calls.push(name);
    if (failing) throw new Error('no disk');
    if (name === 'draft_save') kept = request.text ?? '';
    if (name === 'draft_discard') kept = null;
    return name === 'drafts'
      ? [{ conversation: ID, title: '', text: 'from before', version: 1, at: 5 }]
      : {};
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
      draft.typed('x'.repeat(at));
      await vi.advanceTimersByTimeAsync(100);
      expect(at - (kept?.length ?? 0)).toBeLessThanOrEqual(3);
    }
    await vi.advanceTimersByTimeAsync(WITHIN);
    expect(kept).toBe('x'.repeat(20));
  });

  it('is restored, and not written again when nothing changed', async () => {
    const draft = new DraftKeeper(ID);
    expect(await draft.load()).toBe('from before');
    draft.typed('from before');
    await vi.advanceTimersByTimeAsync(2 * WITHIN);
    expect(calls).toEqual(['drafts']);
  });

  it('is tried again until the core has it', async () => {
    const draft = new DraftKeeper(ID);
    failing = true;
    draft.typed('kept after all');
    await vi.advanceTimersByTimeAsync(WITHIN);
    expect(draft.trouble).toContain('no disk');
    failing = false;
    await vi.advanceTimersByTimeAsync(5 * WITHIN);
    expect(kept).toBe('kept after all');
    expect(draft.trouble).toBe('');
  });

  it('that was sent is not saved again by a clock that was still running', async () => {
    const draft = new DraftKeeper(ID);
    draft.typed('sent');
    draft.sent();
    await vi.advanceTimersByTimeAsync(4 * WITHIN);
    expect(kept).toBeNull();
    expect(calls).toEqual([]);
  });
});
