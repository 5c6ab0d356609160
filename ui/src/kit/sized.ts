// How large an element is.

import type { Attachment } from 'svelte/attachments';

/**
 * Says the inner width and height of an element, in pixels, once it is laid out and whenever they
 * change. To read them at once would have the page laid out before it is whole, and then again.
 */
export const sized =
  (say: (width: number, height: number) => void): Attachment<HTMLElement> =>
  (element) => {
    const seen = new ResizeObserver(() => say(element.clientWidth, element.clientHeight));
    seen.observe(element);
    return () => seen.disconnect();
  };
