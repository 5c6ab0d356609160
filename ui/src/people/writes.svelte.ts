// What a source lets us write, as its manifest says. Manifests do not change
// while the app runs, so they are read once.

import type { Kind } from '../core/generated/Kind';
import type { Manifest } from '../core/generated/Manifest';
import { call } from '../core/transport';
import { computed } from './values';

let manifests = $state.raw<readonly Manifest[]>([]);
let asked = false;

function ask(): void {
  if (asked) return;
  asked = true;
  call('sources', {}).then(
    (all) => (manifests = all),
    // Asked again by the next one who looks.
    () => (asked = false),
  );
}

/** Whether a source takes new values for fields of this kind of item. */
export function writes(connector: string, kind: Kind, command = 'set_fields'): boolean {
  ask();
  return manifests.some(
    (one) =>
      one.name === connector &&
      one.writes.some((write) => write.command === command && write.kind === kind),
  );
}

/** Whether one field can be offered for editing. The source still has the last word. */
export const editable = (connector: string, kind: Kind, field: string): boolean =>
  !computed(field) &&
  writes(connector, kind) &&
  !manifests.some((one) => one.name === connector && one.fixed.includes(field));

/** What people call a kind of system. */
export function systemName(connector: string): string {
  ask();
  return manifests.find((one) => one.name === connector)?.title ?? connector;
}
