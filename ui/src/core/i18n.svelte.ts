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
const german = import.meta.glob<Messages>('../**/messages.de.json', {
  eager: true,
  import: 'default',
});

/** All messages of a language. */
export const messages: Record<Locale, Messages> = {
  en: Object.assign({}, ...Object.values(english)) as Messages,
  de: Object.assign({}, ...Object.values(german)) as Messages,
};

const preferred = (): Locale => (navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en');

let chosen = $state<Locale>(preferred());
let direction = $state<'ltr' | 'rtl'>('ltr');

/** The language in use. `null` follows the system. */
export const language = {
  get current(): Locale {
    return chosen;
  },
  get direction() {
    return direction;
  },
  use(wanted: Locale | null, towards: 'ltr' | 'rtl' = 'ltr'): void {
    chosen = wanted ?? preferred();
    direction = towards;
    document.documentElement.lang = chosen;
    document.documentElement.dir = towards;
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

/** The text of a key. An unknown key shows itself, so that nothing is silently empty. */
export function t(
  key: string,
  args?: Record<string, string | number | Date | null | undefined>,
): string {
  const text = messages[chosen][key] ?? messages.en[key];
  if (text === undefined) return key;
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
