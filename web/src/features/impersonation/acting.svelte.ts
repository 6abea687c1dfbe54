// In whose name this window acts, if in anybody's: begun with a reason, ended by hand, by time, or from elsewhere.
import { inNameOf } from '$api/acting';
import { api, said } from '$api/client';
import { ApiError } from '$api/errors';
import { router } from '$shell/router.svelte';
import { toasts } from '$shell/toasts.svelte';
import { forgetPerson } from '$shell/whose.svelte';

export interface InNameOf {
  name: string;
  role: string;
  reason: string;
  expiresAt: string;
}

class Acting {
  now = $state<InNameOf | undefined>();
}
export const acting = new Acting();

/** Everything that was asked before was asked by somebody else. */
function change(to: InNameOf | undefined): void {
  acting.now = to;
  router.go('/dashboard', true);
  forgetPerson();
}

export function followActing(): void {
  inNameOf.onEnded(() => {
    if (acting.now === undefined) return;
    toasts.add('info', 'That has ended. You act as yourself again.');
    change(undefined);
  });
}

export async function actAs(person: { id: string; name: string }, reason: string): Promise<void> {
  const begun = await said(api.POST('/api/security/impersonate', { body: { userId: person.id, reason } }));
  inNameOf.hold(begun.token);
  change({ name: person.name, role: begun.user.role, reason, expiresAt: begun.expiresAt });
}

/** From within, or from the own session where the window that acted is gone. */
export async function actAsOneself(): Promise<void> {
  try {
    await said(api.DELETE('/api/security/impersonate'));
  } catch (cause) {
    // 401, 404: it has ended already, which is what was wanted.
    if (!(cause instanceof ApiError) || ![401, 404].includes(cause.status)) throw cause;
  }
  inNameOf.hold(undefined);
  toasts.success('You act as yourself again.');
  change(undefined);
}
