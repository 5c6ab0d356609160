// The shapes of a glyph. They are made once a glyph and copied for each place it stands in:
// a screen has a hundred of them.

import { ICONS } from './icons';
import type { IconName } from './icons';

const made = new Map<string, DocumentFragment>();

/** The shapes inside the glyph's `svg`; of a word nobody knows, a source's. */
export function shapes(name: string): Node {
  let found = made.get(name);
  if (!found) {
    found = document.createDocumentFragment();
    for (const [tag, attributes] of ICONS[name as IconName] ?? ICONS.source) {
      const shape = document.createElementNS('http://www.w3.org/2000/svg', tag);
      for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
      found.append(shape);
    }
    made.set(name, found);
  }
  return found.cloneNode(true);
}

/** What points the way the text runs, and turns with it. */
const TURNING = new Set<string>([
  'left',
  'right',
  'arrow',
  'reply',
  'enter',
  'sign_in',
  'sign_out',
  'undo',
  'send',
  'external',
]);

/** Whether a glyph is mirrored in a window that runs from right to left. */
export const turns = (name: string): boolean => TURNING.has(name);
