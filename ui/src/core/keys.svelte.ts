// Keys become commands here and nowhere else. Whoever can do something offers
// it for as long as it is on the screen; the latest offer of a command wins.

import { untrack } from 'svelte';
import { KEYMAP } from './keymap';
import type { KeyCommand } from './keymap';
import { settings } from './settings.svelte';

type Doers = Record<string, (event?: KeyboardEvent) => void>;

interface Offer {
  /** When whoever offers it began; what is around it began before. */
  turn: number;
  does: Doers;
  /** Only while this holds. */
  when: () => boolean;
  /** Commands the strip shows while this offer stands, most useful first. */
  strip: string[];
}

let turns = 0;
let offers = $state.raw<readonly Offer[]>([]);
const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** A pressed key as the table writes it. */
export function pressed(event: KeyboardEvent): string {
  const mod = mac ? event.metaKey : event.ctrlKey;
  let key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  // Alt changes the letter on some layouts; the key's own letter is meant.
  if (event.altKey && /^Key[A-Z]$/.test(event.code)) key = event.code.slice(3);
  const letter = /^[A-ZÀ-Þ]$/.test(key) || key.length > 1;
  return (
    (mod ? 'Mod+' : '') +
    (event.altKey ? 'Alt+' : '') +
    // Shift is part of the character for `?` and the like.
    (event.shiftKey && (letter || mod) ? 'Shift+' : '') +
    key
  );
}

/** Whether keys are text where this element has focus. */
export function writing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'button', 'submit', 'range', 'color', 'file'].includes(target.type)
  );
}

/**
 * Whether a key is pressed in a dialog or a menu. There a letter means nothing, or looks for an
 * entry: what lies behind must not be done unseen. Small things beside what they are about, such
 * as the choices of a moment, are no dialogs: the keys of the screen go on working there.
 */
function over(target: EventTarget | null): boolean {
  const own = '[role="dialog"], [role="alertdialog"], [role="menu"]';
  if (target instanceof Element && target.closest(own)) return true;
  // A dialog that opens takes the focus a moment later.
  return document.querySelector('[aria-modal="true"][data-state="open"]') !== null;
}

/** The keys of a command, as the user set them. */
export function keysOf(id: string): string[] {
  return settings.get('keys.remap')[id] ?? KEYMAP.find((one) => one.id === id)?.keys ?? [];
}

const SHOWN: Record<string, string> = {
  Mod: mac ? '⌘' : 'Ctrl',
  Shift: '⇧',
  Alt: mac ? '⌥' : 'Alt',
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** The first key of a command, as caps to draw. */
export function caps(id: string): string[] {
  const key = keysOf(id)[0];
  return key
    ? key
        .split(/[+ ]/)
        .filter(Boolean)
        .map((part) => SHOWN[part] ?? part)
    : [];
}

/** For `aria-keyshortcuts`. */
export const aria = (id: string): string | undefined =>
  keysOf(id)[0]?.replace('Mod', mac ? 'Meta' : 'Control') ?? undefined;

function doer(id: string): ((event?: KeyboardEvent) => void) | undefined {
  for (let at = offers.length - 1; at >= 0; at -= 1) {
    const offer = offers[at];
    const found = offer?.does[id];
    if (found && offer.when()) return found;
  }
  return undefined;
}

/**
 * Offers commands while a component lives. Call it while the component starts: its turn is taken
 * then, because the effects of what is drawn together run from the inside out, and the window
 * would have the last word over its first screen.
 */
export function offer(does: Doers, options: { when?: () => boolean; strip?: string[] } = {}): void {
  const turn = (turns += 1);
  $effect(() => {
    const mine: Offer = {
      turn,
      does,
      when: options.when ?? (() => true),
      strip: options.strip ?? [],
    };
    untrack(() => (offers = [...offers, mine].sort((a, b) => a.turn - b.turn)));
    return () => {
      untrack(() => (offers = offers.filter((one) => one !== mine)));
    };
  });
}

export const keys = {
  /** Whether a command can be done now. */
  can: (id: string): boolean => doer(id) !== undefined,
  /** Does a command, as if its key had been pressed. */
  run(id: string): boolean {
    const found = doer(id);
    found?.();
    return found !== undefined;
  },
  /** What can be done now, in the table's order. */
  available(): KeyCommand[] {
    return KEYMAP.filter((one) => doer(one.id) !== undefined);
  },
  /** What the strip shows: the latest standing offer's own choice. */
  strip(): string[] {
    for (let at = offers.length - 1; at >= 0; at -= 1) {
      const offer = offers[at];
      if (offer && offer.strip.length > 0 && offer.when()) {
        return offer.strip.filter((id) => doer(id) !== undefined);
      }
    }
    return [];
  },
};

/** A sequence's second key must follow within this time. */
const SEQUENCE = 1_200;
let first: { key: string; at: number } | null = null;

/** Listens on the window; call once. */
export function listen(): () => void {
  const heard = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return;
    const key = pressed(event);
    const inText = writing(event.target);
    const covered = over(event.target);
    const sequence =
      first && Date.now() - first.at < SEQUENCE && !inText && !covered
        ? `${first.key} ${key}`
        : null;
    first = null;
    const wanted = (one: KeyCommand): boolean => {
      const own = keysOf(one.id);
      if (sequence && own.includes(sequence)) return true;
      if (covered) return one.inField === true && own.includes(key);
      if (!inText || one.inField) return own.includes(key);
      // While writing, Alt and the letter stand for the letter.
      return key.startsWith('Alt+') && own.includes(key.slice(4)) && key.length === 5;
    };
    const matches = KEYMAP.filter(wanted);
    const chosen =
      matches.find((one) => sequence && keysOf(one.id).includes(sequence) && doer(one.id)) ??
      matches.find((one) => doer(one.id));
    // Buttons and links keep their own Enter.
    if (
      chosen &&
      key === 'Enter' &&
      event.target instanceof HTMLElement &&
      event.target.closest('button, a, [role="button"], [role="menuitem"]')
    )
      return;
    if (chosen) {
      event.preventDefault();
      doer(chosen.id)?.(event);
      return;
    }
    const begins = (one: KeyCommand): boolean =>
      keysOf(one.id).some((own) => own.startsWith(`${key} `));
    if (!inText && !covered && KEYMAP.some(begins)) first = { key, at: Date.now() };
  };
  window.addEventListener('keydown', heard);
  return () => window.removeEventListener('keydown', heard);
}
