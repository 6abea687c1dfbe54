// The ledger of the organization, as it is read and shown.
import { api, pageOf, said } from '$api/client';
import { sentenceOf } from '$shared/words';

export interface Filters {
  page: number;
  limit: number;
  group?: string;
  event?: string;
  outcome?: string;
  userId?: string;
  search?: string;
  from?: string;
  to?: string;
}
export async function readAudit(query: Filters) {
  return pageOf(await said(api.GET('/api/security/audit-logs', { params: { query } })));
}
export type Row = Awaited<ReturnType<typeof readAudit>>['data'][number];

export const groups = [
  { value: '', label: 'Every kind' },
  { value: 'CC6', label: 'Access' },
  { value: 'CC7', label: 'Operations' },
  { value: 'CC8', label: 'Incidents' },
  { value: 'CC9', label: 'Monitoring' },
];
export const outcomes = [
  { value: '', label: 'Every outcome' },
  { value: 'success', label: 'Succeeded' },
  { value: 'failure', label: 'Failed' },
  { value: 'denied', label: 'Denied' },
  { value: 'skipped', label: 'Skipped' },
];
export const toneOf = (outcome: string) => (({ success: 'success', failure: 'warning', denied: 'danger' }) as const)[outcome] ?? 'plain';
export const eventText = (event: string) => sentenceOf(event).replace(/^(Ai|Ip)\b/, (word) => word.toUpperCase()).replace(/^Step up/, 'Step-up');

/** What changed, and what else is known, as one text; nothing where there is nothing. */
export function textIn(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object' && Object.keys(value).length === 0) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
