// What a person sees wrong in the layout of a page: too wide, cut, laid over each other, to be pushed sideways.
import type { Page } from 'playwright-core';

/** Runs in the page. */
function look(): string[] {
  const found: string[] = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth - root.clientWidth} px too wide`);

  const unseen = '.sr-only, [aria-hidden="true"], select, svg, option';
  const lines: { node: Text; text: string; layer: Element | null; rect: DOMRect }[] = [];
  const hides = (value: string) => value === 'hidden' || value === 'clip';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode() as Text | null; node !== null; node = walker.nextNode() as Text | null) {
    const parent = node.parentElement;
    if (parent === null || node.data.trim() === '' || !parent.checkVisibility({ visibilityProperty: true }) || parent.closest(unseen) !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    const name = node.data.trim().slice(0, 60);
    // Its end is behind the edge of a box that does not scroll: without an ellipsis that tells the whole it is lost.
    let isScrolled = false;
    for (let box: Element | null = parent; box !== null && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      const edge = box.getBoundingClientRect();
      const isCut = (hides(style.overflowX) && (text.right > edge.right + 1 || text.left < edge.left - 1)) || (hides(style.overflowY) && text.bottom > edge.bottom + 2);
      if (isCut && !(style.textOverflow === 'ellipsis' && box.getAttribute('title')?.includes(name))) found.push(`cut: ${name}`);
      isScrolled = /auto|scroll/.test(style.overflowX + style.overflowY);
      if (isCut || isScrolled) break;
    }
    const layer = parent.closest('[role="dialog"], .floating, header, nav, [data-testid^="toast-"]');
    if (!isScrolled) for (const rect of range.getClientRects()) if (rect.width > 1 && rect.height > 1) lines.push({ node, text: name, layer, rect });
  }
  // Lines of one layer may touch, but not lie over each other.
  for (const [at, one] of lines.entries())
    for (const other of lines.slice(at + 1)) {
      if (one.node === other.node || one.layer !== other.layer) continue;
      const across = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
      const down = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
      if (across > 2 && down > Math.min(one.rect.height, other.rect.height) / 2) found.push(`"${one.text}" lies over "${other.text}"`);
    }
  for (const box of document.querySelectorAll<HTMLElement>('body *')) {
    if (!/auto|scroll/.test(getComputedStyle(box).overflowX) || box.scrollWidth <= box.clientWidth + 1 || !box.checkVisibility()) continue;
    const isInput = box.matches('input, textarea, select');
    if (!isInput) found.push(`to be pushed sideways: <${box.tagName.toLowerCase()} class="${box.className.slice(0, 50)}"> by ${box.scrollWidth - box.clientWidth} px`);
  }
  // A message over the head of the page hides what it is about.
  const head = document.querySelector('[role="dialog"]') === null ? document.querySelector('h1')?.getBoundingClientRect() : undefined;
  for (const toast of document.querySelectorAll('[data-testid^="toast-"]')) {
    const over = toast.getBoundingClientRect();
    if (head && over.height > 0 && over.bottom > head.top && over.top < head.bottom) found.push(`over the head of the page: ${toast.textContent?.trim().slice(0, 60) ?? ''}`);
  }
  return [...new Set(found)];
}

export const layoutFlaws = (page: Page): Promise<string[]> => page.evaluate(look);
