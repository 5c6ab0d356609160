// How long some lists are: asked once and again after commits, and not followed,
// because a followed list holds a line to the core open.

import type { ListOf } from '../core/generated/ListOf';
import { onTopics, transport } from '../core/transport';

/** The length of a list now. */
function length(list: ListOf): Promise<number | undefined> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined = undefined;
    let answered = false;
    const answer = (n: number | undefined) => {
      answered = true;
      resolve(n);
      stop?.();
    };
    stop = transport().list(
      list,
      (delta, more) => delta.is === 'reset' && answer(delta.ids.length + more),
      () => answer(undefined),
    );
    // It may have answered before there was something to stop.
    if (answered) stop();
  });
}

/** Lengths in the order of the lists. Create it while a component starts. */
export function counts(lists: () => ListOf[]): { readonly value: readonly (number | undefined)[] } {
  let value = $state.raw<readonly (number | undefined)[]>([]);
  let busy = false;
  let again = false;

  async function ask(wanted: ListOf[]): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const found: (number | undefined)[] = [];
    for (const list of wanted) found.push(await length(list));
    value = found;
    busy = false;
    if (again) {
      again = false;
      void ask(lists());
    }
  }
  $effect(() => {
    void ask(lists());
    return onTopics((topics) => {
      if (topics.some((topic) => topic.on === 'tasks' || topic.on === 'everything'))
        void ask(lists());
    });
  });
  return {
    get value() {
      return value;
    },
  };
}
