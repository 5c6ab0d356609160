// The present, for ages and countdowns. It moves every ten seconds, and every
// second only while something counts down: an idle window must stay idle.

const SLOW = 10_000;
const FAST = 1_000;

// A plain number: a `SvelteDate` belongs to the component that reads it first, and
// stands still for all others once that one is gone.
let moment = $state(Date.now());
let fast = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  moment = Date.now();
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

/** The present in milliseconds; reading it in a component follows it. */
export const now = (): number => moment;

/** Counts seconds from now on, until the returned function is called. */
export function seconds(): () => void {
  fast += 1;
  tick();
  return () => {
    fast -= 1;
    plan();
  };
}
