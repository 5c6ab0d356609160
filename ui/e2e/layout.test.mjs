// The window folds down, grows to twice its size, turns around and speaks
// German without anything cut off or pushed out of sight.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { SHOTS, launch, open, screens } from './browser.mjs';
import { start } from './host.mjs';

let host, browser, all;
before(async () => {
  host = await start();
  browser = await launch();
  all = await screens(host);
});
after(async () => {
  await browser?.close();
  await host?.stop();
});

/** What is wider than its place: the page itself, or a text that is cut without an ellipsis. */
function pushed() {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth + 1)
    out.push(`the page is ${document.documentElement.scrollWidth} wide of ${innerWidth}`);
  for (const one of document.querySelectorAll(
    'button, a, label, h1, h2, h3, td, th, dt, dd, li, p, span, b, time',
  )) {
    const text = [...one.childNodes].some(
      (node) => node.nodeType === 3 && node.textContent.trim() !== '',
    );
    if (!text || one.closest('.sr, [aria-hidden=true], iframe, svg') || one.clientWidth === 0)
      continue;
    const style = getComputedStyle(one);
    if (style.overflowX === 'visible' || style.textOverflow === 'ellipsis') continue;
    if (['auto', 'scroll'].includes(style.overflowX)) continue;
    if (one.scrollWidth > one.clientWidth + 1)
      out.push(
        `${one.tagName.toLowerCase()}.${one.className}: “${one.textContent.trim().slice(0, 40)}” needs ${one.scrollWidth} of ${one.clientWidth}`,
      );
  }
  return out;
}

/** Buttons with words whose words leave their box. */
function spilled() {
  return [...document.querySelectorAll('.btn, .chip, .bdg, .seg > *')]
    .filter(
      (one) =>
        one.clientWidth > 0 &&
        one.scrollWidth > one.clientWidth + 2 &&
        getComputedStyle(one).textOverflow !== 'ellipsis',
    )
    .map(
      (one) =>
        `${one.className}: “${one.textContent.trim().slice(0, 40)}” needs ${one.scrollWidth} of ${one.clientWidth}`,
    );
}

/** Sentences whose full stop stands before their last letter. */
function turned() {
  const out = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const place = document.createRange();
  const left = (node, at) => {
    place.setStart(node, at);
    place.setEnd(node, at + 1);
    return place.getBoundingClientRect();
  };
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const end = node.data.trimEnd().length;
    if (!/\p{L}\.$/u.test(node.data.slice(0, end)) || node.parentElement.closest('.sr')) continue;
    const [letter, stop] = [left(node, end - 2), left(node, end - 1)];
    if (stop.width > 0 && letter.top === stop.top && stop.left < letter.left)
      out.push(`“${node.data.trim().slice(-40)}”`);
  }
  return out;
}

async function each(name, options, places = all) {
  const faults = [];
  for (const [screen, place] of Object.entries(places)) {
    const page = await open(browser, host, place, options);
    await page.screenshot({ path: path.join(SHOTS, `${screen}-${name}.png`) });
    for (const fault of [
      ...(await page.evaluate(pushed)),
      ...(await page.evaluate(spilled)),
      ...(await page.evaluate(turned)).map(
        (text) => `the full stop of ${text} is on the wrong side`,
      ),
      ...page.broken,
    ])
      faults.push(`${screen}: ${fault}`);
    await page.context().close();
  }
  assert.deepEqual(faults, []);
}

// Twice the size is half the room.
test('at 200 % everything is still there', { timeout: 300_000 }, () =>
  each('zoom', { width: 680, height: 430, scale: 2 }),
);
for (const width of [1240, 1000, 740]) {
  test(`a window of ${width} pixels folds down`, { timeout: 300_000 }, () =>
    each(`w${width}`, { width, height: 720 }),
  );
}
test('German needs no more room than there is', { timeout: 300_000 }, () =>
  each('german', { settings: { 'look.language': 'de' } }).finally(() =>
    host.call('setting_set', { key: 'look.language', value: 'en' }),
  ),
);
test('right to left the window is mirrored', { timeout: 300_000 }, async () => {
  try {
    await each('rtl', { settings: { 'look.direction': 'rtl' } });
    await each('rtl-german', {
      settings: { 'look.direction': 'rtl', 'look.language': 'de' },
    });
    const page = await open(browser, host, '/today');
    const side = await page.locator('nav.side').boundingBox();
    assert.ok(side.x > 1000, `the sidebar stands at ${side.x}`);
    await page.context().close();
  } finally {
    await host.call('setting_set', { key: 'look.direction', value: 'ltr' });
    await host.call('setting_set', { key: 'look.language', value: 'en' });
  }
});
