// What a hit is and where it was found, in words and glyphs.

import type { HitRow } from '../core/generated/HitRow';
import { has, t } from '../core/i18n.svelte';
import { glyph, sources } from '../core/sources.svelte';

const BY_KIND: Record<string, string> = {
  message: 'mail',
  conversation: 'chat',
  task: 'task',
  event: 'calendar',
  page: 'wiki',
  record: 'record',
  contact: 'person',
  organisation: 'customer',
};
const RECORDS: Record<string, string> = {
  opportunity: 'opportunity',
  invoice: 'invoice',
  order: 'order',
  payment: 'payment',
  employee: 'employee',
  ticket: 'ticket',
  note: 'note',
  product: 'product',
};

/** The glyph of a hit; of a record by its own kind, where that is known. */
export const iconOf = (hit: HitRow, record?: string): string =>
  (record && RECORDS[record]) ?? BY_KIND[hit.kind] ?? 'record';

/** The name of the source; one folder stands for many, then of its part. */
export function sourceName(hit: HitRow): string {
  const row = sources.of(hit.account);
  const key = `search.part.${hit.collection}`;
  if (row?.connector === 'files' && has(key)) return t(key);
  return row?.label ?? hit.account;
}

export const sourceIcon = (hit: HitRow): string =>
  glyph(hit.account, sources.of(hit.account)?.connector, hit.collection);

/** The glyph of a command. */
export function commandIcon(id: string): string {
  const icons: Record<string, string> = {
    reply: 'reply',
    done: 'check',
    snooze: 'snooze',
    task: 'task',
    call: 'phone',
    undo: 'undo',
    sync: 'retry',
    help: 'keyboard',
    new: 'plus',
    back: 'left',
    forward: 'right',
    go_today: 'today',
    go_inbox: 'inbox',
    go_tasks: 'task',
    go_customers: 'customer',
    go_calendar: 'calendar',
    go_accounts: 'accounts',
    go_outbox: 'send',
    go_settings: 'settings',
    toggle_side: 'sidebar',
    toggle_context: 'context',
    filter: 'filter',
    mark_unread: 'unread',
    mute: 'mute',
    join: 'video',
    brief: 'file',
    pin: 'pin',
    note: 'note',
    write: 'draft',
    send: 'send',
    find_here: 'search',
    jump_date: 'jump',
  };
  return icons[id] ?? 'enter';
}
