// Every visible text. Each folder keeps its own messages.en.json and
// messages.de.json (ICU MessageFormat); keys begin with the folder's name.
// A test proves that both languages are complete and take the same arguments.

import { IntlMessageFormat } from 'intl-messageformat';

export type Locale = 'en' | 'de';
type Messages = Record<string, string>;

const english = import.meta.glob<Messages>('../**/messages.en.json', {
  eager: true,
  import: 'default',
});

/** The messages of the languages that are here: English always, another when it is chosen. */
export const messages: { en: Messages } & Partial<Record<Locale, Messages>> = {
  en: Object.assign({}, ...Object.values(english)) as Messages,
};

/** A language of which one user in two has no need is not read at the start. */
const ELSEWHERE: Record<
  Exclude<Locale, 'en'>,
  () => Promise<{ default: Messages; faults: Messages }>
> = {
  de: () => import('./german'),
};

/** What connectors say of a source, by its English: sentences with `{}` for what is put in. */
export const faults: Partial<Record<Locale, Messages>> = {};

const preferred = (): Locale => (navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en');

let chosen = $state<Locale>('en');
let direction = $state<'ltr' | 'rtl'>('ltr');
/** Which choice counts: the newest, whichever was read first. */
let choice = 0;

/** The language in use. */
export const language = {
  get current(): Locale {
    return chosen;
  },
  get direction() {
    return direction;
  },
  /** Changes it, as soon as its messages are here. `null` follows the system. */
  async use(wanted: Locale | null, towards: 'ltr' | 'rtl' = 'ltr'): Promise<void> {
    const next = wanted ?? preferred();
    const mine = ++choice;
    if (next !== 'en' && !messages[next]) {
      const read = await ELSEWHERE[next]();
      faults[next] = read.faults;
      messages[next] = read.default;
    }
    if (mine !== choice) return;
    chosen = next;
    direction = towards;
    const root = document.documentElement;
    // Writing them has every rule looked at again, also when nothing is different.
    if (root.lang !== chosen) root.lang = chosen;
    if (root.dir !== towards) root.dir = towards;
  },
};

/** The tag for `Intl`: the system's own variant of the chosen language. */
export function tag(): string {
  return (
    navigator.languages.find((one) => one.toLowerCase().startsWith(chosen)) ??
    (chosen === 'en' ? 'en-GB' : 'de-DE')
  );
}

const compiled = new Map<string, IntlMessageFormat>();

/** Has nothing for the formatter to do: no argument, and no quote that could stand for another. */
const plain = (text: string): boolean => !text.includes('{') && !text.includes("''");

/** The text of a key. An unknown key shows itself, so that nothing is silently empty. */
export function t(
  key: string,
  args?: Record<string, string | number | Date | null | undefined>,
): string {
  const text = messages[chosen]?.[key] ?? messages.en[key];
  if (text === undefined) return key;
  // Most are: a screen has a hundred of them, and reading one as a pattern takes longer than all
  // else about it.
  if (plain(text)) return text;
  const name = `${chosen}\n${key}`;
  let format = compiled.get(name);
  if (!format) {
    format = new IntlMessageFormat(text, tag(), undefined, { ignoreTag: true });
    compiled.set(name, format);
  }
  return String(format.format(args as Record<string, string | number | Date>));
}

/** Whether a key exists; for words that come from the core. */
export const has = (key: string): boolean => key in messages.en;

/** A word of the core (`opportunity`, `queued`, …) in the user's language, or as it is. */
export const word = (group: string, value: string): string =>
  has(`${group}.${value}`) ? t(`${group}.${value}`) : value.replaceAll('_', ' ');
