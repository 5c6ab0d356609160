import { tick } from 'svelte';
import { render, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { fake } from '../core/fake';
import { CallFailed, transport, useTransport } from '../core/transport';
import type { GateState, Shell } from '../core/transport';
import App from './App.svelte';

const stands = (state: GateState['state'], number: number): GateState => ({
  state,
  message: '',
  can: [],
  keychain: false,
  sample: false,
  progress: null,
  number,
});

let tell: (state: unknown) => void = () => {};
const shell: Shell = {
  native: true,
  act: async () => null,
  on: (event, heard) => {
    if (event === 'gate') tell = heard;
    return () => {};
  },
};

test('an answer that an event has overtaken does not close the gate again', async () => {
  fake({ accounts: () => [], settings: () => [] });
  let answer: (state: GateState) => void = () => {};
  useTransport({
    ...transport(),
    gate: () => new Promise((done) => (answer = done)),
    shell,
  });
  const { container } = render(App);
  tell(stands('opening', 1));
  await tick();
  expect(container.querySelector('.gate')).not.toBeNull();
  tell(stands('open', 2));
  await tick();
  expect(container.querySelector('.gate')).toBeNull();
  answer(stands('opening', 1));
  await tick();
  await tick();
  expect(container.querySelector('.gate')).toBeNull();
});

test('what the window begins with is asked before the gate has answered, and again if too early', async () => {
  const asked: string[] = [];
  let isOpen = false;
  let follows = 0;
  fake({ accounts: () => [], settings: () => [] });
  const carrier = transport();
  const refused = new CallFailed('refused', 'The profile is not open yet.');
  useTransport({
    ...carrier,
    call: async (name, request) => {
      asked.push(name);
      if (!isOpen) throw refused;
      return carrier.call(name, request);
    },
    topics: (_heard, opened, failed) => {
      if (isOpen) {
        follows += 1;
        opened();
      } else failed(refused);
      return () => {};
    },
    gate: async () => stands('opening', 1),
    shell,
  });
  const { container } = render(App);
  expect(asked).toContain('accounts');
  await waitFor(() => expect(container.querySelector('.gate')).not.toBeNull());
  isOpen = true;
  tell(stands('open', 2));
  await waitFor(() => expect(container.querySelector('.gate')).toBeNull());
  await waitFor(() => expect(asked.filter((name) => name === 'accounts').length).toBe(2));
  await waitFor(() => expect(follows).toBe(1));
});

test('a stream that was refused too early, and says so late, keeps nobody out', async () => {
  let isOpen = false;
  let refuse: (error: CallFailed) => void = () => {};
  let follows = 0;
  fake({ accounts: () => [], settings: () => [] });
  const carrier = transport();
  const refused = new CallFailed('refused', 'The profile is not open yet.');
  let asked = 0;
  useTransport({
    ...carrier,
    call: async (name, request) => {
      if (name === 'accounts') asked += 1;
      if (!isOpen) throw refused;
      return carrier.call(name, request);
    },
    topics: (_heard, opened, failed) => {
      if (isOpen) {
        follows += 1;
        opened();
      } else refuse = failed;
      return () => {};
    },
    gate: async () => stands('opening', 1),
    shell,
  });
  const { container } = render(App);
  await waitFor(() => expect(container.querySelector('.gate')).not.toBeNull());
  isOpen = true;
  tell(stands('open', 2));
  await waitFor(() => expect(asked).toBe(2));
  refuse(refused);
  await waitFor(() => expect(follows).toBe(1));
  await tick();
  expect(container.textContent).not.toContain('not open yet');
});
