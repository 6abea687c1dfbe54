// Where the person is, and going elsewhere without loading the page anew.
import { leaving } from './leaving.svelte';

const placeNow = (): number => (history.state as { at?: number } | null)?.at ?? 0;

class Router {
  path = $state(location.pathname);
  query = $state(new URLSearchParams(location.search));
  /** Grows with every move, also to the same place: what must be asked anew follows it. */
  moves = $state(0);

  /** The place in the history of this window: tells which way somebody went in it. */
  private at = placeNow();
  private shown = location.pathname + location.search;

  constructor() {
    addEventListener('popstate', () => this.wander());
  }

  /** Back, or forth: undone while it is asked whether what was typed may be lost. */
  private wander(): void {
    const steps = placeNow() - this.at;
    if (steps !== 0 && location.pathname !== this.path && leaving.wouldLose) {
      history.go(-steps);
      leaving.go = () => history.go(steps);
      return;
    }
    this.at = placeNow();
    if (location.pathname + location.search !== this.shown) this.read();
  }
  go(to: string, replace = false): void {
    const url = new URL(to, location.origin);
    if (url.origin !== location.origin) throw new Error(`${to} leads elsewhere`);
    const where = `${url.pathname}${url.search}${url.hash}`;
    if (replace) history.replaceState({ at: this.at }, '', where);
    else history.pushState({ at: (this.at += 1) }, '', where);
    const moved = url.pathname !== this.path;
    this.read();
    if (moved) scrollTo(0, 0);
  }

  /** The same page with other words in its query; an empty one is taken out. */
  ask(words: Record<string, string | undefined>, replace = false): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(words)) {
      if (value === undefined || value === '') query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.go(text === '' ? this.path : `${this.path}?${text}`, replace);
  }

  /** Takes a word out of the address that must not stay there: the token of a mailed link. */
  take(name: string): string | undefined {
    const value = this.query.get(name) ?? undefined;
    if (value !== undefined) {
      const query = new URLSearchParams(this.query);
      query.delete(name);
      history.replaceState({ at: this.at }, '', query.size > 0 ? `${this.path}?${query}` : this.path);
    }
    return value;
  }

  private read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
    this.moves += 1;
    this.shown = location.pathname + location.search;
  }
}

export const router = new Router();

/** Follows links of the console without a page load; everything else is left to the browser. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (link.pathname.startsWith('/api/')) return;
  event.preventDefault();
  if (link.hash !== '' && link.pathname === location.pathname) {
    document.getElementById(link.hash.slice(1))?.focus();
    return;
  }
  const go = () => router.go(link.pathname + link.search);
  if (link.pathname === router.path) go();
  else leaving.by(go);
}

/** Whether a path fits a pattern like `/organizations/:id/users`; its parameters, or nothing. */
export function matched(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const there = path.split('/');
  if (wanted.length !== there.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = there[at] ?? '';
    if (segment.startsWith(':') && value !== '') parameters[segment.slice(1)] = decodeURIComponent(value);
    else if (segment !== value) return undefined;
  }
  return parameters;
}
