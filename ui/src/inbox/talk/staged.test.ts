import { expect, it } from 'vitest';
import { dropped } from './staged.svelte';

it('takes files only once they are let go over the window', () => {
  expect(dropped({ phase: 'over', paths: ['/a'] }).phase).toBe('over');
  expect(dropped({ phase: 'drop', paths: ['/a', 7] })).toEqual({ phase: 'drop', paths: ['/a'] });
  expect(dropped(null)).toEqual({ phase: 'leave', paths: [] });
});
