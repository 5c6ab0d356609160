// The user's settings: rows in the database, kept at hand. A change is shown at
// once and written; when writing fails the old value comes back.

import { call, onTopics, transport } from './transport';
import { toasts } from './toasts.svelte';
import { language } from './i18n.svelte';
import type { Locale } from './i18n.svelte';

export interface Settings {
  'look.theme': 'system' | 'light' | 'dark';
  'look.density': 'normal' | 'compact' | 'roomy';
  'look.text': number;
  'look.language': Locale | 'system';
  'look.direction': 'ltr' | 'rtl';
  'keys.remap': Record<string, string[]>;
  'outbox.undo_seconds': number;
  'privacy.remote_images': 'never' | 'ask' | 'always';
  /** Addresses whose remote pictures are loaded without asking. */
  'privacy.image_senders': string[];
  'notify.preview': boolean;
  'notify.dnd_until': number | null;
  'notify.quiet': { from: string; until: string; days: number[] } | null;
  /** Closing the window leaves the app in the tray. */
  'window.keep_running': boolean;
  'view.side': boolean;
  'view.context': boolean;
}

const DEFAULTS: Settings = {
  'look.theme': 'system',
  'look.density': 'normal',
  'look.text': 100,
  'look.language': 'system',
  'look.direction': 'ltr',
  'keys.remap': {},
  'outbox.undo_seconds': 10,
  'privacy.remote_images': 'ask',
  'privacy.image_senders': [],
  'notify.preview': true,
  'notify.dnd_until': null,
  'notify.quiet': null,
  'window.keep_running': true,
  'view.side': true,
  'view.context': true,
};

/** How high rows are beside what they are by themselves. */
const DENSITY: Record<Settings['look.density'], number> = { normal: 1, compact: 0.88, roomy: 1.14 };

const values = $state<Settings>({ ...DEFAULTS });
let follows = false;

/** How large the window was made. */
let zoomed = DEFAULTS['look.text'];

/** The window zooms as a browser does, so that the layout folds; in one, people zoom themselves. */
function scale(percent: number): void {
  const { shell } = transport();
  if (!shell.native) document.documentElement.style.fontSize = `${(16 * percent) / 100}px`;
  else if (percent !== zoomed) {
    zoomed = percent;
    void shell.act({ do: 'zoom', percent });
  }
}

/** Done when the language is there too. */
function show(): Promise<void> {
  const root = document.documentElement;
  const theme = values['look.theme'];
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  const density = DENSITY[values['look.density']];
  if (density === 1) root.style.removeProperty('--density');
  else root.style.setProperty('--density', String(density));
  scale(values['look.text']);
  const wanted = values['look.language'];
  return language.use(wanted === 'system' ? null : wanted, values['look.direction']);
}

async function load(): Promise<void> {
  const set = new Map((await call('settings', {})).map(({ key, value }) => [key, value]));
  for (const key of Object.keys(DEFAULTS) as (keyof Settings)[]) {
    Object.assign(values, { [key]: set.get(key) ?? DEFAULTS[key] });
  }
  await show();
}

export const settings = {
  /** One setting; reading it in a component follows it. */
  get<K extends keyof Settings>(key: K): Settings[K] {
    return values[key];
  },
  /** How high rows are beside what they are by themselves; reading it follows it. */
  get rows(): number {
    const letters = transport().shell.native ? 1 : values['look.text'] / 100;
    return letters * DENSITY[values['look.density']];
  },
  async set<K extends keyof Settings>(key: K, value: Settings[K]): Promise<void> {
    const before = values[key];
    values[key] = value;
    void show();
    try {
      await call('setting_set', { key, value });
    } catch (thrown) {
      values[key] = before;
      void show();
      toasts.failed(thrown);
    }
  },
  /** Reads all of them and follows changes from elsewhere; may be tried again. */
  async start(): Promise<void> {
    void show();
    if (!follows)
      onTopics((topics) => {
        if (topics.some(({ on }) => on === 'settings' || on === 'everything')) void load();
      });
    follows = true;
    await load();
  },
};
