import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Screens the window may begin with: their code is read with the page's. */
const FIRST = ['src/views/Today.svelte', 'src/views/Inbox.svelte'];
const STYLES = /^.*<link rel="stylesheet".*\n/gm;

/** The page's own styles before those of its parts, which say it more precisely. */
function inOrder(html: string, own: Set<string>): string {
  const styles = html.match(STYLES) ?? [];
  const first = styles.filter((line) => [...own].some((name) => line.includes(name)));
  const rest = styles.filter((line) => !first.includes(line));
  const whole = [...first, ...rest].join('');
  let placed = false;
  return html.replace(STYLES, () => {
    const here = placed ? '' : whole;
    placed = true;
    return here;
  });
}

function readFirst(): Plugin {
  return {
    name: 'rapport-first-screens',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {}, chunk }) {
        const screens = Object.values(bundle)
          .filter((it) => it.type === 'chunk')
          .filter((it) => FIRST.some((first) => it.facadeModuleId?.endsWith(first)));
        const link = (rel: string, name: string) => ({
          tag: 'link',
          attrs: { rel, crossorigin: true, href: `/${name}` },
          injectTo: 'head' as const,
        });
        const styles = new Set(screens.flatMap((it) => [...(it.viteMetadata?.importedCss ?? [])]));
        const tags = [
          ...screens.map((it) => link('modulepreload', it.fileName)),
          ...[...styles].filter((name) => !html.includes(name)).map((it) => link('stylesheet', it)),
        ];
        return { html: inOrder(html, chunk?.viteMetadata?.importedCss ?? new Set()), tags };
      },
    },
  };
}

export default defineConfig({
  plugins: [svelte(), readFirst()],
  // Loopback only: the development server is for this machine.
  server: { host: '127.0.0.1', port: Number(process.env.PORT ?? 5173), strictPort: true },
  preview: { host: '127.0.0.1' },
  // Several servers at once must not share one cache.
  cacheDir: `node_modules/.vite${process.env.PORT ?? ''}`,
  build: {
    // What the oldest supported web view runs.
    target: ['safari17', 'chrome123'],
    outDir: 'dist',
    // A data: font or picture would need a wider content policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // Files are a way to the program and back each: three of them and not thirty.
            { name: 'shared', test: (id) => !id.includes('.css'), minShareCount: 2 },
          ],
        },
      },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/core/test-setup.ts'],
    // A style sheet is empty in tests, unless one asks for its text.
    css: { include: [/\.css\?raw$/] },
  },
  // Svelte's client build also in tests.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
});
