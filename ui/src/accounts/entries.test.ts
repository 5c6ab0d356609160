import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxRow } from '../core/generated/OutboxRow';
import { fake } from '../core/fake';
import type { Fake } from '../core/fake';
import { language } from '../core/i18n.svelte';
import { toasts } from '../core/toasts.svelte';
import EditEntry from './EditEntry.svelte';
import Outbox from './Outbox.svelte';

beforeAll(() => language.use('en'));
beforeEach(() => toasts.close());

const message = (more: Partial<OutboxRow> = {}): OutboxRow =>
  ({
    id: '1',
    account: 'chat',
    does: 'send',
    wish: { is: 'send', text: 'See you at ten' },
    title: 'See you at ten',
    state: 'queued',
    queued: Date.now(),
    not_before: 0,
    attempts: 0,
    fault: null,
    item: '9',
    after: null,
    conversation: '7',
    scheduled: null,
    conflict: [],
    ...more,
  }) as OutboxRow;
const edit = (more: Partial<OutboxRow> = {}): OutboxRow =>
  message({
    does: 'set_fields',
    wish: { is: 'set', title: 'Line 4', fields: [] },
    conversation: null,
    ...more,
  });

/** The outbox with one entry. */
function shown(row: OutboxRow): Fake {
  const carrier = fake(
    {
      outbox_by_id: () => [row],
      outbox_undo: () => ({}),
      outbox_discard: () => ({}),
      take_back: () => ({ draft: null, answers: null, files: [] }),
      tasks_by_id: () => [],
    },
    { outbox: [row.id] },
  );
  render(Outbox, { keyed: true, onsignin: () => {} });
  return carrier;
}

const press = async (name: string) =>
  fireEvent.click(await screen.findByRole('button', { name, hidden: true }));

describe('the outbox', () => {
  it('makes the words of a message that is taken back a draft again', async () => {
    const carrier = shown(message());
    await press('Undo');
    await waitFor(() => expect(carrier.of('take_back')).toEqual([{ command: '1' }]));
    expect(carrier.of('outbox_undo')).toEqual([]);
    await waitFor(() => expect(toasts.current?.text).toMatch(/a draft again/));
  });

  it('withdraws what says nothing, and makes no draft of it', async () => {
    const carrier = shown(edit());
    await press('Undo');
    await waitFor(() => expect(carrier.of('outbox_undo')).toEqual([{ command: '1' }]));
    expect(carrier.of('take_back')).toEqual([]);
  });

  it('gives the words of a discarded message back on demand', async () => {
    const carrier = shown(message({ state: 'parked' }));
    await press('Discard');
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).not.toMatch(/cannot be undone/);
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Discard' }));
    await waitFor(() => expect(toasts.current?.undo).toBeDefined());
    expect(carrier.of('outbox_discard')).toEqual([{ command: '1' }]);
    expect(toasts.current?.text).not.toMatch(/source/);
    await toasts.undo();
    expect(carrier.of('take_back')).toEqual([{ command: '1' }]);
  });

  it('says of a discarded edit that the values of the source stand', async () => {
    shown(edit({ state: 'parked' }));
    await press('Discard');
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toMatch(/cannot be undone/);
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Discard' }));
    await waitFor(() => expect(toasts.current?.text).toMatch(/the source’s values stand/));
    expect(toasts.current?.undo).toBeUndefined();
  });
});

describe('an entry that is being edited', () => {
  it('keeps what is typed while the outbox moves', async () => {
    const carrier = fake({ messages_by_id: () => [{ text: 'See you at ten' }] as never });
    const { rerender } = render(EditEntry, { row: message(), onclose: () => {} });
    const field = (await screen.findByLabelText('Text')) as HTMLTextAreaElement;
    await fireEvent.input(field, { target: { value: 'See you at eleven' } });
    await rerender({ row: message({ attempts: 1 }) });
    await waitFor(() => expect(carrier.of('messages_by_id')).toHaveLength(1));
    expect(field.value).toBe('See you at eleven');
  });
});
