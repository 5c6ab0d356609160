import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConversationRow } from '../../core/generated/ConversationRow';
import type { MessageRow } from '../../core/generated/MessageRow';
import { keys } from '../../core/keys.svelte';
import { toasts } from '../../core/toasts.svelte';
import { useTransport } from '../../core/transport';
import type { Transport } from '../../core/transport';
import Composer from './Composer.svelte';

let calls: { name: string; request: Record<string, unknown> }[] = [];
let kept = '';
let refuse = false;

useTransport({
  call: async (name: string, request: Record<string, unknown>) => {
    calls.push({ name, request });
    if (name === 'drafts')
      return kept ? [{ conversation: '7', title: '', text: kept, version: 1, at: 1 }] : [];
    if (name === 'draft_save') kept = String(request.text);
    if (name === 'draft_discard') kept = '';
    if (name === 'send') {
      if (refuse) throw { code: 'disk_full', message: 'The disk is full.' };
      kept = '';
      return { command: 'c1', item: '9' };
    }
    if (name === 'setting') return { key: '', value: 10 };
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
    mode: { is: 'new' },
    newest,
    thread: null,
    onleave: () => {},
    onsent: () => {},
  } as never);
  return screen.getByRole<HTMLTextAreaElement>('textbox', { name: /Line 2/ });
}
const asked = (name: string) => calls.filter((one) => one.name === name);
async function write(area: HTMLTextAreaElement, text: string): Promise<void> {
  await waitFor(() => expect(asked('drafts').length).toBeGreaterThan(0));
  await fireEvent.focusIn(area);
  await fireEvent.input(area, { target: { value: text } });
}

beforeEach(() => {
  calls = [];
  kept = '';
  refuse = false;
  toasts.close();
});

describe('what one writes', () => {
  it('is there again when the conversation is opened again', async () => {
    kept = 'half a sentence';
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
    await toasts.undo();
    await waitFor(() => expect(area.value).toBe('too early'));
    expect(asked('outbox_undo')[0]?.request).toEqual({ command: 'c1' });
    expect(kept).toBe('too early');
  });

  it('stays where it is when the core cannot take it', async () => {
    refuse = true;
    const area = show('room');
    await write(area, 'do not lose me');
    keys.run('send');
    await waitFor(() => expect(toasts.current?.bad).toBe(true));
    expect(area.value).toBe('do not lose me');
    expect(kept).toBe('do not lose me');
  });

  it('is kept when one leaves with Escape', async () => {
    const area = show('room');
    await write(area, 'later');
    keys.run('escape');
    await waitFor(() => expect(kept).toBe('later'));
    expect(area.value).toBe('later');
  });
});
