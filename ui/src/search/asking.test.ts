import { describe, expect, it } from 'vitest';
import { useTransport } from '../core/transport';
import type { Transport } from '../core/transport';
import { asking } from './asking.svelte';

/** A core that answers a search when it is told to. */
function slow() {
  const waiting: { text: string; answer: () => void }[] = [];
  useTransport({
    call: (_name: string, request: { text: string }) =>
      new Promise((resolve) =>
        waiting.push({
          text: request.text,
          answer: () =>
            resolve({
              page: { hits: [], more: false, ignored: [request.text] },
              words: { from: 0, to: 0, words: [] },
              customers: [],
              people: [],
              records: [],
              tasks: [],
            }),
        }),
      ),
  } as unknown as Transport);
  return waiting;
}
const settled = async () => {
  for (let at = 0; at < 12; at += 1) await Promise.resolve();
};
const ask = (query: string) => ({ query, text: query, name: '', cursor: query.length });

describe('asking while typing', () => {
  it('has one question under way and asks only the newest after it', async () => {
    const waiting = slow();
    const search = asking();
    for (const text of ['l', 'li', 'lin', 'line']) search.ask(ask(text));
    expect(waiting.map((one) => one.text)).toEqual(['l']);
    waiting[0]?.answer();
    await settled();
    expect(search.value?.query).toBe('l');
    expect(waiting.map((one) => one.text)).toEqual(['l', 'line']);
    // The old answer stays until the new one is there.
    waiting[1]?.answer();
    await settled();
    expect(search.value?.query).toBe('line');
  });
});
