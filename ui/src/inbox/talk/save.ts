// Saving a file that came with a message: in the window through the system's own
// dialog, in a browser as a download.

import type { Attachment } from '../../core/generated/Attachment';
import type { ItemId } from '../../core/generated/ItemId';
import { t } from '../../core/i18n.svelte';
import { attempt, toasts } from '../../core/toasts.svelte';
import { call, transport } from '../../core/transport';

const LARGEST = 32 * 1024 * 1024;

export async function save(item: ItemId, index: number, file: Attachment): Promise<void> {
  const shell = transport().shell;
  await attempt(async () => {
    if (shell.native) {
      const to = await shell.act({ do: 'save_as', name: file.name });
      if (typeof to !== 'string') return;
      await call('download', { item, index, to });
      toasts.say(t('talk.saved_as', { name: file.name }));
      return;
    }
    const data = await call('attachment_data', { item, index, max: LARGEST });
    const bytes = Uint8Array.from(atob(data.base64), (c) => c.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = file.name;
    link.click();
    URL.revokeObjectURL(url);
  });
}
