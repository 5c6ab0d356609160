// The one way to the core. Two carriers speak it: the window's IPC doors and,
// for browser tests and development, the loopback host.

import type { Calls } from '../generated/calls';
import type { ApiError } from '../generated/ApiError';
import type { ListDelta } from '../generated/ListDelta';
import type { ListOf } from '../generated/ListOf';
import type { Said } from '../generated/Said';
import type { Topic } from '../generated/Topic';
import type { Asked as FirstAsked } from './first';

export type CallName = keyof Calls;

/** A value with a default at the other side: nothing, no, or none of them. */
type Defaulted = null | boolean | readonly unknown[];
type Left<T> = { [K in keyof T]-?: Extract<T[K], Defaulted> extends never ? never : K }[keyof T];
/** A request as a caller writes it: what has a default may be left out. Ids stay ids. */
export type Asked<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer U)[]
    ? readonly Asked<U>[]
    : T extends object
      ? { [K in Exclude<keyof T, Left<T>>]: Asked<T[K]> } & { [K in Left<T>]?: Asked<T[K]> }
      : T;
export type Request<N extends CallName> = Asked<Calls[N]['request']>;
export type Response<N extends CallName> = Calls[N]['response'];

/** What a caller catches: a code to branch on and a sentence to read. */
export class CallFailed extends Error {
  constructor(
    readonly code: ApiError['code'],
    message: string,
    /** The message's stable word and what is put into it, where it has one. */
    readonly word?: string,
    readonly values?: Said['with'],
  ) {
    super(message);
    this.name = 'CallFailed';
  }
}

/** Anything thrown, as a `CallFailed`. */
export function failure(thrown: unknown): CallFailed {
  if (thrown instanceof CallFailed) return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    const error = thrown as ApiError;
    return new CallFailed(error.code, error.message, error.word, error.with);
  }
  return new CallFailed('internal', thrown instanceof Error ? thrown.message : String(thrown));
}

/** Ends a stream. */
export type Stop = () => void;

/** What the process around the page can do; a browser can do less. */
export interface Shell {
  /** Runs inside the desktop window. */
  readonly native: boolean;
  /** Sends one action; answers `null` where the carrier cannot do it. */
  act(action: ShellAction): Promise<unknown>;
  /** Hears `navigate`, `gate`, `dropped` and `window` events. */
  on(event: ShellEvent, heard: (payload: unknown) => void): Stop;
}

export type ShellEvent = 'navigate' | 'gate' | 'dropped' | 'window';

export type ShellAction =
  | {
      do:
        | 'minimise'
        | 'toggle_maximise'
        | 'close'
        | 'show'
        | 'start_drag'
        | 'relaunch'
        | 'update_check';
    }
  | { do: 'start_resize'; edge: string }
  | { do: 'open_link'; href: string }
  | { do: 'pick_files' }
  | { do: 'save_as'; name: string }
  | { do: 'pick_folder' }
  | { do: 'autostart'; on: boolean | null }
  | { do: 'set_unread'; count: number }
  | { do: 'zoom'; percent: number }
  | { do: 'reveal'; path: string }
  | { do: 'fault'; what: string }
  /** What the page asked at its start, for the next one. */
  | { do: 'first_asked'; asked: FirstAsked[] };

/** Before the profile is open there are no calls, only this. */
export interface GateState {
  state:
    | 'no_profile'
    | 'keychain_missing'
    | 'keychain_locked'
    | 'passphrase_needed'
    | 'wrong_passphrase'
    | 'damaged'
    | 'in_use'
    | 'opening'
    | 'open'
    | 'error';
  /** What happened, what is safe, what to do. */
  message: string;
  /** Which of the actions make sense now. */
  can: GateAction['do'][];
  /** A keychain answers on this computer. */
  keychain: boolean;
  /** It is the sample workspace. */
  sample: boolean;
  /** How far it is, while something long is done. */
  progress: { step: 'write' | 'read'; done: number; total: number | null } | null;
  /** Counts what was told. An answer may arrive after an event that is newer: the higher counts. */
  number: number;
}

export type GateAction =
  | { do: 'look' }
  | { do: 'create'; passphrase: string | null; keychain: boolean }
  /** `remember` puts the key into the keychain, so that it need not be typed again. */
  | { do: 'unlock'; passphrase: string; remember: boolean }
  | { do: 'retry' }
  | { do: 'sample' };

export interface Transport {
  call<N extends CallName>(name: N, request: Request<N>): Promise<Response<N>>;
  /**
   * What changed, after each commit. Reopens by itself; then `everything` is heard. After `opened`
   * nothing is missed; what was committed before it, may be. `failed` is heard instead of
   * `opened`, when there is nothing to follow yet.
   */
  topics(
    heard: (topics: Topic[]) => void,
    opened: () => void,
    failed: (error: CallFailed) => void,
  ): Stop;
  /**
   * One list: as it is, then its changes. Of a long one the beginning may be heard first: `more`
   * ids come next, at its end.
   */
  list(
    list: ListOf,
    heard: (delta: ListDelta, more: number) => void,
    failed: (error: CallFailed) => void,
  ): Stop;
  gate(action: GateAction): Promise<GateState>;
  readonly shell: Shell;
}
