// Evidence of a period, as auditors ask for it: counts by criterion, files, one bundle.
import { api, said } from '$api/client';

export interface Asked {
  from?: string;
  to?: string;
}
export type Format = 'csv' | 'json';

// Asked for by hand, and never again by itself: each time it may want a code, and leaves a row.
export const once = { staleTime: Infinity, refetchOnWindowFocus: false, refetchOnReconnect: false } as const;

export const readSummary = (query: Asked) => said(api.GET('/api/compliance/soc2/summary', { params: { query } }));
export const readControls = () => said(api.GET('/api/compliance/soc2/controls'));
export type Summary = Awaited<ReturnType<typeof readSummary>>;
export type Control = Awaited<ReturnType<typeof readControls>>['controls'][number];

// What stands in no file of its own is in the bundle alone.
const files = {
  access_logs: '/api/compliance/cc6/access-logs',
  role_changes: '/api/compliance/cc6/role-changes',
  impersonation_events: '/api/compliance/cc6/impersonation-events',
  security_events: '/api/compliance/cc7/security-events',
  ip_rule_changes: '/api/compliance/cc7/ip-rule-changes',
  session_invalidations: '/api/compliance/cc7/session-invalidations',
  security_incidents: '/api/compliance/cc8/security-incidents',
  anomaly_decisions: '/api/compliance/cc9/anomaly-decisions',
} as const;
export const singles = [
  { path: '/api/compliance/export/audit-logs', name: 'audit-logs', text: 'The whole audit log', about: 'Every row of the period, whatever its kind' },
  { path: '/api/compliance/export/login-history', name: 'login-history', text: 'Sign-ins', about: 'Let in and refused' },
  { path: '/api/compliance/export/sessions', name: 'sessions', text: 'Sessions', about: 'Those that began in the period' },
  { path: '/api/compliance/export/security-events', name: 'security-events', text: 'Security events', about: 'Operations, incidents and monitoring together' },
  { path: '/api/compliance/export/refresh-tokens', name: 'refresh-tokens', text: 'Refresh tokens', about: 'Issued in the period, without the tokens' },
] as const;

export type FilePath = (typeof files)[keyof typeof files] | (typeof singles)[number]['path'];
export const pathOf = (file: string): FilePath | undefined => files[file as keyof typeof files];

/** All of these answer alike. */
export function askFile(path: FilePath, query: Asked & { format: Format }) {
  return api.GET(path as '/api/compliance/cc6/access-logs', { params: { query }, parseAs: 'stream' });
}
export function askBundle(body: Asked & { format: Format }, signal: AbortSignal) {
  return api.POST('/api/compliance/export/bundle', { body: { from: body.from ?? null, to: body.to ?? null, format: body.format }, parseAs: 'stream', signal });
}

export const criteriaTexts: Record<string, string> = {
  CC6: 'Who came in, who was refused, and whose rights changed.',
  CC7: 'Locks, step-ups, settings, exports, and the state of controls.',
  CC8: 'What may have been an attack, and what was done.',
  CC9: 'How unusual sign-ins were judged.',
};
export const stateTones = { operating: 'success', degraded: 'warning', broken: 'danger' } as const;
export const stateOf = (state: string) => stateTones[state as keyof typeof stateTones] ?? 'plain';
