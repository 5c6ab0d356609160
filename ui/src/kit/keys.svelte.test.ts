import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { language } from '../core/i18n.svelte';
import { listen, offer } from '../core/keys.svelte';
import Dialog from './Dialog.svelte';
import Later from './Later.svelte';
import Menu from './Menu.svelte';

/** What was done behind what lies over it. */
let did: string[] = [];
let ends: (() => void)[] = [];
let deaf = () => {};
beforeAll(() => {
  language.use('en');
  deaf = listen();
});
afterAll(() => deaf());
beforeEach(() => {
  did = [];
  const names = ['done', 'new', 'go_inbox', 'open', 'next', 'search', 'pick_1'];
  const does = Object.fromEntries(names.map((name) => [name, () => void did.push(name)]));
  ends = [$effect.root(() => offer(does))];
  flushSync();
});
afterEach(() => ends.forEach((end) => end()));

describe('keys over a screen', () => {
  it('do nothing behind a dialog, but for those that work in a field', async () => {
    const { rerender } = render(Dialog, { open: true, title: 'Keys' });
    const dialog = await screen.findByRole('dialog');
    for (const key of ['e', 'c', 'Enter', 'ArrowDown', 'g', 'i'])
      await fireEvent.keyDown(dialog, { key });
    await fireEvent.keyDown(dialog, { key: 'e', code: 'KeyE', altKey: true });
    // The dialog has not taken the focus yet.
    await fireEvent.keyDown(document.body, { key: 'e' });
    expect(did).toEqual([]);
    await fireEvent.keyDown(dialog, { key: 'k', ctrlKey: true });
    expect(did).toEqual(['search']);
    await rerender({ open: false });
    await fireEvent.keyDown(document.body, { key: 'e' });
    expect(did).toEqual(['search', 'done']);
  });

  it('look for an entry of a menu and do nothing behind it', async () => {
    render(Menu, {
      label: 'Status',
      open: true,
      items: [
        { text: 'Open', act: () => {} },
        { text: 'Cancelled', act: () => {} },
      ],
    });
    const menu = await screen.findByRole('menu');
    await fireEvent.keyDown(menu, { key: 'c' });
    await waitFor(() => expect(document.activeElement?.textContent).toContain('Cancelled'));
    await fireEvent.keyDown(document.activeElement as Element, { key: 'c' });
    expect(did).toEqual([]);
  });

  it('choose among moments, by number', async () => {
    const picked: (number | null)[] = [];
    const onpick = (at: number | null) => void picked.push(at);
    // One of its properties has the name of an option: they are given apart.
    render(Later, { props: { open: true, title: 'Later', anchor: document.body, onpick } });
    const choice = (await screen.findAllByRole('button'))[0] as HTMLElement;
    await fireEvent.keyDown(choice, { key: '1' });
    await waitFor(() => expect(picked).toHaveLength(1));
    expect(did).toEqual([]);
  });
});
