import { describe, expect, it } from 'vitest';
import { after, border, head, headed, held, limits, lines, stepped, without } from './lines';

const DAY = 86_400_000;
const now = new Date('2026-03-12T09:41').getTime();

/** A list whose rows must be fetched before their moments are known. */
function fetched(moments: number[]) {
  const ids = moments.map((_, at) => String(at));
  const here = new Set<string>();
  let asked = new Set<string>();
  let rounds = 0;
  const at = (id: string) => {
    if (!here.has(id)) asked.add(id);
    return here.has(id) ? moments[Number(id)] : undefined;
  };
  const find = (from: number, hint?: number, ahead?: number): number => {
    for (;;) {
      const found = border(ids, from, at, hint, ahead);
      if (found !== undefined) return found;
      rounds += 1;
      for (const id of asked) here.add(id);
      asked = new Set();
      if (rounds > 20) throw new Error('never found');
    }
  };
  return { ids, find, here, rounds: () => rounds };
}

describe('the border between two days', () => {
  it('is where a look at every row would find it', () => {
    for (const size of [0, 1, 2, 23, 24, 25, 26, 500, 1733]) {
      for (const border of [0, 1, Math.floor(size / 2), size - 1, size]) {
        if (border < 0 || border > size) continue;
        const moments = Array.from({ length: size }, (_, at) =>
          at < border ? now - at : now - DAY - at,
        );
        expect([size, border, fetched(moments).find(now - DAY / 2)]).toEqual([
          size,
          border,
          border,
        ]);
      }
    }
  });

  it('costs a few rows in four fetches among a hundred thousand', () => {
    const list = fetched(Array.from({ length: 100_000 }, (_, at) => now - at * 60_000));
    expect(list.find(now - DAY)).toBe(1441);
    expect(list.rounds()).toBeLessThanOrEqual(4);
    expect(list.here.size).toBeLessThan(150);
  });

  it('among the rows fetched ahead costs no other row', () => {
    const list = fetched(Array.from({ length: 5_000 }, (_, at) => now - at * 3_600_000));
    for (let id = 0; id < 24; id += 1) list.here.add(String(id));
    expect(list.find(now - 5.5 * 3_600_000, 0, 24)).toBe(6);
    expect(list.rounds()).toBe(0);
    // Beyond them it is looked for as before.
    expect(list.find(now - 100.5 * 3_600_000, 0, 24)).toBe(101);
    expect(list.rounds()).toBeGreaterThan(0);
  });

  it('is found again at once when one conversation came in above', () => {
    const list = fetched([now, ...Array.from({ length: 5_000 }, (_, at) => now - at * 60_000)]);
    list.find(now - DAY);
    const rounds = list.rounds();
    list.find(now - DAY, 1441);
    expect(list.rounds() - rounds).toBeLessThanOrEqual(1);
  });
});

describe('the lines', () => {
  const stretches = limits(now).map((one) => one.stretch);

  it('have a head over each stretch that has a conversation', () => {
    const all = lines(['5', '4', '3'], [1, 1, 2], stretches, ['9']);
    expect(all.lines).toEqual([
      head('mentions'),
      '9',
      head('today'),
      '5',
      head('week'),
      '4',
      head('older'),
      '3',
    ]);
    expect(all.heads.map((at) => headed(all.lines[at] ?? ''))).toEqual([
      'mentions',
      'today',
      'week',
      'older',
    ]);
  });

  it('show what is there while a border is still looked for', () => {
    expect(lines(['5', '4'], [1, undefined, undefined], stretches)).toEqual({
      lines: [head('today'), '5', '4'],
      heads: [0],
    });
  });

  it('are without those that leave, be they few or many', () => {
    expect(without(['1', '2', '3'], new Set(['2', '9']))).toEqual(['1', '3']);
    const all = Array.from({ length: 40 }, (_, at) => String(at));
    expect(without(all, new Set(all.slice(1)))).toEqual(['0']);
  });

  it('keep the one being read where it was', () => {
    expect(held(['1', '3'], { id: '2', at: 1 })).toEqual(['1', '2', '3']);
    expect(held(['1', '2'], { id: '2', at: 0 })).toEqual(['1', '2']);
  });
});

describe('moving through the lines', () => {
  const shown = [head('today'), '1', '2', head('older'), '3'];

  it('skips the heads and stops at the ends', () => {
    expect(stepped(shown, '2', 1)).toBe('3');
    expect(stepped(shown, '3', -1)).toBe('2');
    expect(stepped(shown, '3', 1)).toBe('3');
    expect(stepped(shown, null, 1)).toBe('1');
    expect(stepped([], null, 1)).toBeNull();
  });

  it('goes on below what was done, or above at the end', () => {
    expect(after(shown, new Set(['1']))).toBe('2');
    expect(after(shown, new Set(['1', '2']))).toBe('3');
    expect(after(shown, new Set(['2', '3']))).toBe('1');
    expect(after(shown, new Set(['1', '2', '3']))).toBeNull();
  });
});
