// Every screen in light and dark has no serious fault for people who use
// assistive technology, as axe-core judges it; and each leaves a picture.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import axe from '@axe-core/playwright';
import { SHOTS, launch, open, screens } from './browser.mjs';
import { start } from './host.mjs';

const Axe = axe.default ?? axe;
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

for (const theme of ['light', 'dark']) {
  test(`every screen can be used by everybody, in ${theme}`, { timeout: 600_000 }, async () => {
    const faults = [];
    for (const [name, place] of Object.entries(all)) {
      const page = await open(browser, host, place, { theme });
      await page.screenshot({ path: path.join(SHOTS, `${name}-${theme}.png`) });
      const { violations } = await new Axe({ page }).exclude('iframe').analyze();
      for (const one of violations) {
        if (['serious', 'critical'].includes(one.impact))
          faults.push(
            `${name}: ${one.id}: ${one.nodes
              .map((node) => `${node.target} ${node.failureSummary?.split('\n')[1]?.trim()}`)
              .slice(0, 4)
              .join(' | ')}`,
          );
      }
      for (const error of page.broken) faults.push(`${name}: ${error}`);
      await page.context().close();
    }
    assert.deepEqual(faults, []);
  });
}
