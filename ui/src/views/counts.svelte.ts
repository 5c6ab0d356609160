// The figures of the sidebar and the strip, asked again after commits that may
// move them: each only after its own, and never before the row that a key changed
// is drawn, which is what the user looks at.

import { call, onTopics } from '../core/transport';
import type { Response } from '../core/transport';
import type { Topic } from '../core/generated/Topic';

let value = $state.raw<Response<'counts'>>();
let me = $state.raw<Response<'me'>>();
let pinned = $state.raw<Response<'customers'>>([]);

const ASKS = {
  figures: async () => (value = await call('counts', {})),
  me: async () => (me = await call('me', {})),
  pinned: async () => (pinned = await call('customers', { pinned: true })),
};
type Part = keyof typeof ASKS;
const PARTS = Object.keys(ASKS) as Part[];

/** What a commit may have moved; typing and the search index move nothing here. */
function moved({ on }: Topic): readonly Part[] {
  switch (on) {
    case 'everything':
    case 'settings':
      return PARTS;
    case 'account':
    case 'people':
    case 'person':
      return ['figures', 'me'];
    case 'customer':
      return ['figures', 'pinned'];
    case 'ephemeral':
    case 'search':
      return [];
    default:
      return ['figures'];
  }
}

/** A burst of commits is one question after this many milliseconds. */
const SETTLE = 120;
const wanted = new Set<Part>();
let busy = false;
let timer: ReturnType<typeof setTimeout> | undefined;

async function load(): Promise<void> {
  timer = undefined;
  const parts = [...wanted];
  wanted.clear();
  busy = true;
  // The screens tell their own failures; old figures stay.
  await Promise.allSettled(parts.map((part) => ASKS[part]()));
  busy = false;
  plan();
}

function plan(): void {
  if (wanted.size > 0 && !busy) timer ??= setTimeout(() => void load(), SETTLE);
}

export const counts = {
  get value() {
    return value;
  },
  get me() {
    return me;
  },
  get pinned() {
    return pinned;
  },
  start(): () => void {
    for (const part of PARTS) wanted.add(part);
    void load();
    const stop = onTopics((topics) => {
      for (const topic of topics) for (const part of moved(topic)) wanted.add(part);
      plan();
    });
    return () => {
      clearTimeout(timer);
      timer = undefined;
      stop();
    };
  },
};
