import { describe, expect, it } from 'vitest';
import { applied } from './live.svelte';

describe('a live list', () => {
  it('ends with the ids the core has', () => {
    let ids = applied([], { is: 'reset', ids: ['a', 'b', 'c'] });
    ids = applied(ids, { is: 'splice', at: 1, remove: 1, insert: ['x', 'y'] });
    expect(ids).toEqual(['a', 'x', 'y', 'c']);
    ids = applied(ids, { is: 'splice', at: 0, remove: 1, insert: [] });
    expect(ids).toEqual(['x', 'y', 'c']);
    expect(applied(ids, { is: 'rows', ids: ['x'] })).toBe(ids);
  });
});
