import { expect, test, vi } from 'vitest';

test('the link a start came with is where the window begins, and stays no address', async () => {
  for (const [link, place] of [
    ['rapport://conversation/7203841', '#/inbox/7203841'],
    ['rapport://message/-12', '#/inbox?message=-12'],
    // Whatever is not a link of ours leads to Today.
    ['https://example.com/', '#/today'],
  ]) {
    vi.resetModules();
    location.hash = `#link=${link}`;
    const { route } = await import('./route.svelte');
    expect(location.hash).toBe(place);
    expect(route.view).toBe(place?.split(/[/?]/)[1]);
  }
});
