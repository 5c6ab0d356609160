import { render, waitFor } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import type { ItemId } from '../../core/generated/ItemId';
import type { MessagePage } from '../../core/generated/MessagePage';
import { fake } from '../../core/fake';
import Talk from './Talk.svelte';

const id = '7' as ItemId;
const row = {
  id,
  account: 'chat',
  collection: 'c',
  handle: 'h',
  kind: 'room',
  title: 'Line 2',
  unread: 1,
  marked_unread: false,
  membership: 'joined',
  snoozed_until: null,
  done: false,
  muted: false,
  customer: null,
} as unknown as ConversationRow;
const page = {
  messages: [],
  gaps: [],
  more: false,
  newer: false,
  read_marker: null,
  receipts: [],
  hits: [],
  scheduled: [],
} as unknown as MessagePage;

afterEach(() => vi.restoreAllMocks());

it('counts as read what came while the window was away, once somebody is back', async () => {
  const looks = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
  const carrier = fake({
    conversation: () => row,
    conversation_people: () => [],
    messages: () => page,
    mark_read: () => ({}) as never,
  });
  render(Talk, { conversation: id, message: null, answer: false, onanswer: () => {} });
  // It was there to be looked at for long enough, and nobody did.
  await waitFor(() => expect(looks).toHaveBeenCalled(), { timeout: 5_000 });
  expect(carrier.of('mark_read')).toEqual([]);
  looks.mockReturnValue(true);
  window.dispatchEvent(new Event('focus'));
  await waitFor(() => expect(carrier.of('mark_read')).toEqual([{ conversation: id }]), {
    timeout: 5_000,
  });
});
