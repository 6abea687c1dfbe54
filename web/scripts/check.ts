// What the sources of the console may not hold, whoever writes them: ways around the policy of its pages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const forbidden: [RegExp, string][] = [
  [/\{@html\b|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|document\.write/, 'markup comes from templates alone'],
  [/\sstyle="/, 'no inline style: the policy of the pages refuses it'],
  [/\b(eval|Function)\(/, 'no text becomes code'],
  [/sessionStorage|indexedDB|document\.cookie/, 'nothing of a session is kept by the page'],
];
const places: Record<string, RegExp> = { localStorage: /shell\/theme\.svelte\.ts$/ };

const wrongs: string[] = [];
for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
  if (!/\.(ts|svelte)$/.test(name) || name.endsWith('schema.d.ts')) continue;
  const lines = readFileSync(join('src', name), 'utf8').split('\n');
  if (lines.length > 301) wrongs.push(`web/src/${name}: ${lines.length - 1} lines, 300 at most`);
  const first = lines[0] ?? '';
  if (!first.startsWith('// ') && !first.startsWith('<!-- ')) wrongs.push(`web/src/${name}:1: the first line says what the file keeps`);
  lines.forEach((line, at) => {
    for (const [word, why] of forbidden) if (word.test(line)) wrongs.push(`web/src/${name}:${at + 1}: ${why}`);
    for (const [word, place] of Object.entries(places))
      if (line.includes(word) && !place.test(name)) wrongs.push(`web/src/${name}:${at + 1}: ${word} is for the theme alone`);
  });
}
for (const wrong of wrongs) console.error(wrong);
process.exit(wrongs.length > 0 ? 1 : 0);
