// Who is signed in and what they may do, asked anew with every move: rights change while they are used.
import { createQuery, type QueryClient } from '@tanstack/svelte-query';
import { said } from '$api/client';
import { askWho } from './early';
import { stepUp } from './step_up.svelte';

export const sessionKey = ['me'];

export async function readMe() {
  return said(askWho());
}
export type Me = Awaited<ReturnType<typeof readMe>>;

/** For components inside the frame. */
export function useMe() {
  return createQuery(() => ({ queryKey: sessionKey, queryFn: readMe, staleTime: 2_000, refetchInterval: 10_000 }));
}

export function may(me: Me, permission: string): boolean {
  return me.permissions.includes(permission);
}

export function nameOf(who: { firstName: string | null; lastName: string | null; email: string }): string {
  return [who.firstName, who.lastName].filter((part) => part !== null && part !== '').join(' ') || who.email;
}

/** A self-registered person whose organization has no name yet. */
export function mustName(me: Me): boolean {
  return me.organization.kind === 'personal' && me.permissions.includes('organization.create');
}

export function forgetSession(client: QueryClient): void {
  stepUp.forget();
  client.clear();
}
