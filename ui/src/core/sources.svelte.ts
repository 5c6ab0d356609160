// The accounts, at hand for every fact's provenance: what the user calls the
// source, its glyph, how old and how well it is.

import type { AccountRow } from './generated/AccountRow';
import type { Provenance } from './generated/Provenance';
import { call, onTopics } from './transport';
import { now } from './clock.svelte';
import { age } from './format';
import { t } from './i18n.svelte';

/** Names of glyphs in the kit. */
const GLYPHS: Record<string, string> = {
  matrix: 'chat',
  tryton: 'erp',
  local: 'device',
  files: 'folder',
};

/** A folder is named by what people keep in it. */
const BY_LABEL: [RegExp, string][] = [
  [/mail/i, 'mail'],
  [/chat|matrix|slack|teams/i, 'chat'],
  [/crm/i, 'crm'],
  [/erp|tryton|accounting|buch/i, 'erp'],
  [/ticket|help|zammad/i, 'ticket'],
  [/wiki|page|book/i, 'wiki'],
  [/calendar|kalender/i, 'calendar'],
  [/hr|people|staff/i, 'people'],
  [/task|redmine|tracker/i, 'task'],
];

let rows = $state.raw<readonly AccountRow[]>([]);
let loaded = $state(false);
// This device's own list is not named by the user, so it has a name in every language.
const named = $derived(
  rows.map((row) => (row.connector === 'local' ? { ...row, label: t('core.here') } : row)),
);

async function load(): Promise<void> {
  rows = await call('accounts', {});
  loaded = true;
}

/** Sources that are read say so several times within this; every fact's provenance follows them. */
const SETTLE = 200;
let settling: ReturnType<typeof setTimeout> | undefined;

function loadSoon(): void {
  settling ??= setTimeout(() => {
    settling = undefined;
    // The screens tell their own failures; what is known stays.
    void load().catch(() => {});
  }, SETTLE);
}

export const sources = {
  get all() {
    return named;
  },
  get loaded() {
    return loaded;
  },
  /** Nothing comes from anywhere: there is at most this device's own list. */
  get none() {
    return loaded && rows.every((row) => row.connector === 'local');
  },
  of: (account: string): AccountRow | undefined => named.find((one) => one.id === account),
  async start(): Promise<void> {
    onTopics((topics) => {
      if (
        topics.some(
          (topic) =>
            topic.on === 'account' || topic.on === 'collection' || topic.on === 'everything',
        )
      )
        loadSoon();
    });
    await load();
  },
};

/**
 * The sign-in lies in a keychain of this computer that does not give it: the source itself may be
 * in reach. The core says it in a sentence, in English, as all that stops an account.
 */
export const keychainShut = (row: AccountRow): boolean =>
  row.health.is === 'offline' &&
  /\bkeychain\b.*\bsign-in of this account\b/.test(row.health.detail);

/** A folder keeps many kinds of thing; each part has its own glyph. */
const PARTS: Record<string, string> = {
  contacts: 'people',
  records: 'erp',
  calendar: 'calendar',
  tasks: 'task',
  mail: 'mail',
  chat: 'chat',
  wiki: 'wiki',
};

/** The glyph of a source, or of one of its collections. */
export function glyph(account: string, connector?: string, collection?: string): string {
  const row = sources.of(account);
  const kind = connector ?? row?.connector ?? '';
  if (kind === 'files') {
    const part = collection === undefined ? undefined : PARTS[collection];
    const label = row?.label ?? account;
    const named = BY_LABEL.find(([pattern]) => pattern.test(label))?.[1];
    // Tables are of any system; what they are called says of which.
    if (part && collection === 'records') return named ?? part;
    return part ?? named ?? 'folder';
  }
  return GLYPHS[kind] ?? 'source';
}

/** A poll that is this late is stale. */
const LATE = 30 * 60_000;

/** What `Prov` draws of a fact's provenance. */
export function from(provenance: Provenance): {
  icon: string;
  name: string;
  age: string;
  late: boolean;
} {
  const row = sources.of(provenance.account);
  const here = row?.connector === 'local';
  // A source that tells of changes by itself is as fresh as its last sign of life.
  const live =
    row?.delivery === 'push' &&
    (row.health.is === 'well' || row.health.is === 'working') &&
    row.last_success !== null &&
    now() - row.last_success < LATE;
  const label = row?.label ?? provenance.account;
  // One folder alone stands for many systems: its part is what people look for. Several
  // have names of their own, and each says enough.
  const folders = rows.filter((one) => one.connector === 'files').length;
  const part = provenance.connector === 'files' ? provenance.place : '';
  return {
    icon: glyph(provenance.account, provenance.connector, provenance.collection),
    name: part && folders === 1 ? part : label,
    age: here ? '' : live ? t('core.live') : age(provenance.as_of),
    late: !here && !live && provenance.as_of !== null && now() - provenance.as_of > LATE,
  };
}

/** The oldest of several provenances: what a panel's head says of them all. */
export function oldest(all: readonly Provenance[]): Provenance | undefined {
  return all.reduce<Provenance | undefined>(
    (worst, one) => (worst === undefined || (one.as_of ?? 0) < (worst.as_of ?? 0) ? one : worst),
    undefined,
  );
}
