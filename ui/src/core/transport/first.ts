// What came with the page: the answers to what it asked at its last start, asked anew while the
// web view began. And what it asks this time, for the next one.

import type { ListDelta } from '../generated/ListDelta';
import type { ListOf } from '../generated/ListOf';
import type { CallName, GateState, Request, Response } from './transport';

/** One question; `call` is null for a list that is followed. */
export interface Asked {
  call: string | null;
  request: string;
}

interface Given {
  gate: GateState | null;
  answers: { call: string; request: string; answer: unknown }[];
  lists: ({ request: string } & Begun)[];
}

/** The beginning of a list; so many ids come next, at its end. */
export interface Begun {
  delta: ListDelta;
  more: number;
}

/** After so many milliseconds nothing is a first question any more. */
const WHILE = 2_000;

const name = (call: string | null, request: string): string => `${call ?? ''} ${request}`;

export class First {
  readonly #answers = new Map<string, unknown>();
  readonly #lists = new Map<string, Begun>();
  /** What was asked ahead: only these are known to change nothing. */
  readonly #known = new Set<string>();
  readonly #asked = new Map<string, Asked>();
  #gate: GateState | null = null;
  /** The streams go on from what came with the page. */
  readonly given: boolean;

  constructor(
    text: string | null | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.given = !!text;
    if (!text) return;
    const given = JSON.parse(text) as Given;
    this.#gate = given.gate;
    for (const it of given.answers) {
      this.#answers.set(name(it.call, it.request), it.answer);
      this.#known.add(it.call);
    }
    for (const it of given.lists) this.#lists.set(name(null, it.request), it);
  }

  /** Takes the block out of the page. */
  static ofPage(): First {
    const block = document.getElementById('first');
    block?.remove();
    return new First(block?.textContent);
  }

  /** Something changed, or is about to: what came with the page may be old from here on. */
  changed(): void {
    this.#answers.clear();
    this.#lists.clear();
    this.#gate = null;
  }

  /** What is asked after the start is none of this, and costs nothing here. */
  #over(): boolean {
    return this.now() > WHILE;
  }

  #note(asked: Asked): string {
    const key = name(asked.call, asked.request);
    this.#asked.set(key, asked);
    return key;
  }

  /** The answer, in a box; none where it has to be asked for. */
  answer<N extends CallName>(call: N, request: Request<N>): { it: Response<N> } | null {
    if (this.#over()) return null;
    const key = this.#note({ call, request: JSON.stringify(request) });
    if (this.#answers.has(key)) return { it: this.#answers.get(key) as Response<N> };
    if (!this.#known.has(call)) this.changed();
    return null;
  }

  /** The list as it is, once: whoever follows it a second time begins anew. */
  list(list: ListOf): Begun | null {
    if (this.#over()) return null;
    const key = this.#note({ call: null, request: JSON.stringify(list) });
    const begun = this.#lists.get(key) ?? null;
    this.#lists.delete(key);
    return begun;
  }

  gate(): GateState | null {
    const gate = this.#gate;
    this.#gate = null;
    return gate;
  }

  /** What was asked until now, in order. */
  get asked(): Asked[] {
    return [...this.#asked.values()];
  }
}

/** Says after the start what was asked in it. */
export function tellLater(first: First, tell: (asked: Asked[]) => unknown): void {
  setTimeout(() => {
    first.changed();
    tell(first.asked);
  }, WHILE);
}
