import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeAll, expect, test } from 'vitest';
import type { AccountRow } from '../core/generated/AccountRow';
import { fake } from '../core/fake';
import { language } from '../core/i18n.svelte';
import { route, to } from '../core/route.svelte';
import { sources } from '../core/sources.svelte';
import Accounts from './Accounts.svelte';

beforeAll(() => language.use('en'));

const account = (id: string): AccountRow =>
  ({
    id,
    connector: 'imap',
    label: `Mail ${id}`,
    config: {},
    paused: false,
    health: { is: 'well' },
    added: 0,
    last_success: null,
    waiting: 0,
    parked: 0,
    items: 0,
    delivery: 'poll',
    every_ms: 300_000,
    next_at: null,
    budget: null,
    error: null,
    remedy: null,
    retention_days: null,
    kept_since: null,
  }) as unknown as AccountRow;

test('another account does not show what was checked at the one before', async () => {
  fake({
    accounts: () => [account('a'), account('b')],
    sources: () => [],
    counts: () => ({}) as never,
    ledger: () => [],
    account_check: ({ account }) => ({
      account,
      health: { is: 'well' },
      collections: [{ collection: '1' as never, title: 'Letters', unavailable: null }],
    }),
  });
  await sources.start();
  route.go(to('accounts', 'a'));
  render(Accounts);
  await fireEvent.click(await screen.findByRole('button', { name: 'Check' }));
  await screen.findByText('Letters');
  route.go(to('accounts', 'b'));
  await screen.findByRole('heading', { name: 'Mail b' });
  expect(screen.queryByText('Letters')).toBeNull();
});
