// The one table that turns an error code into text and an action.

import type { Code } from './generated/Code';
import { t } from './i18n.svelte';
import { sentence } from './said';
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
  const message = error.word
    ? sentence('error.why', { word: error.word, with: error.values ?? {}, text: error.message })
    : error.message;
  const rest = message.startsWith(`${title}: `) ? message.slice(title.length + 2) : message;
  return {
    title,
    detail: rest.charAt(0).toUpperCase() + rest.slice(1),
    remedy,
    action: remedy ? t(`error.act.${remedy}`) : '',
  };
}
