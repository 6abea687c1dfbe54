// What the person was told and has not cleared.
import { createQuery } from '@tanstack/svelte-query';
import { api, pageOf, said } from '$api/client';

export const notificationsKey = ['notifications'];

export function useNotifications() {
  return createQuery(() => ({
    queryKey: notificationsKey,
    refetchInterval: 30_000,
    queryFn: async () => pageOf(await said(api.GET('/api/notifications', { params: { query: { page: 1, limit: 20 } } }))),
  }));
}

export function labelFor(total: number): string {
  return total > 0 ? `Notifications, ${total} new` : 'Notifications';
}
