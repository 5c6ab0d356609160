// What a task was made from, in a word.

import type { TaskRow } from '../core/generated/TaskRow';
import { t } from '../core/i18n.svelte';

/** “from mail” and the like; a message that is in no conversation here is just one. */
export function madeFrom({ said_in }: TaskRow): string {
  if (said_in === null) return t('tasks.from_message');
  if (said_in === 'mail_thread') return t('tasks.from.mail');
  return said_in === 'ticket' ? t('tasks.from.ticket') : t('tasks.from.chat');
}
