// One toast at a time: something the user just did and can still take back, or
// something that failed. Never for a success the list already shows.

import { seconds } from './clock.svelte';
import { told } from './errors';
import { failure } from './transport';

export interface Toast {
  id: number;
  text: string;
  /** Shown until this moment; counts down when `undo` is there. */
  until: number;
  /** From when the countdown runs. */
  from: number;
  undo?: () => void | Promise<void>;
  bad?: boolean;
}

const STAYS = 6_000;

let ids = 0;
let current = $state.raw<Toast | null>(null);
/** What a toast stays clear of at the bottom of most screens, in pixels. */
const BOTTOM = 34;
let bottom = $state(BOTTOM);
let timer: ReturnType<typeof setTimeout> | undefined;
let stopSeconds: (() => void) | undefined;

function close(): void {
  clearTimeout(timer);
  stopSeconds?.();
  stopSeconds = undefined;
  current = null;
}

function show(toast: Omit<Toast, 'id' | 'from'>): number {
  close();
  ids += 1;
  current = { ...toast, id: ids, from: Date.now() };
  if (toast.undo) stopSeconds = seconds();
  timer = setTimeout(close, Math.max(0, toast.until - Date.now()));
  return ids;
}

export const toasts = {
  get current() {
    return current;
  },
  /** So many pixels at the bottom of the screen stay free of them. */
  get bottom() {
    return bottom;
  },
  /** A screen has something so high at its bottom; the answer takes that back. */
  above(height: number): () => void {
    bottom = height;
    return () => (bottom = BOTTOM);
  },
  /** Done, and can be taken back until the moment given (6 s when absent). */
  undoable(text: string, undo: () => void | Promise<void>, until = Date.now() + STAYS): void {
    show({ text, until, undo });
  },
  /** A word that needs no answer. */
  say(text: string): void {
    show({ text, until: Date.now() + STAYS });
  },
  /** What went wrong, in plain words. */
  failed(thrown: unknown): void {
    const { title, detail } = told(failure(thrown));
    show({ text: `${title}. ${detail}`, until: Date.now() + 2 * STAYS, bad: true });
  },
  /** Takes the current one back. */
  async undo(): Promise<void> {
    const toast = current;
    if (!toast?.undo) return;
    close();
    try {
      await toast.undo();
    } catch (thrown) {
      toasts.failed(thrown);
    }
  },
  close,
};

/** Runs an action; a failure is told. Answers whether it went well. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (thrown) {
    toasts.failed(thrown);
    return false;
  }
}
