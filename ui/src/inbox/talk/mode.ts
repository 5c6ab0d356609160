// What the composer writes: something new, an answer, an answer in a thread that is
// not open, another text for a message that was sent (`edit`) or for one that has
// not left (`change`).

import type { Handle } from '../../core/generated/Handle';
import type { MessageRow } from '../../core/generated/MessageRow';

export type Change = { is: 'edit'; row: MessageRow } | { is: 'change'; row: MessageRow };

export type Mode =
  { is: 'new' } | { is: 'reply'; row: MessageRow } | { is: 'within'; thread: Handle } | Change;

export const changes = (mode: Mode): mode is Change => mode.is === 'edit' || mode.is === 'change';
