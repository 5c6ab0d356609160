import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { tick } from 'svelte';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import type { Mailbox } from '../../core/generated/Mailbox';
import type { MessageRow } from '../../core/generated/MessageRow';
import type { Outgoing } from '../../core/generated/Outgoing';
import { keys } from '../../core/keys.svelte';
import { toasts } from '../../core/toasts.svelte';
import { useTransport } from '../../core/transport';
import type { Transport } from '../../core/transport';
import Composer from './Composer.svelte';
import { WITHIN } from './drafts.svelte';

let calls: { name: string; request: Record<string, unknown> }[] = [];
/** The core's draft, as the core keeps it. */
let draft: Partial<Outgoing> | null = null;
let sent: Partial<Outgoing> | null = null;
let refuse = false;
/** Lets a call of that name wait. */
let wait: Record<string, Promise<void> | undefined> = {};

const page = () => ({
  draft: draft && {
    conversation: '7',
    title: '',
    version: 1,
    at: 1,
    to: [],
    cc: [],
    files: [],
    mentions: [],
    reply_to: null,
    thread: null,
    ...draft,
  },
  answers: draft?.reply_to === newest.handle ? newest : null,
  files: (draft?.files ?? []).map((path) => ({ path, name: path.slice(1), bytes: 5 })),
});

useTransport({
  call: async (name: string, request: Record<string, unknown>) => {
    calls.push({ name, request });
    await wait[name];
    if (name === 'draft') return page();
    if (name === 'stage_file') return { path: `/staged/${request.name}`, token: 't', bytes: 5 };
    if (name === 'draft_save') draft = request as Partial<Outgoing>;
    if (name === 'draft_discard') draft = null;
    if (name === 'send') {
      if (refuse) throw { code: 'disk_full', message: 'The disk is full.' };
      sent = request.message as Outgoing;
      draft = null;
      return { command: 'c1', item: '9', until: Date.now() + 10_000, row: null };
    }
    if (name === 'take_back') {
      draft = { ...sent, text: [sent?.text, draft?.text].filter(Boolean).join('\n\n') };
      return page();
    }
    return {};
  },
  topics: () => () => {},
  list: () => () => {},
  gate: async () => ({ state: 'open', message: '', can: [] }),
  shell: { native: false, act: async () => null, on: () => () => {} },
} as unknown as Transport);

const box = (value: string) => ({ name: value, address: { kind: 'email', value } });
const newest = {
  id: '5',
  handle: 'mail-5',
  mine: false,
  from: box('ann@x.example'),
  to: [box('me@v.example'), box('ben@x.example')],
  cc: [],
  text: 'Which day?',
  thread: null,
  way: null,
} as unknown as MessageRow;

function show(kind: string): HTMLTextAreaElement {
  render(Composer, {
    of: { id: '7', account: 'a', kind, title: 'Line 2', membership: 'joined' } as ConversationRow,
    people: [],
    own: new Set(['me@v.example']),
    newest,
    thread: null,
    onleave: () => {},
    onsaying: () => () => {},
  } as never);
  return screen.getByRole<HTMLTextAreaElement>('textbox', { name: /Line 2/ });
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const asked = (name: string) => calls.filter((one) => one.name === name);
async function write(area: HTMLTextAreaElement, text: string): Promise<void> {
  await waitFor(() => expect(asked('draft').length).toBeGreaterThan(0));
  await fireEvent.focusIn(area);
  await fireEvent.input(area, { target: { value: text } });
}

beforeEach(() => {
  calls = [];
  draft = null;
  sent = null;
  refuse = false;
  wait = {};
  toasts.close();
});

describe('what one writes', () => {
  it('is there again when the conversation is opened again', async () => {
    draft = { text: 'half a sentence' };
    const area = show('room');
    await waitFor(() => expect(area.value).toBe('half a sentence'));
  });

  it('is sent once by its key, as an answer to all', async () => {
    const area = show('mail_thread');
    await write(area, 'On Friday.');
    keys.run('send');
    keys.run('send');
    await waitFor(() => expect(area.value).toBe(''));
    expect(asked('send')).toHaveLength(1);
    expect(asked('send')[0]?.request.message).toMatchObject({
      text: 'On Friday.',
      subject: 'Re: Line 2',
      reply_to: 'mail-5',
      to: [{ address: { value: 'ann@x.example' } }],
      cc: [{ address: { value: 'ben@x.example' } }],
    });
  });

  it('comes back, also to the core, when the sending is taken back', async () => {
    const area = show('room');
    await write(area, 'too early');
    keys.run('send');
    await waitFor(() => expect(toasts.current?.undo).toBeDefined());
    expect(area.value).toBe('');
    await toasts.undo();
    await tick();
    // At once: nothing else is waited for.
    expect(area.value).toBe('too early');
    expect(asked('take_back')[0]?.request).toEqual({ command: 'c1' });
    expect(draft?.text).toBe('too early');
  });

  it('comes back for good, although a clock was still running when it was taken back', async () => {
    const area = show('room');
    await write(area, 'too early');
    keys.run('send');
    await waitFor(() => expect(toasts.current?.undo).toBeDefined());
    // Begun and given up again: nothing is to be kept, and the clock says so later.
    await fireEvent.input(area, { target: { value: 'n' } });
    await fireEvent.input(area, { target: { value: '' } });
    await toasts.undo();
    await pause(2 * WITHIN);
    expect(area.value).toBe('too early');
    expect(draft?.text).toBe('too early');
  });

  it('that was begun since stays behind what comes back', async () => {
    const area = show('room');
    await write(area, 'too early');
    keys.run('send');
    await waitFor(() => expect(toasts.current?.undo).toBeDefined());
    await fireEvent.input(area, { target: { value: 'next' } });
    let answer = () => {};
    wait.take_back = new Promise((resolve) => (answer = resolve));
    const back = toasts.undo();
    await waitFor(() => expect(asked('take_back')).toHaveLength(1));
    await fireEvent.input(area, { target: { value: 'next one' } });
    answer();
    await back;
    await tick();
    expect(area.value).toBe('too early\n\nnext one');
    await waitFor(() => expect(draft?.text).toBe('too early\n\nnext one'));
  });

  it('that is typed while the sending is on its way is the next message', async () => {
    const area = show('room');
    await write(area, 'first');
    let answer = () => {};
    wait.send = new Promise((resolve) => (answer = resolve));
    keys.run('send');
    await waitFor(() => expect(asked('send')).toHaveLength(1));
    expect(area.value).toBe('');
    await fireEvent.input(area, { target: { value: 'second' } });
    await pause(2 * WITHIN);
    // Kept too early it would go with the draft of the first.
    expect(draft?.text).toBeUndefined();
    answer();
    await waitFor(() => expect(draft?.text).toBe('second'));
    expect(area.value).toBe('second');
  });

  it('does not come back as a draft that was still on its way when it was sent', async () => {
    const area = show('room');
    let saved = () => {};
    wait.draft_save = new Promise((resolve) => (saved = resolve));
    await write(area, 'first');
    await waitFor(() => expect(asked('draft_save')).toHaveLength(1));
    keys.run('send');
    await pause(WITHIN);
    expect(asked('send')).toHaveLength(0);
    saved();
    await waitFor(() => expect(asked('send')).toHaveLength(1));
    await waitFor(() => expect(draft).toBeNull());
  });

  it('keeps whom it answers, whom it goes to and its files, and has them again', async () => {
    const ben = box('ben@x.example') as Mailbox;
    draft = { text: 'Here.', reply_to: newest.handle, to: [ben], files: ['/plan.pdf'] };
    const area = show('mail_thread');
    await waitFor(() => expect(area.value).toBe('Here.'));
    expect(screen.getByText('plan.pdf')).toBeTruthy();
    expect(screen.getByText(/ben@x.example/)).toBeTruthy();
    expect(screen.queryByText(/ann@x.example/)).toBeNull();
    await write(area, 'Here it is.');
    const kept = { text: 'Here it is.', reply_to: 'mail-5', to: [ben], files: ['/plan.pdf'] };
    await waitFor(() => expect(draft).toMatchObject(kept));
    keys.run('send');
    await waitFor(() => expect(toasts.current?.undo).toBeDefined());
    expect(sent).toMatchObject(kept);
    expect(screen.queryByText('plan.pdf')).toBeNull();
    await toasts.undo();
    await tick();
    expect(screen.getByText('plan.pdf')).toBeTruthy();
    expect(draft).toMatchObject(kept);
  });

  it('keeps a pasted file as soon as it has come whole', async () => {
    const area = show('room');
    await waitFor(() => expect(asked('draft')).toHaveLength(1));
    const file = new File(['steel'], 'plan.txt', { type: 'text/plain' });
    await fireEvent.paste(area, { clipboardData: { files: [file] } });
    await waitFor(() => expect(asked('draft_save')).toHaveLength(1));
    expect(draft?.files).toEqual(['/staged/plan.txt']);
  });

  it('stays where it is when the core cannot take it', async () => {
    refuse = true;
    const area = show('room');
    await write(area, 'do not lose me');
    keys.run('send');
    await waitFor(() => expect(toasts.current?.bad).toBe(true));
    expect(area.value).toBe('do not lose me');
    expect(draft?.text).toBe('do not lose me');
  });

  it('is kept when one leaves with Escape', async () => {
    const area = show('room');
    await write(area, 'later');
    keys.run('escape');
    await waitFor(() => expect(draft?.text).toBe('later'));
    expect(area.value).toBe('later');
  });
});
