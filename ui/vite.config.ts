import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
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
