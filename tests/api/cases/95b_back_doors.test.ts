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
  it('I-6, I-7 a role is changed and deleted by those who reach everybody that holds it', async () => {
    const { owner } = world.own.people;
    const roles = `/api/organizations/${world.own.id}/roles`;
    const actor = await holding('roles.manage', 'admin');
    const made = await world.post(roles, { name: `Held ${Date.now()}`, permissions: [{ id: 'clients.delete', cell: '1' }] }, owner);
    expectStatus(made, 201);
    const one = `${roles}/${made.json.id as string}`;
    const change = { permissions: [{ id: 'clients.view', cell: '1' }] };
    const proposal = { change: { role: { id: made.json.id, name: 'Held', ...change } } };
    const refused = async () => {
      expectRefusal(await world.patch(one, change, actor), 403, 'FORBIDDEN');
      expectRefusal(await world.patch(`${one}?dryRun=1`, change, actor), 403, 'FORBIDDEN');
      expectRefusal(await world.delete(one, actor), 403, 'FORBIDDEN');
      expectRefusal(await world.delete(`${one}?dryRun=1`, actor), 403, 'FORBIDDEN');
      expectRefusal(await world.post('/api/authz/simulate', proposal, actor), 403, 'FORBIDDEN');
      expectStatus(await world.patch(`${one}?dryRun=1`, change, owner), 200);
    };
    for (const role of ['owner', 'admin'] as const) {
      const holder = await world.colleague(world.own, role);
      await world.stack.database.run`UPDATE users SET custom_role_id = ${made.json.id} WHERE id = ${holder.id}`;
      await refused();
      await world.stack.database.run`UPDATE users SET custom_role_id = NULL WHERE id = ${holder.id}`;
    }
    const staff = await world.colleague(world.own);
    await world.stack.database.run`UPDATE users SET custom_role_id = ${made.json.id} WHERE id = ${staff.id}`;
    await grant(staff.id, 'organization.billing'); // which no admin holds
    await refused();
    await world.stack.database.run`DELETE FROM user_permissions WHERE user_id = ${staff.id}`;
    expectStatus(await world.post('/api/authz/simulate', proposal, actor), 200);
    expectStatus(await world.patch(one, change, actor), 200);
    expectStatus(await world.delete(one, actor), 204);
  });
  it('I-7 a custom role is given to those whose accounts are in reach', async () => {
    const actor = await holding('users.role', 'admin');
    const target = await world.colleague(world.own);
    await grant(target.id, 'organization.billing');
    const path_of = `${path(target.id)}/custom-role`;
    expectRefusal(await world.patch(path_of, { customRoleId: null }, actor), 403, 'FORBIDDEN');
    expectRefusal(await world.post('/api/authz/simulate', { change: { userId: target.id, customRoleId: null } }, actor), 403, 'FORBIDDEN');
    expectStatus(await world.patch(path_of, { customRoleId: null }, world.own.people.owner), 200);
  });
  it('a change of somebody is simulated for those who may make it, and no other', async () => {
    const { owner } = world.own.people;
    const actor = await holding('users.role');
    const simulate = (userId: string, role: string, as: Actor) => world.post('/api/authz/simulate', { change: { userId, role } }, as);
    const [staff, other] = [await world.colleague(world.own), await world.colleague(world.own, 'owner')];
    expectRefusal(await simulate(other.id, 'staff', actor), 403, 'FORBIDDEN');
    for (const role of ['owner', 'admin', 'manager']) expectRefusal(await simulate(staff.id, role, actor), 403, 'FORBIDDEN');
    expectStatus(await simulate(staff.id, 'staff', actor), 200);
    expectRefusal(await simulate(owner.who.id, 'staff', owner), 400, 'SELF_ACTION');
    expectStatus(await simulate(other.id, 'staff', owner), 200);
    const alone = await World.side(world.houses, 'House of one owner');
    const rival = await world.houses.actor(alone.id, 'admin');
    await world.stack.database.run`INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${alone.id}, ${rival.who.id}, 'users.role')`;
    expectRefusal(await simulate(alone.people.owner.who.id, 'staff', rival), 403, 'FORBIDDEN');
  });
  it('I-7 nobody assigns a row that they may not see, to themselves least of all', async () => {
    const actor = await holding('resources.assign');
    const client = await world.resource(world.own, 'client');
    const assign = (userId: string) => world.post('/api/assignments', { resourceType: 'client', resourceId: client, userId }, actor);
    const colleague = await world.colleague(world.own);
    for (const id of [actor.who.id, colleague.id]) expectRefusal(await assign(id), 403, 'FORBIDDEN');
    expect(await world.stack.database.count`SELECT count(*) FROM assignments WHERE resource_id = ${client}`).toBe(0);
    expectRefusal(await world.get(`/api/clients/${client}`, actor), 403, 'FORBIDDEN');
    await world.assign(world.own, 'client', client, actor.who.id);
    expectStatus(await assign(colleague.id), 201);
  });
});
