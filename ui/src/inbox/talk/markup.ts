// What people write in a chat, as a tree: paragraphs, code, quotes, lists, bold,
// italic, links, mentions. The tree becomes elements; no HTML is ever made from
// text, so nothing in a message can become one. Anything that is not clearly
// meant as a mark stays as it was typed.

export type Inline =
  | { is: 'text'; text: string }
  | { is: 'code'; text: string }
  | { is: 'bold' | 'italic' | 'strike'; of: Inline[] }
  | { is: 'link'; text: string; href: string }
  | { is: 'mention'; text: string; me: boolean }
  | { is: 'break' };

export type Block =
  | { is: 'p'; of: Inline[] }
  | { is: 'code'; text: string; lang: string }
  | { is: 'quote'; of: Block[] }
  | { is: 'list'; ordered: boolean; from: number; items: Inline[][] };

export interface Names {
  /** Words after an @ that mean the reader. */
  me?: readonly string[];
  /** Names that can be mentioned. */
  people?: readonly string[];
  /** Marks are only links: what a mail's text says is not Markdown. */
  plain?: boolean;
}

/** Nested marks beyond this depth stay text: a message cannot tie the reader down. */
const DEEPEST = 6;
/** Longer texts are shown as they are. */
const LONGEST = 60_000;

const URL_START = /\b(?:https?:\/\/|mailto:|tel:\+?\d)|\bwww\.(?=[\p{L}\p{N}-]+\.)/giu;
const AFTER_URL = /[.,;:!?'"”’»…]+$/u;

/** The address a link really leads to; `null` when it is none we open. */
export function opens(href: string): URL | null {
  try {
    const url = new URL(href);
    return ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** A closing bracket belongs to an address only when it was opened in it. */
function trimmed(raw: string): string {
  let text = raw.replace(AFTER_URL, '');
  for (const [open, close] of ['()', '[]', '{}', '<>'].map(
    (pair) => [...pair] as [string, string],
  )) {
    while (text.endsWith(close) && text.split(open).length < text.split(close).length) {
      text = text.slice(0, -1).replace(AFTER_URL, '');
    }
  }
  return text;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function mentionPattern(names: Names): RegExp {
  const known = [...(names.people ?? []), ...(names.me ?? []), 'room']
    .filter((name) => name.length > 1)
    .flatMap((name) => [name, name.split(/\s+/)[0] ?? name])
    .sort((a, b) => b.length - a.length)
    .map(escape);
  return new RegExp(
    `(?<![\\p{L}\\p{N}@.])@(${[...new Set(known)].join('|')})(?![\\p{L}\\p{N}])`,
    'giu',
  );
}

interface Reader {
  names: Names;
  mention: RegExp;
  mine: Set<string>;
}

function reader(names: Names): Reader {
  const mine = new Set<string>(['room']);
  for (const name of names.me ?? []) {
    mine.add(name.toLowerCase());
    mine.add((name.split(/\s+/)[0] ?? name).toLowerCase());
  }
  return { names, mention: mentionPattern(names), mine };
}

/** Text with addresses and mentions, no other marks. */
function words(text: string, by: Reader): Inline[] {
  const out: Inline[] = [];
  const put = (piece: string): void => {
    let at = 0;
    for (const found of piece.matchAll(by.mention)) {
      if (found.index > at) out.push({ is: 'text', text: piece.slice(at, found.index) });
      const name = (found[1] ?? '').toLowerCase();
      out.push({ is: 'mention', text: found[0], me: by.mine.has(name) });
      at = found.index + found[0].length;
    }
    if (at < piece.length) out.push({ is: 'text', text: piece.slice(at) });
  };
  let at = 0;
  URL_START.lastIndex = 0;
  for (let found = URL_START.exec(text); found; found = URL_START.exec(text)) {
    const raw = /^[^\s<>"`]{1,2000}/.exec(text.slice(found.index))?.[0] ?? '';
    const shown = trimmed(raw);
    const href = shown.toLowerCase().startsWith('www.') ? `https://${shown}` : shown;
    if (shown.length <= found[0].length || !opens(href)) continue;
    put(text.slice(at, found.index));
    out.push({ is: 'link', text: shown, href });
    at = found.index + shown.length;
    URL_START.lastIndex = at;
  }
  put(text.slice(at));
  return out;
}

const MARK = /`+|\[|\*\*|__|~~|\*|_/g;

function marked(text: string, by: Reader, depth: number): Inline[] {
  if (by.names.plain || depth > DEEPEST) return words(text, by);
  const out: Inline[] = [];
  let done = 0;
  const flush = (to: number): void => {
    if (to > done) out.push(...words(text.slice(done, to), by));
  };
  MARK.lastIndex = 0;
  let from = 0;
  for (;;) {
    MARK.lastIndex = from;
    const found = MARK.exec(text);
    if (!found) break;
    const [mark] = found;
    const at = found.index;
    from = at + mark.length;
    const before = text[at - 1] ?? ' ';
    // Inside a word or an address these are letters like any other.
    if (mark !== '[' && !mark.startsWith('`') && /[\p{L}\p{N}/:=\\]/u.test(before)) continue;
    if (mark === '[') {
      const link = /^\[([^[\]\n]{1,300})\]\(([^()\s]{1,2000})\)/.exec(text.slice(at));
      if (!link?.[1] || !link[2] || !opens(link[2])) continue;
      flush(at);
      out.push({ is: 'link', text: link[1], href: link[2] });
      done = from = at + link[0].length;
      continue;
    }
    const end = text.indexOf(mark, from);
    if (end < 0 || end === from) continue;
    const inner = text.slice(from, end);
    if (mark.startsWith('`')) {
      flush(at);
      out.push({ is: 'code', text: inner });
      done = from = end + mark.length;
      continue;
    }
    const after = text[end + mark.length] ?? ' ';
    if (/^\s|\s$/.test(inner) || /[\p{L}\p{N}]/u.test(after)) continue;
    flush(at);
    const is = mark === '**' || mark === '__' ? 'bold' : mark === '~~' ? 'strike' : 'italic';
    out.push({ is, of: marked(inner, by, depth + 1) });
    done = from = end + mark.length;
  }
  flush(text.length);
  return out;
}

function lines(text: readonly string[], by: Reader): Inline[] {
  return text.flatMap((line, at) => [
    ...(at > 0 ? [{ is: 'break' } as Inline] : []),
    ...marked(line, by, 0),
  ]);
}

const FENCE = /^\s{0,3}(```+|~~~+)\s*([\w+#.-]*)\s*$/;
const ITEM = /^\s{0,3}(?:[-*•]|(\d{1,4})[.)])\s+(.*)$/;

function blocks(all: readonly string[], by: Reader, depth: number): Block[] {
  const out: Block[] = [];
  let open: string[] = [];
  const close = (): void => {
    if (open.length > 0) out.push({ is: 'p', of: lines(open, by) });
    open = [];
  };
  for (let at = 0; at < all.length; at += 1) {
    const line = all[at] ?? '';
    const fence = by.names.plain ? null : FENCE.exec(line);
    if (fence?.[1]) {
      const mark = fence[1];
      const end = all.findIndex((one, index) => index > at && one.trim().startsWith(mark));
      if (end > at) {
        close();
        out.push({ is: 'code', text: all.slice(at + 1, end).join('\n'), lang: fence[2] ?? '' });
        at = end;
        continue;
      }
    }
    if (/^\s{0,3}>/.test(line) && depth < DEEPEST) {
      close();
      const inner: string[] = [];
      while (at < all.length && /^\s{0,3}>/.test(all[at] ?? '')) {
        inner.push((all[at] ?? '').replace(/^\s{0,3}> ?/, ''));
        at += 1;
      }
      at -= 1;
      out.push({ is: 'quote', of: blocks(inner, by, depth + 1) });
      continue;
    }
    const item = by.names.plain ? null : ITEM.exec(line);
    if (item && (open.length === 0 || ITEM.test(all[at + 1] ?? ''))) {
      close();
      const ordered = item[1] !== undefined;
      const items: Inline[][] = [];
      for (; at < all.length; at += 1) {
        const next = ITEM.exec(all[at] ?? '');
        if (!next || (next[1] !== undefined) !== ordered) break;
        items.push(marked(next[2] ?? '', by, 0));
      }
      at -= 1;
      out.push({ is: 'list', ordered, from: Number(item[1] ?? 1), items });
      continue;
    }
    if (line.trim() === '') close();
    else open.push(line);
  }
  close();
  return out;
}

/** A text as blocks. */
export function read(text: string, names: Names = {}): Block[] {
  const by = reader(names);
  if (text.length > LONGEST) return [{ is: 'p', of: [{ is: 'text', text }] }];
  return blocks(text.replace(/\r\n?/g, '\n').split('\n'), by, 0);
}

/** Only emoji, and few: they are shown larger. */
export function onlyEmoji(text: string): boolean {
  const bare = text.trim();
  return (
    bare.length > 0 &&
    bare.length < 40 &&
    /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]|\s)+$/u.test(
      bare,
    )
  );
}

/**
 * A mail's text in two: what is new, and the earlier mail quoted below it, which
 * the reader has already seen above.
 */
export function withoutHistory(text: string): { said: string; earlier: string } {
  const all = text.replace(/\r\n?/g, '\n').split('\n');
  let at = all.length;
  while (at > 0 && /^\s*(>|$)/.test(all[at - 1] ?? '')) at -= 1;
  const quoted = all.slice(at).some((line) => line.trim().startsWith('>'));
  if (!quoted) return { said: text, earlier: '' };
  // `On Monday … wrote:` belongs to the quote.
  if (/:\s*$/.test(all[at - 1] ?? '')) at -= 1;
  const said = all.slice(0, at).join('\n').trimEnd();
  return said === ''
    ? { said: text, earlier: '' }
    : { said, earlier: all.slice(at).join('\n').trim() };
}
