// Who could do what then, and reviews of access: begun, decided person by person, signed off.
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

async function shown(side: Side, tabName: string, role: 'owner' | 'admin' = 'owner'): Promise<Tab> {
  const tab = await Tab.of(side.people[role].who);
  await provenFor(database, side.id, 'data_export');
  await provenFor(database, side.id, 'force_logout');
  await tab.go(`/compliance?tab=${tabName}`);
  await tab.press('button-open-evidence');
  return tab;
}

describe('an access review', () => {
  it('freezes everybody, is decided with reasons, suspends whose access is revoked, and ends', async () => {
    const side = await World.side(world.houses, 'House of reviews');
    const { owner, admin, manager, staff } = side.people;
    const tab = await shown(side, 'reviews');
    await tab.sees('text-no-reviews');
    await tab.press('button-begin-review');
    await tab.press('button-save-review');
    await tab.sees('error-review-name');
    await tab.fill({ 'input-review-name': 'Fourth quarter' });
    await tab.press('button-save-review');
    await tab.says('text-progress', '4 people: 0 kept, 0 revoked, 4 undecided');
    expect(await tab.at('button-sign-off').isDisabled()).toBe(true);
    await tab.misses(`button-revoke-${owner.who.id}`); // oneself
    await tab.press(`button-revoke-${staff.who.id}`);
    await tab.press('button-confirm-decision');
    await tab.says('dialog-decide', 'Say why');
    await tab.fill({ 'input-reason': 'Left in October' });
    await tab.press('button-confirm-decision');
    await tab.says(`row-item-${staff.who.id}`, 'Left in October');
    await tab.misses(`button-keep-${staff.who.id}`);
    expect((await database.row`SELECT status FROM users WHERE id = ${staff.who.id}`)['status']).toBe('suspended');
    expect((await stack.client.get('/api/users/me', staff.as)).status).not.toBe(200);
    for (const one of [owner, admin, manager]) {
      await tab.press(`button-keep-${one.who.id}`);
      await tab.fill({ 'input-reason': 'Still needs it' });
      await tab.press('button-confirm-decision');
      await tab.says(`row-item-${one.who.id}`, 'Still needs it');
    }
    await tab.says('text-progress', '3 kept, 1 revoked, 0 undecided');
    await tab.press('button-sign-off');
    await tab.sees('text-signed-off');
    await tab.misses(`button-keep-${admin.who.id}`);
    const [file] = await Promise.all([tab.page.waitForEvent('download'), tab.press('button-csv-access_review')]);
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    await tab.page.getByRole('link', { name: 'All reviews' }).click();
    await tab.says('list-reviews', 'signed off');
    await tab.page.getByRole('link', { name: /Fourth quarter/ }).click();
    await tab.sees('text-signed-off');
  });

  it('says that somebody may not be revoked, and shows one window what another decided', async () => {
    const side = await World.side(world.houses, 'House of two reviewers');
    const tab = await shown(side, 'reviews', 'admin');
    await tab.press('button-begin-review');
    await tab.fill({ 'input-review-name': 'Of admins' });
    await tab.press('button-save-review');
    const { owner, staff } = side.people;
    await tab.press(`button-revoke-${owner.who.id}`);
    await tab.fill({ 'input-reason': 'Why not' });
    await tab.press('button-confirm-decision');
    await tab.sees('error-message');
    await tab.press('button-cancel');
    const { id } = await database.row`SELECT id FROM access_reviews WHERE organization_id = ${side.id}`;
    const path = `/api/compliance/access-reviews/${id}/decisions`;
    expect((await world.post(path, { userId: staff.who.id, decision: 'revoke', reason: 'Elsewhere' }, owner)).status).toBe(200);
    await tab.press(`button-keep-${staff.who.id}`);
    await tab.fill({ 'input-reason': 'Here' });
    await tab.press('button-confirm-decision');
    await tab.says('error-message', 'revoked before');
  });
});

describe('past access', () => {
  it('names who could do something, and by which rows', async () => {
    const side = await World.side(world.houses, 'House of yesterdays');
    const { owner, admin, manager, staff } = side.people;
    expect((await world.patch(`/api/users/${manager.who.id}/role`, { role: 'staff' }, owner)).status).toBe(200);
    const tab = await shown(side, 'access');
    await tab.says(`row-then-${staff.who.id}`, staff.who.email);
    await tab.says(`row-then-${manager.who.id}`, 'of the sealed log');
    await tab.choose('select-then-permission', 'clients.delete');
    await tab.says(`row-then-${admin.who.id}`, 'yes');
    await tab.misses(`row-then-${staff.who.id}`);
    expect(new URL(tab.page.url()).searchParams.get('permission')).toBe('clients.delete');
    const [file] = await Promise.all([tab.page.waitForEvent('download'), tab.press('button-csv-access_matrix')]);
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    await tab.choose('select-then-permission', '');
    await tab.at('input-then-day').fill('2020-01-01');
    await tab.at('input-then-day').blur();
    await tab.sees('text-nobody-then');
  });

  it('is refused to manager and staff, page and interface', async () => {
    for (const role of ['manager', 'staff'] as const) {
      const tab = await Tab.of(world.own.people[role].who);
      expect((await tab.go('/compliance?tab=reviews'))?.status()).toBe(403);
      await tab.misses('tab-reviews');
      for (const path of ['/api/compliance/access-reviews', '/api/compliance/access/matrix']) expect((await world.get(path, world.own.people[role])).status).toBe(403);
    }
  });
});
