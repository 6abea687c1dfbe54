// How many there are of what the person may see.
import { createQuery } from '@tanstack/svelte-query';
import { api, pageOf, said } from '$api/client';
import { holds, may, type Me } from '$shell/session.svelte';

const one = { params: { query: { page: 1, limit: 1 } } };

export function useCounts(me: () => Me | undefined) {
  const when = (permission: string) => {
    const known = me();
    return known !== undefined && may(known, permission);
  };
  const some = (permission: string) => {
    const known = me();
    return known !== undefined && holds(known, permission);
  };
  return {
    users: createQuery(() => ({
      queryKey: ['users', 'count'],
      enabled: when('users.view'),
      queryFn: async () => {
        const path = { id: me()?.organizationId ?? '' };
        return pageOf(await said(api.GET('/api/organizations/{id}/users', { params: { path, ...one.params } }))).total;
      },
    })),
    clients: createQuery(() => ({
      queryKey: ['clients', 'count'],
      enabled: some('clients.view'),
      queryFn: async () => pageOf(await said(api.GET('/api/clients', one))).total,
    })),
    workflows: createQuery(() => ({
      queryKey: ['workflows', 'count'],
      enabled: some('workflows.use'),
      queryFn: async () => pageOf(await said(api.GET('/api/workflows', one))).total,
    })),
    reports: createQuery(() => ({
      queryKey: ['reports', 'count'],
      enabled: some('reports.use'),
      queryFn: async () => pageOf(await said(api.GET('/api/reports', one))).total,
    })),
    sessions: createQuery(() => ({
      queryKey: ['sessions', 'count'],
      enabled: me() !== undefined && !when('users.view'), // shown to them alone
      queryFn: async () => (await said(api.GET('/api/auth/sessions'))).length,
    })),
  };
}
