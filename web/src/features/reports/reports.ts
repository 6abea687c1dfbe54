// Reports: their kinds, and asking for the list.
import { api, pageOf, said } from '$api/client';

export const reportsKey = ['reports'];
export const types = [
  { value: 'user-access', label: 'Who has access' },
  { value: 'sessions', label: 'Sessions' },
  { value: 'login-history', label: 'Sign-ins' },
];
export const formats = [
  { value: 'csv', label: 'CSV, for spreadsheets' },
  { value: 'json', label: 'JSON, for programs' },
];
export const typeText = (type: string | null) => types.find((one) => one.value === type)?.label ?? type ?? 'Report';

export async function readReports(query: { page: number; limit: number; sort: string; order: 'asc' | 'desc'; search?: string }) {
  return pageOf(await said(api.GET('/api/reports', { params: { query } })));
}
export type Report = Awaited<ReturnType<typeof readReports>>['data'][number];

export const askFile = (id: string, signal: AbortSignal) => api.GET('/api/reports/{id}/download', { params: { path: { id } }, parseAs: 'stream', signal });
/** Where the server names none. */
export const fileOf = (report: Report) => `report.${report.format ?? 'csv'}`;
