// What the sign-in page knows: what is asked for next, where it leads, and what mailed links said.
export type Asked =
  | { step: 'password' }
  | { step: 'organization'; choices: { id: string; name: string }[] }
  | { step: 'second-factor'; tempToken: string; methods: string[] }
  | { step: 'step-up'; challengeId: string; methods: string[] };

/** A path of ours, or the dashboard: nobody is led elsewhere by a crafted link. */
export function nextPage(wanted: string | null): string {
  if (wanted === null || !/^\/[a-z]/.test(wanted)) return '/dashboard';
  const url = new URL(wanted, location.origin);
  return url.origin === location.origin && !url.pathname.startsWith('/login') ? url.pathname + url.search : '/dashboard';
}

interface Said {
  kind: 'success' | 'error' | 'info';
  text: string;
  testid: string;
}

/** What to say to somebody who comes from a mailed link. */
export function arrival(query: URLSearchParams): Said | undefined {
  if (query.has('verified')) return { kind: 'success', text: 'Your e-mail address is verified. Sign in now.', testid: 'text-success' };
  if (query.has('reset')) return { kind: 'success', text: 'Your password is changed. Sign in with the new one.', testid: 'text-success' };
  if (query.has('joined')) return { kind: 'success', text: 'Your account is ready. Sign in now.', testid: 'text-success' };
  if (query.get('error') === 'TOKEN_EXPIRED')
    return { kind: 'error', text: 'That link has expired. Sign in to have a new one sent.', testid: 'error-message' };
  if (query.has('error')) return { kind: 'error', text: 'That link is not valid, or it was used already.', testid: 'error-message' };
  return undefined;
}
