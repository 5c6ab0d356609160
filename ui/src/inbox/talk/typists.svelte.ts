// Who types here now. The core hears it and forgets it; a name that was not heard
// again for a while is taken away.

import type { ItemId } from '../../core/generated/ItemId';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import { call, onTopics } from '../../core/transport';

const FORGET = 8_000;

/** Call while a component starts. */
export function typists(of: () => ConversationRow | undefined): {
  readonly names: readonly string[];
} {
  let names = $state.raw<readonly string[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  async function ask(conversation: ItemId): Promise<void> {
    try {
      const all = await call('conversation_typing', { conversation });
      names = all.map((one) => one.name);
    } catch {
      names = [];
    }
    clearTimeout(timer);
    if (names.length > 0) timer = setTimeout(() => void ask(conversation), FORGET);
  }
  $effect(() => {
    const row = of();
    if (!row) return;
    const stop = onTopics((topics) => {
      for (const topic of topics) {
        if (
          topic.on === 'ephemeral' &&
          topic.of.account === row.account &&
          topic.of.what.is === 'typing' &&
          topic.of.what.conversation === row.handle
        )
          void ask(row.id);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
      names = [];
    };
  });
  return {
    get names() {
      return names;
    },
  };
}
