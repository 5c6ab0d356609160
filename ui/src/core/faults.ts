// A fault of ours in the page: it leaves a report on this computer, as a panic of the core does,
// and never silently an empty window.

import { transport } from './transport';

/** One fault that repeats with every frame must not fill the folder. */
const MOST = 20;
/** The browser says so when a frame was laid out twice: not a fault. */
const HARMLESS = /^ResizeObserver loop/;

const told = new Set<string>();

/** Keeps a report of what was thrown, once. */
export function report(thrown: unknown): void {
  const what =
    thrown instanceof Error
      ? `${thrown.name}: ${thrown.message}\n${thrown.stack ?? ''}`
      : String(thrown);
  if (told.has(what) || told.size >= MOST || HARMLESS.test(String(thrown))) return;
  told.add(what);
  console.error(thrown);
  // A report that cannot be written must not become the next fault.
  transport()
    .shell.act({ do: 'fault', what: `${location.hash}\n${what}` })
    .catch(() => {});
}

/** From now on whatever nobody catches leaves a report. */
export function watch(): void {
  window.addEventListener('error', (event) => report(event.error ?? event.message));
  window.addEventListener('unhandledrejection', (event) => report(event.reason));
}
