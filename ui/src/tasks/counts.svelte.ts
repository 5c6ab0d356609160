// How many tasks some lists have: asked once and again after commits.

import type { TaskFilter } from '../core/generated/TaskFilter';
import { on, query } from '../core/live.svelte';
import type { Query } from '../core/live.svelte';

/**
 * Numbers in the order of the filters; the last known one stays while another is asked. Create it
 * while a component starts.
 */
export function counts(filters: (() => TaskFilter)[]): {
  readonly value: readonly (number | undefined)[];
} {
  const asked: Query<{ count: number }>[] = filters.map((one) =>
    query('tasks_count', one, on('tasks')),
  );
  const known: (number | undefined)[] = [];
  return {
    get value() {
      return asked.map((one, n) => (known[n] = one.value?.count ?? known[n]));
    },
  };
}
