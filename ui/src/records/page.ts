// The shape of a wiki page: headings, tables, nested lists, rules. What stands
// inside a paragraph is read elsewhere. Nothing here makes HTML.

export type Part =
  | { is: 'head'; level: number; text: string; id: string }
  | { is: 'table'; head: string[]; align: ('' | 'mid' | 'end')[]; rows: string[][] }
  | { is: 'list'; ordered: boolean; from: number; items: { text: string; of: Part[] }[] }
  | { is: 'rule' }
  | { is: 'text'; text: string };

const HEAD = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const FENCE = /^\s{0,3}(`{3,}|~{3,})/;
const ITEM = /^(\s*)(?:[-*+•]|(\d{1,4})[.)])\s+(.*)$/;
const ALIGN = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
/** Lists nested deeper are drawn as text. */
const DEEPEST = 6;
/** A page beyond this length is shown as it is. */
const LONGEST = 500_000;

/** Cells of a table row; `\|` is a bar. */
function cells(line: string): string[] {
  const bare = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return bare.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function alignment(cell: string): '' | 'mid' | 'end' {
  const bare = cell.trim();
  if (!bare.endsWith(':')) return '';
  return bare.startsWith(':') ? 'mid' : 'end';
}

/** Headings' anchors: the words, and a number where two are alike. */
function anchors(): (text: string) => string {
  const seen = new Map<string, number>();
  return (text) => {
    const bare =
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-|-$/g, '') || 'part';
    const n = seen.get(bare) ?? 0;
    seen.set(bare, n + 1);
    return `p-${bare}${n ? `-${n}` : ''}`;
  };
}

/** One list from its lines; deeper indented ones hang on the item above. */
function list(lines: readonly string[], depth: number): Part {
  const first = ITEM.exec(lines[0] ?? '');
  const base = first?.[1]?.length ?? 0;
  const items: { text: string; under: string[] }[] = [];
  for (const line of lines) {
    const found = ITEM.exec(line);
    const last = items.at(-1);
    if (found && (found[1]?.length ?? 0) <= base + 1)
      items.push({ text: found[3] ?? '', under: [] });
    else if (last && (found || last.under.length)) last.under.push(line);
    else if (last) last.text += ` ${line.trim()}`;
  }
  return {
    is: 'list',
    ordered: first?.[2] !== undefined,
    from: Number(first?.[2] ?? 1),
    items: items.map((one) => ({
      text: one.text,
      of:
        one.under.length === 0
          ? []
          : depth >= DEEPEST
            ? [{ is: 'text', text: one.under.join('\n') }]
            : [list(one.under, depth + 1)],
    })),
  };
}

/** A page's text as parts. `title` is not repeated when the page begins with it. */
export function parts(text: string, title = ''): Part[] {
  if (text.length > LONGEST) return [{ is: 'text', text }];
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const out: Part[] = [];
  const anchor = anchors();
  let open: string[] = [];
  const close = (): void => {
    const own = open.join('\n');
    if (own.trim() !== '') out.push({ is: 'text', text: own });
    open = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line)?.[1];
    if (fence) {
      open.push(line);
      while (at + 1 < lines.length) {
        at += 1;
        open.push(lines[at] ?? '');
        if ((lines[at] ?? '').trim().startsWith(fence)) break;
      }
      close();
      continue;
    }
    const head = HEAD.exec(line);
    if (head) {
      close();
      const own = head[2] ?? '';
      const repeated = out.length === 0 && head[1] === '#' && own.trim() === title.trim();
      if (!repeated)
        out.push({ is: 'head', level: head[1]?.length ?? 1, text: own, id: anchor(own) });
      continue;
    }
    if (RULE.test(line) && open.every((one) => one.trim() === '')) {
      close();
      out.push({ is: 'rule' });
      continue;
    }
    const below = lines[at + 1] ?? '';
    if (line.includes('|') && below.includes('-') && ALIGN.test(below)) {
      close();
      const heads = cells(line);
      const align = cells(below).map(alignment);
      const rows: string[][] = [];
      at += 2;
      for (; at < lines.length && (lines[at] ?? '').includes('|'); at += 1) {
        const own = cells(lines[at] ?? '');
        rows.push(heads.map((_, index) => own[index] ?? ''));
      }
      at -= 1;
      out.push({ is: 'table', head: heads, align, rows });
      continue;
    }
    if (ITEM.test(line) && open.every((one) => one.trim() === '')) {
      close();
      const own: string[] = [];
      const ordered = ITEM.exec(line)?.[2] !== undefined;
      const base = ITEM.exec(line)?.[1]?.length ?? 0;
      for (; at < lines.length; at += 1) {
        const next = lines[at] ?? '';
        const item = ITEM.exec(next);
        const other =
          item && (item[1]?.length ?? 0) <= base + 1 && (item[2] !== undefined) !== ordered;
        const inside = next.trim() !== '' && (item !== null || /^\s/.test(next));
        if (other || !inside) break;
        own.push(next);
      }
      at -= 1;
      out.push(list(own, 0));
      continue;
    }
    if (line.trim() === '') close();
    else open.push(line);
  }
  close();
  return out;
}
