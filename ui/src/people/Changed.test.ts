import { render } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { JournalLine } from '../core/generated/JournalLine';
import Changed from './Changed.svelte';

const line = (value: string): JournalLine =>
  ({
    at: 1_700_000_000_000,
    item: '7',
    kind: 'organisation',
    title: 'Oakhollow Brewing',
    customer: '1',
    field: 'payment_terms',
    old: { is: 'empty' },
    new: { is: 'text', value },
    cause: 'me',
    which: null,
    account: 'crm',
  }) as unknown as JournalLine;

test('a field that changed twice in one moment is told twice', () => {
  const { container } = render(Changed, {
    changes: [line('Net 45'), line('Net 60')],
    looked: 1_600_000_000_000,
  });
  expect(container.textContent).toContain('Net 45');
  expect(container.textContent).toContain('Net 60');
});
