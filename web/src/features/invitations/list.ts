// Invitations: what has become of one.
export const invitationsKey = ['invitations'];

interface Invitation {
  expiresAt: string;
  acceptedAt: string | null;
  revokedAt: string | null;
}

export function stateOf(one: Invitation, now = Date.now()): { text: string; tone: 'success' | 'plain' | 'warning' | 'accent'; isOpen: boolean } {
  if (one.acceptedAt !== null) return { text: 'accepted', tone: 'success', isOpen: false };
  if (one.revokedAt !== null) return { text: 'revoked', tone: 'plain', isOpen: false };
  if (new Date(one.expiresAt).getTime() <= now) return { text: 'expired', tone: 'warning', isOpen: false };
  return { text: 'waiting', tone: 'accent', isOpen: true };
}
