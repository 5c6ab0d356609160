import { render, screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { Today } from '../core/generated/Today';
import { useTransport } from '../core/transport';
import type { Transport } from '../core/transport';
import Day from './Day.svelte';

/** A core that answers when `before` has. */
function core(before: (name: string) => Promise<void>): void {
  useTransport({
    call: (async (name: string) => {
      await before(name);
      return name === 'setting' ? { value: null } : [];
    }) as Transport['call'],
    topics: () => () => {},
    list: () => () => {},
    gate: () => Promise.reject(new Error('not asked for here')),
    shell: { native: false, act: async () => null, on: () => () => {} },
  });
}

const from = { account: 'erp', connector: 'files', collection: 'a', place: 'A', as_of: 0 };
const task = { id: '9', title: 'Call Samir Odeh', due: null, customer: null, from };

test('ten due tasks are shown, all are counted, and more are there on demand', async () => {
  core(async () => {});
  const tasks = Array.from({ length: 12 }, (_, n) => ({ ...task, id: `${n}`, title: `Call ${n}` }));
  const today = {
    mentions: [],
    questions: [],
    overdue: [],
    tasks,
    tasks_due: 2_071,
    events: [],
    back: [],
    next: null,
  } as unknown as Today;
  render(Day, { today, error: undefined, retry: () => {} });
  await screen.findByText('Call 9');
  expect(screen.queryByText('Call 10')).toBeNull();
  screen.getByText('2,071');
  screen.getByRole('button', { name: '2 more' }).click();
  await screen.findByText('Call 11');
});

test('the keys begin at the first line, whichever answer comes first', async () => {
  const held: (() => void)[] = [];
  core((name) =>
    name === 'setting' ? new Promise<void>((go) => held.push(go)) : Promise.resolve(),
  );
  const invoice = { id: '7', title: 'INV-2026-0148', overdue_days: 31, customer: null, from };
  const today = {
    mentions: [],
    questions: [],
    overdue: [invoice],
    tasks: [task],
    tasks_due: 1,
    events: [],
    back: [],
    next: null,
  } as unknown as Today;
  const { container } = render(Day, { today, error: undefined, retry: () => {} });
  await waitFor(() => expect(held).not.toHaveLength(0));
  expect(screen.queryByText('Call Samir Odeh')).toBeNull();
  for (const go of held) go();
  await screen.findByText('Call Samir Odeh');
  expect(container.querySelector('[aria-current="true"]')?.id).toBe('overdue-7');
});
