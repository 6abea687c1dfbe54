// The security pages: audit log, sessions of everybody, network rules, policy.
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { provenFor } from '../support/step_up.ts';
import { mainStack } from '../support/stack.ts';
import { World } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

const pages = ['/audit', '/security/sessions', '/security/ip-rules', '/security/policy', '/security/risk'];

describe('security', () => {
  it('is shown to owner and admin alone', async () => {
    for (const role of ['manager', 'staff'] as const) {
      const tab = await Tab.of(world.own.people[role].who);
      for (const page of pages) expect([role, page, (await tab.go(page))?.status()]).toEqual([role, page, 403]);
      await tab.sees('error-forbidden');
      for (const menu of ['menu-audit', 'menu-sessions', 'menu-ip-rules', 'menu-policy', 'menu-risk']) await tab.misses(menu);
      expect((await world.get('/api/security/audit-logs', world.own.people[role])).status).toBe(403);
      expect((await world.get('/api/security/sessions', world.own.people[role])).status).toBe(403);
    }
  });

  it('follows the audit log as things happen, and narrows it', async () => {
    const house = await World.side(world.houses, 'House of events');
    const tab = await Tab.of(house.people.admin.who);
    await tab.go('/audit');
    await tab.sees('list-audit');
    await tab.press('button-live-tail');
    expect((await world.patch(`/api/organizations/${house.id}`, { size: '11-50' }, house.people.owner)).status).toBe(200);
    await tab.says('list-audit', 'Organization updated');
    await tab.press('button-live-tail');
    await world.post('/api/users', { email: 'not one', password: 'x', organizationId: house.id }, house.people.staff);
    await tab.choose('select-filter-outcome', 'denied');
    await tab.says('list-audit', 'Permission denied');
    await tab.settles();
    expect(await tab.at('list-audit').textContent()).not.toContain('Organization updated');
    await tab.page.locator('[data-testid^="button-audit-"]').first().click();
    await tab.says('panel-audit', 'users.create');
    await tab.fill({ 'input-search-audit': 'no such words' });
    await tab.sees('text-no-events');
  });

  it('ends the session of somebody, after a code', async () => {
    const house = await World.side(world.houses, 'House of sessions');
    const { who, as } = house.people.staff;
    const tab = await Tab.of(house.people.owner.who);
    await tab.go('/security/sessions');
    const { id } = await stack.database.row`SELECT id FROM sessions WHERE user_id = ${who.id}`;
    await provenFor(stack.database, house.id, 'revoke_session');
    await tab.press(`button-revoke-session-${id}`);
    await tab.press('button-confirm-delete');
    await tab.misses(`row-session-${id}`);
    expect((await stack.client.get('/api/users/me', as)).status).toBe(401);
  });

  it('shuts a network out; shutting oneself out has to be said on purpose', async () => {
    const house = await World.side(world.houses, 'House of networks');
    const tab = await Tab.of(house.people.owner.who);
    await provenFor(stack.database, house.id, 'ip_rule_change');
    await tab.go('/security/ip-rules');
    await tab.sees('text-no-rules');
    await tab.press('button-add-rule');
    await tab.fill({ 'input-network': 'not a network' });
    await tab.press('button-save-rule');
    await tab.sees('error-network');
    await tab.fill({ 'input-network': '203.0.113.0/24', 'input-note': 'Noise' });
    await tab.press('button-save-rule');
    await tab.says('list-rules', '203.0.113.0/24');
    await tab.press('button-add-rule');
    await tab.fill({ 'input-network': '127.0.0.1' });
    await tab.press('button-save-rule');
    await tab.sees('button-force-rule');
    await tab.press('button-cancel');
    expect(await stack.database.count`SELECT count(*) FROM ip_rules WHERE organization_id = ${house.id}`).toBe(1);
    const admin = await Tab.of(house.people.admin.who);
    await admin.go('/security/ip-rules');
    await admin.sees('list-rules');
    await admin.misses('button-add-rule');
    expect((await world.post('/api/security/ip-rules', { action: 'deny', network: '10.0.0.0/8' }, house.people.admin)).status).toBe(403);
  });

  it('keeps the policy, which an admin may only read', async () => {
    const house = await World.side(world.houses, 'House of policy');
    const tab = await Tab.of(house.people.owner.who);
    await provenFor(stack.database, house.id);
    await tab.go('/security/policy');
    await tab.fill({ 'input-idle': 'soon' });
    await tab.press('button-save-policy');
    await tab.sees('error-idle');
    await tab.fill({ 'input-idle': '60' });
    await tab.press('toggle-step-up-change_role');
    await tab.press('button-save-policy');
    await tab.sees('toast-success');
    const kept = await world.get('/api/security/policy', house.people.owner);
    expect(kept.json).toMatchObject({ sessionIdleMinutes: 60, stepUp: { also: ['change_role'] } });
    const admin = await Tab.of(house.people.admin.who);
    await admin.go('/security/policy');
    await admin.sees('toggle-second-factor');
    await admin.misses('button-save-policy');
    expect((await world.patch('/api/security/policy', { secondFactorRequired: true }, house.people.admin)).status).toBe(403);
  });
});
