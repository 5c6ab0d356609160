// Answers in the order they are shown, as one row of options that the arrow
// keys walk through. Pure.

import type { Completion } from '../core/generated/Completion';
import type { CustomerRow } from '../core/generated/CustomerRow';
import type { HitRow } from '../core/generated/HitRow';
import type { PersonRow } from '../core/generated/PersonRow';
import type { RecordRow } from '../core/generated/RecordRow';
import type { TaskRow } from '../core/generated/TaskRow';

/** What a row shows, with all it needs for it: rows of two answers stand together for a moment. */
export type Option =
  | { key: string; is: 'complete'; word: Completion }
  | { key: string; is: 'recent'; text: string }
  | HitOption
  | { key: string; is: 'customer'; row: CustomerRow; marks: Marks }
  | { key: string; is: 'person'; row: PersonRow; marks: Marks }
  | { key: string; is: 'command'; id: string }
  /** A new task of what was written. */
  | { key: string; is: 'task'; text: string };

/** Words whose beginnings are marked. */
type Marks = readonly string[];

interface HitOption {
  key: string;
  is: 'hit';
  hit: HitRow;
  record: RecordRow | undefined;
  task: TaskRow | undefined;
  marks: Marks;
}

export type GroupName =
  'complete' | 'recent' | 'best' | 'messages' | 'records' | 'pages' | 'commands' | 'new';

export interface Group {
  name: GroupName;
  options: Option[];
  /** How many there are; with `more`, at least. */
  n?: number;
  more?: boolean;
}

export interface Found {
  hits: readonly HitRow[];
  more: boolean;
  customers: readonly CustomerRow[];
  people: readonly PersonRow[];
  /** What is known of hits that are records or tasks, by their id. */
  records: ReadonlyMap<string, RecordRow>;
  tasks: ReadonlyMap<string, TaskRow>;
  marks: Marks;
}

const MESSAGES = 7;
const RECORDS = 8;
const PAGES = 4;
const COMMANDS = 5;

/** The groups of an answer; an empty group is none. */
export function groups(
  found: Found,
  completions: readonly Completion[],
  commands: readonly string[],
  name = '',
): Group[] {
  const { customers, people, records: known, tasks, marks } = found;
  const hit = (row: HitRow): Option => ({
    key: `hit-${row.id}`,
    is: 'hit',
    hit: row,
    record: known.get(row.id),
    task: tasks.get(row.id),
    marks,
  });
  const names: Option[] = [
    ...customers.map((row): Option => ({ key: `org-${row.id}`, is: 'customer', row, marks })),
    ...people.map((row): Option => ({ key: `person-${row.id}`, is: 'person', row, marks })),
  ];
  // A name that begins as typed is most likely where the user wants to go.
  const typed = name.trim().toLowerCase();
  const meant = names.find(
    (one) =>
      typed.length > 1 &&
      (one.is === 'customer' || one.is === 'person') &&
      one.row.name.toLowerCase().startsWith(typed),
  );
  const [first] = meant ? [] : found.hits;
  const best = meant ?? (first ? hit(first) : undefined);
  const rest = first ? found.hits.slice(1) : found.hits;
  const of = (...kinds: string[]) => rest.filter((row) => kinds.includes(row.kind));
  const messages = of('message', 'conversation');
  const pages = of('page');
  const records = rest.filter((row) => !messages.includes(row) && !pages.includes(row));
  const others = names.filter((one) => one !== meant);
  const all: Group[] = [
    {
      name: 'complete',
      options: completions.map((word): Option => ({
        key: `word-${word.insert}`,
        is: 'complete',
        word,
      })),
    },
    { name: 'best', options: best ? [best] : [] },
    {
      name: 'messages',
      options: messages.slice(0, MESSAGES).map(hit),
      n: messages.length,
      more: found.more,
    },
    {
      name: 'records',
      options: [...others, ...records.slice(0, RECORDS).map(hit)],
      n: others.length + records.length,
      more: found.more,
    },
    { name: 'pages', options: pages.slice(0, PAGES).map(hit), n: pages.length, more: found.more },
    {
      name: 'commands',
      options: commands
        .slice(0, COMMANDS)
        .map((id): Option => ({ key: `command-${id}`, is: 'command', id })),
    },
    {
      name: 'new',
      options: typed.length > 1 ? [{ key: 'task', is: 'task', text: name.trim() }] : [],
    },
  ];
  return all.filter((group) => group.options.length > 0);
}

/**
 * The first `rows` as they are now, and what comes below them as it was: nobody sees that yet,
 * and drawing it would only keep what they see waiting.
 */
export function above(rows: number, now: readonly Group[], before: readonly Group[]): Group[] {
  let left = rows;
  return now
    .map((group) => {
      const here = group.options.slice(0, left);
      left -= here.length;
      if (here.length === group.options.length) return group;
      const old = before.find((one) => one.name === group.name)?.options ?? [];
      return { ...group, options: [...here, ...old.slice(here.length, group.options.length)] };
    })
    .filter((group) => group.options.length > 0);
}

/** The commands whose name has all words, at the beginning of its own words. */
export function matching(
  commands: readonly { id: string; name: string }[],
  text: string,
): string[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .filter(({ name }) => {
      const own = name.toLowerCase().split(/\s+/);
      return wanted.every((word) => own.some((one) => one.startsWith(word)));
    })
    .map((one) => one.id);
}
