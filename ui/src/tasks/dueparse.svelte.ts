// What a typed line says about its due date, asked of the core while typing.
// Only the newest line's answer counts.

import type { Response } from '../core/transport';
import { call } from '../core/transport';

export type Parsed = Response<'due_parse'>;

export function dueParser(): {
  readonly value: Parsed | null;
  ask(text: string): void;
  now(text: string): Promise<Parsed>;
} {
  let value = $state.raw<Parsed | null>(null);
  let newest = 0;

  async function now(text: string): Promise<Parsed> {
    newest += 1;
    const mine = newest;
    const answer = await call('due_parse', { text });
    if (mine === newest) value = answer;
    return answer;
  }
  return {
    get value() {
      return value;
    },
    ask(text) {
      if (text.trim() === '') {
        newest += 1;
        value = null;
      } else void now(text).catch(() => {});
    },
    now,
  };
}
