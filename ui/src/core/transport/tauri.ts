// The window's IPC doors: `call`, `stream` and, before a profile is open, `gate`.

import { Channel, invoke } from '@tauri-apps/api/core';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { ListDelta } from '../generated/ListDelta';
import type { ListOf } from '../generated/ListOf';
import type { Topic } from '../generated/Topic';
import { First, tellLater } from './first';
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

/** `on` is heard from what came with the page. */
type What = { kind: 'topics'; on: boolean } | { kind: 'list'; list: ListOf; on: boolean };

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

export function overIpc(first = First.ofPage()): Transport {
  const act: Transport['shell']['act'] = (action) => invoke('shell', { action });
  tellLater(first, (asked) => act({ do: 'first_asked', asked }).catch(() => {}));
  return {
    async call<N extends CallName>(name: N, request: Request<N>): Promise<Response<N>> {
      const here = first.answer(name, request);
      if (here) return here.it;
      try {
        return await invoke<Response<N>>('call', { name, request });
      } catch (thrown) {
        throw failure(thrown);
      }
    },
    topics(heard, opened, failed) {
      // With the answers came the promise that nothing since is missed.
      let follows = first.given;
      if (follows) opened();
      return open<Topic[]>(
        { kind: 'topics', on: first.given },
        (topics) => {
          first.changed();
          heard(topics);
        },
        (thrown) => (follows ? heard([{ on: 'everything' }]) : failed(failure(thrown))),
        () => {
          follows = true;
          opened();
        },
      );
    },
    list(list, heard, failed) {
      const here = first.list(list);
      let followed = true;
      // Not at once: whoever follows it is not done asking.
      if (here) queueMicrotask(() => followed && heard(here.delta, here.more));
      const stop = open<ListDelta>(
        { kind: 'list', list, on: !!here },
        (delta) => heard(delta, 0),
        (thrown) => failed(failure(thrown)),
      );
      return () => {
        followed = false;
        stop();
      };
    },
    async gate(action) {
      const here = action.do === 'look' ? first.gate() : null;
      return here ?? invoke<GateState>('gate', { action });
    },
    shell: {
      native: true,
      act,
      on: (event, heard) => {
        const listening = getCurrentWebview().listen(event, ({ payload }) => heard(payload));
        void listening.then(() => missed(event)).then((first) => first !== null && heard(first));
        return () => void listening.then((stop) => stop());
      },
    },
  };
}
