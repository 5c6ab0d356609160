import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { fake } from './fake';
import type { ItemId } from './generated/ItemId';
import type { TaskFilter } from './generated/TaskFilter';
import type { TaskRow } from './generated/TaskRow';
import { liveList } from './live.svelte';
import type { LiveList } from './live.svelte';
import { call } from './transport';

describe('a followed list', () => {
  it('asks for no more rows at once than the core answers, and for all of them', async () => {
    const ids = Array.from({ length: 1_100 }, (_, n) => String(n));
    const carrier = fake(
      { tasks_by_id: (which) => (which.ids ?? []).map((id) => ({ id }) as unknown as TaskRow) },
      { tasks: ids },
    );
    let list: LiveList<TaskRow> | undefined;
    const stop = $effect.root(() => {
      list = liveList(
        () => ({ of: 'tasks', filter: {} as TaskFilter }),
        (some) => call('tasks_by_id', { ids: some as ItemId[] }),
      );
    });
    flushSync();
    await vi.waitFor(() => expect(list?.ids.length).toBe(ids.length));
    for (const id of ids) list?.row(id);
    await vi.waitFor(() => expect(ids.every((id) => list?.row(id)?.id === id)).toBe(true));
    stop();
    const sizes = carrier.of('tasks_by_id').map((one) => (one.ids ?? []).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(ids.length);
  });
});
