// How a source is, put into few words. Pure, so that the moment can be given.

import type { AccountRow } from '../core/generated/AccountRow';
import type { CheckReport } from '../core/generated/CheckReport';
import { age, count, time } from '../core/format';
import { t } from '../core/i18n.svelte';
import { because } from '../core/because';
import { faultText, faultWhy } from '../core/said';
import { keychainShut } from '../core/sources.svelte';

export type Look = 'live' | 'polled' | 'late' | 'loading' | 'cold' | 'bad';
export interface Said {
  look: Look;
  text: string;
}

/** A poll that is this late is stale. */
const LATE = 30 * 60_000;

/** A span as people say it: `5 min`. */
export const span = (ms: number): string => age(0, ms);

export function stateOf(row: AccountRow, now: number): Said {
  if (row.health.is === 'sign_in') return { look: 'bad', text: t('accounts.state.sign_in') };
  if (row.paused) return { look: 'cold', text: t('accounts.state.paused') };
  if (keychainShut(row)) return { look: 'bad', text: t('accounts.state.keychain') };
  if (row.health.is === 'offline') return { look: 'cold', text: t('accounts.state.offline') };
  if (row.health.is === 'waiting')
    return { look: 'late', text: t('accounts.state.waiting', { time: time(row.health.detail) }) };
  if (row.health.is === 'degraded') return { look: 'late', text: t('accounts.state.degraded') };
  if (row.last_success === null) return { look: 'loading', text: t('accounts.state.new') };
  if (!row.complete) return { look: 'loading', text: t('accounts.state.loading') };
  if (row.connector === 'local') return { look: 'live', text: t('accounts.state.local') };
  if (now - row.last_success > Math.max(LATE, 2 * (row.every_ms ?? 0)))
    return { look: 'late', text: t('accounts.state.late') };
  if (row.delivery === 'push') return { look: 'live', text: t('accounts.state.live') };
  return {
    look: 'polled',
    text: row.every_ms
      ? t('accounts.state.every', { span: span(row.every_ms) })
      : t('accounts.state.polled'),
  };
}

/** What is wrong, with the source's own words where it had some. */
export function trouble(row: AccountRow): string | null {
  const { health } = row;
  switch (health.is) {
    case 'offline':
    case 'sign_in':
      if (keychainShut(row)) return faultWhy({ is: 'transient', detail: health.detail });
      return faultText({ is: health.is, detail: health.detail });
    case 'waiting':
      return t('accounts.asked_to_wait');
    default:
      return row.error;
  }
}

/** Here over at the source; nothing where the source cannot count. Never above 1. */
export function coverage(here: number, source: number | null): number | null {
  if (source === null) return null;
  if (source === 0) return 1;
  return Math.min(1, here / source);
}

/** `99.9 %`: rounded down, so that nothing is full that is not. */
export function percent(share: number): string {
  const shown = share >= 1 ? 100 : Math.min(99.9, Math.floor(share * 1000) / 10);
  return t('accounts.percent', { n: shown });
}

/** How far it may be behind. */
export function lag(row: AccountRow, now: number): string {
  if (row.connector === 'local') return t('accounts.lag.none');
  // Nobody knows what came since; how often it would be asked says nothing.
  if ((row.health.is === 'offline' || row.health.is === 'sign_in') && row.last_success !== null)
    return span(now - row.last_success);
  if (row.health.is === 'waiting')
    return t('accounts.lag.until', { time: time(row.health.detail) });
  if (row.delivery === 'push' && row.health.is === 'well') return t('accounts.lag.none');
  if (row.next_at !== null && row.next_at > now && row.every_ms === null)
    return t('accounts.lag.next', { time: time(row.next_at) });
  if (row.every_ms !== null) return t('accounts.lag.up_to', { span: span(row.every_ms) });
  if (row.lag_seconds !== null) return span(row.lag_seconds * 1000);
  return t('accounts.lag.unknown');
}

/** What was used of the request budget. */
export function budget(row: AccountRow): { share: number; text: string; until: string } | null {
  const { budget } = row;
  if (budget === null || budget.limit === null) return null;
  const used = Math.max(0, budget.limit - budget.left);
  return {
    share: budget.limit === 0 ? 1 : used / budget.limit,
    text: t('accounts.budget.of', { used: count(used), limit: count(budget.limit) }),
    until: budget.resets === null ? '' : t('accounts.budget.until', { time: time(budget.resets) }),
  };
}

/** What a live check found, line by line. */
export const readable = (report: CheckReport) =>
  report.collections.map((one) => ({
    id: String(one.collection),
    title: one.title,
    well: one.unavailable === null,
    text: one.unavailable === null ? t('accounts.readable') : because(one.unavailable),
  }));
