// The present, in two steps. Most of what a screen says changes with the minute. What is younger
// than that follows every ten seconds, and every second while something counts down: an idle
// window must stay idle, and a countdown must not have everything else written anew.

const MINUTE = 60_000;
const SLOW = 10_000;
const FAST = 1_000;

// Plain numbers: a `SvelteDate` belongs to the component that reads it first, and
// stands still for all others once that one is gone.
let moment = $state(Date.now());
let minute = $state(Date.now());
let fast = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  moment = Date.now();
  if (Math.floor(moment / MINUTE) !== Math.floor(minute / MINUTE)) minute = moment;
  plan();
}

function plan(): void {
  clearTimeout(timer);
  const step = fast > 0 ? FAST : SLOW;
  timer = setTimeout(tick, step - (Date.now() % step));
}

plan();
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') tick();
  else clearTimeout(timer);
});

/**
 * The present in milliseconds, at most a minute ago; reading it in a component follows it. It
 * moves when a minute begins, so that what is written in hours and minutes is right.
 */
export const now = (): number => minute;

/** The present in milliseconds, for what is counted in seconds; at most ten seconds ago. */
export const instant = (): number => moment;

/** Counts seconds from now on, until the returned function is called. */
export function seconds(): () => void {
  fast += 1;
  tick();
  return () => {
    fast -= 1;
    plan();
  };
}
