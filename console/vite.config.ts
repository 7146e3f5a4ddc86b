import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env['FAROLA_SERVER'] ?? 'http://127.0.0.1:8600';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../src/farola/api/console',
    emptyOutDir: true,
    target: 'es2022',
    // The security policy allows neither inline scripts nor data: scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      '/api': { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
    },
  },
  test: { include: ['test/**/*.test.ts'], environment: 'node' },
});
