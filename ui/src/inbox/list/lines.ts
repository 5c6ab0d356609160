// The inbox as lines: ids in the core's order with a head before each stretch of
// days. Only ids are at hand for all of a hundred thousand conversations, so the
// days' borders are found by looking at a few rows, never at all of them.

/** A stretch of the list. */
export type Stretch = 'mentions' | 'today' | 'yesterday' | 'week' | 'older';

const HEAD = '#';

/** A head as a line. Ids are numbers, so no id looks like one. */
export const head = (stretch: Stretch): string => HEAD + stretch;

/** The stretch a head is over; `null` for a conversation. */
export const headed = (line: string): Stretch | null =>
  line.startsWith(HEAD) ? (line.slice(1) as Stretch) : null;

/** Where today, yesterday and the last seven days begin, newest first. */
export function limits(now: number): { stretch: Stretch; from: number }[] {
  const day = (back: number): number => {
    const date = new Date(now);
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() - back).getTime();
  };
  return [
    { stretch: 'today', from: day(0) },
    { stretch: 'yesterday', from: day(1) },
    { stretch: 'week', from: day(6) },
    { stretch: 'older', from: Number.NEGATIVE_INFINITY },
  ];
}

/** Rows looked at together; each look narrows the search by this much. */
const LOOKS = 24;

/**
 * The index of the first id older than `from`, newest first. `at` answers the
 * moment of an id, or `undefined` while it is fetched; then so does this, and it
 * is called again when more is known. `hint` is an index that was right before;
 * the first `ahead` rows are fetched anyhow, and looked at before any others.
 */
export function border(
  ids: readonly string[],
  from: number,
  at: (id: string) => number | undefined,
  hint = 0,
  ahead = 0,
): number | undefined {
  const older = (index: number): boolean | undefined => {
    const id = ids[index];
    const moment = id === undefined ? undefined : at(id);
    return moment === undefined ? undefined : moment < from;
  };
  // The border seldom moves, and then by a row.
  for (const guess of [hint, hint + 1, hint - 1]) {
    if (guess < 0 || guess > ids.length) continue;
    const before = guess === 0 ? false : older(guess - 1);
    if (before !== false) continue;
    if (guess === ids.length || older(guess) === true) return guess;
  }
  let low = 0;
  let high = ids.length;
  if (ahead > 0 && ids.length > 0) {
    const edge = Math.min(ahead, ids.length) - 1;
    const found = older(edge);
    if (found === undefined) return undefined;
    if (found) high = edge;
    else low = edge + 1;
  }
  while (low < high) {
    const step = Math.max(1, Math.ceil((high - low) / LOOKS));
    let [known, below, above] = [true, low, high];
    for (let index = low; index < high; index += step) {
      const found = older(index);
      // Asked for all the same, so that one fetch brings the whole look.
      if (found === undefined) known = false;
      else if (found) above = Math.min(above, index);
      else below = Math.max(below, index + 1);
    }
    if (!known) return undefined;
    low = below;
    high = Math.max(above, below);
  }
  return low;
}

/** Where the stretches begin; `undefined` while a border is not known. */
export type Borders = readonly (number | undefined)[];

/** Ids of one stretch; without a head where its own border is not known yet. */
interface Span {
  stretch: Stretch | null;
  from: number;
  to: number;
}

function spans(count: number, borders: Borders, stretches: readonly Stretch[]): Span[] {
  const out: Span[] = [];
  let from = 0;
  for (const [index, stretch] of stretches.entries()) {
    const end = index === stretches.length - 1 ? count : borders[index];
    if (end === undefined) return [...out, { stretch: null, from, to: count }];
    if (end > from) out.push({ stretch, from, to: end });
    from = Math.max(from, end);
  }
  return out;
}

/** Ids with heads, and where these stand. */
export interface Lines {
  lines: readonly string[];
  heads: readonly number[];
}

/**
 * Ids with heads. Borders not known yet keep what lies below without a head. Whole stretches are
 * copied at once: of a hundred thousand ids none is looked at.
 */
export function lines(
  ids: readonly string[],
  borders: Borders,
  stretches: readonly Stretch[],
  mentions: readonly string[] = [],
): Lines {
  const heads: number[] = [];
  let out: string[] = [];
  if (mentions.length) {
    heads.push(0);
    out = [head('mentions'), ...mentions];
  }
  for (const { stretch, from, to } of spans(ids.length, borders, stretches)) {
    if (stretch !== null) {
      heads.push(out.length);
      out.push(head(stretch));
    }
    out = out.concat(ids.slice(from, to));
  }
  return { lines: out, heads };
}

/** So many are looked for one by one. */
const FEW = 8;

/** Ids without some of them, which mostly are few and near the beginning. */
export function without(ids: readonly string[], some: ReadonlySet<string>): readonly string[] {
  if (some.size > FEW) return ids.filter((id) => !some.has(id));
  let out = ids;
  for (const id of some) {
    const at = out.indexOf(id);
    if (at >= 0) out = out.slice(0, at).concat(out.slice(at + 1));
  }
  return out;
}

/**
 * Keeps a conversation that left the list because it was just read where the
 * reader sees it, until something else is opened.
 */
export function held(
  ids: readonly string[],
  keep: { id: string; at: number } | null,
): readonly string[] {
  if (!keep || keep.at < 0 || ids.includes(keep.id)) return ids;
  const at = Math.min(keep.at, ids.length);
  return [...ids.slice(0, at), keep.id, ...ids.slice(at)];
}

/** The next conversation to look at when `gone` leave the lines. */
export function after(shown: readonly string[], gone: ReadonlySet<string>): string | null {
  let last = -1;
  let left = gone.size;
  for (let at = 0; left > 0 && at < shown.length; at += 1) {
    if (!gone.has(shown[at] as string)) continue;
    last = at;
    left -= 1;
  }
  const free = (line: string | undefined): line is string =>
    line !== undefined && headed(line) === null && !gone.has(line);
  for (let at = last + 1; at < shown.length; at += 1)
    if (free(shown[at])) return shown[at] as string;
  for (let at = last - 1; at >= 0; at -= 1) if (free(shown[at])) return shown[at] as string;
  return null;
}

/** The conversation `step` lines from one; the first one when there is none yet. */
export function stepped(
  shown: readonly string[],
  from: string | null,
  step: number,
): string | null {
  const here = from === null ? -1 : shown.indexOf(from);
  let at = here < 0 ? (step > 0 ? -1 : shown.length) : here;
  for (;;) {
    at += Math.sign(step);
    const line = shown[at];
    if (line === undefined) return here < 0 ? null : from;
    if (headed(line) === null) return line;
  }
}
