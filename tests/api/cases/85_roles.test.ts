// Layer 3: what owner, admin, manager and staff may do in their own organization.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { organizationsPath, usersPath } from '../support/houses.ts';
import { newAddress } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';
import { World, type Actor, type Role, type Side } from '../support/worlds.ts';

afterAll(stopStacks);

let world: World;
beforeAll(async () => {
  world = await World.start();
});

const organization = (side: Side): string => `${organizationsPath}/${side.id}`;
const of = (role: Role): Actor => world.own.people[role];
const path = (id: string): string => `${usersPath}/${id}`;
const fresh = (role: string): object => ({ email: newAddress('made'), password: 'SecurePass123!', role, organizationId: world.own.id });
const roleOf = async (id: string): Promise<unknown> => (await world.stack.database.row`SELECT role FROM users WHERE id = ${id}`)['role'];
const nameOf = async (id: string): Promise<unknown> => (await world.stack.database.row`SELECT first_name FROM users WHERE id = ${id}`)['first_name'];
const isLive = async (id: string): Promise<boolean> => (await world.stack.database.count`SELECT count(*) FROM users WHERE id = ${id} AND deleted_at IS NULL`) === 1;

describe('layer 3, owner', () => {
  it('TC-OWNER-001 sees the organization', async () => {
    const answer = await world.get(organization(world.own), of('owner'));
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ id: world.own.id, name: 'House of A' });
  });
  it('TC-OWNER-002 renames it', async () => {
    const answer = await world.patch(organization(world.own), { name: 'House of A' }, of('owner'));
    expectStatus(answer, 200);
    expect(answer.json.name).toBe('House of A');
  });
  it('TC-OWNER-003 deletes it with its four members', async () => {
    const side = await World.side(world.houses, 'House that goes');
    const client = await world.resource(side, 'client');
    expectStatus(await world.delete(organization(side), side.people.owner), 204);
    expect(await world.stack.database.count`SELECT count(*) FROM users WHERE organization_id = ${side.id}`).toBe(0);
    expect(await world.stack.database.count`SELECT count(*) FROM resources WHERE id = ${client}`).toBe(0);
    expect(await world.stack.database.count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${side.id} AND event_type = 'ORGANIZATION_DELETED'`).toBe(1);
  });
  it('TC-OWNER-004 lists exactly the four members', async () => {
    const side = await World.side(world.houses, 'House of four');
    const answer = await world.get(`${organization(side)}/users`, side.people.owner);
    expectStatus(answer, 200);
    expect(answer.json.map((row: { id: string }) => row.id).sort()).toEqual(Object.values(side.people).map((one) => one.who.id).sort());
  });
  it('TC-OWNER-005 adds staff', async () => {
    const answer = await world.post(usersPath, fresh('staff'), of('owner'));
    expectStatus(answer, 201);
    expect(answer.json).toMatchObject({ role: 'staff', organizationId: world.own.id });
  });
  it('TC-OWNER-006 edits a staff', async () => {
    const staff = await world.colleague(world.own);
    expectStatus(await world.patch(path(staff.id), { firstName: 'Renamed' }, of('owner')), 200);
    expect(await nameOf(staff.id)).toBe('Renamed');
  });
  it('TC-OWNER-007 deletes a staff', async () => {
    const staff = await world.colleague(world.own);
    expectStatus(await world.delete(path(staff.id), of('owner')), 204);
    expect(await isLive(staff.id)).toBe(false);
  });
  it('TC-OWNER-008 promotes a staff to manager', async () => {
    const staff = await world.colleague(world.own);
    const answer = await world.patch(`${path(staff.id)}/role`, { role: 'manager' }, of('owner'));
    expectStatus(answer, 200);
    expect(answer.json.role).toBe('manager');
    expect(await roleOf(staff.id)).toBe('manager');
  });
  it('TC-OWNER-009 sees the subscription', async () => {
    const answer = await world.get('/api/billing/subscription', of('owner'));
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ plan: 'free' });
  });
  it('TC-OWNER-010 is nobody in another organization', async () => {
    expectRefusal(await world.get(organization(world.other), of('owner')), 403, 'FORBIDDEN');
  });
});

describe('layer 3, admin', () => {
  it('TC-ADMIN-001 adds staff', async () => {
    expectStatus(await world.post(usersPath, fresh('staff'), of('admin')), 201);
  });
  it('TC-ADMIN-002 lists the members', async () => {
    expectStatus(await world.get(`${organization(world.own)}/users`, of('admin')), 200);
  });
  it('TC-ADMIN-003 edits a staff', async () => {
    const staff = await world.colleague(world.own);
    expectStatus(await world.patch(path(staff.id), { firstName: 'Renamed' }, of('admin')), 200);
    expect(await nameOf(staff.id)).toBe('Renamed');
  });
  it('TC-ADMIN-004 does not delete a staff', async () => {
    const staff = await world.colleague(world.own);
    expectRefusal(await world.delete(path(staff.id), of('admin')), 403, 'FORBIDDEN');
    expect(await isLive(staff.id)).toBe(true);
  });
  it.each(['admin', 'owner'])('TC-ADMIN-005 makes nobody %s', async (role) => {
    const staff = await world.colleague(world.own);
    expectRefusal(await world.patch(`${path(staff.id)}/role`, { role }, of('admin')), 403, 'FORBIDDEN');
    expect(await roleOf(staff.id)).toBe('staff');
    expectRefusal(await world.post(usersPath, fresh(role), of('admin')), 403, 'FORBIDDEN');
  });
  it('TC-ADMIN-006 renames the organization', async () => {
    expectStatus(await world.patch(organization(world.own), { name: 'House of A' }, of('admin')), 200);
  });
  it('TC-ADMIN-007 does not delete the organization', async () => {
    expectRefusal(await world.delete(organization(world.own), of('admin')), 403, 'FORBIDDEN');
    expect(await world.stack.database.count`SELECT count(*) FROM organizations WHERE id = ${world.own.id}`).toBe(1);
  });
  it('TC-ADMIN-008 is nobody in another organization', async () => {
    expectRefusal(await world.get(organization(world.other), of('admin')), 403, 'FORBIDDEN');
    expectRefusal(await world.get(`${organization(world.other)}/users`, of('admin')), 403, 'FORBIDDEN');
  });
  it('TC-ADMIN-009 sees the organization', async () => {
    expectStatus(await world.get(organization(world.own), of('admin')), 200);
  });
  it('TC-ADMIN-010 deletes neither owner nor admin and sees no billing', async () => {
    const another = await world.colleague(world.own, 'admin');
    expectRefusal(await world.delete(path(of('owner').who.id), of('admin')), 403, 'FORBIDDEN');
    expectRefusal(await world.delete(path(another.id), of('admin')), 403, 'FORBIDDEN');
    expect(await isLive(of('owner').who.id)).toBe(true);
    expectRefusal(await world.get('/api/billing/subscription', of('admin')), 403, 'FORBIDDEN');
  });
});

describe('layer 3, manager', () => {
  it('TC-MANAGER-001 lists the members', async () => {
    expectStatus(await world.get(`${organization(world.own)}/users`, of('manager')), 200);
  });
  it('TC-MANAGER-002 edits the own profile', async () => {
    expectStatus(await world.patch(path(of('manager').who.id), { firstName: 'Myself' }, of('manager')), 200);
    expect(await nameOf(of('manager').who.id)).toBe('Myself');
  });
  it('TC-MANAGER-003 adds nobody', async () => {
    const before = await world.stack.database.count`SELECT count(*) FROM users`;
    expectRefusal(await world.post(usersPath, fresh('staff'), of('manager')), 403, 'FORBIDDEN');
    expect(await world.stack.database.count`SELECT count(*) FROM users`).toBe(before);
  });
  it('TC-MANAGER-004 deletes nobody', async () => {
    const staff = await world.colleague(world.own);
    expectRefusal(await world.delete(path(staff.id), of('manager')), 403, 'FORBIDDEN');
    expect(await isLive(staff.id)).toBe(true);
  });
  it('TC-MANAGER-005 edits nobody else', async () => {
    const staff = await world.colleague(world.own);
    expectRefusal(await world.patch(path(staff.id), { firstName: 'Renamed' }, of('manager')), 403, 'FORBIDDEN');
    expect(await nameOf(staff.id)).toBe('Test');
  });
  it('TC-MANAGER-006 gives no role', async () => {
    const staff = await world.colleague(world.own);
    expectRefusal(await world.patch(`${path(staff.id)}/role`, { role: 'manager' }, of('manager')), 403, 'FORBIDDEN');
    expect(await roleOf(staff.id)).toBe('staff');
  });
  it('TC-MANAGER-007 does not rename the organization', async () => {
    expectRefusal(await world.patch(organization(world.own), { name: 'Taken over' }, of('manager')), 403, 'FORBIDDEN');
  });
  it('TC-MANAGER-008 is nobody in another organization', async () => {
    expectRefusal(await world.get(organization(world.other), of('manager')), 403, 'FORBIDDEN');
  });
  it('TC-MANAGER-009 sees the organization', async () => {
    expectStatus(await world.get(organization(world.own), of('manager')), 200);
  });
  it('TC-MANAGER-010 sees, creates and edits any client and deletes none', async () => {
    const foreign = await world.resource(world.own, 'client', 'Of somebody else');
    const list = await world.get('/api/clients', of('manager'));
    expectStatus(list, 200);
    expect(list.json.map((row: { id: string }) => row.id)).toContain(foreign);
    const made = await world.post('/api/clients', { name: 'Of the manager', email: 'c@client.example', phone: '+49 30 1', address: 'Street 1' }, of('manager'));
    expectStatus(made, 201);
    expect(made.json).toMatchObject({ name: 'Of the manager', email: 'c@client.example', phone: '+49 30 1', address: 'Street 1', organizationId: world.own.id, createdBy: of('manager').who.id });
    const changed = await world.patch(`/api/clients/${foreign}`, { name: 'Renamed', phone: '1' }, of('manager'));
    expectStatus(changed, 200);
    expect(changed.json).toMatchObject({ name: 'Renamed', phone: '1' });
    expectRefusal(await world.delete(`/api/clients/${foreign}`, of('manager')), 403, 'FORBIDDEN');
    expect(await world.stack.database.count`SELECT count(*) FROM resources WHERE id = ${foreign}`).toBe(1);
  });
});

describe('layer 3, staff', () => {
  it('TC-STAFF-001 sees the own profile', async () => {
    expectStatus(await world.get(path(of('staff').who.id), of('staff')), 200);
  });
  it('TC-STAFF-002 edits the own profile', async () => {
    expectStatus(await world.patch(path(of('staff').who.id), { firstName: 'Myself' }, of('staff')), 200);
  });
  it('TC-STAFF-003 sees no colleague', async () => {
    expectRefusal(await world.get(path(of('manager').who.id), of('staff')), 403, 'FORBIDDEN');
  });
  it('TC-STAFF-004 edits no colleague', async () => {
    const colleague = await world.colleague(world.own);
    expectRefusal(await world.patch(path(colleague.id), { firstName: 'Renamed' }, of('staff')), 403, 'FORBIDDEN');
    expect(await nameOf(colleague.id)).toBe('Test');
  });
  it('TC-STAFF-005 deletes no colleague', async () => {
    const colleague = await world.colleague(world.own);
    expectRefusal(await world.delete(path(colleague.id), of('staff')), 403, 'FORBIDDEN');
    expect(await isLive(colleague.id)).toBe(true);
  });
  it('TC-STAFF-006 adds nobody', async () => {
    expectRefusal(await world.post(usersPath, fresh('staff'), of('staff')), 403, 'FORBIDDEN');
  });
  it('TC-STAFF-007 does not list the members', async () => {
    expectRefusal(await world.get(`${organization(world.own)}/users`, of('staff')), 403, 'FORBIDDEN');
  });
  it('TC-STAFF-008 does not rename the organization', async () => {
    expectRefusal(await world.patch(organization(world.own), { name: 'Taken over' }, of('staff')), 403, 'FORBIDDEN');
  });
  it('TC-STAFF-009 gets no role by any door', async () => {
    const self = of('staff').who.id;
    expectRefusal(await world.patch(path(self), { role: 'owner' }, of('staff')), 403, 'IMMUTABLE_FIELD', /role/);
    expectRefusal(await world.patch(`${path(self)}/role`, { role: 'owner' }, of('staff')), 403, 'FORBIDDEN');
    expect(await roleOf(self)).toBe('staff');
  });
  it.each(['client', 'workflow', 'report'])('TC-STAFF-010 sees and edits the assigned %s and no other', async (type) => {
    expectRefusal(await world.get(organization(world.other), of('staff')), 403, 'FORBIDDEN');
    const side = await World.side(world.houses, 'House of stars');
    const staff = side.people.staff;
    const mine = await world.resource(side, type, 'Mine');
    const not = await world.resource(side, type, 'Not mine');
    await world.assign(side, type, mine, staff.who.id);
    const list = await world.get(`/api/${type}s`, staff);
    expectStatus(list, 200);
    expect(list.json.map((row: { id: string }) => row.id)).toEqual([mine]);
    const paged = await world.get(`/api/${type}s?page=1&limit=10&search=mine`, staff);
    expect(paged.json).toMatchObject({ total: 1, pages: 1 });
    expectStatus(await world.get(`/api/${type}s/${mine}`, staff), 200);
    expectStatus(await world.patch(`/api/${type}s/${mine}`, { name: 'Mine still' }, staff), 200);
    expectRefusal(await world.get(`/api/${type}s/${not}`, staff), 403, 'FORBIDDEN');
    expectRefusal(await world.patch(`/api/${type}s/${not}`, { name: 'Taken' }, staff), 403, 'FORBIDDEN');
    expectRefusal(await world.delete(`/api/${type}s/${mine}`, staff), 403, 'FORBIDDEN');
    expect(await world.stack.database.count`SELECT count(*) FROM resources WHERE id = ${not} AND name = 'Not mine'`).toBe(1);
    await world.stack.database.run`DELETE FROM assignments WHERE resource_id = ${mine}`;
    expectRefusal(await world.get(`/api/${type}s/${mine}`, staff), 403, 'FORBIDDEN');
  });
});
