// The document in which foreign HTML is shown.
//
// Why this is safe: the HTML was made harmless by the core; the frame's sandbox
// allows no script, no form, no navigation of the window and no new window; and
// the document's own policy loads nothing but pictures the reader asked for. The
// frame keeps the page's origin (`allow-same-origin`) so that the page can measure
// the document and take over its clicks. An origin is a power only for code that
// runs inside the frame, and without `allow-scripts` none can: neither a script
// nor a handler nor a `javascript:` address. The two together would be unsafe;
// they are never given together.

export const SANDBOX = 'allow-same-origin';

export interface Look {
  dark: boolean;
  /** Where the frame's own style sheet lies. */
  sheet: string;
  text: string;
  link: string;
  line: string;
  size: number;
}

/** Whether the author chose colours, which are then shown on white, as meant. */
export function coloured(html: string): boolean {
  return /(?:background|bgcolor|[^-\w]color)\s*[:=]/i.test(html);
}

/** The whole document around a harmless fragment. */
export function documentOf(html: string, look: Look, images: boolean, lang: string): string {
  const own = coloured(html);
  const dark = look.dark && !own;
  // `https:` only once the reader asked for remote pictures.
  const policy = [
    "default-src 'none'",
    `img-src data:${images ? ' https:' : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  // The sheet is a file and the values are attributes: the window's policy, which
  // this document inherits, allows no style element.
  const root = `color-scheme:${dark ? 'dark' : 'light'};background:${own ? '#fff' : 'transparent'}`;
  const body = [
    `--ink:${own ? '#16191d' : look.text}`,
    `--link:${own ? '#0b5a7a' : look.link}`,
    `--line:${own ? '#d5d9dd' : look.line}`,
    `--size:${look.size}px`,
    `padding:${own ? '10px 12px' : '0'}`,
  ].join(';');
  return `<!doctype html><html lang="${lang}" style="${root}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="${dark ? 'dark' : 'light'}">
<link rel="stylesheet" href="${look.sheet}">
</head><body style="${body}">${html}</body></html>`;
}
