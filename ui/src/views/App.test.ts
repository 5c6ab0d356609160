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

const tooEarly = new CallFailed('refused', 'The profile is not open yet.');

/** A profile that is not open yet; `refuse` is how it says so to who follows. */
function closedProfile(refuse: (failed: (error: CallFailed) => void) => void) {
  fake({ accounts: () => [], settings: () => [] });
  const carrier = transport();
  const profile = { isOpen: false, asked: [] as string[], follows: 0 };
  useTransport({
    ...carrier,
    call: async (name, request) => {
      profile.asked.push(name);
      if (!profile.isOpen) throw tooEarly;
      return carrier.call(name, request);
    },
    topics: (_heard, opened, failed) => {
      if (profile.isOpen) {
        profile.follows += 1;
        opened();
      } else refuse(failed);
      return () => {};
    },
    gate: async () => stands('opening', 1),
    shell,
  });
  const accounts = () => profile.asked.filter((name) => name === 'accounts').length;
  return { profile, accounts };
}

test('what the window begins with is asked before the gate has answered, and again if too early', async () => {
  const { profile, accounts } = closedProfile((failed) => failed(tooEarly));
  const { container } = render(App);
  expect(profile.asked).toContain('accounts');
  await waitFor(() => expect(container.querySelector('.gate')).not.toBeNull());
  profile.isOpen = true;
  tell(stands('open', 2));
  await waitFor(() => expect(container.querySelector('.gate')).toBeNull());
  await waitFor(() => expect(accounts()).toBe(2));
  await waitFor(() => expect(profile.follows).toBe(1));
});

test('a stream that was refused too early, and says so late, keeps nobody out', async () => {
  let refuse: (error: CallFailed) => void = () => {};
  const { profile, accounts } = closedProfile((failed) => (refuse = failed));
  const { container } = render(App);
  await waitFor(() => expect(container.querySelector('.gate')).not.toBeNull());
  profile.isOpen = true;
  tell(stands('open', 2));
  await waitFor(() => expect(accounts()).toBe(2));
  refuse(tooEarly);
  await waitFor(() => expect(profile.follows).toBe(1));
  await tick();
  expect(container.textContent).not.toContain('not open yet');
});
