// Icons of the package, written out as what they draw. As they come, each builds its elements one by one when it is shown, attribute by
// attribute: a fifth of the time in which the first page stands. They take a size, a class and the words for readers, and nothing else.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

interface Drawn {
  size: number;
  node: [string, Record<string, string>][];
}

function drawn(file: string): string {
  const found = /const iconData = (\{.*\});/.exec(readFileSync(file, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${file}: an icon that is not written like the others`);
  const { size, node } = JSON.parse(found) as Drawn;
  const parts = node.map(([tag, values]) => `<${tag}${Object.entries(values).map(([name, value]) => ` ${name}="${value}"`).join('')} />`);
  return `<script>
  let { size = 24, class: look, 'aria-hidden': hidden, 'aria-label': label } = $props();
</script>
<svg width={size} height={size} viewBox="0 0 ${size} ${size}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"
  class={look} role={label === undefined ? undefined : 'img'} aria-label={label} aria-hidden={label === undefined ? 'true' : hidden}>${parts.join('')}</svg>`;
}

export function icons(): Plugin {
  return {
    name: 'icons',
    enforce: 'pre',
    load: (id) => (/\/@lucide\/svelte\/dist\/icons\/[a-z0-9-]+\.svelte$/.test(id) ? drawn(id) : undefined),
  };
}
