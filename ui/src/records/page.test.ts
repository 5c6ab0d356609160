import { describe, expect, it } from 'vitest';
import { parts } from './page';

describe('a wiki page', () => {
  it('keeps headings, tables, lists and code apart', () => {
    const page = parts(
      [
        '# Drift',
        'seen *here*',
        '',
        '## Fix',
        '1. seal',
        '2. check',
        '   - zero',
        '',
        '| kit | limit |',
        '| --- | ---: |',
        '| K1 | 82 \\| 83 |',
        '| K2 |',
        '',
        '```',
        '# not a heading',
        '| not | a table |',
        '```',
        '---',
      ].join('\n'),
      'Drift',
    );
    expect(page).toEqual([
      { is: 'text', text: 'seen *here*' },
      { is: 'head', level: 2, text: 'Fix', id: 'p-fix' },
      {
        is: 'list',
        ordered: true,
        from: 1,
        items: [
          { text: 'seal', of: [] },
          {
            text: 'check',
            of: [{ is: 'list', ordered: false, from: 1, items: [{ text: 'zero', of: [] }] }],
          },
        ],
      },
      {
        is: 'table',
        head: ['kit', 'limit'],
        align: ['', 'end'],
        rows: [
          ['K1', '82 | 83'],
          ['K2', ''],
        ],
      },
      { is: 'text', text: '```\n# not a heading\n| not | a table |\n```' },
      { is: 'rule' },
    ]);
  });

  it('gives two headings of the same words two anchors, and markup none', () => {
    const ids = parts('# A <img src=x onerror=alert(1)>\n# A\n# A').map((one) =>
      one.is === 'head' ? one.id : '',
    );
    expect(ids).toEqual(['p-a-img-src-x-onerror-alert-1', 'p-a', 'p-a-1']);
  });

  it('ends, whatever is written', () => {
    for (const text of ['```', '- ', '|', '|\n-', '-\n  -\n    -', '# ', '| a |\n| - |']) {
      expect(Array.isArray(parts(text))).toBe(true);
    }
  });
});
