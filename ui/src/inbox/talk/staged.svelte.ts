// Files that go with the next message. A pasted or dropped file is handed to the
// core in pieces and lies in the profile's private folder; a file chosen in the
// window is named by its path.

import type { KeptFile } from '../../core/generated/KeptFile';
import { t } from '../../core/i18n.svelte';
import { call, transport } from '../../core/transport';

export interface Going {
  id: number;
  name: string;
  /** Bytes; `null` for a chosen file nobody has measured. */
  size: number | null;
  /** Where it lies; `null` while it is handed over. */
  path: string | null;
  /** 0 to 1. */
  share: number;
  trouble: string;
}

/** What a path calls its file. */
export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) || path;

/** Bytes of a piece; divisible by three, so that Base64 pieces have no padding inside. */
const PIECE = 1_500_000;
const LARGEST = 100 * 1024 * 1024;

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

export class Staged {
  all = $state.raw<readonly Going[]>([]);
  #ids = 0;
  readonly #changed: (path: string | null) => void;

  /** `changed`: what goes is other than before; with a path when that came whole just now. */
  constructor(changed: (path: string | null) => void = () => {}) {
    this.#changed = changed;
  }

  get busy(): boolean {
    return this.all.some((one) => one.path === null && one.trouble === '');
  }
  get paths(): string[] {
    return this.all.flatMap((one) => (one.path === null || one.trouble ? [] : [one.path]));
  }

  #set(id: number, change: Partial<Going>): void {
    this.all = this.all.map((one) => (one.id === id ? { ...one, ...change } : one));
  }

  /** Files of a draft from before; one that is not there any more says so. */
  kept(files: readonly KeptFile[]): void {
    for (const { path, name, bytes } of files) {
      if (this.all.some((one) => one.path === path)) continue;
      this.#ids += 1;
      const trouble = bytes === null ? t('talk.file_gone') : '';
      this.all = [...this.all, { id: this.#ids, name, size: bytes, path, share: 1, trouble }];
    }
  }

  /** Files the window named. */
  named(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.all.some((one) => one.path === path)) continue;
      this.#ids += 1;
      const name = fileName(path);
      this.all = [...this.all, { id: this.#ids, name, size: null, path, share: 1, trouble: '' }];
    }
    this.#changed(null);
  }

  async add(files: readonly File[]): Promise<void> {
    await Promise.all(files.map((file) => this.#one(file)));
  }

  async #one(file: File): Promise<void> {
    this.#ids += 1;
    const id = this.#ids;
    const name = file.name || t('talk.pasted');
    this.all = [...this.all, { id, name, size: file.size, path: null, share: 0, trouble: '' }];
    if (file.size > LARGEST) {
      this.#set(id, { trouble: t('talk.too_large') });
      return;
    }
    try {
      let token: string | null = null;
      let path = '';
      for (let at = 0; at === 0 || at < file.size; at += PIECE) {
        // Taken off the list meanwhile: the rest need not travel.
        if (!this.all.some((one) => one.id === id)) return;
        const last = at + PIECE >= file.size;
        const staged: { path: string; token: string } = await call('stage_file', {
          name,
          mime: file.type,
          data: await base64(file.slice(at, at + PIECE)),
          more_of: token,
          last,
        });
        token = staged.token;
        path = staged.path;
        this.#set(id, { share: Math.min(1, (at + PIECE) / Math.max(1, file.size)) });
      }
      this.#set(id, { path, share: 1 });
      if (this.all.some((one) => one.id === id)) this.#changed(path);
    } catch (thrown) {
      this.#set(id, { trouble: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }

  async choose(): Promise<boolean> {
    const shell = transport().shell;
    if (!shell.native) return false;
    const chosen = await shell.act({ do: 'pick_files' });
    if (Array.isArray(chosen)) this.named(chosen.filter((one) => typeof one === 'string'));
    return true;
  }

  drop(id: number): void {
    this.all = this.all.filter((one) => one.id !== id);
    this.#changed(null);
  }
  clear(): void {
    this.all = [];
  }
}

/** What a `dropped` event of the shell says: files over the window, let go, or gone. */
export function dropped(payload: unknown): { phase: 'over' | 'drop' | 'leave'; paths: string[] } {
  const given = (typeof payload === 'object' && payload !== null ? payload : {}) as {
    phase?: unknown;
    paths?: unknown;
  };
  const phase = given.phase === 'drop' || given.phase === 'over' ? given.phase : 'leave';
  const paths = Array.isArray(given.paths)
    ? given.paths.filter((one): one is string => typeof one === 'string')
    : [];
  return { phase, paths };
}
