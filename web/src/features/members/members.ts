// People of the organization, and what one of them may do to another.
import type { components, paths } from '$api/schema';
import { api, pageOf, said } from '$api/client';
import { may, type Me } from '$shell/session.svelte';

type ListQuery = NonNullable<paths['/api/organizations/{id}/users']['get']['parameters']['query']>;
export type Person = Omit<Me, 'permissions' | 'cells' | 'organization' | 'customRoleId'>;
export type Components = components;

export const peopleKey = ['users'];
export const roles = ['owner', 'admin', 'manager', 'staff'];

export async function readPeople(organizationId: string, query: ListQuery) {
  return pageOf(await said(api.GET('/api/organizations/{id}/users', { params: { path: { id: organizationId }, query } })));
}

const at = (id: string) => ({ params: { path: { id } } });
export const setStatus = (id: string, status: 'active' | 'suspended') => said(api.PATCH('/api/users/{id}/status', { ...at(id), body: { status } }));
export const remove = (id: string) => said(api.DELETE('/api/users/{id}', at(id)));

export interface Rights {
  edit: boolean;
  /** Address, status and deletion: ways to take an account over. */
  keys: boolean;
  status: boolean;
  role: boolean;
  remove: boolean;
  actAs: boolean;
}

/** What the page offers; the server decides again (permissions I-3, I-6). */
export function rightsOver(me: Me, person: Person): Rights {
  const self = me.id === person.id;
  const keys = self || me.role === 'owner' || !['owner', 'admin'].includes(person.role);
  return {
    edit: may(me, self ? 'profile.edit' : 'users.edit'),
    keys,
    status: !self && keys && may(me, 'users.status'),
    role: !self && may(me, 'users.role'),
    remove: !self && keys && may(me, 'users.delete'),
    actAs: !self && may(me, 'users.impersonate') && person.status === 'active' && person.emailVerified,
  };
}

/** Whom this person may bring in (I-5). */
export function rolesToGive(me: Me): string[] {
  return me.role === 'owner' ? roles : ['manager', 'staff'];
}
export const asOptions = (values: string[]) => values.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }));
