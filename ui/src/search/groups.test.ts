import { describe, expect, it } from 'vitest';
import type { HitRow } from '../core/generated/HitRow';
import { above, groups, matching } from './groups';
import type { Group } from './groups';

const hit = (id: string, kind: string) => ({ id, kind }) as unknown as HitRow;
const nothing = { records: new Map(), tasks: new Map(), marks: [] };

describe('an answer', () => {
  it('has each hit once, the best one first and groups only where there is something', () => {
    const found = groups(
      {
        hits: [
          hit('1', 'message'),
          hit('2', 'record'),
          hit('3', 'message'),
          hit('4', 'page'),
          hit('5', 'task'),
        ],
        more: false,
        customers: [],
        people: [],
        ...nothing,
      },
      [],
      ['go_inbox'],
    );
    expect(found.map((group) => [group.name, ...group.options.map((one) => one.key)])).toEqual([
      ['best', 'hit-1'],
      ['messages', 'hit-3'],
      ['records', 'hit-2', 'hit-5'],
      ['pages', 'hit-4'],
      ['commands', 'command-go_inbox'],
    ]);
  });

  it('has keys that differ, so that no row is mistaken for another', () => {
    const keys = groups(
      {
        hits: Array.from({ length: 40 }, (_, at) =>
          hit(String(at), ['message', 'record', 'page'][at % 3] ?? ''),
        ),
        more: true,
        customers: [{ id: '1' } as never],
        people: [{ id: '1' } as never],
        ...nothing,
      },
      [{ insert: 'a', shown: 'a', about: '' }],
      ['x', 'y'],
    ).flatMap((group) => group.options.map((one) => one.key));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a name', () => {
  it('that begins as typed comes before what only mentions it', () => {
    const found = groups(
      {
        hits: [hit('1', 'task')],
        more: false,
        customers: [{ id: '9', name: 'Oakhollow Brewing' } as never],
        people: [],
        ...nothing,
      },
      [],
      [],
      'oak',
    );
    expect(found.map((group) => [group.name, ...group.options.map((one) => one.key)])).toEqual([
      ['best', 'org-9'],
      ['records', 'hit-1'],
      ['new', 'task'],
    ]);
  });
});

describe('rows below the edge', () => {
  const group = (name: Group['name'], ...keys: string[]): Group => ({
    name,
    options: keys.map((key) => ({ key, is: 'recent', text: key })),
  });
  const keys = (all: Group[]) => all.map((one) => [one.name, ...one.options.map((it) => it.key)]);
  const now = [group('best', 'a'), group('messages', 'b', 'c', 'd'), group('pages', 'e', 'f')];

  it('stay as they were until those above are drawn', () => {
    const before = [group('messages', 'p', 'q', 'r', 's', 't'), group('pages', 'u')];
    expect(keys(above(3, now, before))).toEqual([
      ['best', 'a'],
      ['messages', 'b', 'c', 'r'],
      ['pages', 'u'],
    ]);
  });

  it('are left out where there were none, and what fits is as it is', () => {
    expect(keys(above(2, now, []))).toEqual([
      ['best', 'a'],
      ['messages', 'b'],
    ]);
    expect(above(6, now, [])).toEqual(now);
  });
});

describe('commands', () => {
  it('are found by the beginnings of their words', () => {
    const all = [
      { id: 'a', name: 'mark unread' },
      { id: 'b', name: 'make task' },
    ];
    expect(matching(all, 'ma un')).toEqual(['a']);
    expect(matching(all, 'read')).toEqual([]);
    expect(matching(all, '')).toEqual(['a', 'b']);
  });
});
