import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ItemId } from '../../core/generated/ItemId';
import type { ListDelta } from '../../core/generated/ListDelta';
import type { MessageRow } from '../../core/generated/MessageRow';
import type { Outgoing } from '../../core/generated/Outgoing';
import type { MessagesOf } from '../../core/generated/MessagesOf';
import type { Topic } from '../../core/generated/Topic';
import { useTransport } from '../../core/transport';
import type { Transport } from '../../core/transport';
import { Said } from './said.svelte';

const ROOM = '1' as ItemId;
/** What the core has, oldest first. */
let all: number[] = [];
let texts = new Map<number, string>();
/** Rows that are not like the others. */
let rows = new Map<number, MessageRow>();
let asked: string[][] = [];
let open: { filter: MessagesOf; heard: (delta: ListDelta) => void }[] = [];
/** How long rows take, in milliseconds. */
let slow = 0;
let topic: ((topics: Topic[]) => void) | undefined;

const row = (id: number): MessageRow =>
  ({
    id: String(id),
    handle: `$${id}`,
    at: id,
    text: texts.get(id) ?? 'x',
    way: null,
    tasks: [],
  }) as unknown as MessageRow;

/** A page as the core cuts it: newest first. */
function cut(filter: Partial<MessagesOf>): { ids: number[]; more: boolean; newer: boolean } {
  const most = filter.limit ?? 50;
  let to = all.length;
  let from = Math.max(0, to - most);
  const around = filter.around_message;
  if (around) {
    const at = all.indexOf(Number(around));
    to = Math.min(all.length, at + Math.ceil(most / 2));
    from = Math.max(0, to - most);
  }
  return { ids: all.slice(from, to).reverse(), more: from > 0, newer: to < all.length };
}
const topics = async (...heard: Topic[]) => {
  topic?.(heard);
  await vi.advanceTimersByTimeAsync(500);
};
/** The core tells every open list what it looks like now. */
const listed = async () => {
  for (const { filter, heard } of open) heard({ is: 'reset', ids: cut(filter).ids.map(String) });
  await vi.advanceTimersByTimeAsync(50);
};

useTransport({
  call: async (name: string, request: Partial<MessagesOf> & { ids?: string[] }) => {
    if (name === 'messages_by_id') {
      asked.push(request.ids ?? []);
      if (slow > 0) await new Promise((done) => setTimeout(done, slow));
      return (request.ids ?? [])
        .map(Number)
        .filter((id) => all.includes(id))
        .map((id) => rows.get(id) ?? row(id));
    }
    const { ids, more, newer } = cut(request);
    return {
      messages: ids.map(row),
      gaps: [],
      more,
      newer,
      read_marker: null,
      receipts: [],
      hits: [],
      scheduled: [],
    };
  },
  topics: (heard: (topics: Topic[]) => void) => {
    topic = heard;
    return () => (topic = undefined);
  },
  list: (list: { filter: MessagesOf }, heard: (delta: ListDelta) => void) => {
    const one = { filter: list.filter, heard };
    open.push(one);
    setTimeout(() => {
      if (open.includes(one)) heard({ is: 'reset', ids: cut(list.filter).ids.map(String) });
    }, 5);
    return () => (open = open.filter((other) => other !== one));
  },
  gate: async () => ({ state: 'open', message: '', can: [] }),
  shell: { native: false, act: async () => null, on: () => () => {} },
} as unknown as Transport);

let said: Said;
async function opened(message: number | null = null): Promise<void> {
  said = new Said(ROOM);
  const started = said.start(message === null ? null : (String(message) as ItemId));
  await vi.advanceTimersByTimeAsync(300);
  await started;
}
const shown = (): number[] => said.shown.map((one) => Number(one.id));
/** Oldest first, each once, nothing left out between the ends. */
const whole = (): boolean => {
  const ids = shown();
  const from = all.indexOf(ids[0] ?? -1);
  return ids.every((id, at) => all[from + at] === id);
};
const act = async (doing: Promise<unknown>): Promise<void> => {
  void doing;
  await vi.advanceTimersByTimeAsync(300);
  await doing;
};

beforeEach(() => {
  vi.useFakeTimers();
  all = Array.from({ length: 20_000 }, (_, at) => at + 10_000);
  texts = new Map();
  slow = 0;
  rows = new Map();
  asked = [];
  open = [];
});
afterEach(() => said.stop());

describe('what the user says', () => {
  const words = (thread: string | null = null) =>
    ({ text: 'Ready.', to: [], cc: [], thread, files: [] }) as unknown as Outgoing;
  const mine = (id: number): MessageRow => ({
    ...row(id),
    text: 'Ready.',
    at: Date.now(),
    mine: true,
    thread: null,
    way: { command: 'c1', state: 'queued' } as MessageRow['way'],
  });
  const last = () => said.shown.at(-1);

  it('stands there before the core has kept it, and says so', async () => {
    await opened();
    said.saying(words());
    expect(last()?.text).toBe('Ready.');
    expect(last()?.way?.state).toBe('saving');
    expect(said.shown.at(-2)?.id).toBe('29999');
  });

  it('is the same row in the feed when the core has kept it: nothing is drawn anew', async () => {
    await opened();
    const told = said.saying(words());
    const key = said.keyOf(last()?.id ?? '');
    await act(told(mine(30_000)));
    expect(last()?.id).toBe('30000');
    expect(said.keyOf('30000')).toBe(key);
  });

  it('is shown before the list has heard of it, and once after that', async () => {
    await opened();
    await act(said.saying(words())(mine(30_000)));
    expect(shown().slice(-2)).toEqual([29_999, 30_000]);
    all.push(30_000);
    await listed();
    expect(shown().slice(-2)).toEqual([29_999, 30_000]);
  });

  it('is shown once when the list hears of it first', async () => {
    await opened();
    const told = said.saying(words());
    rows.set(30_000, mine(30_000));
    all.push(30_000);
    await listed();
    expect(shown().slice(-2)).toEqual([29_999, 30_000]);
    await act(told(mine(30_000)));
    expect(shown().slice(-2)).toEqual([29_999, 30_000]);
  });

  it('never leaves the feed while the list that named it first is fetching it', async () => {
    await opened();
    const told = said.saying(words());
    const key = said.keyOf(last()?.id ?? '');
    rows.set(30_000, mine(30_000));
    all.push(30_000);
    slow = 200;
    void listed();
    const telling = told(mine(30_000));
    for (let at = 0; at < 40; at += 1) {
      await vi.advanceTimersByTimeAsync(10);
      expect(last()?.text).toBe('Ready.');
      expect(said.keyOf(last()?.id ?? '')).toBe(key);
    }
    await telling;
    expect(shown().slice(-2)).toEqual([29_999, 30_000]);
  });

  it('goes when it could not be kept', async () => {
    await opened();
    await act(said.saying(words())(null));
    expect(shown().at(-1)).toBe(29_999);
  });

  it('goes when it is taken back before the list has heard of it', async () => {
    await opened();
    await act(said.saying(words())(mine(30_000)));
    await topics({ on: 'item', of: '30000' as ItemId });
    expect(shown().at(-1)).toBe(29_999);
  });

  it('stands in its thread only', async () => {
    await opened();
    const told = said.saying(words('$29998'));
    expect(shown().at(-1)).toBe(29_999);
    await act(told({ ...mine(30_000), thread: '$29998' as MessageRow['thread'] }));
    expect(shown().at(-1)).toBe(29_999);
  });
});

describe('a long room', () => {
  it('can be read from its newest to its oldest message without a hole', async () => {
    await opened();
    expect(shown().at(-1)).toBe(29_999);
    let turns = 0;
    while (!said.oldest && turns < 400) {
      await act(said.older());
      expect(whole()).toBe(true);
      turns += 1;
    }
    expect(shown()[0]).toBe(10_000);
  });

  it('fetches no row twice while it is read upwards', async () => {
    await opened();
    for (let at = 0; at < 12; at += 1) await act(said.older());
    const ids = asked.flat();
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('opens at a message far back, and goes on from there in both directions', async () => {
    await opened(15_000);
    expect(shown()).toContain(15_000);
    expect(said.newest).toBe(false);
    for (let at = 0; at < 10; at += 1) {
      await act(said.newer());
      await act(said.older());
      expect(whole()).toBe(true);
    }
    expect(shown().length).toBeGreaterThan(1_000);
  });

  it('comes back to the newest from anywhere', async () => {
    await opened(15_000);
    await act(said.toNewest());
    expect(shown().at(-1)).toBe(29_999);
    expect(said.newest).toBe(true);
    await act(said.show('12000' as ItemId));
    expect(shown()).toContain(12_000);
    await act(said.toNewest());
    expect(shown().at(-1)).toBe(29_999);
    expect(whole()).toBe(true);
  });
});

describe('what happens while one reads', () => {
  it('shows a new message at the end, and nobody is moved who reads further up', async () => {
    await opened();
    all.push(30_000);
    await listed();
    expect(shown().at(-1)).toBe(30_000);
    await act(said.show('12000' as ItemId));
    const before = shown();
    all.push(30_001);
    await listed();
    expect(shown()).toEqual(before);
  });

  it('shows a new message to one who came down from far back', async () => {
    all = all.slice(0, 1_000);
    await opened(10_699);
    for (let at = 0; at < 20; at += 1) await act(said.newer());
    expect(shown().at(-1)).toBe(10_999);
    for (let id = 11_000; id < 11_005; id += 1) {
      all.push(id);
      await listed();
    }
    expect(shown().slice(-2)).toEqual([11_003, 11_004]);
    expect(whole()).toBe(true);
  });

  it('takes away what was withdrawn, and changes what was edited', async () => {
    await opened();
    all = all.filter((id) => id !== 29_998);
    await listed();
    expect(shown()).not.toContain(29_998);
    texts.set(29_999, 'edited');
    await topics({ on: 'item', of: '29999' as ItemId });
    expect(said.shown.at(-1)?.text).toBe('edited');
  });

  it('keeps what is shown while the lost line to the core comes back', async () => {
    await opened();
    for (let at = 0; at < 3; at += 1) await act(said.older());
    const before = shown();
    await topics({ on: 'everything' });
    await listed();
    expect(shown()).toEqual(before);
  });
});
