// What is being written in one conversation, and its way out: the text, whom it
// goes to and what it answers, its files. While a message that was sent is edited,
// what was being written waits.

import { untrack } from 'svelte';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import type { DraftRow } from '../../core/generated/DraftRow';
import type { KeptDraft } from '../../core/generated/KeptDraft';
import type { MessageRow } from '../../core/generated/MessageRow';
import type { Outgoing } from '../../core/generated/Outgoing';
import type { PersonRow } from '../../core/generated/PersonRow';
import { adopted, putBack, takeBack, writes } from '../../core/back';
import { t } from '../../core/i18n.svelte';
import { attempt, toasts } from '../../core/toasts.svelte';
import { call } from '../../core/transport';
import { DraftKeeper } from './drafts.svelte';
import { Mentions } from './mentions';
import { changes } from './mode';
import type { Change, Mode } from './mode';
import { answerTo, answering } from './recipients';
import type { Recipients } from './recipients';
import { list, nameOf } from './say';
import { Staged } from './staged.svelte';
import { Typing } from './typing';

/** Where one writes; read anew whenever it matters. */
export interface Place {
  readonly of: ConversationRow;
  readonly people: readonly PersonRow[];
  readonly own: ReadonlySet<string>;
  /** What an answer without a chosen message goes to. */
  readonly newest: MessageRow | undefined;
  readonly thread: MessageRow['handle'] | null;
  /** The keys go to the text. */
  focus(): void;
  /** It is being said; the answer is told the row that shows it, `null` when there is none. */
  saying(words: Outgoing): (row: MessageRow | null) => void;
}

/** What of our words is not in the core's yet; `since` are those it was given. */
function added(kept: string, mine: string, since: string | null): string {
  if (since === null) return mine;
  if (since !== '' && mine.startsWith(since)) return mine.slice(since.length);
  return mine === '' || kept.endsWith(mine) ? '' : `\n\n${mine}`;
}

/** A click on the way back needs a moment to get there before it is too late. */
const EARLIER = 300;

export class Writing {
  text = $state('');
  mode = $state.raw<Mode>({ is: 'new' });
  /** Addressees the user chose; `null`: those an answer has by itself. */
  chosen = $state.raw<Recipients | null>(null);
  /** What was kept from before is here. */
  ready = $state(false);
  sending = $state(false);
  readonly files = new Staged((path) => this.#staged(path));
  readonly draft: DraftKeeper;
  readonly typing: Typing;
  readonly mentions = new Mentions();
  readonly #place: Place;
  /** What was being written before a message was edited. */
  #aside: { text: string; mode: Mode; chosen: Recipients | null } | null = null;
  #leave: () => void;
  #gone = false;

  constructor(place: Place) {
    this.#place = place;
    const { id } = untrack(() => place.of);
    this.draft = new DraftKeeper(id);
    this.typing = new Typing(id);
    this.#leave = writes(id, {
      pause: async () => {
        await this.draft.flush();
        this.draft.hold();
        return this.draft.settled ? this.#words : '';
      },
      take: (kept, since) => {
        this.#take(kept, since);
        place.focus();
      },
      go: () => this.draft.release(),
      adopt: (path) => this.files.named([path]),
    });
  }

  get mail(): boolean {
    return this.#place.of.kind === 'mail_thread';
  }
  get editing(): boolean {
    return changes(this.mode);
  }
  get recipients(): Recipients {
    const { newest, own } = this.#place;
    const { mode } = this;
    return this.chosen ?? answerTo(mode.is === 'reply' ? mode.row : newest, own);
  }
  get unsendable(): boolean {
    return this.#place.of.membership === 'left';
  }
  get can(): boolean {
    return (
      this.ready &&
      !this.sending &&
      !this.files.busy &&
      !this.unsendable &&
      (this.text.trim() !== '' || (this.files.paths.length > 0 && !this.editing)) &&
      (!this.mail || this.editing || this.recipients.to.length > 0)
    );
  }

  /** The words of what is new, also while something old is edited. */
  get #words(): string {
    return this.#aside?.text ?? this.text;
  }

  /** What is to be kept of it. */
  #written(): Outgoing {
    const { thread } = this.#place;
    const mode = this.#aside?.mode ?? this.mode;
    const chosen = this.#aside ? this.#aside.chosen : this.chosen;
    const reply = mode.is === 'reply' ? mode.row : null;
    return {
      text: this.#words,
      subject: null,
      to: chosen?.to ?? [],
      cc: chosen?.cc ?? [],
      reply_to: reply?.handle ?? null,
      thread: thread ?? (mode.is === 'within' ? mode.thread : null),
      mentions: this.mentions.in(this.#words, this.#place.people),
      files: this.files.paths,
    };
  }

  /** Goes on with what was kept. */
  async begin(): Promise<void> {
    try {
      const kept = await this.draft.load();
      // Letters typed before the answer came go on where the draft stopped.
      if (!this.ready) this.#take(kept, null);
    } catch (thrown) {
      toasts.failed(thrown);
    } finally {
      this.ready = true;
    }
  }

  /** The conversation is left; what is not kept yet is. */
  end(): void {
    this.#gone = true;
    this.#leave();
    this.rest();
  }

  /** Nobody writes at this moment. */
  rest(): void {
    this.typing.stop();
    void this.draft.flush();
  }

  /** The files changed; `path` came whole just now. */
  #staged(path: string | null): void {
    // The conversation was left meanwhile: who writes there now has the draft.
    if (this.#gone && path !== null && adopted(this.draft.conversation, path)) return;
    this.keep();
    // It is the only trace of what was pasted: it is not waited for.
    if (path !== null) void this.draft.flush();
  }

  /** Has what is here kept, when it is something else than what is kept. */
  keep(): void {
    if (this.ready && !this.editing) this.draft.typed(this.#written());
  }

  /** Goes on with a draft of the core; `since` are words of ours that are part of it. */
  #take(kept: KeptDraft, since: string | null): void {
    const { draft } = kept;
    const mine = this.#words;
    this.draft.took(kept);
    this.ready = true;
    if (!draft) return;
    const more = added(draft.text, mine, since);
    const text = draft.text + more;
    const chosen =
      draft.to.length + draft.cc.length > 0 ? { to: draft.to, cc: draft.cc } : this.chosen;
    this.files.kept(kept.files);
    this.mentions.restore(draft.mentions);
    const mode = this.#modeOf(kept);
    if (this.#aside) this.#aside = { text, mode, chosen };
    else {
      this.text = text;
      this.chosen = chosen;
      this.mode = mode;
    }
    if (more) this.keep();
  }

  #modeOf({ draft, answers }: KeptDraft): Mode {
    const now = this.#aside?.mode ?? this.mode;
    // What the user chose to answer just now goes before what was kept.
    if (now.is === 'reply' || now.is === 'within') return now;
    if (answers) return { is: 'reply', row: answers };
    const thread = draft?.thread ?? null;
    return thread && thread !== this.#place.thread ? { is: 'within', thread } : now;
  }

  /** The user turns to something else: another mode has another text. */
  turn(next: Mode): void {
    const was = this.mode;
    this.mode = next;
    if (changes(next)) {
      if (!this.#aside) {
        void this.draft.flush();
        this.#aside = { text: this.text, mode: was, chosen: this.chosen };
      }
      this.text = next.row.text;
    } else {
      const aside = this.#aside;
      this.#aside = null;
      if (aside) this.text = aside.text;
      // Back from an edit to what was being written; an answer has its own addressees.
      const back = aside !== null && next.is === 'new';
      if (back) this.mode = aside.mode;
      this.chosen = back ? aside.chosen : null;
      this.keep();
    }
    if (next.is !== 'new') this.#place.focus();
  }

  /** The text changed here. */
  typed(): void {
    if (this.editing) return;
    this.keep();
    if (!this.mail && this.text.trim() !== '') this.typing.tell();
  }

  /** Puts other words in the place of those here. */
  set(words: string): void {
    this.text = words;
    this.keep();
  }

  /** Goes back to an earlier version. */
  earlier(version: DraftRow): void {
    this.files.clear();
    this.files.named(version.files);
    this.mentions.restore(version.mentions);
    if (version.to.length > 0) this.chosen = { to: version.to, cc: version.cc };
    this.set(version.text);
  }

  #empty(): void {
    this.text = '';
    this.mentions.clear();
    this.files.clear();
    this.chosen = null;
    this.mode = { is: 'new' };
  }

  discard(): void {
    const lost = this.#written();
    const { conversation } = this.draft;
    this.#empty();
    this.keep();
    void this.draft.flush();
    toasts.undoable(t('talk.draft_gone'), () => putBack(lost, conversation));
  }

  async send(when: number | null = null): Promise<void> {
    if (!this.can) return;
    const { mode } = this;
    this.sending = true;
    this.typing.stop();
    await attempt(async () => {
      if (changes(mode)) await this.#change(mode);
      else await this.#say(when);
    });
    this.sending = false;
  }

  async #change(mode: Change): Promise<void> {
    const { row } = mode;
    const said = this.text;
    if (mode.is === 'edit') {
      if (said !== row.text) {
        const queued = await call('edit_message', { message: row.id, text: said });
        toasts.undoable(t('talk.edit_kept'), async () => {
          await call('outbox_undo', { command: queued.command });
        });
      }
    } else if (row.way) {
      const { command } = row.way;
      await call('outbox_edit', { command, text: said, fields: {} });
      if (row.way.state === 'parked') await call('outbox_retry', { command });
    }
    this.turn({ is: 'new' });
  }

  async #say(when: number | null): Promise<void> {
    // What is said is kept by the same write that queues it, sooner than a draft would be: only
    // a draft on its way must not arrive after it. What is typed from here on is the next message;
    // it is kept once this one has gone.
    this.draft.hold();
    const { of, newest } = this.#place;
    const { mail, mode, recipients } = this;
    const written = this.#written();
    const reply = mode.is === 'reply' ? mode.row : null;
    const message: Outgoing = mail
      ? {
          ...written,
          ...recipients,
          subject: answering(of.title),
          reply_to: written.reply_to ?? newest?.handle ?? null,
          thread: null,
        }
      : { ...written, thread: written.thread ?? reply?.thread ?? null };
    // Taken now: the conversation may be left while the core answers.
    const to = mail ? list(recipients.to.map(nameOf), 1) : of.title;
    const was = { files: this.files.all, chosen: this.chosen, mode };
    this.#empty();
    const said = when === null ? this.#place.saying(message) : null;
    try {
      await this.draft.arrived();
      const queued = await call('send', { conversation: of.id, message, at: when });
      this.draft.sent();
      said?.(queued.row);
      const undo = () => takeBack(queued.command, of.id);
      if (when !== null) toasts.undoable(t('talk.scheduled'), undo);
      else if (queued.until !== null)
        toasts.undoable(t('talk.sending_to', { to }), undo, queued.until - EARLIER);
    } catch (thrown) {
      said?.(null);
      const next = this.text;
      this.text = next ? `${message.text}\n\n${next}` : message.text;
      this.files.all = [...was.files, ...this.files.all];
      this.mentions.restore(message.mentions);
      this.chosen = was.chosen;
      this.mode = was.mode;
      throw thrown;
    } finally {
      this.keep();
      this.draft.release();
    }
  }
}
