// Roles: the built-in ones and those that an organization makes.
import { api, said } from '$api/client';

export const rolesKey = ['roles'];

export async function readRoles(organizationId: string) {
  return said(api.GET('/api/organizations/{id}/roles', { params: { path: { id: organizationId } } }));
}
export type Role = Awaited<ReturnType<typeof readRoles>>[number];

export function cellsOf(role: Role): Record<string, string> {
  return Object.fromEntries(role.permissions.map((one) => [one.id, one.cell]));
}

/** What is asked of the simulator; the shapes of api §7. */
export interface Change {
  role?: unknown;
  userId?: string;
  customRoleId?: unknown;
}

export async function simulate(change: Change) {
  return said(api.POST('/api/authz/simulate', { body: { change: change as never } }));
}
export type Outcome = Awaited<ReturnType<typeof simulate>>;
