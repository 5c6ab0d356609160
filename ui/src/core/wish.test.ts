import { afterAll, beforeAll, expect, it } from 'vitest';
import { language } from './i18n.svelte';
import { wishText } from './wish';

beforeAll(() => language.use('de'));
afterAll(() => language.use('en'));

it('says what waits in the language of the window', () => {
  expect(wishText({ is: 'send', text: 'Six kits' })).toBe('Six kits');
  expect(wishText({ is: 'edit', text: 'Seven kits' })).toBe('Ändern: Seven kits');
  expect(wishText({ is: 'unreact' })).toBe('Eine Reaktion zurücknehmen');
  expect(wishText({ is: 'create', kind: 'task', title: 'Call Samir' })).toBe(
    'Neu, Aufgabe: Call Samir',
  );
  expect(
    wishText({
      is: 'set',
      title: 'Line 4',
      fields: [
        { field: 'status', value: { is: 'text', value: 'Won' } },
        { field: 'due', value: { is: 'empty' } },
      ],
    }),
  ).toBe('Line 4: Status → Won, Termin → leer');
});
