import { afterEach, expect, it } from 'vitest';
import { fake } from './fake';
import { settings } from './settings.svelte';
import { transport, useTransport } from './transport';
import type { ShellAction } from './transport';

afterEach(() => settings.set('look.text', 100));

it('lets the window itself grow with the text', async () => {
  fake({ setting_set: () => ({}) });
  const asked: ShellAction[] = [];
  const act = async (action: ShellAction) => void asked.push(action);
  useTransport({ ...transport(), shell: { ...transport().shell, native: true, act } });
  await settings.set('look.text', 150);
  await settings.set('look.density', 'compact');
  expect(asked).toEqual([{ do: 'zoom', percent: 150 }]);
  expect(document.documentElement.style.fontSize).toBe('');
  await settings.set('look.text', 100);
  expect(asked).toHaveLength(2);
});

it('grows with its letters in a browser', async () => {
  fake({ setting_set: () => ({}) });
  await settings.set('look.text', 150);
  expect(document.documentElement.style.fontSize).toBe('24px');
});
