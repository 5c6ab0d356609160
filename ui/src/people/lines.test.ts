import { beforeAll, describe, expect, it } from 'vitest';
import type { TimelineRow } from '../core/generated/TimelineRow';
import { language } from '../core/i18n.svelte';
import { wordsOf } from './lines';

beforeAll(() => language.use('en'));

const mail = (who: string): TimelineRow =>
  ({
    group: 'mail',
    kind: 'message',
    title: '',
    text: 'Six kits are in Hamburg.',
    who,
    from: { account: 'sample-mail' },
  }) as TimelineRow;

describe('a message of the timeline', () => {
  it('that an account has for the user says so, and never the id of an account', () => {
    expect(wordsOf(mail('sample-mail')).head).toBe('You');
    expect(wordsOf(mail('Marten Bakker')).head).toBe('Marten Bakker');
  });
});
