// Which rows of a list somebody may act on. Where their permission reaches some rows alone and the list shows others too, the server is asked about the rows that are shown.
import { createQuery } from '@tanstack/svelte-query';
import { api, said } from '$api/client';
import { cellOf, type Me } from '$shell/session.svelte';

interface Step {
  type: string;
  verb: 'edit' | 'delete';
  /** Any of them opens the step; the first is the one that needs no assignment. */
  permissions: string[];
  view: string;
}

function reachOf(me: Me, step: Step): 'all' | 'none' | 'some' {
  const cells = step.permissions.map((one) => cellOf(me, one));
  if (cells[0] === '1') return 'all';
  const held = cells.filter((cell) => cell !== '0');
  if (held.length === 0) return 'none';
  // Who sees assigned rows alone may act on all that they see.
  return cellOf(me, step.view) === 'a' && held.some((cell) => cell !== 's') ? 'all' : 'some';
}

/** Whether the row of this id may be acted on; while that is asked, and where it cannot be told, it is not offered. */
export function useReach(me: () => Me | undefined, step: Step, ids: () => string[]): (id: string) => boolean {
  const reach = $derived.by(() => {
    const known = me();
    return known === undefined ? 'none' : reachOf(known, step);
  });
  const allowed = createQuery(() => ({
    queryKey: ['reach', step.type, step.verb, ids()],
    enabled: reach === 'some' && ids().length > 0,
    queryFn: async () => {
      const asked = ids();
      const answer = await said(api.POST('/api/authz/check', { body: { checks: asked.map((id) => ({ action: step.verb, resource: { type: step.type, id } })) } }));
      if (!('results' in answer)) throw new Error('one decision was answered where several were asked for');
      return asked.filter((_, at) => answer.results[at]?.allowed === true);
    },
  }));
  return (id) => reach === 'all' || (reach === 'some' && allowed.data?.includes(id) === true);
}
