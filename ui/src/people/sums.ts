// Sums over records. Amounts of different currencies are never added: the
// currency most records have is summed, and `left` says how many are not in it.

import type { Money } from '../core/generated/Money';
import type { RecordRow } from '../core/generated/RecordRow';

/** Open and draft ones. */
export const openOf = (rows: readonly RecordRow[]): RecordRow[] =>
  rows.filter((one) => one.phase === 'open' || one.phase === 'draft');

/** With something left to pay, the longest overdue first. */
export const unpaidOf = (rows: readonly RecordRow[]): RecordRow[] =>
  openOf(rows)
    .filter((one) => one.outstanding === null || Number(one.outstanding.amount) !== 0)
    .sort((a, b) => (b.overdue_days ?? -1) - (a.overdue_days ?? -1));

type What = 'amount' | 'outstanding';

const of = (row: RecordRow, what: What): Money | null =>
  what === 'outstanding' ? (row.outstanding ?? row.amount) : row.amount;

/** In whole cents, so that a sum of many has no drift. */
function sum(values: readonly Money[]): string {
  const scale = Math.max(2, ...values.map((one) => one.amount.split('.')[1]?.length ?? 0));
  const all = values.reduce((so_far, one) => {
    const negative = one.amount.startsWith('-');
    const [whole = '0', part = ''] = one.amount.replace('-', '').split('.');
    const units = BigInt(whole + part.padEnd(scale, '0'));
    return so_far + (negative ? -units : units);
  }, 0n);
  const digits = (all < 0n ? -all : all).toString().padStart(scale + 1, '0');
  return `${all < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The sum in the currency most of them have; `null` without any amount. */
export function total(rows: readonly RecordRow[], what: What): Money | null {
  const values = rows.map((one) => of(one, what)).filter((one) => one !== null);
  const counts = new Map<string, number>();
  for (const one of values) counts.set(one.currency, (counts.get(one.currency) ?? 0) + 1);
  const currency = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  if (currency === undefined) return null;
  return { currency, amount: sum(values.filter((one) => one.currency === currency)) };
}

/** How many a total leaves out: without an amount, or in another currency. */
export function left(rows: readonly RecordRow[], what: What): number {
  const currency = total(rows, what)?.currency;
  return rows.filter((one) => of(one, what)?.currency !== currency).length;
}
