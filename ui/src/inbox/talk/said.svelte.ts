// The messages of one conversation as the feed needs them: the core keeps the
// order of a stretch of ids up to date, rows are fetched before they are shown,
// and the shown window grows at either end. Nothing is drawn twice and nothing
// is drawn empty, so a long room scrolls without placeholders.

import { SvelteMap } from 'svelte/reactivity';
import type { Handle } from '../../core/generated/Handle';
import type { ItemId } from '../../core/generated/ItemId';
import type { MessageRow } from '../../core/generated/MessageRow';
import type { Outgoing } from '../../core/generated/Outgoing';
import { afterFrame } from '../../core/frame';
import { applied } from '../../core/live.svelte';
import { call, failure, onTopics, transport } from '../../core/transport';
import type { CallFailed, Response, Stop } from '../../core/transport';
import { byId } from './entries';
import { isSaving, saving } from './saving';

type Page = Response<'messages'>;

/** Rows of the first page, and of each later one. */
const FIRST = 60;
const STEP = 120;
/** Ids asked for at first and, after growing, at most. */
const SPAN = 600;
const MOST_SPAN = 5_000;
/** Rows in one question. */
const BATCH = 200;
/** Messages that may have come between saying one and hearing of it. */
const LATELY = 8;
/** A burst of commits is one look at what surrounds the messages. */
const SETTLE = 120;

export class Said {
  /** Oldest first, without holes in the shown stretch. */
  shown = $state.raw<readonly MessageRow[]>([]);
  /** Gaps, read marker, receipts, what is scheduled. */
  page = $state.raw<Page>();
  error = $state.raw<CallFailed>();
  /** No answer yet. */
  loading = $state(true);
  /** Whether the shown stretch ends with the newest message. */
  newest = $state(true);
  /** Whether it begins with the oldest. */
  oldest = $state(false);
  /** The first message the user had not read when this was opened. */
  marker = $state.raw<ItemId | null>(null);

  #ids: readonly ItemId[] = [];
  #rows = new Map<string, MessageRow>();
  #handles = new Map<string, MessageRow>();
  #low: ItemId | null = null;
  /** `null`: to the newest, whatever comes. */
  #high: ItemId | null = null;
  #anchor: ItemId | null = null;
  /** The newest message of all, once it is known. */
  #top: ItemId | null = null;
  #span = SPAN;
  #busy = false;
  #stream: Stop | undefined;
  #topics: Stop | undefined;
  #reset: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Said here a moment ago: shown before the list has heard of it. */
  #fresh: readonly ItemId[] = [];
  /** The ids of rows that stood there until the core had kept them, by the core's. */
  #stood = new Map<string, string>();
  /** Messages answered to that lie outside what is loaded, by handle. */
  #quoted = new SvelteMap<string, MessageRow | null>();

  constructor(
    readonly conversation: ItemId,
    readonly thread: Handle | null = null,
  ) {}

  /** Begins at a message, at what is unread, or at the newest. */
  async start(message: ItemId | null): Promise<void> {
    this.#topics = onTopics((topics) => {
      const touched = topics.flatMap((topic) => (topic.on === 'item' ? [topic.of] : []));
      const again = touched.filter((id) => this.#rows.has(id));
      if (topics.some((topic) => topic.on === 'everything')) again.push(...this.#shownIds());
      if (again.length > 0) void this.#fetch(again, true);
      if (
        topics.some(
          (topic) =>
            topic.on === 'everything' ||
            topic.on === 'outbox' ||
            (topic.on === 'conversation' && topic.of === this.conversation) ||
            (topic.on === 'ephemeral' && topic.of.what.is === 'seen'),
        )
      )
        this.#lookAgain();
    });
    try {
      const page = await call('messages', {
        conversation: this.conversation,
        thread: this.thread,
        around_message: message,
        limit: FIRST,
      });
      if (this.#closed) return;
      this.page = page;
      this.marker = page.read_marker;
      this.#top = page.newer ? null : (page.messages[0]?.id ?? null);
      if (page.newer) this.#lookAgain();
      this.#keep(page.messages);
      const ids = page.messages.map((row) => row.id).reverse();
      this.#ids = ids;
      this.#low = ids[0] ?? null;
      this.#high = page.newer ? (ids.at(-1) ?? null) : null;
      this.#anchor = page.newer ? message : null;
      this.oldest = !page.more;
      this.newest = !page.newer;
      this.#draw();
      // What is unread begins further up: start there.
      const marker = page.read_marker;
      if (!message && !this.thread && marker && !this.#rows.has(marker)) {
        this.#anchor = marker;
        this.#open();
        await this.show(marker);
      } else this.#open();
      this.loading = false;
    } catch (thrown) {
      this.error = failure(thrown);
      this.loading = false;
    }
  }

  stop(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stream?.();
    this.#topics?.();
  }

  /** Reads one row again. */
  refresh(id: ItemId): void {
    void this.#fetch([id], true);
  }

  /**
   * The user says this: it is shown at once where the newest is shown. The answer is told what has
   * become of it: the row the core keeps, or `null` when there is none.
   */
  saying(words: Outgoing): (row: MessageRow | null) => Promise<void> {
    let standing: MessageRow | null = null;
    // Files are named by the core; without words there is nothing to show before that.
    if (words.thread === this.thread && words.files.length === 0) {
      const from = this.shown.findLast((one) => one.mine)?.from;
      standing = saving(words, this.conversation, from);
      this.#fresh = [...this.#fresh, standing.id];
      this.#rows.set(standing.id, standing);
      this.#draw();
    }
    // What stands there is seen before another row takes its place.
    const seen = standing ? new Promise<void>((done) => afterFrame(done)) : Promise.resolve();
    return async (row) => {
      await seen;
      if (standing) {
        // Unless the list heard of it first: then its row stands there by its own id.
        if (row && this.#fresh.includes(standing.id)) this.#stood.set(row.id, standing.id);
        this.#rows.delete(standing.id);
      }
      this.#said(row);
    };
  }

  /** What a row is known by as long as it is shown: by that of what stood there before it. */
  keyOf(id: string): string {
    return this.#stood.get(id) ?? id;
  }

  #said(row: MessageRow | null): void {
    if (row && row.thread === this.thread) {
      // The list may have its id by now and still be fetching it: meanwhile this one is shown.
      if (!this.#rows.has(row.id)) this.#keep([row]);
      if (!this.#ids.includes(row.id)) this.#fresh = [...this.#fresh, row.id];
    }
    this.#draw();
  }

  row(id: string): MessageRow | undefined {
    return this.#rows.get(id);
  }

  /** The message an answer quotes; asked for when it is not loaded. `null`: not here. */
  quoted(handle: Handle): MessageRow | null | undefined {
    // Read again whenever more is loaded.
    void this.shown;
    const near = this.#handles.get(handle);
    if (near) return near;
    const found = this.#quoted.get(handle);
    if (found === undefined && !this.#quoted.has(handle)) {
      queueMicrotask(() => void this.#quote(handle));
    }
    return found;
  }

  async #quote(handle: Handle): Promise<void> {
    if (this.#quoted.has(handle)) return;
    this.#quoted.set(handle, null);
    // A thread's first message is the one of that handle.
    const page = await call('messages', {
      conversation: this.conversation,
      thread: handle,
      after: '0' as ItemId,
      limit: 1,
    }).catch(() => null);
    const row = page?.messages[0];
    if (row?.handle === handle) this.#quoted.set(handle, row);
  }

  /** More at the old end. */
  async older(): Promise<void> {
    if (this.#busy || this.oldest || this.#low === null) return;
    await this.#once(async () => {
      const at = this.#ids.indexOf(this.#low as ItemId);
      if (at <= 0) {
        if (!this.#grow()) this.oldest = true;
        return;
      }
      const low = this.#ids[Math.max(0, at - STEP)] ?? null;
      await this.#fetch(this.#ids.slice(Math.max(0, at - STEP), at));
      this.#low = low;
      this.#draw();
    });
  }

  /** More at the new end. */
  async newer(): Promise<void> {
    if (this.#busy || this.newest || this.#high === null) return;
    await this.#once(async () => {
      const at = this.#ids.indexOf(this.#high as ItemId);
      const rest = this.#ids.slice(at + 1, at + 1 + STEP);
      if (rest.length === 0) {
        this.#anchorAt(this.#high as ItemId);
        return;
      }
      await this.#fetch(rest);
      this.#high = rest.at(-1) ?? this.#high;
      this.#draw();
    });
  }

  /** Brings a message into the shown stretch; answers whether it is there. */
  async show(id: ItemId): Promise<boolean> {
    if (this.shown.some((row) => row.id === id)) return true;
    if (!this.#ids.includes(id)) {
      this.#anchorAt(id);
      await new Promise<void>((resolve) => this.#reset.push(resolve));
    }
    const at = this.#ids.indexOf(id);
    if (at < 0 || this.#closed) return false;
    const from = Math.max(0, at - FIRST / 2);
    const to = Math.min(this.#ids.length, at + FIRST / 2);
    await this.#fetch(this.#ids.slice(from, to));
    this.#low = this.#ids[from] ?? null;
    this.#high =
      to === this.#ids.length && this.#anchor === null ? null : (this.#ids[to - 1] ?? null);
    this.#draw();
    return true;
  }

  /** The first message at or after a moment. */
  async at(moment: number): Promise<ItemId | null> {
    const page = await call('messages', {
      conversation: this.conversation,
      thread: this.thread,
      around: moment,
      limit: 2,
    });
    const rows = [...page.messages].reverse();
    return (rows.find((row) => row.at >= moment) ?? rows.at(-1))?.id ?? null;
  }

  /** Back to the newest. */
  async toNewest(): Promise<void> {
    if (this.newest && this.#anchor === null) return;
    if (this.#anchor !== null) {
      this.#anchor = null;
      this.#span = SPAN;
      this.#open();
      await new Promise<void>((resolve) => this.#reset.push(resolve));
    }
    const ids = this.#ids.slice(-FIRST);
    await this.#fetch(ids);
    this.#low = ids[0] ?? null;
    this.#high = null;
    this.#draw();
  }

  /** Which messages have these words, newest first. */
  async hits(text: string): Promise<ItemId[]> {
    const page = await call('messages', {
      conversation: this.conversation,
      search: text,
      limit: 1,
    });
    return page.hits;
  }

  #anchorAt(id: ItemId): void {
    this.#anchor = id;
    this.#span = SPAN;
    this.#open();
  }

  #grow(): boolean {
    if (this.#ids.length < this.#span) return false;
    if (this.#span < MOST_SPAN) {
      this.#span = Math.min(MOST_SPAN, this.#span * 3);
      this.#open();
    } else if (this.#low) this.#anchorAt(this.#low);
    return true;
  }

  #open(): void {
    this.#stream?.();
    this.#stream = transport().list(
      {
        of: 'messages',
        filter: {
          conversation: this.conversation,
          thread: this.thread,
          around_message: this.#anchor,
          around: null,
          before: null,
          after: null,
          search: null,
          limit: this.#span,
        },
      },
      (delta) => {
        if (delta.is === 'rows') return;
        // The core lists newest first.
        const newestFirst = applied([...this.#ids].reverse(), delta);
        const ids = [...newestFirst].reverse() as ItemId[];
        void this.#took(ids, delta.is === 'reset');
      },
      (error) => {
        this.error = error;
        this.loading = false;
      },
    );
  }

  async #took(ids: readonly ItemId[], reset: boolean): Promise<void> {
    const had = new Set(this.#shownIds());
    this.#ids = ids;
    this.error = undefined;
    const first = ids[0];
    // The stretch that was shown may have lost its ends.
    if (first && (this.#low === null || !ids.includes(this.#low))) {
      this.#low = ids.find((id) => this.#low !== null && byId(id, this.#low) >= 0) ?? first;
    }
    if (this.#high !== null && !ids.includes(this.#high)) {
      this.#high = ids.findLast((id) => byId(id, this.#high as string) <= 0) ?? null;
    }
    const fresh = this.#shownIds().filter((id) => !had.has(id) || !this.#rows.has(id));
    // A shown stretch far longer than a page is not fetched whole: its newest end is.
    await this.#fetch(fresh.slice(-2 * STEP));
    this.#draw();
    if (reset) for (const resolve of this.#reset.splice(0)) resolve();
  }

  #shownIds(): readonly ItemId[] {
    if (this.#low === null) return [];
    const from = this.#ids.indexOf(this.#low);
    const to = this.#high === null ? this.#ids.length : this.#ids.lastIndexOf(this.#high) + 1;
    return from < 0 || to === 0 ? [] : this.#ids.slice(from, to);
  }

  #draw(): void {
    if (this.#closed) return;
    if (this.#high !== null && this.#high === this.#top) {
      // From here on new messages belong to the stretch: it must end with them.
      if (this.#anchor !== null) this.#anchorAt(this.#high);
      this.#high = null;
    }
    // Listed by now, or taken back.
    this.#fresh = this.#fresh.filter((id) => this.#rows.has(id) && !this.#ids.includes(id));
    // The list may hear of it before its sender does.
    this.#fresh = this.#fresh.filter((id) => !this.#listed(id));
    const here = this.#high === null && this.#anchor === null ? this.#fresh : [];
    const ids = [...this.#shownIds(), ...here];
    const rows: MessageRow[] = [];
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (row) rows.push(row);
    }
    this.shown = rows;
    this.newest = this.#high === null;
    const low = this.#low;
    this.oldest = low !== null && low === this.#ids[0] && this.#ids.length < this.#span;
  }

  /** Whether what is being said stands among the newest of the list by now. */
  #listed(id: ItemId): boolean {
    const row = this.#rows.get(id);
    if (!row || !isSaving(row)) return false;
    const newest = this.#ids.slice(-LATELY).map((one) => this.#rows.get(one));
    return newest.some((one) => one?.mine && one.way && one.text === row.text && one.at >= row.at);
  }

  #keep(rows: readonly MessageRow[]): void {
    for (const row of rows) {
      this.#rows.set(row.id, row);
      this.#handles.set(row.handle, row);
    }
  }

  async #fetch(ids: readonly ItemId[], again = false): Promise<void> {
    const wanted = again ? [...new Set(ids)] : ids.filter((id) => !this.#rows.has(id));
    for (let at = 0; at < wanted.length; at += BATCH) {
      try {
        const rows = await call('messages_by_id', { ids: wanted.slice(at, at + BATCH) });
        this.#keep(rows);
        if (again) {
          const here = new Set(rows.map((row) => row.id as string));
          for (const id of wanted.slice(at, at + BATCH)) if (!here.has(id)) this.#rows.delete(id);
        }
      } catch (thrown) {
        this.error = failure(thrown);
        return;
      }
    }
    if (again) this.#draw();
  }

  async #once(act: () => Promise<void>): Promise<void> {
    this.#busy = true;
    try {
      await act();
    } finally {
      this.#busy = false;
    }
  }

  #lookAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void call('messages', {
        conversation: this.conversation,
        thread: this.thread,
        limit: 1,
      }).then(
        (page) => {
          if (this.#closed) return;
          this.page = page;
          this.#top = page.messages[0]?.id ?? null;
          this.#draw();
        },
        () => {},
      );
    }, SETTLE);
  }
}
