// One headless Chromium for a test file, and what every test needs of a page.
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const CHROMES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const SHOTS = path.resolve(import.meta.dirname, '../../tests/shots');

export async function launch() {
  const executablePath = process.env.CHROME ?? CHROMES.find((one) => fs.existsSync(one));
  if (!executablePath)
    throw new Error(
      'No Chromium was found; install the package `chromium`, or name one in CHROME.',
    );
  fs.mkdirSync(SHOTS, { recursive: true });
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Opens a place and waits until the screen has its answer. Page errors fail the test that caused them. */
export async function open(
  browser,
  host,
  place,
  { theme = 'light', width = 1360, height = 860, scale = 1, settings = {} } = {},
) {
  for (const [key, value] of Object.entries(settings))
    await host.call('setting_set', { key, value });
  // A context of its own: axe wants one, and it takes the page's storage with it.
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    deviceScaleFactor: scale,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.broken = [];
  page.on('pageerror', (error) => page.broken.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      page.broken.push(message.text());
  });
  await page.goto(host.at(place));
  await settled(page);
  return page;
}

/** The main area is there and nothing in it is still loading. */
export async function settled(page) {
  await page.locator('main').first().waitFor();
  await page.waitForFunction(
    () => {
      const main = document.querySelector('main');
      return (
        main !== null &&
        main.children.length > 0 &&
        main.textContent.trim() !== '' &&
        [...document.querySelectorAll('.state.loading')].every((one) => one.closest('.kit')) &&
        document.fonts.status === 'loaded'
      );
    },
    undefined,
    { timeout: 20_000 },
  );
  // Two frames without a change of the tree: the answers are drawn.
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        let quiet = 0;
        const seen = new MutationObserver(() => (quiet = 0));
        seen.observe(document.body, { subtree: true, childList: true, characterData: true });
        const frame = () => {
          quiet += 1;
          if (quiet < 12) requestAnimationFrame(frame);
          else {
            seen.disconnect();
            resolve(undefined);
          }
        };
        requestAnimationFrame(frame);
      }),
  );
}

/** The screens, with the address of a thing that is there. */
export async function screens(host) {
  const [customer] = await host.call('customers', { limit: 1 });
  const [conversation] = await host.call('conversations', { limit: 1 });
  const [record] = await host.call('records', { kind: 'invoice', limit: 1 });
  const [person] = await host.call('people', { limit: 1 });
  const [wiki] = await host.call('pages', { limit: 1 });
  return {
    today: '/today',
    inbox: '/inbox',
    conversation: `/inbox/${conversation.id}`,
    tasks: '/tasks',
    board: '/tasks?as=board',
    calendar: '/calendar',
    customers: '/customers',
    customer: `/customer/${customer.id}`,
    person: `/person/${person.id}`,
    record: `/record/${record.id}`,
    page: `/page/${wiki.id}`,
    accounts: '/accounts',
    outbox: '/accounts?tab=outbox',
    welcome: '/welcome',
    appearance: '/settings/appearance',
    notifications: '/settings/notifications',
    shortcuts: '/settings/shortcuts',
    privacy: '/settings/privacy',
    about: '/settings/about',
    kit: '/kit',
  };
}
