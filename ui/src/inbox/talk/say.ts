// Small words about messages, used by rows, composer and search alike.

import type { Fault } from '../../core/generated/Fault';
import type { Mailbox } from '../../core/generated/Mailbox';
import type { MessageRow } from '../../core/generated/MessageRow';
import { t } from '../../core/i18n.svelte';
import { faultWhy } from '../../core/said';

/** What somebody is called; the address when there is no name. */
export const nameOf = (who: Mailbox): string => who.name || who.address.value;

/** Who says it, `You` for the user. */
export const speakerOf = (row: MessageRow): string => (row.mine ? t('talk.you') : nameOf(row.from));

/** One line of a message. */
export function glance(row: MessageRow, most = 140): string {
  if (row.readable.is === 'redacted') return t('talk.redacted');
  if (row.readable.is === 'undecryptable') return t('talk.undecryptable');
  const text = row.text.trim().replace(/\s+/g, ' ');
  if (text) return text.length > most ? `${text.slice(0, most)}…` : text;
  const file = row.attachments[0];
  return file ? file.name : '';
}

/** A fault's own words. */
export const why = (fault: Fault | null | undefined): string => (fault ? faultWhy(fault) : '');

/** `Ann, Ben and 3 more`. */
export function list(names: readonly string[], most = 3): string {
  if (names.length <= most) return names.join(', ');
  return t('talk.and_more', { names: names.slice(0, most).join(', '), n: names.length - most });
}

/** Reactions by key, in order of arrival. */
export function byKey(
  row: MessageRow,
  own: ReadonlySet<string>,
): {
  key: string;
  names: string[];
  mine: boolean;
}[] {
  const out = new Map<string, { key: string; names: string[]; mine: boolean }>();
  for (const reaction of row.reactions) {
    const one = out.get(reaction.key) ?? { key: reaction.key, names: [], mine: false };
    const mine = own.has(reaction.from.address.value.toLowerCase());
    one.mine ||= mine;
    one.names.push(mine ? t('talk.you') : nameOf(reaction.from));
    out.set(reaction.key, one);
  }
  return [...out.values()];
}
