// Roles, access, plan, settings, agents and reports (spec/cases layer 5).
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { provenFor } from '../support/step_up.ts';
import { mainStack } from '../support/stack.ts';
import { roles, World, type Side } from '../support/worlds.ts';

const stack = mainStack();
let world: World;
let side: Side;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
  side = world.own;
});
watchTabs();

const events = (organizationId: string, type: string) => stack.database.count`SELECT count(*) FROM security_events WHERE organization_id = ${organizationId} AND event_type = ${type}`;

describe('roles', () => {
  it('shows before it is saved who gains and who loses', async () => {
    const house = await World.side(world.houses, 'House of custom roles');
    const tab = await Tab.of(house.people.owner.who);
    await tab.go('/roles');
    await tab.sees('matrix-roles');
    await tab.press('button-add-role');
    await tab.press('button-save-role');
    await tab.sees('error-role-name');
    await tab.fill({ 'input-role-name': 'Readers' });
    await tab.choose('select-cell-SETTINGS_SECURITY_VIEW', '1');
    await tab.says('list-gains', 'See audit');
    await tab.press('button-save-role');
    await tab.sees('toast-success');
    const { id } = await stack.database.row`SELECT id FROM custom_roles WHERE organization_id = ${house.id}`;
    await stack.database.run`UPDATE users SET custom_role_id = ${id as string}, first_name = 'Stella', last_name = 'Reads' WHERE id = ${house.people.staff.who.id}`;
    await tab.page.reload();
    await tab.press(`button-edit-role-${id}`);
    await tab.choose('select-cell-SETTINGS_SECURITY_VIEW', '0');
    await tab.choose('select-cell-users.view', '1');
    await tab.says('list-gains', 'See everybody');
    await tab.says('list-loses', 'See audit');
    await tab.says('list-impact-people', 'Stella Reads');
    expect((await stack.database.row`SELECT count(*) AS holds FROM custom_role_permissions WHERE role_id = ${id as string} AND permission_id = 'SETTINGS_SECURITY_VIEW'`)['holds']).toSatisfy((held: unknown) => Number(held) === 1);
    await tab.press('button-cancel');
    await tab.press(`button-delete-role-${id}`);
    await tab.says('list-impact-people', 'Stella Reads');
    await tab.press('button-confirm-delete');
    await tab.misses(`row-role-${id}`);
  });

  it('are of the owner alone: absent for an admin, whom the interface refuses too', async () => {
    const { who, as } = side.people.admin;
    const tab = await Tab.of(who);
    expect((await tab.go('/roles'))?.status()).toBe(403);
    await tab.sees('error-forbidden');
    await tab.misses('menu-roles');
    expect((await stack.client.post(`/api/organizations/${side.id}/roles`, { name: 'No', permissions: [{ id: 'users.view', cell: '1' }] }, as)).status).toBe(403);
  });

  it('answers who may what, and why', async () => {
    const { who } = side.people.staff;
    const tab = await Tab.of(side.people.manager.who);
    await tab.go(`/access?person=${who.id}`);
    await tab.sees('input-subject');
    await tab.settles();
    await tab.choose('select-action', 'users.view');
    await tab.press('button-explain');
    await tab.says('text-verdict', 'may not');
    expect(await (await tab.sees('list-terms')).locator('li').count()).toBe(3);
    await tab.choose('select-action', 'profile.edit');
    await tab.press('button-explain');
    await tab.says('text-verdict', 'Yes');
    expect((await (await Tab.of(who)).go('/access'))?.status()).toBe(403);
  });
});

describe('the owner', () => {
  it('TC-E2E-044 changes the plan, which nobody else may see', async () => {
    const house = await World.side(world.houses, 'House of plans');
    const tab = await Tab.of(house.people.owner.who);
    await tab.go('/billing');
    await tab.says('text-current-plan', 'Free');
    await tab.press('button-upgrade');
    await tab.press('button-select-pro-plan');
    await tab.press('button-confirm-upgrade');
    await tab.says('text-current-plan', 'Pro');
    expect(await events(house.id, 'BILLING_CHANGED')).toBe(1);
    for (const role of ['admin', 'manager', 'staff'] as const) {
      const other = await Tab.of(house.people[role].who);
      expect([role, (await other.go('/billing'))?.status()]).toEqual([role, 403]);
      await other.sees('error-forbidden');
      expect((await stack.client.send('PATCH', '/api/billing/subscription', { ...house.people[role].as, body: { plan: 'free' } })).status).toBe(403);
    }
  });

  it('gives the organization to somebody else', async () => {
    const house = await World.side(world.houses, 'House to give');
    const { who } = house.people.admin;
    const tab = await Tab.of(house.people.owner.who);
    await provenFor(stack.database, house.id);
    await tab.go('/settings');
    await tab.press('button-transfer');
    await tab.fill({ 'input-new-owner': who.email });
    await tab.at(`option-person-${who.id}`).click();
    await tab.press('button-confirm-transfer');
    await tab.arrives('/dashboard');
    await tab.misses('menu-settings');
    expect(await stack.database.row`SELECT owner_id FROM organizations WHERE id = ${house.id}`).toEqual({ owner_id: who.id });
  });

  it('deletes the organization once its name is typed', async () => {
    const house = await World.side(world.houses, 'House to delete');
    const tab = await Tab.of(house.people.owner.who);
    await tab.go('/settings');
    await tab.press('button-delete-organization');
    expect(await tab.at('button-confirm-delete').isDisabled()).toBe(true);
    await tab.fill({ 'input-org-name': 'House to delete' });
    await tab.press('button-confirm-delete');
    await tab.arrives('/login');
    expect(await stack.database.count`SELECT count(*) FROM users WHERE organization_id = ${house.id} AND deleted_at IS NULL`).toBe(0);
  });
});

describe('tools', () => {
  it('TC-E2E-045 asks the access guide, which answers from the matrix', async () => {
    const house = await World.side(world.houses, 'House of agents');
    const expected = { owner: 'yes', admin: 'yes', manager: 'no', staff: 'no' };
    for (const role of roles) {
      const before = await events(house.id, 'AI_AGENT_USED');
      const tab = await Tab.of(house.people[role].who);
      await tab.go('/ai-agents');
      await tab.press('card-agent-access-guide');
      await tab.fill({ 'input-message': 'May I delete clients?' });
      await tab.press('button-send');
      const answer = (await (await tab.sees('text-agent-answer')).textContent()) ?? '';
      expect([role, /^\s*yes\b/i.test(answer) ? 'yes' : 'no', answer.includes('clients.delete')]).toEqual([role, expected[role], true]);
      expect(await events(house.id, 'AI_AGENT_USED')).toBe(before + 1);
    }
  });

  it('TC-E2E-047 writes a report and gives it to whom it is assigned', async () => {
    const house = await World.side(world.houses, 'House of reports');
    const tab = await Tab.of(house.people.manager.who);
    await tab.go('/reports');
    await tab.press('button-create-report');
    await tab.choose('select-report-type', 'user-access');
    await tab.choose('select-format', 'csv');
    await tab.press('button-generate');
    await tab.sees('status-generating');
    await tab.sees('button-download');
    const [file] = await Promise.all([tab.page.waitForEvent('download'), tab.press('button-download')]);
    expect(readFileSync(await file.path(), 'utf8').trim().split('\r\n')).toHaveLength(1 + roles.length);
    const { id } = await stack.database.row`SELECT id FROM resources WHERE organization_id = ${house.id} AND type = 'report'`;
    const theirs = await Tab.of(house.people.staff.who);
    await theirs.go('/reports');
    await theirs.sees('text-no-reports');
    await theirs.misses('button-create-report');
    expect((await stack.client.get(`/api/reports/${id}/download`, house.people.staff.as)).status).toBe(403);
    await world.assign(house, 'report', id as string, house.people.staff.who.id);
    await theirs.page.reload();
    await theirs.sees(`row-report-${id}`);
    await theirs.misses(`button-delete-report-${id}`);
    expect((await stack.client.delete(`/api/reports/${id}`, house.people.staff.as)).status).toBe(403);
  });
});

describe('risk', () => {
  it('draws what each signal added, and tries other thresholds', async () => {
    const house = await World.side(world.houses, 'House of risk');
    const { email, password } = house.people.staff.who;
    const login = (more: object) => stack.client.post('/api/auth/login', { email, password, ...more });
    expect((await login({ deviceFingerprint: 'home', country: 'DE', city: 'Berlin' })).status).toBe(200);
    expect((await login({ deviceFingerprint: 'elsewhere', country: 'DE', city: 'Bonn' })).status).toBe(200);
    const tab = await Tab.of(house.people.admin.who);
    await tab.go('/security/risk');
    const { id } = await stack.database.row`SELECT max(id) AS id FROM audit_ledger WHERE organization_id = ${house.id} AND event_type = 'LOGIN_SUCCESS' AND user_id = ${house.people.staff.who.id}`;
    await tab.press(`button-decision-${id}`);
    await tab.says('panel-decision', 'New device');
    await tab.says('panel-decision', 'Bonn');
    await tab.press('tab-replay');
    await tab.at('slider-stepUp').fill('30');
    await tab.says('text-replayed', /[1-9]\d* decisions? of/);
    expect((await (await Tab.of(house.people.staff.who)).go('/security/risk'))?.status()).toBe(403);
  });
});
