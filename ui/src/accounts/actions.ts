// What can be done with a source, for its menu and its page alike.

import type { AccountRow } from '../core/generated/AccountRow';
import { t } from '../core/i18n.svelte';
import { attempt } from '../core/toasts.svelte';
import { call } from '../core/transport';

interface Acts {
  open?: (row: AccountRow) => void;
  /** Whether this kind of source is signed in to at all. */
  signs: (row: AccountRow) => boolean;
  onsignin: (row: AccountRow) => void;
  onremove: (row: AccountRow) => void;
}

export const sync = (row: AccountRow): Promise<boolean> =>
  attempt(() => call('sync_once', { account: row.id }));

export const pause = (row: AccountRow): Promise<boolean> =>
  attempt(() => call('account_pause', { account: row.id, paused: !row.paused }));

export function actions(row: AccountRow, acts: Acts) {
  return [
    ...(acts.open ? [{ text: t('accounts.open'), icon: 'info', act: () => acts.open?.(row) }] : []),
    { text: t('accounts.sync'), icon: 'retry', act: () => void sync(row) },
    {
      text: t(row.paused ? 'accounts.resume' : 'accounts.pause'),
      icon: row.paused ? 'play' : 'pause',
      act: () => void pause(row),
    },
    ...(acts.signs(row)
      ? [{ text: t('accounts.sign_in_again'), icon: 'sign_in', act: () => acts.onsignin(row) }]
      : []),
    {
      text: t('accounts.remove'),
      icon: 'trash',
      danger: true,
      apart: true,
      act: () => acts.onremove(row),
    },
  ];
}
