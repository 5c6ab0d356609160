import { render, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import type { EventPage } from '../core/generated/EventPage';
import type { EventRow } from '../core/generated/EventRow';
import { fake } from '../core/fake';
import { keys } from '../core/keys.svelte';
import { route, to } from '../core/route.svelte';
import { transport, useTransport } from '../core/transport';
import Calendar from './Calendar.svelte';
import { midnight, occurrence } from './week';

const start = midnight(Date.now()) + 36_000_000;
const row = {
  id: '5',
  title: 'Line 2 kickoff',
  start,
  end: start + 3_600_000,
  all_day: false,
  zone: null,
  location: null,
  attendees: [],
  recurring: false,
  customer: null,
  customer_name: null,
  from: { account: 'a', connector: 'files', collection: 'c', place: 'A', as_of: 0 },
} as unknown as EventRow;
const page: EventPage = {
  event: row,
  notes: null,
  organizer: null,
  join: 'https://meet.example/5',
  day: [],
};

/** A calendar with one entry; more about it comes when it is told. */
async function calendar() {
  const waiting: (() => void)[] = [];
  const opened: unknown[] = [];
  fake({
    events: () => [row],
    event: () => new Promise((done) => waiting.push(() => done(page))),
  });
  const shell = { ...transport().shell, act: async (what: unknown) => void opened.push(what) };
  useTransport({ ...transport(), shell: shell as never });
  route.go(to('calendar', row.id, { start: String(row.start) }));
  render(Calendar);
  const drawn = () => document.querySelector(`[data-event="${occurrence(row)}"].on`);
  await waitFor(() => expect(drawn()).not.toBeNull());
  const card = () => document.querySelector('.ec');
  return { opened, card, answer: () => waiting.splice(0).forEach((one) => one()) };
}

beforeEach(() => route.go(to('today')));

it('joins by one key, as soon as it is known how', async () => {
  const { opened, card, answer } = await calendar();
  keys.run('join');
  await waitFor(() => expect(card()).not.toBeNull());
  expect(opened).toEqual([]);
  answer();
  await waitFor(() => expect(opened).toEqual([{ do: 'open_link', href: page.join }]));
  keys.run('join');
  await waitFor(() => expect(opened).toHaveLength(2));
});

it('joins nothing once the user has gone on', async () => {
  const { opened, card, answer } = await calendar();
  keys.run('join');
  await waitFor(() => expect(card()).not.toBeNull());
  keys.run('show_today');
  await waitFor(() => expect(card()).toBeNull());
  answer();
  route.replace(to('calendar', row.id, { start: String(row.start) }));
  await waitFor(() => expect(keys.can('open')).toBe(true));
  keys.run('open');
  await waitFor(() => expect(card()).not.toBeNull());
  answer();
  await waitFor(() => expect(card()?.textContent).toContain('Join'));
  expect(opened).toEqual([]);
});
