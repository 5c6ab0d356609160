import { render, screen, waitFor } from '@testing-library/svelte';
import { createRawSnippet, mount } from 'svelte';
import { expect, it } from 'vitest';
import Dialog from './Dialog.svelte';
import Field from './Field.svelte';

it('gives the focus back to what had it, also where a field takes it at once', async () => {
  const button = document.createElement('button');
  document.body.append(button);
  button.focus();
  const children = createRawSnippet(() => ({
    render: () => '<div></div>',
    setup(target) {
      mount(Field, { target, props: { label: 'Name', value: '', autofocus: true } });
    },
  }));
  const { rerender } = render(Dialog, { open: true, title: 'Sign in', children });
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Name')));
  await rerender({ open: false });
  await waitFor(() => expect(screen.queryByLabelText('Name')).toBeNull());
  expect(document.activeElement).toBe(button);
  button.remove();
});
