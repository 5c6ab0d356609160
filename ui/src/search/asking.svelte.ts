// Asks while somebody types: one question under way at most, the newest one
// after it, and never an older answer over a newer one. What is shown stays until
// something newer is there, so nothing jumps between two keys.

import type { Completion } from '../core/generated/Completion';
import type { ItemId } from '../core/generated/ItemId';
import type { RecordRow } from '../core/generated/RecordRow';
import type { TaskRow } from '../core/generated/TaskRow';
import type { CallFailed } from '../core/transport';
import { call, failure } from '../core/transport';
import type { Found } from './groups';

export interface Answer extends Found {
  /** The query it answers. */
  query: string;
  completions: readonly Completion[];
  /** Which part of the query a completion replaces. */
  from: number;
  to: number;
  records: ReadonlyMap<string, RecordRow>;
  tasks: ReadonlyMap<string, TaskRow>;
  ignored: readonly string[];
  /** Milliseconds it took. */
  took: number;
}

interface Question {
  query: string;
  /** Words to find customers and people by; none when there are only operators. */
  name: string;
  cursor: number;
}

/** Hits of one answer. */
const HITS = 40;
const NAMES = 3;

async function answer({ query, name, cursor }: Question): Promise<Answer> {
  const started = performance.now();
  const named = name.trim();
  const [page, words, customers, people] = await Promise.all([
    query.trim() === ''
      ? { hits: [], more: false, ignored: [] }
      : call('search', { text: query, as_you_type: true, limit: HITS }),
    call('search_words', { text: query, cursor }),
    named === '' ? [] : call('customers', { name: named, limit: NAMES }),
    named === '' ? [] : call('people', { name: named, limit: NAMES }),
  ]);
  const took = performance.now() - started;
  const ids = (kind: string): ItemId[] =>
    page.hits.filter((hit) => hit.kind === kind).map((hit) => hit.id);
  const some = <T>(wanted: ItemId[], ask: (ids: ItemId[]) => Promise<T[]>): Promise<T[]> =>
    wanted.length > 0 ? ask(wanted) : Promise.resolve([]);
  const [records, tasks] = await Promise.all([
    some(ids('record'), (wanted) => call('records_by_id', { ids: wanted })),
    some(ids('task'), (wanted) => call('tasks_by_id', { ids: wanted })),
  ]);
  return {
    query,
    hits: page.hits,
    more: page.more,
    ignored: page.ignored,
    customers,
    people,
    completions: words.words,
    from: words.from,
    to: words.to,
    records: new Map(records.map((row) => [row.id, row])),
    tasks: new Map(tasks.map((row) => [row.id, row])),
    took,
  };
}

export function asking(): {
  readonly value: Answer | undefined;
  readonly error: CallFailed | undefined;
  ask(question: Question): void;
} {
  let value = $state.raw<Answer>();
  let error = $state.raw<CallFailed>();
  let busy = false;
  let next: Question | null = null;

  async function run(question: Question): Promise<void> {
    busy = true;
    try {
      value = await answer(question);
      error = undefined;
    } catch (thrown) {
      error = failure(thrown);
    } finally {
      busy = false;
      const newest = next;
      next = null;
      if (newest) void run(newest);
    }
  }
  return {
    get value() {
      return value;
    },
    get error() {
      return error;
    },
    ask(question) {
      if (busy) next = question;
      else void run(question);
    },
  };
}
