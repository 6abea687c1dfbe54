// Who is signed in and what they may do, asked anew with every move: rights change while they are used.
import { createQuery } from '@tanstack/svelte-query';
import { said } from '$api/client';
import { askWho } from './early';

export const sessionKey = ['me'];

export async function readMe() {
  return said(askWho());
}
export type Me = Awaited<ReturnType<typeof readMe>>;

/** For components inside the frame. */
export function useMe() {
  return createQuery(() => ({ queryKey: sessionKey, queryFn: readMe, staleTime: 2_000, refetchInterval: 10_000 }));
}

/** How far it reaches: every row, those assigned to the person, their own, none. Built-in role and custom role together, as the server decides. */
export function cellOf(me: Me, permission: string): string {
  return me.cells.find((one) => one.id === permission)?.cell ?? '0';
}
/** On every row, and where there is no row: what an action asks for. */
export function may(me: Me, permission: string): boolean {
  return cellOf(me, permission) === '1';
}
/** On some rows at least: what a page and a list ask for. */
export function holds(me: Me, permission: string): boolean {
  return cellOf(me, permission) !== '0';
}

export function nameOf(who: { firstName: string | null; lastName: string | null; email: string }): string {
  return [who.firstName, who.lastName].filter((part) => part !== null && part !== '').join(' ') || who.email;
}

/** A self-registered person whose organization has no name yet. */
export function mustName(me: Me): boolean {
  return me.organization.kind === 'personal' && me.permissions.includes('organization.create');
}
