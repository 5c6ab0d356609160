// Which fields of some items wait for their source. Facts come without that, so
// it is asked for the few items an outbox entry is about.

import type { FieldRow } from '../core/generated/FieldRow';
import type { FieldValue } from '../core/generated/FieldValue';
import type { ItemId } from '../core/generated/ItemId';
import type { OutboxRow } from '../core/generated/OutboxRow';
import { on, query } from '../core/live.svelte';
import { call } from '../core/transport';

export interface Pending {
  /** Entries about one item, oldest first. */
  entries(item: ItemId): readonly OutboxRow[];
  /** What the source says of a field, while ours waits. */
  atSource(item: ItemId, field: string): FieldValue | null;
  /** Conflicts the user has to decide, of all the items. */
  readonly conflicts: readonly OutboxRow[];
}

const NONE: readonly OutboxRow[] = [];

/** Follows the outbox for these items. Call it while a component starts. */
export function pending(items: () => readonly ItemId[]): Pending {
  const outbox = query('outbox', () => ({ account: null, all: false }), on('outbox'));
  const edits = $derived.by(() => {
    const wanted = new Set<string>(items());
    return (outbox.value ?? []).filter(
      (one) => one.does === 'set_fields' && one.item !== null && wanted.has(one.item),
    );
  });
  let fields = $state.raw<ReadonlyMap<string, readonly FieldRow[]>>(new Map());

  $effect(() => {
    const ids = [...new Set(edits.map((one) => one.item).filter((one) => one !== null))];
    let current = true;
    void Promise.all(
      ids.map(async (item) => [item as string, await call('fields', { item })] as const),
    ).then(
      (found) => {
        if (current) fields = new Map(found);
      },
      // An item that went away meanwhile has nothing that waits.
      () => {},
    );
    return () => (current = false);
  });

  return {
    entries: (item) => (edits.length ? edits.filter((one) => one.item === item) : NONE),
    atSource: (item, field) =>
      fields.get(item)?.find((one) => one.field === field)?.at_source ?? null,
    get conflicts() {
      return edits.filter((one) => one.conflict.length > 0 && one.state === 'parked');
    },
  };
}
