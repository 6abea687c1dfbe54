// How long the organization keeps what has ended, whom a legal hold keeps, and what of the ledger is gone.
import { api, pageOf, said } from '$api/client';

export const settingsKey = ['retention', 'settings'];
export const holdsKey = ['retention', 'holds'];

export const readSettings = () => said(api.GET('/api/security/retention'));
export const readHolds = () => said(api.GET('/api/security/legal-holds'));
export type Settings = Awaited<ReturnType<typeof readSettings>>;
export type Hold = Awaited<ReturnType<typeof readHolds>>[number];

export type Kind = 'attemptDays' | 'sessionDays' | 'tokenDays' | 'mailDays' | 'ledgerDays';
export const kinds: { name: Kind; label: string; about: string; least: number }[] = [
  { name: 'attemptDays', label: 'Sign-in attempts', about: 'Who failed to sign in, and from where', least: 1 },
  { name: 'sessionDays', label: 'Ended sessions', about: 'Devices and places of sign-ins', least: 7 },
  { name: 'tokenDays', label: 'Used links and tokens', about: 'Invitations, mailed links, codes, refresh tokens', least: 7 },
  { name: 'mailDays', label: 'Sent mail', about: 'The texts of mails that have left', least: 1 },
  { name: 'ledgerDays', label: 'Audit log', about: 'Older rows are pruned, and a signed stub stands for them', least: 90 },
];
export const mostDays = 3650;

/** Each pruning is a row of the ledger that stays: up to which row, and the hash of the last of them. */
export async function readPrunings(page: number) {
  const query = { event: 'RESOURCE_DELETED', resource: 'ledger', from: '2020-01-01', page, limit: 10 };
  return pageOf(await said(api.GET('/api/security/audit-logs', { params: { query } })));
}
export type Pruned = Awaited<ReturnType<typeof readPrunings>>['data'][number];

export function stubOf(row: Pruned): { upTo: string; headHash: string; days: string } {
  const facts = (typeof row.metadata === 'object' && row.metadata !== null ? row.metadata : {}) as Record<string, unknown>;
  const word = (name: string) => (facts[name] === undefined ? '' : String(facts[name]));
  return { upTo: word('upTo'), headHash: word('headHash'), days: word('ledgerDays') };
}
