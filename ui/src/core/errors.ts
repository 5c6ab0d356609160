// The one table that turns an error code into text and an action.

import type { Code } from './generated/Code';
import { t } from './i18n.svelte';
import type { CallFailed } from './transport';

/** What the user can do about it. */
export type Remedy = 'retry' | 'sign_in' | 'accounts' | 'doctor';

const REMEDY: Record<Code, Remedy | null> = {
  not_found: null,
  bad_request: null,
  refused: null,
  sign_in: 'sign_in',
  offline: 'retry',
  keychain: 'retry',
  disk_full: 'retry',
  corrupt: 'doctor',
  cancelled: null,
  internal: 'retry',
};

export interface Told {
  title: string;
  detail: string;
  remedy: Remedy | null;
  action: string;
}

/** An error as a person reads it. */
export function told(error: CallFailed): Told {
  const remedy = REMEDY[error.code];
  const title = t(`error.${error.code}`);
  // The core's sentence may begin with the same words; nobody reads them twice.
  const rest = error.message.startsWith(`${title}: `)
    ? error.message.slice(title.length + 2)
    : error.message;
  return {
    title,
    detail: rest.charAt(0).toUpperCase() + rest.slice(1),
    remedy,
    action: remedy ? t(`error.act.${remedy}`) : '',
  };
}
