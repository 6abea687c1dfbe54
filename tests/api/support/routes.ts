// The routes of the published document as requests: what changes something, what is public, how a path is filled in.
import type { Options } from './client.ts';
import { document, type Operation } from './openapi.ts';

export const nameOf = (operation: Operation): string => `${operation.method} ${operation.template}`;

export const isUnsafe = (operation: Operation): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(operation.method);

/** Everybody may call these without a credential: by name, so that a route is never public by accident. */
export const publicRoutes: ReadonlySet<string> = new Set([
  'POST /api/v1/auth/register', 'POST /api/v1/auth/login', 'POST /api/auth/login', 'POST /api/auth/verify-2fa', 'POST /api/v1/auth/validate',
  'POST /api/v1/auth/refresh', 'POST /api/auth/refresh', 'POST /api/v1/auth/logout', 'POST /api/v1/auth/resend-verification',
  'POST /api/v1/auth/forgot-password', 'POST /api/auth/forgot-password', 'POST /api/v1/auth/reset-password', 'POST /api/auth/reset-password', 'POST /api/auth/not-me', 'GET /not-me',
  'POST /api/invitations/{token}/accept', 'GET /api/invitations/{token}', 'GET /api/auth/verify-email', 'POST /api/first-run', 'POST /api/first-run/check',
  'GET /api/v1/auth/jwks', 'GET /.well-known/jwks.json', 'GET /health', 'GET /ready', 'GET /metrics', 'GET /openapi.json',
  'GET /.well-known/authzen-configuration',
  // At a sign-in the challenge itself is all that there is; those of a session still ask for its bearer.
  'POST /api/security/stepup/send', 'POST /api/security/stepup/verify',
  // Captured mail and the outbox: development and test only, to callers on loopback.
  'GET /api/v1/search', 'GET /api/v1/messages', 'DELETE /api/v1/messages', 'GET /api/v1/message/{id}', 'GET /api/v1/message/{id}/raw', 'GET /__test/outbox',
]);

export const guarded = (): Operation[] => document().operations.filter((operation) => !publicRoutes.has(nameOf(operation)));

export interface Filling {
  organization: string;
  user: string;
}

/** The path with ids of things that exist where a gate looks at them, and an unknown one elsewhere. */
export function pathOf(operation: Operation, filling: Filling = { organization: 'unknown', user: 'unknown' }): string {
  return operation.template
    .replace('/api/organizations/{id}', `/api/organizations/${filling.organization}`)
    .replace('/api/users/{id}', `/api/users/${filling.user}`)
    .replace(/\{[^}]+\}/g, 'unknown');
}

/** An empty object where a body is taken. */
export const emptyBody = (operation: Operation): Options => (isUnsafe(operation) && operation.method !== 'DELETE' ? { body: {} } : {});
