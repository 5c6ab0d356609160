import { describe, expect, it } from 'vitest';
import { onlyEmoji, read, withoutHistory } from './markup';
import type { Block, Inline } from './markup';

const flat = (parts: readonly Inline[]): string =>
  parts
    .map((one) =>
      one.is === 'text'
        ? one.text
        : one.is === 'break'
          ? '⏎'
          : 'of' in one
            ? `<${one.is}:${flat(one.of)}>`
            : `<${one.is}:${one.text}>`,
    )
    .join('');
const line = (text: string, names = {}): string =>
  read(text, names)
    .map((block) => (block.is === 'p' ? flat(block.of) : `[${block.is}]`))
    .join(' ');
/** Every letter that is shown. */
function letters(blocks: readonly Block[]): string {
  const inline = (parts: readonly Inline[]): string =>
    parts
      .map((one) => (one.is === 'break' ? '\n' : 'of' in one ? inline(one.of) : one.text))
      .join('');
  return blocks
    .map((block) =>
      block.is === 'p'
        ? inline(block.of)
        : block.is === 'code'
          ? block.text
          : block.is === 'quote'
            ? letters(block.of)
            : block.items.map(inline).join('\n'),
    )
    .join('\n');
}

describe('marks', () => {
  it('make bold, italic, struck and code out of what is clearly meant', () => {
    expect(line('a **b _c_** ~~d~~ `e *f*`')).toBe('a <bold:b <italic:c>> <strike:d> <code:e *f*>');
  });

  it('leave letters of names, sums and paths alone', () => {
    for (const text of ['snake_case_name', '2 * 3 * 4', 'a*b*c', '** not **', 'C:\\x\\_y_', '5*']) {
      expect(line(text)).toBe(text);
    }
  });

  it('make links only of what a browser, a mail program or a telephone opens', () => {
    expect(line('see https://a.example/x_(y), ok')).toBe('see <link:https://a.example/x_(y)>, ok');
    expect(line('(www.a.example).')).toBe('(<link:www.a.example>).');
    expect(line('[here](https://a.example)')).toBe('<link:here>');
    expect(line('[x](javascript:alert(1))')).not.toContain('<link');
    expect(line('[x](data:text/html,1) javascript:alert(1) file:///etc/passwd')).not.toContain(
      '<link',
    );
  });

  it('point out who is meant, and the reader above all', () => {
    const names = { me: ['Ines Halvorsen'], people: ['Dario Petrov'] };
    const parts = read('@Ines and @Dario Petrov, not ines@velmora.example', names)[0];
    const found = parts?.is === 'p' ? parts.of.filter((one) => one.is === 'mention') : [];
    expect(found).toEqual([
      { is: 'mention', text: '@Ines', me: true },
      { is: 'mention', text: '@Dario Petrov', me: false },
    ]);
  });

  it('keep code blocks, quotes and lists apart', () => {
    const all = read('hi\n```rust\nlet a = 1;\n*b*\n```\n> q\n> r\n- one\n- **two**\n\nend');
    expect(all.map((block) => block.is)).toEqual(['p', 'code', 'quote', 'list', 'p']);
    expect(all[1]).toEqual({ is: 'code', text: 'let a = 1;\n*b*', lang: 'rust' });
  });

  it('lose no letter of what was typed outside of marks', () => {
    const text = 'x < y & "z" <script>alert(1)</script> é 张伟 ‮abc';
    expect(letters(read(text))).toBe(text);
  });

  it('do not read a mail as Markdown', () => {
    expect(line('**a** _b_ http://c.example', { plain: true })).toBe(
      '**a** _b_ <link:http://c.example>',
    );
  });

  it('answer at once for texts made to keep a reader busy', () => {
    const nasty = [
      `http://a${')'.repeat(50_000)}`,
      '['.repeat(50_000),
      '*a '.repeat(15_000),
      '>'.repeat(50_000),
      '`'.repeat(25_001),
      '```\n'.repeat(10_000),
      '_*'.repeat(25_000),
    ];
    const from = performance.now();
    for (const text of nasty) read(text);
    expect(performance.now() - from).toBeLessThan(10_000);
  }, 30_000);
});

describe('a mail', () => {
  it('shows what is new and folds the mail it quotes', () => {
    const parts = withoutHistory('Yes, Friday.\n\nOn Monday Ann wrote:\n> Which day?\n> Ann\n');
    expect(parts.said).toBe('Yes, Friday.');
    expect(parts.earlier).toContain('Which day?');
  });

  it('folds nothing when the answer stands between the lines or there is no answer', () => {
    const between = '> Which day?\nFriday.\n> And who?\nDario.';
    expect(withoutHistory(between)).toEqual({ said: between, earlier: '' });
    expect(withoutHistory('> only this').earlier).toBe('');
  });
});

it('shows only emoji larger, never digits or words', () => {
  expect(onlyEmoji('👍🏽 🎉')).toBe(true);
  expect(onlyEmoji('👨‍👩‍👧')).toBe(true);
  expect(onlyEmoji('42')).toBe(false);
  expect(onlyEmoji('ok 👍')).toBe(false);
});
