import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FieldValue } from '../core/generated/FieldValue';
import type { OutboxRow } from '../core/generated/OutboxRow';
import { fake } from '../core/fake';
import { language } from '../core/i18n.svelte';
import Conflict from './Conflict.svelte';
import { editable, look, reason, retyped } from './outbox';

beforeAll(() => language.use('en'));

const NOW = 1_800_000_000_000;
const text = (value: string): FieldValue => ({ is: 'text', value });
const row = (more: Partial<OutboxRow>): OutboxRow =>
  ({
    id: '1',
    account: 'erp',
    does: 'set_fields',
    wish: { is: 'set', title: 'Line 4', fields: [] },
    title: 'Oakhollow: terms → Net 30',
    state: 'queued',
    queued: NOW,
    not_before: 0,
    attempts: 0,
    fault: null,
    item: '9',
    after: null,
    conversation: null,
    scheduled: null,
    conflict: [],
    ...more,
  }) as OutboxRow;
const conflict = [
  { field: 'terms', base: text('Net 14'), mine: text('Net 30'), theirs: text('Net 45') },
  { field: 'note', base: text(''), mine: text('call'), theirs: text('write') },
];

describe('an entry of the outbox', () => {
  it('says why it waits', () => {
    expect(reason(row({ fault: { is: 'offline', detail: 'no route' }, attempts: 3 }), NOW)).toBe(
      'Out of reach: no route, tried 3 times',
    );
    expect(reason(row({ not_before: NOW + 60_000 }), NOW)).toMatch(/^Goes out from /);
    expect(reason(row({ state: 'unsure' }), NOW)).toMatch(/asked before anything is sent again/);
  });

  it('in conflict is compared, not edited; while being sent it is left alone', () => {
    expect(editable(row({}))).toBe(true);
    expect(editable(row({ state: 'parked', conflict }))).toBe(false);
    expect(editable(row({ state: 'sending' }))).toBe(false);
    expect(editable(row({ state: 'unsure' }))).toBe(false);
    expect(reason(row({ state: 'parked', conflict }), NOW)).toMatch(
      /Both sides changed: .*\(there Net 45\), .*\(there write\)/,
    );
    expect(look(row({ state: 'parked', conflict })).kind).toBe('warn');
    expect(look(row({ state: 'parked' })).kind).toBe('danger');
  });

  it('keeps the kind of a value that is typed anew', () => {
    const money = { is: 'money', value: { amount: '40000', currency: 'EUR' } } as FieldValue;
    expect(retyped(money, '45000')).toEqual({
      is: 'money',
      value: { amount: '45000', currency: 'EUR' },
    });
    expect(retyped({ is: 'list', value: ['a'] }, 'a, b ,')).toEqual({
      is: 'list',
      value: ['a', 'b'],
    });
    expect(retyped(text('x'), ' ')).toEqual({ is: 'empty' });
  });
});

describe('a conflict', () => {
  it('shows all three values, and the source wins where the user does not choose', async () => {
    const carrier = fake({ outbox_resolve: () => ({}) });
    let closed = false;
    render(Conflict, {
      row: row({ state: 'parked', conflict }),
      onclose: () => (closed = true),
    });
    for (const value of ['Net 14', 'Net 30', 'Net 45'])
      expect(await screen.findByText(value)).toBeTruthy();
    const mine = screen.getAllByLabelText(/^Yours/);
    await fireEvent.click(mine[1] as HTMLElement);
    await fireEvent.click(screen.getByRole('button', { name: 'Use these values' }));
    await waitFor(() => expect(closed).toBe(true));
    expect(carrier.of('outbox_resolve')).toEqual([{ command: '1', keep_mine: ['note'] }]);
  });
});
