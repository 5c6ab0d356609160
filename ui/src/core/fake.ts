// A carrier for component tests: answers calls from a table and remembers them.

import type { ListDelta } from './generated/ListDelta';
import { CallFailed, useTransport } from './transport';
import type { CallName, Request, Response, Transport } from './transport';

type Answers = {
  [N in CallName]?: (request: Request<N>) => Response<N> | Promise<Response<N>>;
};

export interface Fake {
  /** What was asked, in order. */
  readonly asked: [CallName, unknown][];
  /** Requests of one call. */
  of<N extends CallName>(name: N): Request<N>[];
}

/** Puts a carrier in; a call without an answer fails as one that is not there. */
export function fake(answers: Answers, lists: Record<string, readonly string[]> = {}): Fake {
  const asked: [CallName, unknown][] = [];
  const carrier: Transport = {
    async call<N extends CallName>(name: N, request: Request<N>): Promise<Response<N>> {
      asked.push([name, request]);
      const answer = answers[name] as ((request: Request<N>) => Response<N>) | undefined;
      if (!answer) throw new CallFailed('not_found', `no ${name} here`);
      return answer(request);
    },
    topics: (_heard, opened) => {
      opened();
      return () => {};
    },
    list: (list, heard) => {
      queueMicrotask(() =>
        heard({ is: 'reset', ids: [...(lists[list.of] ?? [])] } as ListDelta, 0),
      );
      return () => {};
    },
    gate: async () => ({
      state: 'open',
      message: '',
      can: [],
      keychain: true,
      sample: false,
      progress: null,
      number: 0,
    }),
    shell: { native: false, act: async () => null, on: () => () => {} },
  };
  useTransport(carrier);
  return {
    asked,
    of: <N extends CallName>(name: N) =>
      asked.filter(([one]) => one === name).map(([, request]) => request as Request<N>),
  };
}
