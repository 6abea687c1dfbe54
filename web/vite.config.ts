// How the console is bundled: hashed names under /assets, nothing inline, one chunk for each page.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = (name: string) => fileURLToPath(new URL(`./src/${name}`, import.meta.url));

export default defineConfig({
  plugins: [svelte(), tailwindcss()],
  resolve: { alias: { $api: folder('api'), $shared: folder('shared'), $shell: folder('shell') } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the policy of the pages allows no data: addresses
    cssCodeSplit: false,
    modulePreload: { polyfill: false }, // every browser of the target has it
    reportCompressedSize: false,
  },
  // `vite dev` beside a running server: GATEHOUSE_ALLOWED_ORIGINS must name the origin of vite.
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
