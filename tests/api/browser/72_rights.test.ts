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
