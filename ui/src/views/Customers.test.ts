import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CustomerRow } from '../core/generated/CustomerRow';
import { fake } from '../core/fake';
import type { Fake } from '../core/fake';
import { language } from '../core/i18n.svelte';
import { keys } from '../core/keys.svelte';
import { settings } from '../core/settings.svelte';
import Customers from './Customers.svelte';

beforeAll(() => language.use('en'));

const row = (at: number): CustomerRow =>
  ({
    id: `${at}`,
    name: `Customer ${at}`,
    number: null,
    last_at: null,
    people: 0,
    open_opportunities: 0,
    overdue_invoices: 0,
    pinned: false,
    city: null,
    country: null,
    owner: null,
    open_amount: null,
    overdue_amount: null,
    opportunity_amount: null,
  }) as unknown as CustomerRow;

/** A thousand customers, none of them pinned. */
function thousand(): Fake {
  const carrier = fake({
    customers: ({ pinned, limit }) =>
      pinned ? [] : Array.from({ length: Math.min(1_000, limit ?? 0) }, (_, at) => row(at)),
    setting_set: () => ({}),
  });
  render(Customers);
  return carrier;
}
/** How many customers were asked for at most. */
const reach = (carrier: Fake) =>
  Math.max(...carrier.of('customers').map(({ limit }) => limit ?? 0));
const known = (n: number) => screen.findByText(`${n}+`);

/** Scrolls to the end of a list in a window that is so high, as a web view does. */
async function toTheEnd(window: number): Promise<void> {
  const list = screen.getByRole('listbox');
  const whole = parseFloat((list.firstElementChild as HTMLElement).style.blockSize);
  Object.defineProperty(list, 'scrollHeight', { value: whole, configurable: true });
  Object.defineProperty(list, 'clientHeight', { value: window, configurable: true });
  list.scrollTop = whole - window;
  await fireEvent.scroll(list);
}

describe('the list of customers', () => {
  it('goes on at its end in every density', async () => {
    const carrier = thousand();
    await settings.set('look.density', 'compact');
    await known(200);
    for (const there of [400, 600, 800]) {
      await toTheEnd(700);
      await known(there);
    }
    expect(reach(carrier)).toBe(800);
    await settings.set('look.density', 'normal');
  });

  it('goes on under the keys', async () => {
    const carrier = thousand();
    await known(200);
    keys.run('last');
    await known(400);
    for (let at = 199; at < 390; at += 1) keys.run('next');
    await waitFor(() => expect(reach(carrier)).toBe(600));
  });
});
