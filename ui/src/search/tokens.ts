// A query as it is edited: finished operators stand as tokens before the text.
// The core reads the query; here it is only known where an operator ends.

export const OPERATORS = [
  'from',
  'in',
  'customer',
  'kind',
  'has',
  'is',
  'before',
  'after',
  'to',
] as const;

/** A word that narrows instead of being searched. */
const OPERATOR = new RegExp(
  `(^|\\s)(-?(?:${OPERATORS.join('|')}):(?:"[^"]*"|[^\\s"]+))(?=\\s)`,
  'iu',
);

export interface Edited {
  tokens: string[];
  text: string;
}

/** Takes what is finished out of the text. */
export function pulled(tokens: readonly string[], text: string): Edited {
  const out = [...tokens];
  let rest = text;
  for (;;) {
    const match = OPERATOR.exec(rest);
    if (!match?.[2]) break;
    if (!out.includes(match[2])) out.push(match[2]);
    const end = match.index + match[0].length;
    rest = `${rest.slice(0, match.index)} ${rest.slice(end).replace(/^\s/, '')}`.replace(
      /^\s+/,
      '',
    );
  }
  return { tokens: out, text: rest };
}

/** The query as the core gets it. */
export const query = ({ tokens, text }: Edited): string => [...tokens, text].join(' ').trimEnd();

/** The query with a part replaced, as tokens and text again. */
export function replaced(full: string, from: number, to: number, insert: string): Edited {
  // What ends in a colon waits for its value.
  const end = insert.endsWith(':') ? '' : ' ';
  return pulled([], `${full.slice(0, from)}${insert}${end}${full.slice(to).trimStart()}`);
}

/** A token's name and value. */
export function parts(token: string): { name: string; value: string } {
  const at = token.indexOf(':');
  return { name: token.slice(0, at + 1), value: token.slice(at + 1).replace(/^"|"$/g, '') };
}

/** The operator the end of the text stands in, while its value is typed. */
export const open = (text: string): boolean =>
  new RegExp(`(?:^|\\s)-?(?:${OPERATORS.join('|')}):(?:"[^"]*|[^\\s"]*)$`, 'iu').test(text);

const PLAIN = /^[ -~\s]*$/;
const fold = (text: string): string =>
  PLAIN.test(text)
    ? text.toLowerCase()
    : [...text].map((c) => c.normalize('NFD').charAt(0).toLowerCase() || c).join('');

/** The words of a text that are searched as words. */
export const words = (text: string): string[] =>
  text
    .split(/[\s"]+/u)
    .map((word) => word.replace(/^[^\p{L}\p{N}#@]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter((word) => word !== '' && !word.includes(':'));

/** Marks where words of the text begin with one of these, for `kit/Marked`. */
export function marked(text: string, wanted: readonly string[]): string {
  const letters = [...text];
  const folded = fold(text);
  const spans: [number, number][] = [];
  for (const word of wanted) {
    const needle = fold(word);
    for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + 1)) {
      if (at > 0 && /[\p{L}\p{N}]/u.test(letters[at - 1] ?? '')) continue;
      spans.push([at, at + needle.length]);
    }
  }
  spans.sort((a, b) => a[0] - b[0]);
  let out = '';
  let done = 0;
  for (const [from, to] of spans) {
    if (from < done) continue;
    out += `${letters.slice(done, from).join('')}\u0002${letters.slice(from, to).join('')}\u0003`;
    done = to;
  }
  return out + letters.slice(done).join('');
}
