import { describe, expect, it } from 'vitest';
import { marked, open, parts, pulled, query, replaced, words } from './tokens';

describe('a query while it is typed', () => {
  it('turns an operator into a token only when it is finished', () => {
    expect(pulled([], 'from:mart')).toEqual({ tokens: [], text: 'from:mart' });
    expect(pulled([], 'from:mart line')).toEqual({ tokens: ['from:mart'], text: 'line' });
    expect(pulled(['from:mart'], 'old customer:"Oakhollow Brewing" line')).toEqual({
      tokens: ['from:mart', 'customer:"Oakhollow Brewing"'],
      text: 'old line',
    });
    expect(pulled([], 'customer:"Oakhollow Bre').tokens).toEqual([]);
  });

  it('is the same query for the core, whatever is a token', () => {
    const typed = 'from:mart in:wiki line 2';
    expect(query(pulled([], typed))).toBe(typed);
  });

  it('does not take a web address or a time for an operator', () => {
    expect(pulled([], 'https://x.example 10:30 ').tokens).toEqual([]);
    expect(open('see 10:30')).toBe(false);
    expect(open('line customer:Oak')).toBe(true);
    expect(open('customer:"Oak Br')).toBe(true);
  });

  it('takes a completion in at its place', () => {
    expect(replaced('line cust', 5, 9, 'customer:')).toEqual({
      tokens: [],
      text: 'line customer:',
    });
    expect(replaced('line customer:Oa', 5, 16, 'customer:"Oakhollow Brewing"')).toEqual({
      tokens: ['customer:"Oakhollow Brewing"'],
      text: 'line ',
    });
    expect(parts('customer:"Oakhollow Brewing"')).toEqual({
      name: 'customer:',
      value: 'Oakhollow Brewing',
    });
  });
});

describe('marks', () => {
  it('stand where a word begins so, accents and case aside', () => {
    expect(marked('Åke and Line 2, online', ['ake', 'line'])).toBe(
      '\u0002Åke\u0003 and \u0002Line\u0003 2, online',
    );
    expect(marked('line line2', ['line', 'line2'])).toBe('\u0002line\u0003 \u0002line\u00032');
    expect(marked('nothing', [])).toBe('nothing');
  });

  it('leave operators out', () => {
    expect(words('line "two words" from:x')).toEqual(['line', 'two', 'words']);
  });
});
