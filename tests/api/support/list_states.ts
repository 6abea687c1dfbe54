// The states of whatever is asked for that a page passes through: waiting, failed, not for this person, and nothing there.
import type { Route } from 'playwright-core';
import type { Tab } from './browser.ts';
import type { Given, State } from './page_states.ts';
import { provenFor } from './step_up.ts';
import type { Role } from './worlds.ts';

interface Asked {
  name: string;
  path: string;
  as?: Role;
  /** The question that is answered otherwise. */
  api: string;
  /** What has nothing in it, and what is said then. */
  nothing?: { json: unknown; testid: string };
  /** What leads there once the page stands. */
  then?: (tab: Tab) => Promise<void>;
  floats?: boolean;
}

const page = { data: [], total: 0, page: 1, pages: 0, limit: 20 };
const open = (tab: Tab) => tab.press('button-open-evidence');

const asked: Asked[] = [
  { name: 'users', path: '/users', api: '**/api/organizations/*/users?**', nothing: { json: page, testid: 'text-no-users' } },
  { name: 'invitations', path: '/users?tab=invitations', api: '**/api/organizations/*/invitations?**', nothing: { json: page, testid: 'text-no-invitations' } },
  { name: 'roles', path: '/roles', api: '**/api/organizations/*/roles' },
  { name: 'clients', path: '/clients', api: '**/api/clients?**', nothing: { json: page, testid: 'text-no-clients' } },
  { name: 'workflows', path: '/workflows', as: 'staff', api: '**/api/workflows?**', nothing: { json: page, testid: 'text-no-workflows' } },
  { name: 'reports', path: '/reports', api: '**/api/reports?**', nothing: { json: page, testid: 'text-no-reports' } },
  { name: 'ai-agents', path: '/ai-agents', api: '**/api/ai-agents', nothing: { json: [], testid: 'text-no-agents' } },
  { name: 'audit', path: '/audit', api: '**/api/security/audit-logs?**', nothing: { json: page, testid: 'text-no-events' } },
  { name: 'audit-days', path: '/audit', api: '**/api/security/audit-summary*' },
  { name: 'sessions', path: '/security/sessions', api: '**/api/security/sessions?**', nothing: { json: page, testid: 'text-no-sessions' } },
  { name: 'ip-rules', path: '/security/ip-rules', api: '**/api/security/ip-rules*', nothing: { json: [], testid: 'text-no-rules' } },
  { name: 'policy', path: '/security/policy', api: '**/api/security/policy' },
  { name: 'risk', path: '/security/risk', api: '**/api/security/risk/decisions*', nothing: { json: page, testid: 'text-no-decisions' } },
  { name: 'risk-replay', path: '/security/risk?tab=replay', api: '**/api/security/risk/replay' },
  { name: 'holds', path: '/security/retention', api: '**/api/security/legal-holds*', nothing: { json: [], testid: 'text-no-holds' } },
  { name: 'prunings', path: '/security/retention', api: '**/api/security/audit-logs?**', nothing: { json: page, testid: 'text-no-prunings' } },
  { name: 'evidence', path: '/compliance', api: '**/api/compliance/**', then: open },
  { name: 'past-access', path: '/compliance?tab=access', api: '**/api/compliance/**', then: open },
  { name: 'reviews', path: '/compliance?tab=reviews', api: '**/api/compliance/**', then: open },
  { name: 'billing', path: '/billing', api: '**/api/billing/subscription' },
  { name: 'devices', path: '/profile?tab=devices', api: '**/api/auth/sessions' },
  { name: 'data', path: '/profile?tab=data', api: '**/api/v1/me/data*' },
  { name: 'counts', path: '/dashboard', api: /\/api\/(clients|workflows|reports|organizations\/[^/]+\/users)\?/.source },
  { name: 'notifications', path: '/dashboard', api: '**/api/notifications?**', then: (tab) => tab.press('button-notifications'), floats: true },
  {
    name: 'search', path: '/dashboard', api: '**/api/search?**', floats: true, nothing: { json: { users: [], clients: [], workflows: [], reports: [] }, testid: 'search-results' },
    then: (tab) => tab.fill({ 'input-global-search': 'harbour' }),
  },
];

const refused = (status: number, error: string, message: string) => (route: Route) =>
  route.fulfill({ status, contentType: 'application/problem+json', json: { error, code: status === 403 ? 'FORBIDDEN' : 'RATE_LIMITED', message } });

function state({ name, path, as = 'owner', api, then, floats = false }: Asked, how: string, answer: (route: Route) => unknown, shown: string): State {
  return {
    name: `${name}-${how}`, as, floats, ...(how === 'waiting' && { waits: true }),
    reach: async (tab, { world }: Given) => {
      await provenFor(world.stack.database, world.own.id, 'data_export');
      await tab.page.route(api.startsWith('**') ? api : new RegExp(api), (route) => void answer(route));
      await tab.go(path);
      await then?.(tab);
      await tab.page.locator('h1').first().waitFor({ state: 'visible' });
      await tab.page.locator(shown).first().waitFor({ state: 'visible' });
    },
  };
}

export const passing: State[] = asked.flatMap((one) => [
  state(one, 'waiting', () => undefined, '.animate-pulse:visible, [data-testid="search-loading"]:visible'),
  state(one, 'failed', refused(429, 'Too many requests', 'Try again in a moment.'), 'main .text-danger:visible, [role="alert"]:visible'),
  ...(one.nothing ? [state(one, 'nothing', (route) => route.fulfill({ json: one.nothing?.json }), `[data-testid="${one.nothing.testid}"]`)] : []),
  // What the server refuses though the page opened: rights are lost while they are used.
  ...(['clients', 'audit', 'billing'].includes(one.name) ? [state(one, 'refused', refused(403, 'Forbidden', 'You may not.'), '[data-testid="error-forbidden"]')] : []),
]);
