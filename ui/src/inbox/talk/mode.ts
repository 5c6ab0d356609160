// What the composer writes: something new, an answer, another text for a message
// that was sent (`edit`) or for one that has not left (`change`).

import type { MessageRow } from '../../core/generated/MessageRow';

export type Mode =
  | { is: 'new' }
  | { is: 'reply'; row: MessageRow }
  | { is: 'edit'; row: MessageRow }
  | { is: 'change'; row: MessageRow };
