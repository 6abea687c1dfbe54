// One document for each page: the same, and what that page is made of named in its head, so that it comes at once and not file by file.
// usage: documents.ts FILES_FOLDER
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Chunk {
  file: string;
  imports?: string[];
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: documents.ts FILES_FOLDER');
const plain = readFileSync(join(folder, 'index.html'), 'utf8');
const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;

/** A chunk and what it cannot run without. */
function needed(name: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`${name} is in no chunk`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const one of chunk.imports ?? []) needed(one, found);
  return found;
}

function pagesOf(list: string): [string, string][] {
  const source = readFileSync(join('src/shell', list), 'utf8');
  const found = [...source.matchAll(/path: '([^']+)',\s*load: \(\) => import\('\.\.\/([^']+)'\)/g)];
  if (found.length !== (source.match(/\bload: \(\) => import/g)?.length ?? 0)) throw new Error(`${list}: a page is not written like the others`);
  return found.map(([, path, component]) => [path ?? '', `src/${component}`]);
}

for (const [path, component] of [...pagesOf('public_pages.ts'), ...pagesOf('pages.ts')]) {
  const links = [...needed(component)].filter((file) => !plain.includes(file)).map((file) => `    <link rel="modulepreload" crossorigin href="/${file}">\n`);
  const to = join(folder, 'documents', `${path}.html`);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, plain.replace('  </head>', `${links.join('')}  </head>`));
}
rmSync(join(folder, 'index.html'));
rmSync(join(folder, '.vite'), { recursive: true });
