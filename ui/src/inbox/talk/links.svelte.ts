// Links of foreign text. Where the text names one place and the link leads to
// another, the real host is shown first; everything else is the shell's to open,
// and the shell opens only what a browser, a mail program or a telephone takes.

import { transport } from '../../core/transport';
import { opens } from './markup';

export interface Asked {
  text: string;
  host: string;
  href: string;
}

let asked = $state.raw<Asked | null>(null);

/** Where an address leads, as registries write it; the address itself for mail and telephone. */
export function hostOf(href: string): string {
  const url = opens(href);
  if (!url) return '';
  return url.protocol.startsWith('http') ? url.host : decodeURIComponent(url.pathname);
}

/** Whether a text reads like an address of another host than the link's. */
export function misleads(text: string, href: string): boolean {
  const url = opens(href);
  if (!url) return true;
  const shown = text.trim();
  const named =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?((?:[\p{L}\p{N}-]+\.)+[\p{L}]{2,})(?=[/:?#\s]|$)/iu.exec(
      shown.replace(/^mailto:/i, ''),
    )?.[1];
  const address = /^(?:mailto:)?[^\s@]+@([^\s@]+)$/i.exec(shown)?.[1];
  if (url.protocol === 'mailto:') {
    return (
      address !== undefined && !url.pathname.toLowerCase().includes(`@${address.toLowerCase()}`)
    );
  }
  if (url.protocol === 'tel:') return named !== undefined || address !== undefined;
  if (address !== undefined) return true;
  if (named === undefined) return false;
  let host: string;
  try {
    host = new URL(`https://${named}`).host;
  } catch {
    return true;
  }
  const bare = (one: string): string => one.replace(/^www\./, '');
  return bare(host) !== bare(url.hostname);
}

export const links = {
  get asked() {
    return asked;
  },
  /** Follows a link, asking first when its text says something else. */
  follow(text: string, href: string, differs = misleads(text, href)): void {
    if (!opens(href)) return;
    if (differs) asked = { text, host: hostOf(href), href };
    else void transport().shell.act({ do: 'open_link', href });
  },
  /** The reader has seen the host. */
  answer(open: boolean): void {
    const { href } = asked ?? {};
    asked = null;
    if (open && href) void transport().shell.act({ do: 'open_link', href });
  },
};
