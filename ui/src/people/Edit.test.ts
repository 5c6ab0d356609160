import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../core/generated/FieldValue';
import type { OutboxRow } from '../core/generated/OutboxRow';
import { CallFailed, useTransport } from '../core/transport';
import type { Transport } from '../core/transport';
import { language } from '../core/i18n.svelte';
import Edit from './Edit.svelte';

const source = {
  account: 'erp',
  connector: 'tryton',
  collection: 'party',
  place: 'Parties',
  as_of: Date.now(),
} as never;
const money = (amount: string): FieldValue => ({
  is: 'money',
  value: { amount, currency: 'EUR' },
});

interface Asked {
  name: string;
  request: unknown;
}

/** A core that knows one writing system and remembers what it was asked. */
function core(answers: Record<string, (request: unknown) => unknown> = {}): Asked[] {
  const asked: Asked[] = [];
  useTransport({
    call: (async (name: string, request: unknown) => {
      asked.push({ name, request });
      const own = answers[name];
      if (own) return own(request);
      if (name === 'sources')
        return [
          {
            name: 'tryton',
            title: 'Tryton',
            writes: [{ command: 'set_fields', kind: 'record', check: 'native' }],
            fixed: ['state'],
          },
          {
            name: 'files',
            title: 'Folder',
            writes: [{ command: 'set_fields', kind: 'record', check: 'read_compare_write' }],
            fixed: [],
          },
        ];
      return name === 'journal' ? [] : {};
    }) as Transport['call'],
    topics: () => () => {},
    list: () => () => {},
    gate: () => Promise.reject(new Error('not asked for here')),
    shell: { native: false, act: async () => null, on: () => () => {} },
  });
  return asked;
}

const shown = (more: Record<string, unknown> = {}) =>
  render(Edit, {
    item: '7' as never,
    kind: 'record',
    field: 'amount',
    value: money('40000.00'),
    source,
    ...more,
  });
const entry = (more: Partial<OutboxRow>): OutboxRow =>
  ({
    id: 'c1',
    does: 'set_fields',
    wish: { is: 'set', title: 'Line 4', fields: [] },
    state: 'queued',
    queued: Date.now(),
    conflict: [],
    fault: null,
    ...more,
  }) as OutboxRow;

describe('a value', () => {
  it('is sent as it was typed, by Enter alone', async () => {
    language.use('en');
    const asked = core();
    shown();
    await fireEvent.click(await screen.findByRole('button', { name: /Amount: €40,000.00/ }));
    const input = await screen.findByRole('textbox');
    await fireEvent.input(input, { target: { value: '45,000' } });
    await fireEvent.blur(input);
    expect(asked.some((one) => one.name === 'set_fields')).toBe(false);
    await fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(() =>
      expect(asked.find((one) => one.name === 'set_fields')?.request).toEqual({
        item: '7',
        fields: { amount: money('45000') },
      }),
    );
  });

  it('stays in its editor when it is no amount or the core says no', async () => {
    const asked = core({
      set_fields: () => {
        throw new CallFailed('refused', 'no');
      },
    });
    shown();
    await fireEvent.click(await screen.findByRole('button'));
    const input = await screen.findByRole('textbox');
    await fireEvent.input(input, { target: { value: 'much' } });
    await fireEvent.keyDown(input, { key: 'Enter' });
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(asked.some((one) => one.name === 'set_fields')).toBe(false);
    await fireEvent.input(input, { target: { value: '1' } });
    await fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(() => expect(asked.some((one) => one.name === 'set_fields')).toBe(true));
    expect((await screen.findByRole<HTMLInputElement>('textbox')).value).toBe('1');
  });

  it('is not offered where its source takes none', async () => {
    core();
    shown({ kind: 'page' });
    await waitFor(() => expect(screen.queryByRole('button')).toBeNull());
    expect(screen.getByText('€40,000.00')).toBeTruthy();
  });

  it('is offered in the system that takes it and not in the one that moves it by buttons', async () => {
    const asked = core({ set_fields: () => ({}) });
    const state = { field: 'state', value: { is: 'text', value: 'Proposal' } };
    const { unmount } = shown(state);
    await waitFor(() => expect(screen.queryByRole('button')).toBeNull());
    unmount();
    shown({ ...state, source: { ...(source as object), connector: 'files' } });
    await fireEvent.click(await screen.findByRole('button', { name: /Proposal/ }));
    const input = await screen.findByRole('textbox');
    await fireEvent.input(input, { target: { value: 'Won' } });
    await fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(() =>
      expect(asked.find((one) => one.name === 'set_fields')?.request).toEqual({
        item: '7',
        fields: { state: { is: 'text', value: 'Won' } },
      }),
    );
  });

  it('waits visibly and can be withdrawn', async () => {
    const asked = core();
    shown({ value: money('45000'), atSource: money('40000'), entries: [entry({})] });
    expect(await screen.findByText(/waits for/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Withdraw' }));
    expect(asked.find((one) => one.name === 'outbox_undo')?.request).toEqual({ command: 'c1' });
  });

  it('shows what its source says and why ours was refused', async () => {
    const asked = core();
    shown({
      value: money('45000'),
      atSource: money('40000'),
      entries: [entry({ state: 'parked', fault: { is: 'denied', detail: 'Needs approval' } })],
    });
    expect(await screen.findByText(/Needs approval. Your €45,000.00 is parked/)).toBeTruthy();
    expect(screen.getByText('€40,000.00')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
    expect(asked.find((one) => one.name === 'outbox_discard')?.request).toEqual({ command: 'c1' });
  });

  it('in conflict keeps theirs unless the user says otherwise', async () => {
    const asked = core();
    const row = { field: 'amount', base: money('1'), mine: money('2'), theirs: money('3') };
    shown({
      value: money('2'),
      atSource: money('3'),
      entries: [entry({ state: 'parked', conflict: [row] })],
    });
    await fireEvent.click(await screen.findByRole('button', { name: 'Compare' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Keep €3.00' }));
    const [, mine] = [null, screen.getAllByRole('radio')[0]];
    if (mine) await fireEvent.click(mine);
    await fireEvent.click(await screen.findByRole('button', { name: 'Keep €2.00' }));
    expect(asked.filter((one) => one.name === 'outbox_resolve').map((one) => one.request)).toEqual([
      { command: 'c1', keep_mine: [] },
      { command: 'c1', keep_mine: ['amount'] },
    ]);
  });
});
