// What is being written in one conversation, and its way out: the text, whom it
// goes to, its files, and what was being written before a sent message was edited.

import { untrack } from 'svelte';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import type { MessageRow } from '../../core/generated/MessageRow';
import { t } from '../../core/i18n.svelte';
import { attempt, toasts } from '../../core/toasts.svelte';
import { call } from '../../core/transport';
import { DraftKeeper, back } from './drafts.svelte';
import type { Mode } from './mode';
import { answerTo, answering } from './recipients';
import type { Recipients } from './recipients';
import { list, nameOf } from './say';
import { Staged } from './staged.svelte';
import { Typing } from './typing';

/** Where one writes; read anew whenever it matters. */
export interface Place {
  readonly of: ConversationRow;
  readonly own: ReadonlySet<string>;
  /** What an answer without a chosen message goes to. */
  readonly newest: MessageRow | undefined;
  readonly thread: MessageRow['handle'] | null;
  mode: Mode;
  sent(): void;
}

export interface Mention {
  text: string;
  address: string;
}

const changes = (mode: Mode): mode is Extract<Mode, { is: 'edit' | 'change' }> =>
  mode.is === 'edit' || mode.is === 'change';

export class Writing {
  text = $state('');
  /** Addressees the user chose; `null`: those an answer has by itself. */
  chosen = $state.raw<Recipients | null>(null);
  /** What was kept from before is here. */
  ready = $state(false);
  sending = $state(false);
  readonly files = new Staged();
  readonly draft: DraftKeeper;
  readonly typing: Typing;
  mentions: Mention[] = [];
  readonly #place: Place;
  #held = '';
  #before: Mode = { is: 'new' };
  #gone = false;

  constructor(place: Place) {
    this.#place = place;
    const { id } = untrack(() => place.of);
    this.draft = new DraftKeeper(id);
    this.typing = new Typing(id);
  }

  get mail(): boolean {
    return this.#place.of.kind === 'mail_thread';
  }
  get editing(): boolean {
    return changes(this.#place.mode);
  }
  get recipients(): Recipients {
    const { mode, newest, own } = this.#place;
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

  /** Goes on with what was kept. */
  async begin(): Promise<void> {
    try {
      const kept = await this.draft.load();
      // Letters typed before the answer came go on where the draft stopped.
      if (!this.#gone && kept && untrack(() => this.#place.mode.is) === 'new')
        this.text = kept + this.text;
    } catch (thrown) {
      toasts.failed(thrown);
    } finally {
      this.ready = true;
    }
  }

  /** The conversation is left; what is not kept yet is. */
  end(): void {
    this.#gone = true;
    this.rest();
  }

  /** Nobody writes at this moment. */
  rest(): void {
    this.typing.stop();
    void this.draft.flush();
  }

  /** Another mode has another text; the draft is kept meanwhile. */
  turned(next: Mode): void {
    const was = changes(this.#before);
    if (changes(next)) {
      if (!was) {
        void this.draft.flush();
        this.#held = this.text;
      }
      this.text = next.row.text;
    } else if (was) this.text = this.#held;
    this.#before = next;
    this.chosen = null;
  }

  /** The text changed here. */
  typed(): void {
    if (this.editing) return;
    this.draft.typed(this.text);
    if (!this.mail && this.text.trim() !== '') this.typing.tell();
  }

  /** Puts other words in the place of those here. */
  set(words: string): void {
    this.text = words;
    if (!this.editing) this.draft.typed(words);
  }

  /** A text that was taken back comes back here. */
  return(words: string): void {
    this.text = words;
    void this.draft.load().catch(() => {});
  }

  discard(): void {
    const lost = this.text;
    this.set('');
    void this.draft.flush();
    toasts.undoable(t('talk.draft_gone'), () => back.put(this.draft.conversation, lost));
  }

  async send(when: number | null = null): Promise<void> {
    if (!this.can) return;
    const { mode } = this.#place;
    this.sending = true;
    this.typing.stop();
    await attempt(async () => {
      if (changes(mode)) await this.#change(mode);
      else await this.#say(mode, when);
    });
    this.sending = false;
  }

  async #change(mode: Extract<Mode, { is: 'edit' | 'change' }>): Promise<void> {
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
    this.#place.mode = { is: 'new' };
  }

  async #say(mode: Mode, when: number | null): Promise<void> {
    const said = this.text;
    const { of, newest, thread } = this.#place;
    const { mail, recipients } = this;
    // Taken now: the conversation may be left while the core answers.
    const to = mail ? list(recipients.to.map(nameOf), 1) : of.title;
    const reply = mode.is === 'reply' ? mode.row : null;
    // What is still on its way to the core must not come after the sending.
    await this.draft.flush();
    const queued = await call('send', {
      conversation: of.id,
      message: {
        text: said,
        subject: mail ? answering(of.title) : null,
        to: mail ? recipients.to : [],
        cc: mail ? recipients.cc : [],
        reply_to: reply?.handle ?? (mail ? (newest?.handle ?? null) : null),
        thread: mail ? null : (thread ?? reply?.thread ?? null),
        mentions: this.mentions.filter((one) => said.includes(one.text)).map((one) => one.address),
        files: this.files.paths,
      },
      at: when,
    });
    this.text = '';
    this.mentions = [];
    this.files.clear();
    this.draft.sent();
    this.#place.mode = { is: 'new' };
    this.chosen = null;
    const undo = async () => {
      await call('outbox_undo', { command: queued.command });
      await back.put(of.id, said);
    };
    if (when === null) {
      const { value } = await call('setting', { key: 'outbox.undo_seconds' });
      const window = (typeof value === 'number' ? value : 10) * 1000;
      if (window > 0) toasts.undoable(t('talk.sending_to', { to }), undo, Date.now() + window);
    } else toasts.undoable(t('talk.scheduled'), undo);
    this.#place.sent();
  }
}
