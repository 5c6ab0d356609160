import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../core/generated/AccountId';
import type { CollectionId } from '../../core/generated/CollectionId';
import type { Handle } from '../../core/generated/Handle';
import type { ItemId } from '../../core/generated/ItemId';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import { firstSentence, marks, words } from './words';

const row = (own: Partial<ConversationRow>): ConversationRow => ({
  id: '1' as ItemId,
  account: 'work' as AccountId,
  collection: 'chat' as CollectionId,
  handle: 'h' as Handle,
  kind: 'room',
  title: '#line2',
  last_at: 0,
  last_from: 'Dario Petrov',
  last_text: '@Ines 6 seal kits are in Hamburg. Shall I book?',
  last_mine: false,
  last_person: null,
  last_to: null,
  unread: 0,
  mentions: 0,
  customer: null,
  customer_name: null,
  encrypted: false,
  done: false,
  muted: false,
  draft: false,
  membership: 'joined',
  snoozed_until: null,
  back_at: null,
  scheduled: null,
  question: false,
  failed: 0,
  marked_unread: false,
  ...own,
});

describe('a row', () => {
  it('names who spoke and the room they spoke in', () => {
    expect(words(row({}))).toMatchObject({
      who: 'Dario Petrov',
      place: '#line2',
      line: '@Ines 6 seal kits are in Hamburg.',
      rest: 'Shall I book?',
    });
  });

  it('names the other side of a mail the user answered, not the user', () => {
    const known = row({ kind: 'mail_thread', last_mine: true, last_to: 'Rita Campos' });
    expect(words(known).who).toBe('Rita Campos');
    const answered = row({
      kind: 'mail_thread',
      title: 'Delivery',
      last_mine: true,
      last_from: 'Ines',
      customer_name: 'Marisol',
    });
    expect(words(answered)).toMatchObject({
      who: 'Marisol',
      place: '',
      line: 'Delivery',
      mine: 'rest',
    });
  });

  it('does not break a sentence at a number or an abbreviation of a letter', () => {
    expect(firstSentence('Firmware 4.2 is out')).toEqual(['Firmware 4.2 is out', '']);
    expect(firstSentence('')).toEqual(['', '']);
  });

  it('shows what failed before anything else, and two marks at most', () => {
    const busy = row({ failed: 1, mentions: 3, draft: true, question: true, back_at: 5 });
    expect(marks(busy).map((one) => one.is)).toEqual(['failed', 'mentions']);
    expect(marks(row({}))).toEqual([]);
  });
});
