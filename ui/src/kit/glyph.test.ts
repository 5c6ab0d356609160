import { describe, expect, it } from 'vitest';
import { shapes, turns } from './glyph';
import { ICONS } from './icons';

describe('a glyph', () => {
  it('has the shapes of its word, a copy for each place', () => {
    for (const [name, node] of Object.entries(ICONS)) {
      const [one, another] = [shapes(name), shapes(name)];
      expect(one).not.toBe(another);
      expect([...one.childNodes].map((it) => it.nodeName)).toEqual(node.map(([tag]) => tag));
      expect(one.isEqualNode(another)).toBe(true);
    }
  });

  it('of an unknown word is that of a source', () => {
    expect(shapes('no such word').isEqualNode(shapes('source'))).toBe(true);
  });

  it('turns with the text where it points along it', () => {
    expect(turns('reply')).toBe(true);
    expect(turns('mail')).toBe(false);
  });
});
