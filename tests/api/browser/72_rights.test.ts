// What the pages offer is what the server lets somebody do: no more, and no less.
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { mainStack } from '../support/stack.ts';
import { World } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

const sessionOf = async (userId: string) => (await stack.database.row`SELECT id FROM sessions WHERE user_id = ${userId}`)['id'] as string;

describe('the sessions of the organization', () => {
  it('are ended by an admin where they are those of managers and staff, by an owner everywhere', async () => {
    const house = await World.side(world.houses, 'House of ends');
    const other = await world.houses.actor(house.id, 'admin');
    const [owners, admins, staffs] = await Promise.all([house.people.owner.who.id, other.who.id, house.people.staff.who.id].map(sessionOf));
    const admin = await Tab.of(house.people.admin.who);
    await admin.go('/security/sessions');
    await admin.sees(`button-revoke-session-${staffs}`);
    for (const closed of [owners, admins]) {
      await admin.sees(`row-session-${closed}`);
      await admin.misses(`button-revoke-session-${closed}`);
      expect((await world.post(`/api/security/sessions/${closed}/revoke`, {}, house.people.admin)).status).toBe(403);
    }
    await admin.misses('button-revoke-all');
    // Of one person: as far as that person is in reach.
    await admin.go(`/security/sessions?userId=${house.people.owner.who.id}`);
    await admin.sees(`row-session-${owners}`);
    await admin.misses('button-revoke-all');
    await admin.go(`/security/sessions?userId=${house.people.staff.who.id}`);
    await admin.sees('button-revoke-all');

    const owner = await Tab.of(house.people.owner.who);
    await owner.go('/security/sessions');
    for (const open of [admins, staffs]) await owner.sees(`button-revoke-session-${open}`);
    await owner.sees('button-revoke-all');
  });
});

/** A staff member with a role of the organization's own. */
async function withRole(name: string, permissions: { id: string; cell: string }[]) {
  const house = await World.side(world.houses, `House of ${name}`);
  const role = await world.post(`/api/organizations/${house.id}/roles`, { name, permissions }, house.people.owner);
  expect([role.status, role.text]).toEqual([201, role.text]);
  const { staff, owner } = house.people;
  expect((await world.patch(`/api/users/${staff.who.id}/custom-role`, { customRoleId: role.json.id }, owner)).status).toBe(200);
  return { house, staff };
}

describe('a role of the organization’s own', () => {
  it('offers on each row what reaches that row', async () => {
    const { house, staff } = await withRole('Readers', [{ id: 'clients.view', cell: '1' }]);
    const [mine, another] = [await world.resource(house, 'client', 'Mine'), await world.resource(house, 'client', 'Another')];
    await world.assign(house, 'client', mine, staff.who.id);
    expect((await world.patch(`/api/clients/${another}`, { name: 'Changed' }, staff)).status).toBe(403);
    const tab = await Tab.of(staff.who);
    await tab.go('/clients');
    await tab.sees(`row-client-${another}`);
    await tab.sees(`button-edit-client-${mine}`);
    await tab.misses(`button-edit-client-${another}`);
    await tab.misses(`button-delete-client-${mine}`);
    await tab.press(`row-client-${another}`);
    await tab.sees('dialog-client');
    expect(await tab.at('input-client-name').isDisabled()).toBe(true);
  });

  it('that sees sessions and ends its own alone is offered to end nobody’s', async () => {
    const { house, staff } = await withRole('Watchers', [{ id: 'SETTINGS_SECURITY_VIEW', cell: '1' }, { id: 'sessions.view', cell: '1' }]);
    const managers = await sessionOf(house.people.manager.who.id);
    expect((await world.post(`/api/security/sessions/${managers}/revoke`, {}, staff)).status).toBe(403);
    const tab = await Tab.of(staff.who);
    await tab.go('/security/sessions');
    await tab.sees(`row-session-${managers}`);
    await tab.misses(`button-revoke-session-${managers}`);
  });

  it('that deletes people is offered everybody but owners and admins', async () => {
    const { house, staff } = await withRole('Removers', [{ id: 'users.view', cell: '1' }, { id: 'users.delete', cell: '1' }]);
    const someone = await world.colleague(house);
    expect((await world.delete(`/api/users/${house.people.admin.who.id}`, staff)).status).toBe(403);
    const tab = await Tab.of(staff.who);
    await tab.go('/users');
    await tab.sees(`row-user-${someone.id}`);
    await tab.sees(`button-delete-user-${someone.id}`);
    await tab.misses(`button-delete-user-${house.people.admin.who.id}`);
  });
});
