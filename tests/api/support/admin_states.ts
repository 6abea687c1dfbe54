// The states of the administrators' pages that are worth looking at.
import type { Tab } from './browser.ts';
import type { Given, State } from './page_states.ts';
import { provenFor } from './step_up.ts';

const at = (path: string) => async (tab: Tab) => void (await tab.go(path));

/** Once for each file: people, roles and decisions as a living organization has them. */
let furnished: string | undefined;
async function furnish(world: Given['world']): Promise<void> {
  if (furnished === world.own.id) return;
  furnished = world.own.id;
  const { database, client } = world.stack;
  const names = [['Katherine', 'Johnson', 'admin'], ['Dorothy', 'Vaughan', 'manager'], ['Mary', 'Jackson', 'staff'], ['Annie', 'Easley', 'staff'], ['Christine', 'Darden', 'staff'], ['Margaret', 'Hamilton', 'manager']] as const;
  const made: { id: string; email: string; password: string }[] = [];
  for (const [first, last, role] of names) {
    const who = await world.houses.member(world.own.id, role, `${first}.${last}@northwind.example`.toLowerCase());
    await database.run`UPDATE users SET first_name = ${first}, last_name = ${last} WHERE id = ${who.id}`;
    made.push(who);
  }
  await database.run`UPDATE users SET status = 'suspended' WHERE id = ${made[4]?.id ?? ''}`;
  const role = { name: 'Auditors', description: 'Read the audit log and the evidence', permissions: [{ id: 'SETTINGS_SECURITY_VIEW', cell: '1' }, { id: 'users.view', cell: '1' }] };
  const auditors = await world.post(`/api/organizations/${world.own.id}/roles`, role, world.own.people.owner);
  for (const one of [made[2], made[3]]) await world.patch(`/api/users/${one?.id}/custom-role`, { customRoleId: auditors.json.id }, world.own.people.owner);
  for (const email of ['newcomer@northwind.example', 'another@northwind.example']) await world.post(`/api/organizations/${world.own.id}/invitations`, { email, role: 'staff' }, world.own.people.owner);
  const { email, password } = made[1] ?? { email: '', password: '' };
  for (const place of [{ deviceFingerprint: 'home', country: 'DE', city: 'Berlin' }, { deviceFingerprint: 'home', country: 'DE', city: 'Bonn' }, { deviceFingerprint: 'phone', country: 'DE', city: 'Berlin' }, { deviceFingerprint: 'other', country: 'JP', city: 'Osaka' }])
    await client.post('/api/auth/login', { email, password, ...place });
  for (const name of ['Access review', 'Sign-ins of November']) await world.post('/api/reports', { type: 'user-access', format: 'csv', name }, world.own.people.owner);
}
export const furnishedAt = (path: string, then?: (tab: Tab, given: Given) => Promise<void>) => async (tab: Tab, given: Given) => {
  await furnish(given.world);
  await tab.go(path);
  await then?.(tab, given);
};

async function dorothy({ world }: Given): Promise<string> {
  const row = await world.stack.database.row`SELECT id FROM users WHERE organization_id = ${world.own.id} AND first_name = 'Dorothy'`;
  return row['id'] as string;
}
async function editing(tab: Tab, given: Given): Promise<void> {
  await tab.press(`button-edit-user-${await dorothy(given)}`);
  await tab.choose('select-role', 'admin');
  await tab.sees('list-gains');
}
async function selecting(tab: Tab): Promise<void> {
  await tab.sees('table-users');
  await tab.at('checkbox-select-all').check();
  await tab.sees('text-selected');
}
async function editingRole(tab: Tab, { world }: Given): Promise<void> {
  const { id } = await world.stack.database.row`SELECT id FROM custom_roles WHERE organization_id = ${world.own.id}`;
  await tab.press(`button-edit-role-${id}`);
  await tab.choose('select-cell-SETTINGS_SECURITY_VIEW', '0');
  await tab.sees('list-loses');
  await tab.at('panel-impact').scrollIntoViewIfNeeded();
}
async function explaining(tab: Tab, given: Given): Promise<void> {
  await tab.go(`/access?person=${await dorothy(given)}`);
  await tab.settles();
  await tab.choose('select-action', 'clients.delete');
  await tab.press('button-explain');
  await tab.sees('list-terms');
}
async function openEvent(tab: Tab): Promise<void> {
  await tab.sees('list-audit');
  await tab.page.locator('[data-testid^="button-audit-"]').first().click();
  await tab.sees('panel-audit');
}
async function openDecision(tab: Tab): Promise<void> {
  await tab.sees('list-decisions');
  await tab.page.locator('[data-testid^="button-decision-"]').first().click();
  await tab.sees('panel-decision');
}

async function wantsToAct(tab: Tab, given: Given): Promise<void> {
  await tab.at(`row-user-${await dorothy(given)}`).click({ position: { x: 90, y: 20 } });
  await tab.press('button-impersonate');
  await tab.fill({ 'input-reason': 'Ticket 4711: the report of November does not open' });
}
async function acts(tab: Tab, given: Given): Promise<void> {
  await provenFor(given.world.stack.database, given.world.own.id, 'impersonate');
  await wantsToAct(tab, given);
  await tab.press('button-confirm-impersonate');
  await tab.sees('banner-impersonation');
}
async function mustProve(tab: Tab, { world }: Given): Promise<void> {
  await world.stack.database.run`DELETE FROM step_up_challenges WHERE organization_id = ${world.own.id}`;
  await tab.fill({ 'input-idle': '60' });
  await tab.press('button-save-policy');
  await tab.sees('dialog-step-up');
}

async function reviewing(tab: Tab, { world }: Given): Promise<void> {
  await provenFor(world.stack.database, world.own.id, 'data_export');
  await tab.press('button-open-evidence');
  await tab.press('button-begin-review');
  await tab.fill({ 'input-review-name': 'Fourth quarter' });
  await tab.press('button-save-review');
  await tab.page.locator('[data-testid^="button-keep-"]').first().click();
  await tab.fill({ 'input-reason': 'Leads the accounting of two clients' });
  await tab.press('button-confirm-decision');
  await tab.misses('dialog-decide');
}
/** A person is held, and some of the ledger is gone. */
async function keeping(tab: Tab, given: Given): Promise<void> {
  const { world } = given;
  await provenFor(world.stack.database, world.own.id);
  await world.post('/api/security/legal-holds', { userId: await dorothy(given), reason: 'Proceedings 12 C 345/26, letter of 3 March' }, world.own.people.owner);
  const row = { id: 7, createdAt: '2026-11-01T04:00:00.000Z', event: 'RESOURCE_DELETED', resource: 'ledger', metadata: { upTo: 12345, headHash: 'c0ffee'.repeat(10), ledgerDays: 400 } };
  await tab.page.route('**/api/security/audit-logs?*resource=ledger*', (route) => route.fulfill({ json: { data: [row], total: 1, page: 1, pages: 1, limit: 10 } }));
  await tab.page.reload();
  await tab.sees('list-prunings');
  await tab.sees('list-holds');
}

export const administration: State[] = [
  { name: 'impersonate', floats: true, as: 'owner', reach: furnishedAt('/users', wantsToAct) },
  { name: 'impersonating', as: 'owner', reach: furnishedAt('/users', acts) },
  { name: 'step-up', floats: true, as: 'owner', reach: furnishedAt('/security/policy', mustProve) },
  { name: 'users', as: 'owner', reach: furnishedAt('/users') },
  { name: 'users-manager', as: 'manager', reach: furnishedAt('/users') },
  { name: 'users-selected', as: 'owner', reach: furnishedAt('/users', selecting) },
  { name: 'users-nobody', as: 'owner', reach: furnishedAt('/users?search=nobody') },
  { name: 'users-edit', floats: true, as: 'owner', reach: furnishedAt('/users', editing) },
  { name: 'users-details', floats: true, as: 'owner', reach: furnishedAt('/users', async (tab, given) => tab.at(`row-user-${await dorothy(given)}`).click({ position: { x: 90, y: 20 } })) },
  { name: 'users-add', floats: true, as: 'owner', reach: furnishedAt('/users', (tab) => tab.press('button-add-user')) },
  { name: 'users-invite', floats: true, as: 'owner', reach: furnishedAt('/users', (tab) => tab.press('button-invite-user')) },
  { name: 'invitations', as: 'owner', reach: furnishedAt('/users?tab=invitations') },
  { name: 'roles', as: 'owner', reach: furnishedAt('/roles') },
  { name: 'roles-edit', floats: true, as: 'owner', reach: furnishedAt('/roles', editingRole) },
  { name: 'access', as: 'owner', reach: furnishedAt('/access') },
  { name: 'access-explained', as: 'owner', reach: furnishedAt('/access', explaining) },
  { name: 'billing', as: 'owner', reach: at('/billing') },
  { name: 'billing-plans', floats: true, as: 'owner', reach: furnishedAt('/billing', (tab) => tab.press('button-upgrade')) },
  { name: 'settings', as: 'owner', reach: at('/settings') },
  { name: 'ai-agents', as: 'staff', reach: at('/ai-agents') },
  {
    name: 'ai-agents-answered',
    as: 'staff',
    reach: furnishedAt('/ai-agents', async (tab) => {
      await tab.fill({ 'input-message': 'May I delete clients?' });
      await tab.press('button-send');
      await tab.sees('text-agent-answer');
    }),
  },
  { name: 'reports', as: 'owner', reach: furnishedAt('/reports') },
  { name: 'reports-none', as: 'staff', reach: at('/reports') },
  { name: 'audit', as: 'admin', reach: furnishedAt('/audit') },
  { name: 'audit-event', as: 'admin', reach: furnishedAt('/audit', openEvent) },
  { name: 'audit-nothing', as: 'admin', reach: at('/audit?search=nothing-has-this') },
  { name: 'sessions', as: 'admin', reach: furnishedAt('/security/sessions') },
  { name: 'policy', as: 'owner', reach: at('/security/policy') },
  { name: 'ip-rules-none', as: 'admin', reach: at('/security/ip-rules') },
  { name: 'ip-rules-add', floats: true, as: 'owner', reach: furnishedAt('/security/ip-rules', (tab) => tab.press('button-add-rule')) },
  { name: 'compliance', as: 'admin', reach: furnishedAt('/compliance') },
  {
    name: 'compliance-open',
    as: 'admin',
    reach: furnishedAt('/compliance', async (tab, { world }) => {
      await provenFor(world.stack.database, world.own.id, 'data_export');
      await tab.press('button-open-evidence');
      await tab.sees('card-CC9');
    }),
  },
  {
    name: 'compliance-past-access',
    as: 'admin',
    reach: furnishedAt('/compliance?tab=access', async (tab, { world }) => {
      await provenFor(world.stack.database, world.own.id, 'data_export');
      await tab.press('button-open-evidence');
      await tab.sees('list-then');
    }),
  },
  {
    name: 'compliance-reviews-none',
    as: 'admin',
    reach: async (tab, { world }) => {
      await provenFor(world.stack.database, world.own.id, 'data_export');
      await tab.go('/compliance?tab=reviews');
      await tab.press('button-open-evidence');
      await tab.sees('text-no-reviews');
    },
  },
  { name: 'compliance-review', as: 'owner', reach: furnishedAt('/compliance?tab=reviews', reviewing) },
  {
    name: 'compliance-decide', floats: true,
    as: 'owner',
    reach: furnishedAt('/compliance?tab=reviews', async (tab, given) => {
      await reviewing(tab, given);
      await tab.page.locator('[data-testid^="button-revoke-"]').first().click();
      await tab.sees('dialog-decide');
    }),
  },
  { name: 'retention', as: 'owner', reach: furnishedAt('/security/retention', keeping) },
  { name: 'retention-admin', as: 'admin', reach: furnishedAt('/security/retention') },
  {
    name: 'retention-hold', floats: true,
    as: 'owner',
    reach: furnishedAt('/security/retention', async (tab, given) => {
      await tab.press('button-add-hold');
      await tab.fill({ 'input-hold-person': 'Dorothy' });
      await tab.press(`option-person-${await dorothy(given)}`);
    }),
  },
  {
    name: 'retention-lift', floats: true,
    as: 'owner',
    reach: furnishedAt('/security/retention', async (tab, given) => {
      await keeping(tab, given);
      await tab.press(`button-lift-hold-${await dorothy(given)}`);
      await tab.sees('dialog-lift-hold');
    }),
  },
  { name: 'risk', as: 'admin', reach: furnishedAt('/security/risk', async (tab, given) => void (await tab.go(`/security/risk?person=${await dorothy(given)}`))) },
  { name: 'risk-decision', as: 'admin', reach: furnishedAt('/security/risk?event=ANOMALY_SCORE_MEDIUM', openDecision) },
  {
    name: 'risk-replay',
    as: 'admin',
    reach: furnishedAt('/security/risk?tab=replay', async (tab) => {
      await tab.at('slider-stepUp').fill('30');
      await tab.says('text-replayed', /[1-9]/);
    }),
  },
];
