// The figures of the sidebar and the strip: one small call, asked again after
// commits that may move them.

import { call, onTopics } from '../core/transport';
import type { Response } from '../core/transport';

let value = $state.raw<Response<'counts'>>();
let me = $state.raw<Response<'me'>>();
let pinned = $state.raw<Response<'customers'>>([]);
let busy = false;
let again = false;

async function load(): Promise<void> {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    [value, me, pinned] = await Promise.all([
      call('counts', {}),
      call('me', {}),
      call('customers', { pinned: true }),
    ]);
  } catch {
    // The screens tell their own failures; old figures stay.
  } finally {
    busy = false;
    if (again) {
      again = false;
      void load();
    }
  }
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
    void load();
    return onTopics((topics) => {
      if (topics.some((topic) => topic.on !== 'ephemeral' && topic.on !== 'search')) void load();
    });
  },
};
