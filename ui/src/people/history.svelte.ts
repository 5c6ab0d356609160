// A customer's history, page by page. What is loaded stays; a commit that
// touches the customer reads the loaded stretch again, without moving it.

import type { OrgId } from '../core/generated/OrgId';
import type { TimelineRow } from '../core/generated/TimelineRow';
import { call, failure, onTopics } from '../core/transport';
import type { CallFailed } from '../core/transport';

const PAGE = 60;
/** At most this many at once when the loaded stretch is read again. */
const MOST = 500;

export interface History {
  readonly rows: readonly TimelineRow[];
  readonly loading: boolean;
  readonly error: CallFailed | undefined;
  /** Nothing older is here. */
  readonly whole: boolean;
  /** Loads the next older page. */
  older(): void;
  refresh(): void;
}

/** What is to come belongs elsewhere: history ends now, a minute's grace for clocks. */
const until = () => Date.now() + 60_000;

export function history(customer: () => OrgId | null, kinds: () => readonly string[]): History {
  let rows = $state.raw<readonly TimelineRow[]>([]);
  let loading = $state(true);
  let error = $state.raw<CallFailed>();
  let whole = $state(false);
  let generation = 0;
  let busy = false;
  let stale = false;

  async function ask(limit: number, after: string | null): Promise<void> {
    const org = customer();
    if (org === null) return;
    if (busy) {
      stale = after === null;
      return;
    }
    const mine = generation;
    busy = true;
    try {
      const found = await call('customer_timeline', {
        customer: org,
        kinds: [...kinds()],
        before: until(),
        after,
        limit,
      });
      if (mine !== generation) return;
      rows = after === null ? found : [...rows, ...found];
      whole = found.length < limit;
      error = undefined;
    } catch (thrown) {
      if (mine === generation) error = failure(thrown);
    } finally {
      busy = false;
      if (mine === generation) loading = false;
      if (mine !== generation || stale) {
        stale = false;
        refresh();
      }
    }
  }

  const refresh = () => void ask(Math.min(MOST, Math.max(PAGE, rows.length)), null);

  $effect(() => {
    customer();
    kinds();
    generation += 1;
    rows = [];
    loading = true;
    whole = false;
    void ask(PAGE, null);
  });
  $effect(() =>
    onTopics((topics) => {
      const org = customer();
      if (
        topics.some(
          (topic) => topic.on === 'everything' || (topic.on === 'customer' && topic.of === org),
        )
      )
        refresh();
    }),
  );

  return {
    get rows() {
      return rows;
    },
    get loading() {
      return loading;
    },
    get error() {
      return error;
    },
    get whole() {
      return whole;
    },
    older() {
      const last = rows.at(-1);
      if (!busy && !whole && last) void ask(PAGE, last.key);
    },
    refresh,
  };
}
