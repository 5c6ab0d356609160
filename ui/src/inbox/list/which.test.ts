import { describe, expect, it } from 'vitest';
import { filter, query, read } from './which';

describe('the list an address names', () => {
  it('is the same after it was written and read again', () => {
    const which = read({
      only: 'waiting',
      kind: 'mail',
      unread: '1',
      account: 'work',
      customer: '7',
    });
    const written = Object.fromEntries(
      Object.entries(query(which)).filter((pair): pair is [string, string] => pair[1] !== null),
    );
    expect(read(written)).toEqual(which);
    expect(filter(which)).toMatchObject({
      waiting: true,
      mentions: false,
      unread: true,
      kinds: ['mail_thread'],
      account: 'work',
      customer: '7',
    });
  });

  it('is the whole inbox when the address says something unknown', () => {
    expect(read({ only: 'nonsense', kind: 'telex' })).toEqual(read({}));
    expect(filter(read({})).kinds).toEqual([]);
  });
});
