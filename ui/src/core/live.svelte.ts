// What a screen shows is a query. `query` asks again when a topic it depends on
// was touched; `liveList` follows a list by its changes and fetches only the
// rows in view. Both must be created while a component starts.

import type { ListDelta } from './generated/ListDelta';
import type { ListOf } from './generated/ListOf';
import type { Topic } from './generated/Topic';
import { call, failure, onTopics, transport } from './transport';
import type { CallFailed, CallName, Request, Response } from './transport';

/** Whether a touched topic may change an answer. `everything` always does. */
export type Wakes = (topic: Topic) => boolean;

/** Wakes on any of these kinds of topic. */
export const on =
  (...kinds: Topic['on'][]): Wakes =>
  (topic) =>
    kinds.includes(topic.on);

/** Wakes when this very thing was touched. */
export const about =
  (kind: Topic['on'], id: () => unknown): Wakes =>
  (topic) =>
    topic.on === kind && 'of' in topic && topic.of === id();

export interface Query<T> {
  /** The newest answer; the last good one stays while a new one is fetched or fails. */
  readonly value: T | undefined;
  /** Why the newest attempt failed. */
  readonly error: CallFailed | undefined;
  /** No answer for the present request yet. */
  readonly loading: boolean;
  /** Asks again now. */
  refresh(): void;
}

/**
 * Follows one call. `request` is reactive; `null` means there is nothing to ask.
 * A burst of commits is at most one question under way and one after it.
 */
export function query<N extends CallName>(
  name: N,
  request: () => Request<N> | null,
  ...wakes: Wakes[]
): Query<Response<N>> {
  let value = $state.raw<Response<N>>();
  let error = $state.raw<CallFailed>();
  let loading = $state(true);
  let generation = 0;
  let busy = false;
  let again = false;
  let asked: Request<N> | null = null;

  async function ask(): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    const mine = generation;
    const wanted = asked;
    if (wanted === null) return;
    busy = true;
    try {
      const answer = await call(name, wanted);
      if (mine === generation) {
        value = answer;
        error = undefined;
      }
    } catch (thrown) {
      if (mine === generation) error = failure(thrown);
    } finally {
      busy = false;
      if (mine === generation) loading = false;
      if (again || mine !== generation) {
        again = false;
        void ask();
      }
    }
  }

  let shown = '';
  $effect(() => {
    asked = request();
    const key = JSON.stringify(asked);
    if (key !== shown) {
      // Another question: the old answer must not be taken for its answer.
      if (shown !== '') value = undefined;
      shown = key;
      loading = asked !== null;
    }
    generation += 1;
    void ask();
  });
  $effect(() =>
    onTopics((topics) => {
      if (topics.some((topic) => topic.on === 'everything' || wakes.some((wake) => wake(topic)))) {
        void ask();
      }
    }),
  );

  return {
    get value() {
      return value;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
    refresh: () => void ask(),
  };
}

export interface LiveList<Row> {
  /** Every id, in the core's order; at the start of the window, the first ones of a long list. */
  readonly ids: readonly string[];
  /** So many more ids are on their way, to the end. */
  readonly coming: number;
  /** The row, or `undefined` while it is fetched; asking for it fetches it. */
  row(id: string): Row | undefined;
  readonly error: CallFailed | undefined;
  /** The list has not answered yet. */
  readonly loading: boolean;
  /** Fetches one row again. */
  refresh(id: string): void;
}

/** Applies one change to the shown ids. */
export function applied(ids: readonly string[], delta: ListDelta): readonly string[] {
  if (delta.is === 'reset') return delta.ids;
  if (delta.is === 'rows') return ids;
  return [...ids.slice(0, delta.at), ...delta.insert, ...ids.slice(delta.at + delta.remove)];
}

/** So many rows the core answers at once. */
const AT_ONCE = 500;
/** Rows kept beyond those in view, so that scrolling back is free. */
const KEPT = 2_000;

/**
 * Follows one list. `which` is reactive; `fetchRows` turns ids into rows and
 * may answer in any order. The first `ahead` rows are fetched before they are asked for: in one
 * question, where the screen would find out in several what it shows.
 */
export function liveList<Row extends { id: string }>(
  which: () => ListOf | null,
  fetchRows: (ids: string[]) => Promise<Row[]>,
  ahead = 0,
): LiveList<Row> {
  let ids = $state.raw<readonly string[]>([]);
  let coming = $state(0);
  let rows = $state.raw<ReadonlyMap<string, Row>>(new Map());
  let error = $state.raw<CallFailed>();
  let loading = $state(true);
  const wanted = new Set<string>();
  const underway = new Set<string>();
  let planned = false;

  async function fetchWanted(): Promise<void> {
    planned = false;
    const all = [...wanted].filter((id) => !underway.has(id));
    wanted.clear();
    const batch = all.slice(0, AT_ONCE);
    if (batch.length === 0) return;
    // What is more than one question comes with the next.
    for (const id of all.slice(AT_ONCE)) want(id);
    for (const id of batch) underway.add(id);
    try {
      const found = await fetchRows(batch);
      const next = new Map(rows);
      for (const row of found) {
        next.delete(row.id);
        next.set(row.id, row);
      }
      // Oldest fetched first out; what is in view asks for itself again.
      for (const id of next.keys()) {
        if (next.size <= KEPT) break;
        next.delete(id);
      }
      rows = next;
      error = undefined;
    } catch (thrown) {
      error = failure(thrown);
    } finally {
      for (const id of batch) underway.delete(id);
    }
  }

  function want(id: string): void {
    if (underway.has(id)) return;
    wanted.add(id);
    if (planned) return;
    planned = true;
    // One question a frame, however many rows came into view.
    queueMicrotask(() => void fetchWanted());
  }

  $effect(() => {
    const list = which();
    loading = true;
    if (list === null) {
      ids = [];
      coming = 0;
      loading = false;
      return;
    }
    return transport().list(
      list,
      (delta, more) => {
        ids = applied(ids, delta);
        coming = more;
        loading = false;
        error = undefined;
        if (delta.is === 'rows') for (const id of delta.ids) if (rows.has(id)) want(id);
        if (delta.is === 'splice') for (const id of delta.insert) if (rows.has(id)) want(id);
        // A reset after a lost connection: what is kept may be old.
        if (delta.is === 'reset') for (const id of rows.keys()) want(id);
        if (delta.is === 'reset') for (const id of ids.slice(0, ahead)) if (!rows.has(id)) want(id);
      },
      (failed) => {
        error = failed;
        loading = false;
      },
    );
  });

  return {
    get ids() {
      return ids;
    },
    get coming() {
      return coming;
    },
    row(id) {
      const row = rows.get(id);
      if (row === undefined) want(id);
      return row;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
    refresh: want,
  };
}
