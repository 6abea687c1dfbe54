// Decisions on risk: what the ledger keeps of one, and each signal's share.
import { api, pageOf, said } from '$api/client';

export interface Signal {
  name: string;
  share: number;
  weight: number;
  fired: boolean;
}
export interface Record {
  score: number;
  band: string;
  stepUp: number;
  block: number;
  signals: Signal[];
  lowers: { signal: string; by: number; with: string }[];
  skipped: boolean;
}

const isObject = (value: unknown): value is { [name: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value);
const numberIn = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise);

/** What is stored is free JSON: whatever is missing is nothing. */
export function recordIn(risk: unknown): Record | undefined {
  if (!isObject(risk)) return undefined;
  const thresholds = isObject(risk['thresholds']) ? risk['thresholds'] : {};
  const signals = isObject(risk['signals']) ? risk['signals'] : {};
  const lowers = Array.isArray(risk['wouldLower']) ? risk['wouldLower'].filter(isObject) : [];
  return {
    score: numberIn(risk['score'], 0),
    band: String(risk['band'] ?? 'pass'),
    stepUp: numberIn(thresholds['stepUp'], 60),
    block: numberIn(thresholds['block'], 90),
    signals: Object.entries(signals).flatMap(([name, value]) =>
      isObject(value) ? [{ name, share: numberIn(value['share'], 0), weight: numberIn(value['weight'], 0), fired: value['fired'] === true }] : [],
    ),
    lowers: lowers.map((one) => ({ signal: String(one['signal']), by: numberIn(one['by'], 0), with: String(one['with']) })),
    skipped: risk['skipped'] === true,
  };
}

const texts: { [name: string]: string } = {
  NEW_DEVICE: 'New device',
  NEW_COUNTRY: 'New country',
  NEW_CITY: 'New city',
  MANY_ACTIVE_SESSIONS: 'Many live sessions',
  IMPOSSIBLE_TRAVEL: 'Impossible travel',
  FAILED_BURST: 'Failures before',
  TOKEN_REUSE: 'Token used again',
  UNUSUAL_HOUR: 'Unusual hour',
  LISTED_ADDRESS: 'Listed address',
  DORMANT_ACCOUNT: 'Long unused',
};
export const signalText = (name: string) => texts[name] ?? name.replaceAll('_', ' ').toLowerCase();
export const signalNames = Object.keys(texts);

export const bands: { [band: string]: { text: string; tone: 'success' | 'warning' | 'danger' } } = {
  pass: { text: 'let in', tone: 'success' },
  step_up: { text: 'asked for a code', tone: 'warning' },
  block: { text: 'kept out', tone: 'danger' },
};
export const bandOf = (band: string) => bands[band] ?? { text: band, tone: 'warning' as const };

export async function readDecisions(query: { page: number; limit: number; event?: string; from?: string; userId?: string }) {
  return pageOf(await said(api.GET('/api/security/risk/decisions', { params: { query } })));
}
export type Decision = Awaited<ReturnType<typeof readDecisions>>['data'][number];

export async function replay(stepUp: number, block: number) {
  return said(api.POST('/api/security/risk/replay', { body: { stepUp, block } }));
}
export type Replayed = Awaited<ReturnType<typeof replay>>;
