// How the console is bundled: hashed names under /assets, nothing inline, one chunk for each page.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import { icons as drawnIcons } from './scripts/icons.ts';

const folder = (name: string) => fileURLToPath(new URL(`./src/${name}`, import.meta.url));

// What every page in the frame needs comes as one file, since forty small ones would wait for each other; and before it, as another, what the
// pages for everybody need too.
const icons = (names: string[]) => new RegExp(`/lucide/svelte/dist/icons/(${names.join('|')})\\.`.replace('/lucide', '/@lucide'));
const menu = [...readFileSync(folder('shell/pages.ts'), 'utf8').matchAll(/lucide\/svelte\/icons\/([a-z0-9-]+)/g)].map(([, name]) => name ?? '');
const inFrame = [
  /\/shell\/(SignedIn|Answers|Frame|Later|MainMenu|NotFound|UserButton|pages|session)\b/,
  /\/shared\/(Address|Avatar|Empty|Forbidden|Loadable|PageHead)\.svelte/,
  /\/features\/(search\/(Search|results)|resources\/types|notifications\/(Notifications|BellButton|list)|impersonation\/acting)\b/,
  /@tanstack\/(svelte-query|query-core)\//,
  icons([...menu, 'box', 'menu', 'bell', 'search', 'lock', 'inbox', 'cloud-off', 'chevron-down']),
];
const inBase = [
  /\/node_modules\/(svelte|esm-env|clsx|openapi-fetch)\//,
  /\/src\/(main|api\/[a-z]+)\.ts|\/shell\/(App|Await|Toasts|router|public_pages|early|toasts|step_up|whose|theme|ThemeToggle)\b/,
  /\/shared\/(Button|Spinner|Logo|Notice)\.svelte/,
  icons(['sun', 'moon', 'x', 'circle-alert', 'circle-check', 'info']),
];
const any = (patterns: RegExp[]) => (id: string) => patterns.some((one) => one.test(id));

export default defineConfig({
  plugins: [drawnIcons(), svelte(), tailwindcss()],
  resolve: { alias: { $api: folder('api'), $shared: folder('shared'), $shell: folder('shell') } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the policy of the pages allows no data: addresses
    cssCodeSplit: false,
    modulePreload: { polyfill: false }, // every browser of the target has it
    reportCompressedSize: false,
    manifest: true, // for scripts/documents.ts
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', test: any(inBase), priority: 2 }, { name: 'frame', test: any(inFrame), priority: 1 }] } } },
  },
  // `vite dev` beside a running server: GATEHOUSE_ALLOWED_ORIGINS must name the origin of vite.
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
