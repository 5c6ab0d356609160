import { render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, it } from 'vitest';
import type { MessageRow } from '../../core/generated/MessageRow';
import { useTransport } from '../../core/transport';
import type { Transport } from '../../core/transport';
import WayOut from './WayOut.svelte';
import type { Doing } from './doing';

let does = 'send';
let asked = 0;
useTransport({
  call: async () => {
    asked += 1;
    return [{ id: 'c1', does }];
  },
  topics: () => () => {},
  list: () => () => {},
  gate: async () => ({ state: 'open', message: '', can: [] }),
  shell: { native: false, act: async () => null, on: () => () => {} },
} as unknown as Transport);

function show(state: string, ahead = 0): void {
  const row = {
    id: '1',
    text: 'x',
    way: {
      command: 'c1',
      state,
      fault: { is: 'rejected', detail: 'The room is closed.' },
      not_before: Date.now() + ahead,
    },
  } as unknown as MessageRow;
  render(WayOut, { row, does: {} as Doing });
}
const buttons = () => screen.queryAllByRole('button').map((one) => one.textContent?.trim());

it('says why a message was refused, and offers every way out', async () => {
  does = 'send';
  show('parked');
  await waitFor(() => expect(screen.getByText('The room is closed.')).toBeTruthy());
  expect(buttons()).toEqual(['Try again', 'Edit', 'Discard']);
});

it('does not offer another text for a reaction that was refused', async () => {
  does = 'react';
  show('parked');
  await waitFor(() => expect(screen.getByText('Reaction refused')).toBeTruthy());
  expect(buttons()).toEqual(['Try again', 'Discard']);
});

it('never offers to send again what may have been sent: the source is asked', async () => {
  does = 'send';
  show('unsure');
  await waitFor(() => expect(screen.getByText('May have been sent')).toBeTruthy());
  expect(buttons()).toEqual(['Ask now', 'Discard']);
});

it('counts the seconds while it can be taken back', async () => {
  does = 'send';
  show('queued', 8_000);
  await waitFor(() => expect(screen.getByText(/Goes in [78] s/)).toBeTruthy());
  expect(buttons()).toEqual(['Take back']);
});

it('says nothing about a read mark on its way', async () => {
  does = 'mark_read';
  const before = asked;
  show('parked');
  await waitFor(() => expect(asked).toBe(before + 1));
  await tick();
  await tick();
  expect(buttons()).toEqual([]);
});
