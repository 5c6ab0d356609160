// Whom an answer to a mail goes to: its sender, and everybody else who was
// addressed, without the user.

import type { Mailbox } from '../../core/generated/Mailbox';
import type { MessageRow } from '../../core/generated/MessageRow';

export interface Recipients {
  to: Mailbox[];
  cc: Mailbox[];
}

const key = (one: Mailbox): string => one.address.value.trim().toLowerCase();

export function answerTo(row: MessageRow | undefined, own: ReadonlySet<string>): Recipients {
  if (!row) return { to: [], cc: [] };
  const used = new Set<string>(own);
  const fresh = (all: readonly Mailbox[]): Mailbox[] =>
    all.filter((one) => {
      if (used.has(key(one))) return false;
      used.add(key(one));
      return true;
    });
  // An answer to an own mail goes on to those it was written to.
  const to = fresh(row.mine ? row.to : [row.from]);
  return { to, cc: fresh(row.mine ? row.cc : [...row.to, ...row.cc]) };
}

/** `Ann Lee <ann@x.example>, b@y.example` as mailboxes; `null` when one is no address. */
export function parsed(text: string): Mailbox[] | null {
  const out: Mailbox[] = [];
  for (const part of text.split(/[,;\n]/)) {
    const piece = part.trim();
    if (piece === '') continue;
    const named = /^(.*?)\s*<([^<>]+)>$/.exec(piece);
    const value = (named?.[2] ?? piece).trim();
    if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(value)) return null;
    const name = named?.[1]?.replace(/^"|"$/g, '').trim();
    out.push({ name: name ? name : null, address: { kind: 'email', value } });
  }
  return out;
}

export const written = (all: readonly Mailbox[]): string =>
  all
    .map((one) => (one.name ? `${one.name} <${one.address.value}>` : one.address.value))
    .join(', ');

/** The subject of an answer. */
export const answering = (subject: string): string =>
  /^(re|aw)\s*:/i.test(subject) ? subject : `Re: ${subject}`;
