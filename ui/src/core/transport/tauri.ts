// The window's IPC doors: `call`, `stream` and, before a profile is open, `gate`.

import { Channel, invoke } from '@tauri-apps/api/core';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { ListDelta } from '../generated/ListDelta';
import type { ListOf } from '../generated/ListOf';
import type { Topic } from '../generated/Topic';
import { failure } from './transport';
import type {
  CallName,
  GateState,
  Request,
  Response,
  ShellEvent,
  Stop,
  Transport,
} from './transport';

type What = { kind: 'topics' } | { kind: 'list'; list: ListOf };

let streams = 0;

function open<T>(
  what: What,
  heard: (event: T) => void,
  failed: (thrown: unknown) => void,
  opened: () => void = () => {},
): Stop {
  const id = ++streams;
  const channel = new Channel<T | { error: unknown }>();
  let open = true;
  channel.onmessage = (event) => {
    if (!open) return;
    if (typeof event === 'object' && event !== null && 'error' in event) failed(event.error);
    else heard(event as T);
  };
  invoke('stream', { id, what, channel }).then(opened, (thrown: unknown) => {
    if (open) failed(thrown);
  });
  return () => {
    open = false;
    void invoke('stop', { id });
  };
}

/** What was said before anybody listened: how the gate stands, where the user wants to go. */
async function missed(event: ShellEvent): Promise<unknown> {
  if (event === 'gate') return invoke('gate', { action: { do: 'look' } });
  if (event === 'navigate') return invoke('shell', { action: { do: 'ready' } });
  return null;
}

export function overIpc(): Transport {
  return {
    async call<N extends CallName>(name: N, request: Request<N>): Promise<Response<N>> {
      try {
        return await invoke<Response<N>>('call', { name, request });
      } catch (thrown) {
        throw failure(thrown);
      }
    },
    topics(heard, opened, failed) {
      let follows = false;
      return open<Topic[]>(
        { kind: 'topics' },
        heard,
        (thrown) => (follows ? heard([{ on: 'everything' }]) : failed(failure(thrown))),
        () => {
          follows = true;
          opened();
        },
      );
    },
    list: (list, heard, failed) =>
      open<ListDelta>({ kind: 'list', list }, heard, (thrown) => failed(failure(thrown))),
    gate: (action) => invoke<GateState>('gate', { action }),
    shell: {
      native: true,
      act: (action) => invoke('shell', { action }),
      on: (event, heard) => {
        const listening = getCurrentWebview().listen(event, ({ payload }) => heard(payload));
        void listening.then(() => missed(event)).then((first) => first !== null && heard(first));
        return () => void listening.then((stop) => stop());
      },
    },
  };
}
