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
  /** Where our own font lies; a document has only the fonts it names. */
  font: string;
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
    "style-src 'unsafe-inline'",
    "font-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  const ink = dark || !own ? look.text : '#16191d';
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="${dark ? 'dark' : 'light'}">
<style>
@font-face{font-family:'Inter Variable';src:url('${look.font}') format('woff2');font-weight:100 900}
html{color-scheme:${dark ? 'dark' : 'light'};background:${own ? '#fff' : 'transparent'}}
body{margin:0;padding:${own ? '10px 12px' : '0'};color:${ink};font:${look.size}px/1.54 'Inter Variable',system-ui,sans-serif;overflow-wrap:anywhere;overflow-x:auto;overflow-y:hidden}
a{color:${own ? '#0b5a7a' : look.link}}
img{max-width:100%;height:auto}
table{max-width:100%;border-collapse:collapse}
pre{white-space:pre-wrap}
blockquote{margin:0 0 0 2px;padding-inline-start:10px;border-inline-start:2px solid ${own ? '#d5d9dd' : look.line}}
p{margin:0 0 .55em}
p:last-child{margin-bottom:0}
</style></head><body>${html}</body></html>`;
}
