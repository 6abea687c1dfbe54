// Rights beside the built-in roles are no back door to accounts and contents that are out of reach (I-5, I-6, I-7).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { usersPath } from '../support/houses.ts';
import { newAddress } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';
import { World, type Actor, type Role } from '../support/worlds.ts';

afterAll(stopStacks);

let world: World;
beforeAll(async () => {
  world = await World.start();
});

const path = (id: string): string => `${usersPath}/${id}`;
async function holding(permission: string, role: Role = 'staff'): Promise<Actor> {
  const actor = await world.houses.actor(world.own.id, role);
  await grant(actor.who.id, permission);
  return actor;
}
async function grant(user: string, permission: string): Promise<void> {
  await world.stack.database.run`
    INSERT INTO user_permissions (organization_id, user_id, permission_id, cell) VALUES (${world.own.id}, ${user}, ${permission}, '1')`;
}
const row = async (id: string) => world.stack.database.row`SELECT email, role, status, deleted_at FROM users WHERE id = ${id}`;

describe('rights beside the role', () => {
  it('I-6 users.delete deletes colleagues, neither owners nor admins', async () => {
    const actor = await holding('users.delete');
    for (const role of ['owner', 'admin'] as const) {
      const target = await world.colleague(world.own, role);
      expectRefusal(await world.delete(path(target.id), actor), 403, 'FORBIDDEN');
      expect((await row(target.id))['deleted_at']).toBeNull();
    }
    expectStatus(await world.delete(path((await world.colleague(world.own)).id), actor), 204);
  });
  it('I-5, I-7 users.role makes nobody more than the one who holds it, and touches no owner', async () => {
    const actor = await holding('users.role');
    const staff = await world.colleague(world.own);
    for (const role of ['owner', 'admin', 'manager'])
      expectRefusal(await world.patch(`${path(staff.id)}/role`, { role }, actor), 403, 'FORBIDDEN');
    expect((await row(staff.id))['role']).toBe('staff');
    const owner = await world.colleague(world.own, 'owner');
    expectRefusal(await world.patch(`${path(owner.id)}/role`, { role: 'staff' }, actor), 403, 'FORBIDDEN');
    expect((await row(owner.id))['role']).toBe('owner');
  });
  it('I-7 nobody takes over the account of one who may more', async () => {
    const { admin } = world.own.people;
    const target = await world.colleague(world.own);
    await grant(target.id, 'organization.billing'); // which no admin holds
    expectRefusal(await world.patch(path(target.id), { email: newAddress('taken') }, admin), 403, 'FORBIDDEN');
    expectRefusal(await world.patch(`${path(target.id)}/status`, { status: 'suspended' }, admin), 403, 'FORBIDDEN');
    expect(await row(target.id)).toMatchObject({ email: target.email, status: 'active' });
    expectStatus(await world.patch(path(target.id), { firstName: 'Renamed' }, admin), 200);
    const plain = await world.colleague(world.own);
    expectStatus(await world.patch(path(plain.id), { email: newAddress('moved') }, admin), 200);
  });
  it('a report is opened by those who may see what it holds, or whom somebody else assigned', async () => {
    const { owner, manager } = world.own.people;
    const made = await world.post('/api/reports', { type: 'login-history', format: 'json' }, owner);
    expectStatus(made, 201);
    const download = `/api/reports/${made.json.id as string}/download`;
    for (let tries = 0; tries < 100 && (await world.get(download, owner)).status !== 200; tries += 1) await new Promise((wait) => setTimeout(wait, 50));
    expectStatus(await world.get(download, owner), 200);
    expectRefusal(await world.get(download, manager), 403, 'FORBIDDEN');
    expectStatus(await world.post('/api/assignments', { resourceType: 'report', resourceId: made.json.id, userId: manager.who.id }, owner), 201);
    expectStatus(await world.get(download, manager), 200);
    await world.stack.database.run`UPDATE users SET role = 'staff' WHERE id = ${owner.who.id}`;
    expectRefusal(await world.get(download, owner), 403, 'FORBIDDEN');
    await world.stack.database.run`UPDATE users SET role = 'owner' WHERE id = ${owner.who.id}`;
  });
});
