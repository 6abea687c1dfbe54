// What an organization keeps and for how long, legal holds, what was pruned; and a person who leaves for good.
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { mainStack } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';
import { World, type Side } from '../support/worlds.ts';

const stack = mainStack();
const { database } = stack;
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

const page = '/security/retention';
const holdsPath = '/api/security/legal-holds';

async function opened(side: Side, role: 'owner' | 'admin' = 'owner'): Promise<Tab> {
  const tab = await Tab.of(side.people[role].who);
  await provenFor(database, side.id);
  await tab.go(page);
  await tab.sees('input-attemptDays');
  await tab.settles();
  return tab;
}
const told = (side: Side, resource: string) => database.count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${side.id} AND event_type = 'SETTINGS_UPDATED' AND resource = ${resource}`;

describe('retention', () => {
  it('sets days by kind, refuses what is out of bounds beside its field, and takes one back to what is usual', async () => {
    const side = await World.side(world.houses, 'House of days');
    const tab = await opened(side);
    expect(await tab.at('input-ledgerDays').getAttribute('placeholder')).toBe('without end');
    await tab.fill({ 'input-attemptDays': '14', 'input-ledgerDays': '30' });
    await tab.press('button-save-retention');
    await tab.says('error-ledgerDays', '90 to 3,650');
    expect(await told(side, 'retention')).toBe(0);
    await tab.fill({ 'input-ledgerDays': '400' });
    await tab.press('button-save-retention');
    await tab.sees('toast-success');
    const path = '/api/security/retention';
    expect((await world.get(path, side.people.owner)).json).toMatchObject({ attemptDays: 14, ledgerDays: 400, own: ['attemptDays', 'ledgerDays'] });
    await tab.page.reload();
    await expect.poll(() => tab.at('input-ledgerDays').inputValue()).toBe('400');
    await tab.fill({ 'input-ledgerDays': '' });
    await tab.press('button-save-retention');
    await expect.poll(async () => (await world.get(path, side.people.owner)).json.own as string[]).toEqual(['attemptDays']);
    expect(await told(side, 'retention')).toBe(2);
  });

  it('asks for a code first', async () => {
    const side = await World.side(world.houses, 'House of careful owners');
    const tab = await Tab.of(side.people.owner.who);
    await tab.go(page);
    await tab.fill({ 'input-mailDays': '7' });
    await tab.press('button-save-retention');
    await tab.says('dialog-step-up', 'change security settings');
    await tab.page.keyboard.press('Escape');
    await tab.says('error-message', 'Nothing was done');
    expect(await told(side, 'retention')).toBe(0);
  });

  it('may be read by an admin, who changes nothing; page and interface are closed to manager and staff', async () => {
    const side = await World.side(world.houses, 'House of readers');
    const tab = await opened(side, 'admin');
    for (const absent of ['button-save-retention', 'button-add-hold']) await tab.misses(absent);
    expect(await tab.at('input-attemptDays').isDisabled()).toBe(true);
    expect((await stack.client.send('PUT', '/api/security/retention', { ...side.people.admin.as, body: {} })).status).toBe(403);
    expect((await world.post(holdsPath, { reason: 'x' }, side.people.admin)).status).toBe(403);
    for (const role of ['manager', 'staff'] as const) {
      const closed = await Tab.of(side.people[role].who);
      expect((await closed.go(page))?.status()).toBe(403);
      await closed.sees('error-forbidden');
      await closed.misses('menu-retention');
      expect((await world.get(holdsPath, side.people[role])).status).toBe(403);
    }
  });
});

describe('a legal hold', () => {
  it('is placed on a person with a reason, keeps them, and is lifted with another', async () => {
    const side = await World.side(world.houses, 'House of courts');
    const { who } = side.people.staff;
    await database.run`UPDATE users SET first_name = 'Mileva', last_name = 'Maric' WHERE id = ${who.id}`;
    const tab = await opened(side);
    await tab.sees('text-no-holds');
    await tab.press('button-add-hold');
    await tab.press('button-place-hold');
    await tab.sees('error-hold-person');
    await tab.says('dialog-hold', 'Say why');
    await tab.fill({ 'input-hold-person': 'Mileva' });
    await tab.press(`option-person-${who.id}`);
    await tab.fill({ 'input-reason': 'Proceedings 12 C 345/26' });
    await tab.press('button-place-hold');
    await tab.says(`row-hold-${who.id}`, 'Mileva Maric');
    await tab.says(`row-hold-${who.id}`, 'Proceedings 12 C 345/26');
    expect(await told(side, 'legal_hold')).toBe(1);
    // A second one on the same person is none.
    await tab.press('button-add-hold');
    await tab.fill({ 'input-hold-person': 'Mileva' });
    await tab.press(`option-person-${who.id}`);
    await tab.fill({ 'input-reason': 'Again' });
    await tab.press('button-place-hold');
    await tab.says('error-message', 'already');
    await tab.press('button-cancel');
    await tab.press(`button-lift-hold-${who.id}`);
    await tab.press('button-confirm-lift');
    await tab.says('dialog-lift-hold', 'Say why');
    await tab.fill({ 'input-reason': 'The case is closed' });
    await tab.press('button-confirm-lift');
    await tab.sees('text-no-holds');
    expect(await told(side, 'legal_hold')).toBe(2);
    expect((await world.get(holdsPath, side.people.owner)).json).toEqual([]);
  });

  it('on the whole organization says so, and an admin sees it without a way to lift it', async () => {
    const side = await World.side(world.houses, 'House that is held');
    const tab = await opened(side);
    await tab.press('button-add-hold');
    await tab.choose('select-hold-on', 'organization');
    await tab.misses('input-hold-person');
    await tab.fill({ 'input-reason': 'Tax audit' });
    await tab.press('button-place-hold');
    await tab.says('row-hold-organization', 'The whole organization');
    const admin = await opened(side, 'admin');
    await admin.says('row-hold-organization', 'Tax audit');
    await admin.misses('button-lift-hold-organization');
    expect((await world.post(`${holdsPath}/lift`, { reason: 'x' }, side.people.admin)).status).toBe(403);
  });

  it('says what to do where the list cannot be had', async () => {
    const side = await World.side(world.houses, 'House of lost lists');
    const tab = await Tab.of(side.people.owner.who);
    await tab.page.route(`**${holdsPath}`, (route) => route.fulfill({ status: 429, json: { error: 'Too many requests', code: 'RATE_LIMITED', message: 'Wait.' } }));
    await tab.go(page);
    await tab.sees('error-message');
    await tab.page.unroute(`**${holdsPath}`);
    await tab.page.getByRole('button', { name: 'Try again' }).click();
    await tab.sees('text-no-holds');
    await tab.misses('error-message');
  });
});

describe('what was pruned', () => {
  it('is shown with the hash that stands for it', async () => {
    const side = await World.side(world.houses, 'House of short memory');
    const tab = await opened(side);
    await tab.sees('text-no-prunings');
    const row = { id: 7, createdAt: '2026-11-01T04:00:00.000Z', event: 'RESOURCE_DELETED', resource: 'ledger', metadata: { upTo: 12345, headHash: 'ab'.repeat(32), ledgerDays: 400 } };
    await tab.page.route('**/api/security/audit-logs?*resource=ledger*', (route) => route.fulfill({ json: { data: [row], total: 1, page: 1, pages: 1, limit: 10 } }));
    await tab.page.reload();
    await tab.says('list-prunings', '12,345');
    await tab.says('list-prunings', 'ab'.repeat(32));
    await tab.says('list-prunings', '400 days');
  });
});

describe('leaving for good', () => {
  it('takes the password and fourteen days, and is taken back until then', async () => {
    const side = await World.side(world.houses, 'House of farewells');
    const { who } = side.people.staff;
    const tab = await Tab.of(who);
    await tab.go('/profile?tab=data');
    await tab.press('button-erase-account');
    await tab.fill({ 'input-password': 'Wrong-Password-1' });
    await tab.press('button-confirm-password');
    await tab.sees('error-message');
    await tab.fill({ 'input-password': who.password });
    await tab.press('button-confirm-password');
    await tab.misses('dialog-erase-account');
    await tab.says('text-erasure', 'about to be erased');
    await tab.misses('button-erase-account');
    await tab.page.reload();
    await tab.press('button-keep-account');
    await tab.sees('button-erase-account');
    const rows = await database.count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${side.id} AND event_type = 'PROFILE_UPDATED'`;
    expect(rows, 'asked for and taken back').toBe(2);
  });

  it('is refused to the last owner, and under a hold, in words', async () => {
    const side = await World.side(world.houses, 'House of one owner');
    await provenFor(database, side.id);
    const owner = await Tab.of(side.people.owner.who);
    await owner.go('/profile?tab=data');
    await owner.press('button-erase-account');
    await owner.fill({ 'input-password': side.people.owner.who.password });
    await owner.press('button-confirm-password');
    await owner.says('error-message', /owner/i);
    expect((await world.post(holdsPath, { userId: side.people.staff.who.id, reason: 'x' }, side.people.owner)).status).toBe(201);
    const staff = await Tab.of(side.people.staff.who);
    await staff.go('/profile?tab=data');
    await staff.press('button-erase-account');
    await staff.fill({ 'input-password': side.people.staff.who.password });
    await staff.press('button-confirm-password');
    await staff.says('error-message', /legal hold/i);
  });
});
