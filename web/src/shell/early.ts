// Who is signed in, asked before the frame has come: one way to the server less until the first page shows.
import { api } from '$api/client';
import { publicPages } from './public_pages';
import { matched } from './router.svelte';

const ask = () => api.GET('/api/users/me');
let underWay: ReturnType<typeof ask> | undefined;

export function askEarly(): void {
  if (!publicPages.some((page) => matched(page.path, location.pathname))) underWay = ask();
}

/** It was about somebody else. */
export function forgetEarly(): void {
  underWay = undefined;
}

/** The early answer once, then a new one each time. */
export function askWho(): ReturnType<typeof ask> {
  const answer = underWay ?? ask();
  underWay = undefined;
  return answer;
}
