import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, expect, it } from 'vitest';
import type { Transport } from '../core/transport';
import { useTransport } from '../core/transport';
import { route } from '../core/route.svelte';
import Box from './Box.svelte';

/** Questions that wait for their answer, oldest first. */
let waiting: { text: string; answer: () => void }[] = [];
let closed = 0;

const customer = (name: string) => ({
  id: name,
  name,
  number: null,
  city: null,
  people: 1,
  open_opportunities: 0,
  open_amount: null,
  overdue_invoices: 0,
  overdue_amount: null,
  last_at: 1,
});

useTransport({
  call: (name: string, request: { text: string }) => {
    if (name === 'recent_searches') return Promise.resolve(['pump']);
    if (name === 'recent_add') return Promise.resolve(null);
    if (name !== 'look_up') return Promise.resolve({ indexed: 1, missing: 0, gaps: 0 });
    return new Promise((resolve) =>
      waiting.push({
        text: request.text,
        answer: () =>
          resolve({
            page: { hits: [], more: false, ignored: [] },
            words: { from: 0, to: 0, words: [] },
            customers: [customer(`Customer ${request.text}`)],
            people: [],
            records: [],
            tasks: [],
          }),
      }),
    );
  },
  topics: () => () => {},
  list: () => () => {},
  gate: async () => ({ state: 'open', message: '', can: [] }),
  shell: { native: false, act: async () => null, on: () => () => {} },
} as unknown as Transport);

function show(): HTMLInputElement {
  render(Box, {
    commands: ['today'],
    run: async (act: () => void) => act(),
    close: () => (closed += 1),
  } as never);
  return screen.getByRole<HTMLInputElement>('combobox');
}
const write = (input: HTMLInputElement, value: string) =>
  fireEvent.input(input, { target: { value } });
const options = () => screen.queryAllByRole('option').map((one) => one.textContent ?? '');

beforeEach(() => {
  waiting = [];
  closed = 0;
  location.hash = '#/today';
});

it('leaves what stood there until the first answer, and has none of it chosen', async () => {
  const input = show();
  await waitFor(() => expect(options()[0]).toContain('pump'));
  await write(input, 'o');
  expect(options()[0]).toContain('pump');
  expect(screen.queryAllByRole('option', { selected: true })).toEqual([]);
  waiting[0]?.answer();
  await waitFor(() => expect(options()[0]).toContain('Customer o'));
});

it('takes the first of the awaited answer when Enter comes before it', async () => {
  const input = show();
  await write(input, 'o');
  waiting[0]?.answer();
  await waitFor(() => expect(options()[0]).toContain('Customer o'));
  await write(input, 'oak');
  await fireEvent.keyDown(input, { key: 'Enter' });
  await tick();
  expect(route.view).not.toBe('customer');
  waiting[1]?.answer();
  await waitFor(() => expect(route.id).toBe('Customer oak'));
});

it('leaves an answer as it stands until the next one', async () => {
  const input = show();
  await write(input, 'to');
  waiting[0]?.answer();
  await waitFor(() => expect(options()[0]).toContain('Customer to'));
  const stood = screen.getByRole('listbox').innerHTML;
  await write(input, 'tow');
  expect(screen.getByRole('listbox').getAttribute('aria-busy')).toBe('true');
  expect(screen.getByRole('listbox').innerHTML).toBe(stood);
  waiting[1]?.answer();
  await waitFor(() => expect(options()[0]).toContain('Customer tow'));
});

it('shows nothing of an old question once the box was emptied', async () => {
  const input = show();
  await write(input, 'o');
  await write(input, '');
  waiting[0]?.answer();
  await tick();
  await waitFor(() => expect(options()[0]).toContain('pump'));
  await write(input, 'x');
  expect(options().join()).not.toContain('Customer o');
});

it('offers a task of what was written', async () => {
  const input = show();
  await write(input, 'call Ada tomorrow');
  const asked = waiting.pop();
  asked?.answer();
  await waitFor(() => expect(screen.getByText(/New task: “call Ada tomorrow”/)).toBeTruthy());
  const options = screen.getAllByRole('option');
  expect(options.at(-1)?.textContent).toContain('New task');
  await fireEvent.click(options.at(-1) as HTMLElement);
  expect(route.view).toBe('tasks');
  expect({ ...route.query }).toEqual({ do: 'add', text: 'call Ada tomorrow' });
});
