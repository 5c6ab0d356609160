// Which conversations the list shows: read from the address and written back to
// it, so that back, forward and a link bring the very list.

import type { AccountId } from '../../core/generated/AccountId';
import type { OrgId } from '../../core/generated/OrgId';
import type { ConversationFilter } from '../../core/generated/ConversationFilter';

export const ONLY = ['mentions', 'waiting', 'drafts', 'snoozed', 'back', 'failed', 'done'] as const;
export type Only = (typeof ONLY)[number];
export const KINDS = ['all', 'mail', 'chat', 'tickets'] as const;
export type Kind = (typeof KINDS)[number];

export interface Which {
  only: Only | null;
  kind: Kind;
  unread: boolean;
  account: AccountId | null;
  customer: OrgId | null;
}

const WORDS: Record<Kind, string[]> = {
  all: [],
  mail: ['mail_thread'],
  chat: ['room', 'direct', 'space'],
  tickets: ['ticket'],
};

const one = <T extends string>(all: readonly T[], value: string | undefined): T | null =>
  all.find((known) => known === value) ?? null;

/** Reads the address; what it does not know it leaves out. */
export function read(query: Record<string, string>): Which {
  return {
    only: one(ONLY, query.only),
    kind: one(KINDS, query.kind) ?? 'all',
    unread: query.unread === '1',
    account: (query.account as AccountId | undefined) ?? null,
    customer: (query.customer as OrgId | undefined) ?? null,
  };
}

/** The same as the address writes it. */
export function query(which: Which): Record<string, string | null> {
  return {
    only: which.only,
    kind: which.kind === 'all' ? null : which.kind,
    unread: which.unread ? '1' : null,
    account: which.account,
    customer: which.customer,
  };
}

/** What the core is asked. */
export function filter(which: Which): ConversationFilter {
  return {
    account: which.account,
    customer: which.customer,
    kind: null,
    kinds: WORDS[which.kind],
    title: null,
    unread: which.unread,
    mentions: which.only === 'mentions',
    waiting: which.only === 'waiting',
    snoozed: which.only === 'snoozed',
    back: which.only === 'back',
    drafts: which.only === 'drafts',
    failed: which.only === 'failed',
    done: false,
    finished: which.only === 'done',
    limit: null,
    offset: null,
  };
}

/** Whether the list runs from the newest word to the oldest, so that days can head it. */
export const byDay = (which: Which): boolean => which.only !== 'snoozed' && which.only !== 'back';

/** Filters beside the view itself. */
export const narrowed = (which: Which): boolean =>
  which.unread || which.account !== null || which.customer !== null;
