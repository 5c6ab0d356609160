import { render, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import type { MessageRow } from '../../core/generated/MessageRow';
import { fake } from '../../core/fake';
import MailFrame from './MailFrame.svelte';

const row = {
  id: '5',
  from: { name: 'Ann', address: { kind: 'email', value: 'ann@x.example' } },
} as unknown as MessageRow;

// The frame has a style sheet, which nothing loads here.
const { happyDOM } = window as unknown as { happyDOM: { settings: Record<string, boolean> } };
happyDOM.settings.handleDisabledFileLoadingAsSuccess = true;

it('has the window know that somebody came back to it into a mail', async () => {
  fake({ message_view: () => ({ html: '<p>Which day?', blocked_images: 0, links: [] }) });
  const { container } = render(MailFrame, { row });
  let heard = 0;
  const hears = () => (heard += 1);
  window.addEventListener('focus', hears);
  await waitFor(() => {
    container.querySelector('iframe')?.contentWindow?.dispatchEvent(new Event('focus'));
    expect(heard).toBeGreaterThan(0);
  });
  window.removeEventListener('focus', hears);
});
