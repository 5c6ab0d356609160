import { flushSync } from 'svelte';
import { expect, test, vi } from 'vitest';

// The clock begins when it is read in: with the timers of the test.
vi.useFakeTimers({ now: new Date(2026, 2, 12, 9, 0, 30) });
const { instant, seconds } = await import('./clock.svelte');
const { age, when } = await import('./format');

/** What is written, each time that it is looked at again. */
function follow(write: () => string): { said: string[]; end: () => void } {
  const said: string[] = [];
  const end = $effect.root(() => {
    $effect(() => void said.push(write()));
  });
  flushSync();
  return { said, end };
}

function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
  flushSync();
}

test('what is older than a minute is looked at when a minute begins, what is younger before', () => {
  const from = Date.now();
  const old = follow(() => age(from - 5 * 60_000));
  const young = follow(() => age(from));
  const time = follow(() => when(from));
  pass(10_000);
  pass(10_000);
  expect(young.said).toEqual([age(0, 0), age(0, 10_000), age(0, 20_000)]);
  expect(old.said).toEqual([age(0, 5 * 60_000)]);
  pass(10_000);
  expect(old.said).toHaveLength(2);
  expect(time.said).toHaveLength(2);
  for (const one of [old, young, time]) one.end();
});

test('a countdown is followed by the second and leaves the rest alone', () => {
  const from = Date.now();
  const left = follow(() => String(Math.round((instant() - from) / 1000)));
  const time = follow(() => when(from));
  const stop = seconds();
  pass(1_000);
  pass(1_000);
  stop();
  expect(left.said.slice(-2)).toEqual(['1', '2']);
  expect(time.said).toHaveLength(1);
  left.end();
  time.end();
});
