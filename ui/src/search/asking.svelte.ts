// Asks while somebody types: one question under way at most, the newest one
// after it, and never an older answer over a newer one. What is shown stays until
// something newer is there, so nothing jumps between two keys.

import type { Completion } from '../core/generated/Completion';
import type { CallFailed } from '../core/transport';
import { call, failure } from '../core/transport';
import type { Found } from './groups';
import { words as wordsOf } from './tokens';

export interface Answer extends Found {
  /** The query it answers. */
  query: string;
  /** What of it was written as text, behind the finished operators. */
  text: string;
  completions: readonly Completion[];
  /** Which part of the query a completion replaces. */
  from: number;
  to: number;
  ignored: readonly string[];
  /** Milliseconds it took. */
  took: number;
}

interface Question {
  query: string;
  text: string;
  /** Words to find customers and people by; none when there are only operators. */
  name: string;
  cursor: number;
}

/** Hits of one answer. */
const HITS = 40;
const NAMES = 3;

async function answer({ query, text, name, cursor }: Question): Promise<Answer> {
  const started = performance.now();
  const { page, words, customers, people, records, tasks } = await call('look_up', {
    text: query,
    cursor,
    name,
    limit: HITS,
    names: NAMES,
  });
  return {
    query,
    text,
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
    marks: wordsOf(text),
    took: performance.now() - started,
  };
}

export function asking(): {
  readonly value: Answer | undefined;
  readonly error: CallFailed | undefined;
  ask(question: Question): void;
  /** Nothing is asked any more: what comes now answers nothing. */
  forget(): void;
} {
  let value = $state.raw<Answer>();
  let error = $state.raw<CallFailed>();
  let busy = false;
  let next: Question | null = null;
  let turn = 0;

  async function run(question: Question): Promise<void> {
    busy = true;
    const mine = turn;
    try {
      const found = await answer(question);
      if (mine === turn) [value, error] = [found, undefined];
    } catch (thrown) {
      if (mine === turn) error = failure(thrown);
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
    forget() {
      turn += 1;
      next = null;
      [value, error] = [undefined, undefined];
    },
  };
}
