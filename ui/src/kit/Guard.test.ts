import { tick } from 'svelte';
import { render } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { expect, test, vi } from 'vitest';
import { fake } from '../core/fake';
import { transport, useTransport } from '../core/transport';
import type { ShellAction } from '../core/transport';
import Guard from './Guard.svelte';

test('what cannot be drawn says so, leaves a report and is drawn again where it can be', async () => {
  fake({});
  const done: ShellAction[] = [];
  useTransport({
    ...transport(),
    shell: {
      native: true,
      act: async (action) => void done.push(action),
      on: () => () => {},
    },
  });
  vi.spyOn(console, 'error').mockImplementation(() => {});
  let broken = true;
  const children = createRawSnippet(() => ({
    render: () => {
      if (broken) throw new TypeError('page is undefined');
      return '<p>drawn</p>';
    },
  }));
  const { container, getByRole, rerender } = render(Guard, { place: '#/customer/1', children });
  await tick();
  expect(container.querySelector('[role=alert]')).not.toBeNull();
  expect(done).toHaveLength(1);
  expect(done[0]).toMatchObject({ do: 'fault' });
  expect((done[0] as { what: string }).what).toContain('page is undefined');

  getByRole('button').click();
  await tick();
  expect(container.querySelector('[role=alert]')).not.toBeNull();
  expect(done).toHaveLength(1);

  broken = false;
  await rerender({ place: '#/customer/2', children });
  await tick();
  expect(container.textContent).toBe('drawn');
});
