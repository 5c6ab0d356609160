// Which kinds of source stand together, and how far a first loading is. Pure.

import type { LedgerLine } from '../core/generated/LedgerLine';
import type { Manifest } from '../core/generated/Manifest';

export type Shelf = 'talk' | 'company' | 'here';
export const SHELVES: readonly Shelf[] = ['talk', 'company', 'here'];

/** A folder brings anything; a system of record is a company's; the rest is talk. */
export function shelf(manifest: Manifest): Shelf {
  if (manifest.form.some((field) => field.kind === 'folder')) return 'here';
  if (manifest.kinds.includes('record') || manifest.kinds.includes('organisation'))
    return 'company';
  return 'talk';
}

/** Kinds of source the user can add; what is kept on this device is there already. */
export const addable = (manifests: readonly Manifest[]): Manifest[] =>
  manifests.filter((one) => one.name !== 'local');

/** Items here of those expected; nothing where nobody said how many there are. */
export function loaded(
  lines: readonly LedgerLine[],
  expected: number | null,
): { here: number; of: number | null; share: number | null; complete: boolean } {
  const here = lines.reduce((sum, line) => sum + line.local_count, 0);
  const told = lines.every((line) => line.source_count !== null)
    ? lines.reduce((sum, line) => sum + (line.source_count ?? 0), 0)
    : null;
  const of = expected ?? (lines.length > 0 ? told : null);
  // Where items are not counted, conversations may be.
  const looked = lines.map((line) => line.looked).filter((one) => one !== null);
  const walked = {
    done: looked.reduce((sum, one) => sum + one.done, 0),
    of: looked.reduce((sum, one) => sum + one.of, 0),
  };
  const counted = of === null ? walked : { done: here, of };
  return {
    here,
    of,
    share: counted.of === 0 ? null : Math.min(1, counted.done / counted.of),
    complete: lines.length > 0 && lines.every((line) => line.complete),
  };
}
