import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, expect, it } from 'vitest';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import type { OutboxRow } from '../../core/generated/OutboxRow';
import { fake } from '../../core/fake';
import { language } from '../../core/i18n.svelte';
import Invited from './Invited.svelte';

beforeAll(() => language.use('en'));

const of = { id: '7', account: 'chat', title: 'Line 2' } as unknown as ConversationRow;
const entry = (own: Partial<OutboxRow>): OutboxRow =>
  ({
    id: 'c1',
    item: '7',
    state: 'queued',
    fault: null,
    wish: { is: 'act', title: 'Line 2', action: 'join' },
    ...own,
  }) as unknown as OutboxRow;

it('lets one who is invited join, and asks for it once', async () => {
  let out: OutboxRow[] = [];
  const carrier = fake({
    outbox: () => out,
    act: () => {
      out = [entry({})];
      return { command: 'c1' } as never;
    },
  });
  render(Invited, { of });
  await fireEvent.click(screen.getByRole('button', { name: 'Join' }));
  const button = await screen.findByRole('button', { name: 'Joining' });
  expect(carrier.of('act')).toEqual([{ item: '7', action: 'join' }]);
  await waitFor(() => expect(carrier.of('outbox').length).toBeGreaterThan(1));
  expect((button as HTMLButtonElement).disabled).toBe(true);
});

it('says why the source refused, and asks again for the same wish', async () => {
  const fault = { is: 'denied', detail: 'the room is closed' } as const;
  const carrier = fake({
    outbox: () => [entry({ state: 'parked', fault })],
    outbox_retry: () => ({}),
  });
  render(Invited, { of });
  await screen.findByText(/the room is closed/);
  await fireEvent.click(screen.getByRole('button', { name: 'Join' }));
  await waitFor(() => expect(carrier.of('outbox_retry')).toEqual([{ command: 'c1' }]));
  expect(carrier.of('act')).toEqual([]);
});
