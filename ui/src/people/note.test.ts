import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { OrgId } from '../core/generated/OrgId';
import { fake } from '../core/fake';
import type { Fake } from '../core/fake';
import { NoteDraft, WITHIN } from './note.svelte';

const ID = '7' as unknown as OrgId;
const KEY = 'people.note.7';
let rows: Map<string, unknown>;
let failing = false;
let core: Fake;

/** As on a disk that may be full. */
const reach = <T>(answer: () => T): T => {
  if (failing) throw new Error('no disk');
  return answer();
};

beforeEach(() => {
  vi.useFakeTimers();
  rows = new Map();
  failing = false;
  core = fake({
    setting: ({ key }) => reach(() => ({ key, value: rows.get(key) ?? null })),
    setting_set: ({ key, value }) => reach(() => (rows.set(key, value), {})),
  });
});

function type(draft: NoteDraft, text: string): void {
  draft.text = text;
  draft.typed();
}

describe('a note being written', () => {
  it('is a row while one writes, and is there after a restart', async () => {
    const draft = new NoteDraft(ID);
    await draft.look();
    // A letter every 100 ms, without a pause.
    for (let at = 1; at <= 20; at += 1) {
      type(draft, 'x'.repeat(at));
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(WITHIN);
    expect(rows.get(KEY)).toBe('x'.repeat(20));
    expect(core.of('setting_set').length).toBeGreaterThan(2);
    const again = new NoteDraft(ID);
    await again.look();
    expect(again.text).toBe('x'.repeat(20));
  });

  it('loses nothing of what was kept when one types before that is there', async () => {
    rows.set(KEY, 'Ring twice.');
    const draft = new NoteDraft(ID);
    const looking = draft.look();
    type(draft, 'Ask for Ada.');
    await looking;
    expect(draft.text).toBe('Ring twice.\n\nAsk for Ada.');
    await vi.advanceTimersByTimeAsync(WITHIN);
    expect(rows.get(KEY)).toBe('Ring twice.\n\nAsk for Ada.');
  });

  it('is not written over what could not be read, and tries again', async () => {
    rows.set(KEY, 'Ring twice.');
    failing = true;
    const draft = new NoteDraft(ID);
    await draft.look();
    type(draft, 'Ask for Ada.');
    await vi.advanceTimersByTimeAsync(WITHIN);
    expect(core.of('setting_set')).toEqual([]);
    failing = false;
    await vi.advanceTimersByTimeAsync(4 * WITHIN);
    expect(rows.get(KEY)).toBe('Ring twice.\n\nAsk for Ada.');
  });

  it('leaves the row when it has become a note; what was typed since stays', async () => {
    const draft = new NoteDraft(ID);
    await draft.look();
    type(draft, 'Ring twice.');
    await draft.flush();
    await draft.noted('Ring twice.');
    expect(rows.get(KEY)).toBeNull();
    type(draft, 'Ring twice. And wait.');
    await draft.noted('Ring twice.');
    expect(draft.text).toBe('And wait.');
    expect(rows.get(KEY)).toBe('And wait.');
  });
});
