import { render, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import type { ListDelta } from '../../core/generated/ListDelta';
import type { ListOf } from '../../core/generated/ListOf';
import { t } from '../../core/i18n.svelte';
import { keys } from '../../core/keys.svelte';
import { route, to } from '../../core/route.svelte';
import { toasts } from '../../core/toasts.svelte';
import { useTransport } from '../../core/transport';
import type { Transport } from '../../core/transport';
import List from './List.svelte';

/** A core with four conversations of today, newest first; the last ones may come late. */
function core(
  named: string[] = [],
  all: string[] = ['4', '3', '2', '1'],
  rest: string[] = [],
  own: Record<string, Partial<ConversationRow>> = {},
) {
  const arrive: (() => void)[] = [];
  const gone = new Set<string>();
  const unread = new Set(['4', '3']);
  const mentions = new Set(named);
  const asked: [string, unknown][] = [];
  const heard = new Set<() => void>();
  const row = (id: string) => ({
    id,
    account: 'a',
    collection: 'mail',
    handle: id,
    kind: 'mail_thread',
    title: `Title ${id}`,
    last_at: Date.now() - (10 - Number(id)) * 1_000,
    last_from: `Person ${id}`,
    last_text: 'text',
    last_mine: false,
    last_person: null,
    last_to: null,
    unread: unread.has(id) ? 1 : 0,
    mentions: 0,
    customer: null,
    customer_name: null,
    encrypted: false,
    done: gone.has(id),
    muted: false,
    draft: false,
    membership: 'joined',
    snoozed_until: null,
    back_at: null,
    scheduled: null,
    question: false,
    failed: 0,
    marked_unread: false,
    ...own[id],
  });
  const ids = (list: ListOf): string[] => {
    if (list.of !== 'inbox') return [];
    if (list.filter.mentions) return [...mentions];
    return all.filter((id) => !gone.has(id) && (!list.filter.unread || unread.has(id)));
  };
  const tell = () => heard.forEach((one) => one());
  const answers: Record<string, (request: never) => unknown> = {
    conversations_by_id: ({ ids }: { ids: string[] }) => ids.map(row),
    conversation_done: ({ conversations, done }: { conversations: string[]; done: boolean }) => {
      for (const id of conversations)
        if (done) gone.add(id);
        else gone.delete(id);
      tell();
      return {};
    },
  };
  useTransport({
    call: (name: string, request: unknown) => {
      asked.push([name, request]);
      return Promise.resolve(answers[name]?.(request as never) ?? []);
    },
    topics: () => () => {},
    shell: { native: false },
    list: (list: ListOf, hear: (delta: ListDelta, more: number) => void) => {
      const send = () => hear({ is: 'reset', ids: ids(list) }, 0);
      const late = list.of === 'inbox' && !list.filter.mentions ? rest : [];
      const splice = { is: 'splice', at: all.length - late.length, remove: 0, insert: late };
      heard.add(send);
      queueMicrotask(() => {
        if (late.length === 0) send();
        else hear({ is: 'reset', ids: ids(list).slice(0, -late.length) }, late.length);
      });
      if (late.length > 0) arrive.push(() => hear(splice as ListDelta, 0));
      return () => heard.delete(send);
    },
  } as unknown as Transport);
  return {
    asked,
    answers,
    /** What is still on its way of the list comes. */
    arrive: () => arrive.splice(0).forEach((one) => one()),
    read: (id: string) => {
      unread.delete(id);
      mentions.delete(id);
      tell();
    },
  };
}

const shown = () => [...document.querySelectorAll('.cv .who')].map((one) => one.textContent);
const open = () => document.querySelector('.cv.on .who')?.textContent;
const props = { single: false, onenter: () => {}, onrow: () => {}, onthere: () => {} };

describe('the list of conversations', () => {
  beforeEach(() => {
    toasts.close();
    route.go(to('today'));
  });

  it('goes on to the next conversation when one is done, and back when that is undone', async () => {
    core();
    route.go(to('inbox', '3'));
    render(List, props);
    await waitFor(() => expect(shown()).toHaveLength(4));
    expect(open()).toBe('Person 3');
    keys.run('done');
    await waitFor(() => expect(shown()).toEqual(['Person 4', 'Person 2', 'Person 1']));
    await waitFor(() => expect(route.id).toBe('2'));
    await waitFor(() => expect(toasts.current?.undo).toBeDefined());
    await toasts.undo();
    await waitFor(() => expect(shown()).toHaveLength(4));
    expect(route.id).toBe('3');
  });

  it('says at once that one is unread, and not when the core refuses', async () => {
    let answer = (_error: unknown) => {};
    core().answers.mark_unread = () =>
      new Promise((done, refuse) => (answer = (error) => (error ? refuse(error) : done({}))));
    route.go(to('inbox', '2'));
    render(List, props);
    await waitFor(() => expect(shown()).toHaveLength(4));
    const unread = () => document.querySelectorAll('.cv.un').length;
    expect(unread()).toBe(2);
    keys.run('mark_unread');
    await tick();
    expect(unread()).toBe(3);
    answer({ code: 'internal', message: 'no' });
    await waitFor(() => expect(unread()).toBe(2));
  });

  it('counts what is still on its way, and shows it when it comes', async () => {
    const { arrive } = core([], ['4', '3', '2', '1'], ['2', '1']);
    route.go(to('inbox', '1'));
    render(List, props);
    await waitFor(() => expect(shown()).toEqual(['Person 4', 'Person 3']));
    const number = () => document.querySelector('.cl-h .num')?.textContent;
    expect(number()).toBe('4');
    arrive();
    await waitFor(() => expect(shown()).toHaveLength(4));
    expect(number()).toBe('4');
    expect(open()).toBe('Person 1');
  });

  it('says that it is there, with rows and without', async () => {
    for (const all of [['4', '3', '2', '1'], []]) {
      core([], all);
      let there = false;
      const { unmount } = render(List, { ...props, onthere: () => (there = true) });
      await waitFor(() => expect(there).toBe(true));
      expect(shown()).toHaveLength(all.length);
      unmount();
    }
  });

  it('does what is selected as one, and asks the core once', async () => {
    const { asked } = core();
    route.go(to('inbox', '4'));
    render(List, props);
    await waitFor(() => expect(shown()).toHaveLength(4));
    keys.run('select');
    keys.run('next');
    keys.run('select_range');
    keys.run('done');
    await waitFor(() => expect(shown()).toEqual(['Person 2', 'Person 1']));
    const calls = asked.filter(([name]) => name === 'conversation_done');
    expect(calls.map(([, request]) => request)).toEqual([
      { conversations: ['4', '3'], done: true },
    ]);
  });

  it('keeps what is being read in a list of unread ones until another is opened', async () => {
    const { read } = core();
    route.go(to('inbox', null, { unread: '1' }));
    render(List, props);
    await waitFor(() => expect(shown()).toEqual(['Person 4', 'Person 3']));
    keys.run('next');
    await waitFor(() => expect(route.id).toBe('4'));
    read('4');
    await waitFor(() => expect(document.querySelectorAll('.cv.un')).toHaveLength(1));
    expect(shown()).toEqual(['Person 4', 'Person 3']);
    keys.run('next');
    await waitFor(() => expect(shown()).toEqual(['Person 3']));
  });

  it('shows a mention once, above the days, and does not move it while it is read', async () => {
    const { read } = core(['2']);
    route.go(to('inbox', '2'));
    render(List, props);
    const order = ['Person 2', 'Person 4', 'Person 3', 'Person 1'];
    await waitFor(() => expect(shown()).toEqual(order));
    expect([...document.querySelectorAll('.cl-g')].map((one) => one.textContent?.trim())).toEqual([
      t('inbox.stretch.mentions'),
      t('inbox.stretch.today'),
    ]);
    read('2');
    await Promise.resolve();
    expect(shown()).toEqual(order);
    keys.run('next');
    await waitFor(() => expect(shown()).toEqual(['Person 4', 'Person 3', 'Person 2', 'Person 1']));
  });
});

describe('taking back what was done with several', () => {
  beforeEach(() => {
    toasts.close();
    route.go(to('today'));
  });

  const HOUR = 3_600_000;
  const soon = Math.floor(Date.now() / HOUR) * HOUR + 24 * HOUR;
  type Core = ReturnType<typeof core>;
  /** All of them are selected. */
  async function selected({ all = 2, only }: { all?: number; only?: string } = {}): Promise<void> {
    route.go(to('inbox', null, { only }));
    render(List, props);
    await waitFor(() => expect(shown()).toHaveLength(all));
    keys.run('select_all');
  }
  /** What was asked of the core since. */
  function since({ asked }: Core): (name: string) => unknown[] {
    const from = asked.length;
    return (name) =>
      asked
        .slice(from)
        .filter(([one]) => one === name)
        .map(([, request]) => request);
  }
  async function undone(the: Core): Promise<(name: string) => unknown[]> {
    await waitFor(() => expect(toasts.current?.undo).toBeDefined());
    const calls = since(the);
    await toasts.undo();
    return calls;
  }
  async function putOff(): Promise<void> {
    keys.run('snooze');
    await waitFor(() => expect(keys.can('pick_1')).toBe(true));
    keys.run('pick_1');
  }

  it('reads only what had been read', async () => {
    const the = core([], ['4', '2', '1'], [], { 1: { marked_unread: true } });
    await selected({ all: 3 });
    keys.run('mark_unread');
    const calls = await undone(the);
    expect(calls('mark_read')).toEqual([{ conversation: '2' }]);
  });

  it('puts each off until its own moment', async () => {
    const the = core([], ['4', '3', '2'], [], {
      4: { snoozed_until: soon },
      3: { snoozed_until: soon + HOUR },
      2: { snoozed_until: soon },
    });
    await selected({ all: 3, only: 'snoozed' });
    await putOff();
    const calls = await undone(the);
    expect(calls('snooze')).toEqual([
      { conversations: ['4', '2'], until: soon },
      { conversations: ['3'], until: soon + HOUR },
    ]);
  });

  it('leaves muted what was muted', async () => {
    const the = core([], ['4', '3'], [], { 4: { muted: true } });
    await selected();
    keys.run('mute');
    const calls = await undone(the);
    expect(calls('conversation_mute')).toEqual([{ conversation: '3', muted: false }]);
  });

  it('puts off again what was put off before it was done', async () => {
    const the = core([], ['4', '3'], [], {
      4: { snoozed_until: soon, marked_unread: true },
      3: { snoozed_until: soon },
    });
    await selected({ only: 'snoozed' });
    keys.run('done');
    const calls = await undone(the);
    expect(calls('conversation_done')).toEqual([{ conversations: ['4', '3'], done: false }]);
    expect(calls('snooze')).toEqual([{ conversations: ['4', '3'], until: soon }]);
    expect(calls('mark_unread')).toEqual([{ conversation: '4' }]);
  });

  it('has done again what was done before it was put off', async () => {
    const the = core([], ['4', '3'], [], { 3: { done: true } });
    await selected({ only: 'done' });
    await putOff();
    const calls = await undone(the);
    expect(calls('snooze')).toEqual([{ conversations: ['4', '3'], until: null }]);
    expect(calls('conversation_done')).toEqual([{ conversations: ['3'], done: true }]);
  });

  it('knows how those stood that were never in view', async () => {
    const all = Array.from({ length: 600 }, (_, n) => `${600 - n}`);
    const the = core([], all, [], { 2: { muted: true } });
    route.go(to('inbox'));
    render(List, props);
    await waitFor(() => expect(shown().length).toBeGreaterThan(0));
    keys.run('select_all');
    keys.run('mute');
    const calls = await undone(the);
    const again = calls('conversation_mute') as { conversation: string }[];
    expect(again).toHaveLength(599);
    expect(again.some((one) => one.conversation === '2')).toBe(false);
  });
});
