// Where the user is. Every place is an address (`#/inbox/123?only=mentions`), so
// back, forward, deep links and reloads need nothing else.

export interface Place {
  view: string;
  id: string | null;
  query: Record<string, string>;
}

const LINKED: Record<string, string> = {
  conversation: 'inbox',
  message: 'inbox',
  customer: 'customer',
  task: 'tasks',
  record: 'record',
  page: 'page',
  event: 'calendar',
  person: 'person',
  today: 'today',
};

/** The program was started with a link: the shell puts it there, and this in its place. */
const STARTED = '#link=';

function read(): Place {
  if (location.hash.startsWith(STARTED)) {
    const place = linked(location.hash.slice(STARTED.length));
    history.replaceState(null, '', place ?? '#/today');
  }
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, id] = path.split('/').map(decodeURIComponent);
  return {
    view: view || 'today',
    id: id || null,
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

/** The address of a place, for `href`. */
export function to(
  view: string,
  id?: string | number | null,
  query?: Record<string, string | null | undefined>,
): string {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value) words.set(key, value);
  const search = words.toString();
  return `#/${view}${id === undefined || id === null ? '' : `/${encodeURIComponent(String(id))}`}${search ? `?${search}` : ''}`;
}

let place = $state.raw(read());
let depth = $state(0);
let highest = $state(0);

window.addEventListener('hashchange', () => (place = read()));
window.addEventListener('popstate', (event) => {
  const at = (event.state as { depth?: number } | null)?.depth;
  if (typeof at === 'number') depth = at;
  place = read();
});

export const route = {
  get place() {
    return place;
  },
  get view() {
    return place.view;
  },
  get id() {
    return place.id;
  },
  get query() {
    return place.query;
  },
  get canBack() {
    return depth > 0;
  },
  get canForward() {
    return depth < highest;
  },
  /** Goes there; the place left stays in the history. */
  go(address: string): void {
    if (address === location.hash) return;
    depth += 1;
    highest = depth;
    history.pushState({ depth }, '', address);
    place = read();
  },
  /** The same place with other particulars: no step in the history. */
  replace(address: string): void {
    if (address === location.hash) return;
    history.replaceState({ depth }, '', address);
    place = read();
  },
  back: () => history.back(),
  forward: () => history.forward(),
};

/**
 * Where a `rapport://kind/id` link leads; `null` for anything else. The shell's
 * own links add the message in a conversation and that the user wants to reply.
 */
export function linked(link: string): string | null {
  const match = /^rapport:\/\/([a-z]+)(?:\/([\w-]+))?\/?(?:\?([\w=&-]+))?$/.exec(link);
  const view = match?.[1] ? LINKED[match[1]] : undefined;
  if (!view || (!match?.[2] && view !== 'today')) return null;
  const query = Object.fromEntries(new URLSearchParams(match?.[3] ?? ''));
  // A message's link says only the message; the inbox finds its conversation.
  return match?.[1] === 'message'
    ? to(view, null, { ...query, message: match[2] })
    : to(view, match?.[2], query);
}

/** Where an item of a kind is shown. */
export function placeOf(kind: string, id: string): string {
  const views: Record<string, string> = {
    conversation: 'inbox',
    message: 'inbox',
    task: 'tasks',
    record: 'record',
    page: 'page',
    event: 'calendar',
    contact: 'whose',
    organisation: 'whose',
  };
  return kind === 'message' ? to('inbox', null, { message: id }) : to(views[kind] ?? 'record', id);
}
