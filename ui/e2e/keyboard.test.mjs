// Everything is reached without a mouse, nothing holds the focus, and what opens
// gives the focus back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, screens } from './browser.mjs';
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

/** A name for the focused element. */
const focused = (page) =>
  page.evaluate(() => {
    const one = document.activeElement;
    if (!one || one === document.body) return 'body';
    return `${one.tagName}#${[...document.querySelectorAll(one.tagName)].indexOf(one)}`;
  });

test('Tab walks every screen and comes around', { timeout: 300_000 }, async () => {
  const traps = [];
  for (const [name, place] of Object.entries(all)) {
    const page = await open(browser, host, place);
    const seen = [];
    // The walk ends at the body or at the first element again.
    for (let step = 0; step < 400; step += 1) {
      await page.keyboard.press('Tab');
      const at = await focused(page);
      if (at === 'body' || (seen.length > 0 && at === seen[0])) break;
      if (seen.slice(-3).every((one) => one === at) && seen.length >= 3) {
        traps.push(`${name}: Tab stays on ${at}`);
        break;
      }
      seen.push(at);
    }
    if (seen.length < 5) traps.push(`${name}: only ${seen.length} stops`);
    await page.context().close();
  }
  assert.deepEqual(traps, []);
});

test('the focus is seen wherever it is', { timeout: 120_000 }, async () => {
  const unseen = [];
  const page = await open(browser, host, '/inbox');
  for (let step = 0; step < 25; step += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const one = document.activeElement;
      // The walk has come around.
      if (!one || one === document.body) return null;
      // A list shows its focus on its current row.
      const row = document.getElementById(one.getAttribute('aria-activedescendant') ?? '');
      const ring = (each) => {
        const style = getComputedStyle(each);
        return (
          (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) ||
          style.boxShadow !== 'none'
        );
      };
      return [one, one.parentElement, row].some((each) => each && ring(each))
        ? null
        : `${one.tagName}.${one.className}`;
    });
    if (found) unseen.push(found);
  }
  assert.deepEqual(unseen, []);
  await page.context().close();
});

test('F6 goes from pane to pane', { timeout: 60_000 }, async () => {
  const page = await open(browser, host, '/inbox');
  const panes = new Set();
  for (let step = 0; step < 4; step += 1) {
    await page.keyboard.press('F6');
    panes.add(
      await page.evaluate(() =>
        [...document.querySelectorAll('[data-pane]')].findIndex((one) =>
          one.contains(document.activeElement),
        ),
      ),
    );
  }
  panes.delete(-1);
  assert.ok(panes.size >= 2, `panes reached: ${[...panes]}`);
  await page.context().close();
});

test('the palette opens, runs and gives the focus back', { timeout: 60_000 }, async () => {
  const page = await open(browser, host, '/today');
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox').first();
  await box.waitFor();
  assert.equal(await box.evaluate((one) => one === document.activeElement), true);
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await box.fill('Customers');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.waitForFunction(() => location.hash.startsWith('#/inbox'));
  await page.context().close();
});

test('the first screen has the last word over its keys', { timeout: 60_000 }, async () => {
  for (const [place, told] of [
    ['/today', 'reply'],
    ['/tasks', 'complete'],
    ['/customers', 'pin'],
  ]) {
    const page = await open(browser, host, place);
    await page.waitForFunction(
      (word) => document.querySelector('footer.sb .sb-k')?.textContent?.includes(word),
      told,
    );
    await page.context().close();
  }
});

test('a new task begins from every screen', { timeout: 60_000 }, async () => {
  for (const place of ['/today', '/customers', '/accounts']) {
    const page = await open(browser, host, place);
    await page.keyboard.press('c');
    await page.waitForFunction(() =>
      document.activeElement?.matches('main[data-screen=tasks] input'),
    );
    await page.context().close();
  }
});

test('all keys are told', { timeout: 60_000 }, async () => {
  const page = await open(browser, host, '/today');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.context().close();
});
