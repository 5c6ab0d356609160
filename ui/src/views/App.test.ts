import { tick } from 'svelte';
import { render } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { fake } from '../core/fake';
import { transport, useTransport } from '../core/transport';
import type { GateState } from '../core/transport';
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

test('an answer that an event has overtaken does not close the gate again', async () => {
  fake({ accounts: () => [], settings: () => [] });
  let tell: (state: unknown) => void = () => {};
  let answer: (state: GateState) => void = () => {};
  useTransport({
    ...transport(),
    gate: () => new Promise((done) => (answer = done)),
    shell: {
      native: true,
      act: async () => null,
      on: (event, heard) => {
        if (event === 'gate') tell = heard;
        return () => {};
      },
    },
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
