// Where an error's remedy is to be found.

import type { Remedy } from './errors';
import { route, to } from './route.svelte';

export function go(remedy: Remedy | null): void {
  if (remedy === 'sign_in' || remedy === 'accounts') route.go(to('accounts'));
  if (remedy === 'doctor') route.go(to('accounts', null, { tab: 'doctor' }));
}
