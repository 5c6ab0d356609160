import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, expect, test } from 'vitest';
import type { CustomerPage } from '../core/generated/CustomerPage';
import { fake } from '../core/fake';
import { language } from '../core/i18n.svelte';
import { route, to } from '../core/route.svelte';
import Customer from './Customer.svelte';

beforeAll(() => language.use('en'));

const page = (id: string): CustomerPage =>
  ({
    id,
    name: `Customer ${id}`,
    facts: [],
    people: [],
    sums: [],
    opportunities: [],
    orders: [],
    invoices: [],
    tickets: [],
    tasks: [],
    pages: [],
    conversations: [],
    activity: [],
    looked: null,
    changes: [],
    pinned: false,
    number: null,
    owner: null,
    city: null,
    country: null,
    since: null,
    phone: null,
    email: null,
    website: null,
    months: [],
    activity_kinds: [],
    timeline_counts: [],
    notes: [],
    last: null,
  }) as unknown as CustomerPage;

test('a note being written is there again after another customer and another page', async () => {
  const rows = new Map<string, unknown>();
  fake({
    customer: ({ customer }) => page(String(customer)),
    customer_looked: () => ({}),
    events: () => [],
    setting: ({ key }) => ({ key, value: rows.get(key) ?? null }),
    setting_set: ({ key, value }) => (rows.set(key, value), {}),
  });
  const field = async (id: string) =>
    (await screen.findByLabelText(`A note on Customer ${id}`)) as HTMLTextAreaElement;
  route.go(to('customer', '7', { tab: 'notes' }));
  const { unmount } = render(Customer);
  await fireEvent.input(await field('7'), { target: { value: 'Ring twice.' } });
  route.go(to('customer', '8', { tab: 'notes' }));
  expect((await field('8')).value).toBe('');
  unmount();
  await waitFor(() => expect([...rows.values()]).toEqual(['Ring twice.']));
  route.go(to('customer', '7', { tab: 'notes' }));
  render(Customer);
  const again = await field('7');
  await waitFor(() => expect(again.value).toBe('Ring twice.'));
});
