// The loopback host over fetch: for browser tests and for developing the UI
// without the window. Address and token come in the page's own fragment, once.

import type { ListDelta } from '../generated/ListDelta';
import type { ListOf } from '../generated/ListOf';
import type { Topic } from '../generated/Topic';
import { CallFailed, failure } from './transport';
import type { CallName, Request, Response as Answer, Stop, Transport } from './transport';

/** Where the host is and what it wants to be shown. */
export interface HostAddress {
  url: string;
  token: string;
}

/** Waits longer after each failure, up to ten seconds. */
const pause = (tries: number) =>
  new Promise((resume) => setTimeout(resume, Math.min(10_000, 250 * 2 ** tries)));

/** Server-sent events from a fetch body: `EventSource` cannot carry the token. */
async function* events(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ kind: string; data: string }> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as never)
    .getReader() as ReadableStreamDefaultReader<string>;
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    let end: number;
    while ((end = rest.indexOf('\n\n')) >= 0) {
      const block = rest.slice(0, end);
      rest = rest.slice(end + 2);
      let kind = 'message';
      const data: string[] = [];
      for (const line of block.split('\n')) {
        if (line.startsWith('event:')) kind = line.slice(6).trim();
        else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
      }
      if (data.length) yield { kind, data: data.join('\n') };
    }
  }
}

export function overHttp(host: HostAddress): Transport {
  const headers = { authorization: `Bearer ${host.token}`, 'content-type': 'application/json' };

  async function call<N extends CallName>(name: N, request: Request<N>): Promise<Answer<N>> {
    let answer: Response;
    try {
      answer = await fetch(`${host.url}/call/${name}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(request),
      });
    } catch (thrown) {
      throw new CallFailed('offline', `The host does not answer (${String(thrown)}).`);
    }
    const value: unknown = await answer.json().catch(() => null);
    if (!answer.ok) throw failure(value ?? new Error(answer.statusText));
    return value as Answer<N>;
  }

  function stream(
    open: (signal: AbortSignal) => Promise<Response>,
    heard: (kind: string, data: string) => void,
    back: () => void,
    opened: () => void = () => {},
  ): Stop {
    const ended = new AbortController();
    void (async () => {
      for (let tries = 0; !ended.signal.aborted; tries += 1) {
        try {
          const answer = await open(ended.signal);
          if (!answer.ok || !answer.body) throw new Error(answer.statusText);
          opened();
          if (tries > 0) back();
          tries = 0;
          for await (const event of events(answer.body)) heard(event.kind, event.data);
        } catch {
          if (ended.signal.aborted) return;
        }
        await pause(tries);
      }
    })();
    return () => ended.abort();
  }

  return {
    call,
    topics: (heard, opened) =>
      stream(
        (signal) => fetch(`${host.url}/topics`, { headers, signal }),
        (_kind, data) => heard(JSON.parse(data) as Topic[]),
        () => heard([{ on: 'everything' }]),
        opened,
      ),
    list: (list: ListOf, heard, failed) =>
      stream(
        (signal) =>
          fetch(`${host.url}/list`, {
            method: 'POST',
            headers,
            signal,
            body: JSON.stringify(list),
          }),
        (kind, data) =>
          kind === 'error'
            ? failed(failure(JSON.parse(data)))
            : heard(JSON.parse(data) as ListDelta, 0),
        () => {},
      ),
    gate: async () => ({
      state: 'open',
      message: '',
      can: [],
      keychain: false,
      sample: false,
      progress: null,
      number: 0,
    }),
    shell: {
      native: false,
      act: async (action) => {
        if (action.do === 'open_link') window.open(action.href, '_blank', 'noopener,noreferrer');
        return null;
      },
      on: () => () => {},
    },
  };
}
