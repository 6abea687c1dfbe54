// Rules about networks.
import { api, said } from '$api/client';

export const rulesKey = ['ip-rules'];

export function readRules() {
  return said(api.GET('/api/security/ip-rules'));
}
export type Rule = Awaited<ReturnType<typeof readRules>>[number];

export function changeRule(id: string, body: { action?: string; network?: string; note?: string; enabled?: boolean; force?: boolean }) {
  return said(api.PATCH('/api/security/ip-rules/{id}', { params: { path: { id } }, body }));
}
