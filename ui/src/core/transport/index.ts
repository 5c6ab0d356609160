// Chooses the carrier once, at the start, and shares one topic stream.

import type { Topic } from '../generated/Topic';
import { overHttp } from './http';
import { overIpc } from './tauri';
import type { CallName, Request, Response, Stop, Transport } from './transport';

export { CallFailed, failure } from './transport';
export type * from './transport';

function choose(): Transport {
  if ('__TAURI_INTERNALS__' in window) return overIpc();
  // `#host=…&token=…` once; kept for reloads of this tab only.
  const given = new URLSearchParams(location.hash.slice(1));
  const url = given.get('host') ?? sessionStorage.getItem('host');
  const token = given.get('token') ?? sessionStorage.getItem('token');
  if (given.has('token')) {
    sessionStorage.setItem('host', url ?? '');
    sessionStorage.setItem('token', token ?? '');
    history.replaceState(null, '', `${location.pathname}#${given.get('go') ?? '/today'}`);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }
  return overHttp({ url: url ?? '', token: token ?? '' });
}

let carrier: Transport | undefined;
const listeners = new Set<(topics: Topic[]) => void>();
let opened: Promise<void> | undefined;

export const transport = (): Transport => (carrier ??= choose());

/** Tests put their own carrier in. */
export function useTransport(own: Transport): void {
  carrier = own;
  opened = undefined;
}

/** Asks the core. Throws `CallFailed`. */
export function call<N extends CallName>(name: N, request: Request<N>): Promise<Response<N>> {
  return transport().call(name, request);
}

/**
 * Opens the one stream of topics that serves all who listen; done when nothing is missed any more.
 * A question asked before could have its answer overtaken by a commit that nobody heard of. Fails
 * while the profile is not open; the next one to listen tries again.
 */
export function listening(): Promise<void> {
  if (opened) return opened;
  const mine = new Promise<void>((done, failed) => {
    transport().topics(
      (topics) => {
        for (const listener of [...listeners]) listener(topics);
      },
      done,
      failed,
    );
  });
  opened = mine;
  mine.catch(() => {
    if (opened === mine) opened = undefined;
  });
  return mine;
}

/** Hears what changed after each commit. */
export function onTopics(heard: (topics: Topic[]) => void): Stop {
  listeners.add(heard);
  // Who opens the profile tries again and tells what is wrong.
  listening().catch(() => {});
  return () => void listeners.delete(heard);
}
