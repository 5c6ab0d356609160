import { render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, expect, test } from 'vitest';
import type { TimelineRow } from '../core/generated/TimelineRow';
import { fake } from '../core/fake';
import { language } from '../core/i18n.svelte';
import { keys } from '../core/keys.svelte';
import { route } from '../core/route.svelte';
import Timeline from './Timeline.svelte';

beforeAll(() => language.use('en'));

const from = { account: 'erp', connector: 'tryton', collection: 'a', place: 'A', as_of: 0 };
const line = (id: string, group: string, at: number): TimelineRow =>
  ({
    id,
    key: id,
    kind: group,
    group,
    conversation: null,
    record_kind: null,
    at,
    title: `Title ${id}`,
    text: '',
    change: null,
    from,
  }) as unknown as TimelineRow;

test('the current row of a history stays the same item whatever comes or is left out', async () => {
  const now = Date.now();
  const rows = [
    line('3', 'task', now - 1_000),
    line('2', 'record', now - 2_000),
    line('1', 'record', now - 3_000),
  ];
  fake({
    customer_timeline: ({ kinds = [] }) =>
      rows.filter((one) => kinds.length === 0 || kinds.includes(one.group)),
  });
  const props = { customer: '7' as never, name: 'Oakhollow' };
  const { rerender } = render(Timeline, { ...props, kinds: [] });
  await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(3));
  const current = () =>
    screen.getAllByRole('option').find((one) => one.getAttribute('aria-selected') === 'true')?.id;
  keys.run('next');
  keys.run('next');
  await waitFor(() => expect(current()).toMatch(/-2$/));
  await rerender({ ...props, kinds: ['record'] });
  await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(2));
  expect(current()).toMatch(/-2$/);
  keys.run('open');
  expect(route.place).toMatchObject({ view: 'record', id: '2' });
});
