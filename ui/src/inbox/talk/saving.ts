// A message between the key that says it and the core's word that it is kept: it stands in its
// place at once, and says that it is not kept yet.

import type { CommandId } from '../../core/generated/CommandId';
import type { Handle } from '../../core/generated/Handle';
import type { ItemId } from '../../core/generated/ItemId';
import type { Mailbox } from '../../core/generated/Mailbox';
import type { MessageRow } from '../../core/generated/MessageRow';
import type { Outgoing } from '../../core/generated/Outgoing';

/** The state of a message that the core has not answered for; the core itself never says it. */
const SAVING = 'saving';

const NOBODY: Mailbox = { name: null, address: { kind: 'other', value: '' } };
let count = 0;

/** The row that stands for what is being said; no message of the core has its id. */
export function saving(words: Outgoing, conversation: ItemId, from: Mailbox = NOBODY): MessageRow {
  count += 1;
  const id = `~${count}`;
  const at = Date.now();
  return {
    id: id as ItemId,
    handle: id as Handle,
    link: null,
    at,
    from,
    person: null,
    mine: true,
    to: words.to,
    cc: words.cc,
    subject: words.subject,
    text: words.text,
    has_html: false,
    reply_to: words.reply_to,
    thread: words.thread,
    edited: null,
    readable: { is: 'yes' },
    reactions: [],
    attachments: [],
    internal: false,
    unread: false,
    way: { command: id as CommandId, state: SAVING, fault: null, not_before: at },
    tasks: [],
    conversation,
  };
}

/** Whether the core knows nothing of it yet, so that nothing can be asked about it. */
export const isSaving = (row: MessageRow): boolean => row.way?.state === SAVING;
