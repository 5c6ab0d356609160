import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TaskRow } from '../core/generated/TaskRow';
import { fake } from '../core/fake';
import { language } from '../core/i18n.svelte';
import { keys } from '../core/keys.svelte';
import { toasts } from '../core/toasts.svelte';
import Board from './Board.svelte';
import { setStatus } from './edit';
import QuickAdd from './QuickAdd.svelte';

beforeAll(() => language.use('en'));

const task = (id: string, status = 'open'): TaskRow =>
  ({
    id,
    title: `Task ${id}`,
    status,
    due: null,
    overdue: false,
    pending: false,
    priority: null,
    assignee: null,
    project: null,
    customer: null,
    customer_name: null,
    message: null,
    said_in: null,
    account: 'a',
    from: { account: 'a', connector: 'local', as_of: null },
  }) as unknown as TaskRow;

describe('quick add', () => {
  it('takes the date out of the line, shows it before Enter and keeps the rest as the title', async () => {
    const carrier = fake({
      sources: () => [],
      due_parse: () => ({
        due: { is: 'day', at: '2026-03-13' },
        words: 'friday',
        rest: 'call Samir',
      }),
      task_add: () => ({ command: 'c', item: '7' }) as never,
    });
    let added = '';
    render(QuickAdd, { onadded: (id: string) => (added = id) });
    const field = screen.getByLabelText('New task') as HTMLInputElement;
    await fireEvent.input(field, { target: { value: 'call Samir friday' } });
    await screen.findByText(/13/);
    await fireEvent.submit(field.form as HTMLFormElement);
    await waitFor(() => expect(added).toBe('7'));
    expect(carrier.of('task_add')[0]).toMatchObject({ title: 'call Samir', due: '2026-03-13' });
    expect(field.value).toBe('');
  });

  it('keeps the line when the task could not be added', async () => {
    fake({ sources: () => [], due_parse: () => ({ due: null, words: null, rest: 'call Samir' }) });
    render(QuickAdd, { onadded: () => {} });
    const field = screen.getByLabelText('New task') as HTMLInputElement;
    await fireEvent.input(field, { target: { value: 'call Samir' } });
    await fireEvent.submit(field.form as HTMLFormElement);
    await waitFor(() => expect(toasts.current?.bad).toBe(true));
    expect(field.value).toBe('call Samir');
  });
});

describe('checking a task off', () => {
  it('can be taken back to what it was before', async () => {
    const carrier = fake({ task_status: () => ({ command: 'c', item: null }) as never });
    await setStatus(task('1', 'started'), 'done');
    await toasts.undo();
    expect(carrier.of('task_status').map((one) => one.status)).toEqual(['done', 'started']);
  });
});

describe('the board', () => {
  it('moves the current card one column on by the keyboard, and over an empty column the eye', async () => {
    const rows = new Map([
      ['1', task('1')],
      ['2', task('2', 'done')],
    ]);
    const moved: string[] = [];
    let current = '1';
    render(Board, {
      columns: { open: ['1'], started: [], done: ['2'], cancelled: [] },
      row: (id: string) => rows.get(id),
      current,
      oncurrent: (id: string) => (current = id),
      onopen: () => {},
      onmove: (id: string, status: string) => moved.push(`${id} ${status}`),
      onnew: () => {},
    });
    keys.run('move_after');
    expect(moved).toEqual(['1 started']);
    keys.run('column_after');
    expect(current).toBe('2');
  });

  it('draws what its keys come to, and completes nothing that is not drawn', async () => {
    const ids = Array.from({ length: 130 }, (_, n) => `${n + 1}`);
    const moved: string[] = [];
    let current = '60';
    const props = () => ({
      columns: { open: ids, started: [], done: [], cancelled: [] },
      row: (id: string) => task(id),
      current,
      oncurrent: (id: string) => (current = id),
      onopen: () => {},
      onmove: (id: string, status: string) => moved.push(`${id} ${status}`),
      onnew: () => {},
    });
    const { rerender } = render(Board, props());
    const card = (id: string) => document.getElementById(`card-${id}`);
    expect(card('61')).toBeNull();
    keys.run('next');
    expect(current).toBe('61');
    await rerender(props());
    expect(card('61')?.getAttribute('aria-selected')).toBe('true');
    keys.run('complete');
    expect(moved).toEqual(['61 done']);
    // From the list the eye may come to one that the board does not draw.
    current = '125';
    await rerender(props());
    expect(card('125')).toBeNull();
    keys.run('complete');
    keys.run('move_after');
    expect(moved).toEqual(['61 done']);
    keys.run('next');
    expect(current).toBe('1');
  });
});
