// Whose remote pictures are loaded without asking.

import { settings } from '../../core/settings.svelte';

export const images = {
  /** Remote pictures may be asked for. */
  get may(): boolean {
    return settings.get('privacy.remote_images') !== 'never';
  },
  always(sender: string): boolean {
    const rule = settings.get('privacy.remote_images');
    return (
      rule === 'always' ||
      (rule === 'ask' && settings.get('privacy.image_senders').includes(sender))
    );
  },
  async allow(sender: string): Promise<void> {
    const all = settings.get('privacy.image_senders');
    if (!all.includes(sender)) await settings.set('privacy.image_senders', [...all, sender]);
  },
};
