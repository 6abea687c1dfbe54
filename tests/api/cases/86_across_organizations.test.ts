// Layer 3: people of one organization at the doors of another.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { organizationsPath, usersPath } from '../support/houses.ts';
import { newAddress } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';
import { roles, World, type Actor, type Role } from '../support/worlds.ts';

afterAll(stopStacks);

let world: World;
beforeAll(async () => {
  world = await World.start();
});
const of = (role: Role): Actor => world.own.people[role];
const there = (): string => `${organizationsPath}/${world.other.id}`;
const ids = (answer: { json: { id: string }[] }): string[] => answer.json.map((row) => row.id);

describe('layer 3, across organizations', () => {
  it('TC-CROSS-001 the owner does not list the people there', async () => {
    expectRefusal(await world.get(`${there()}/users`, of('owner')), 403, 'FORBIDDEN');
  });
  it('TC-CROSS-002 the admin edits nobody there', async () => {
    const person = await world.colleague(world.other);
    expectRefusal(await world.patch(`${usersPath}/${person.id}`, { firstName: 'Renamed' }, of('admin')), 403, 'FORBIDDEN');
    expect((await world.stack.database.row`SELECT first_name FROM users WHERE id = ${person.id}`)['first_name']).toBe('Test');
  });
  it('TC-CROSS-003 the manager does not see it', async () => {
    expectRefusal(await world.get(there(), of('manager')), 403, 'FORBIDDEN');
  });
  it('TC-CROSS-004 staff do not list clients there', async () => {
    expectRefusal(await world.get(`${there()}/clients`, of('staff')), 403, 'FORBIDDEN');
    expectRefusal(await world.get(`${organizationsPath}/nowhere/clients`, of('staff')), 404, 'NOT_FOUND');
    expectStatus(await world.get(`${organizationsPath}/${world.own.id}/clients`, of('staff')), 200);
  });
  it('TC-CROSS-005 nothing is created there', async () => {
    const people = await world.stack.database.count`SELECT count(*) FROM users`;
    const resources = await world.stack.database.count`SELECT count(*) FROM resources`;
    const person = { email: newAddress(), password: 'SecurePass123!', role: 'staff', organizationId: world.other.id };
    expectRefusal(await world.post(usersPath, person, of('owner')), 403, 'FORBIDDEN');
    expectRefusal(await world.post('/api/clients', { name: 'Planted', organizationId: world.other.id }, of('owner')), 403, 'FORBIDDEN');
    expectRefusal(await world.post('/api/clients', { name: 'Planted', organizationId: 'nowhere' }, of('owner')), 404, 'NOT_FOUND');
    expect(await world.stack.database.count`SELECT count(*) FROM users`).toBe(people);
    expect(await world.stack.database.count`SELECT count(*) FROM resources`).toBe(resources);
  });
  it('TC-CROSS-006 a list of clients never holds a foreign one', async () => {
    const mine = await world.resource(world.own, 'client', 'Twin');
    const theirs = await world.resource(world.other, 'client', 'Twin');
    for (const role of roles) {
      const list = await world.get('/api/clients?search=twin', of(role));
      expectStatus(list, 200);
      expect(ids(list)).not.toContain(theirs);
      if (role !== 'staff') expect(ids(list)).toContain(mine);
    }
  });
  it('TC-CROSS-007 a search finds the own one of two of the same name', async () => {
    const mine = await world.colleague(world.own);
    const theirs = await world.colleague(world.other);
    await world.stack.database.run`UPDATE users SET first_name = 'Zacharias' WHERE id IN (${mine.id}, ${theirs.id})`;
    const answer = await world.get(`${organizationsPath}/${world.own.id}/users?search=zacharias`, of('owner'));
    expectStatus(answer, 200);
    expect(ids(answer)).toEqual([mine.id]);
  });
  it('TC-CROSS-008 the owner deletes nobody there', async () => {
    const person = await world.colleague(world.other);
    expectRefusal(await world.delete(`${usersPath}/${person.id}`, of('owner')), 403, 'FORBIDDEN');
    expect((await world.stack.database.row`SELECT deleted_at FROM users WHERE id = ${person.id}`)['deleted_at']).toBeNull();
  });
  it('TC-CROSS-009 one token at four foreign doors', async () => {
    for (const door of [there(), `${there()}/users`, `${there()}/clients`, `${usersPath}/${world.other.people.staff.who.id}`])
      expectRefusal(await world.get(door, of('owner')), 403, 'FORBIDDEN');
  });
  it('TC-CROSS-010 nobody and nothing moves there', async () => {
    const self = of('manager').who.id;
    expectRefusal(await world.patch(`${usersPath}/${self}`, { organizationId: world.other.id }, of('manager')), 403, 'IMMUTABLE_FIELD', /organizationId/);
    expect((await world.stack.database.row`SELECT organization_id FROM users WHERE id = ${self}`)['organization_id']).toBe(world.own.id);
    const client = await world.resource(world.own, 'client');
    expectRefusal(await world.patch(`/api/clients/${client}`, { organizationId: world.other.id }, of('owner')), 403, 'IMMUTABLE_FIELD', /organizationId/);
    expect((await world.stack.database.row`SELECT organization_id FROM resources WHERE id = ${client}`)['organization_id']).toBe(world.own.id);
  });
  it('the refusal of an unassigned row equals that of a foreign one', async () => {
    const unassigned = await world.get(`/api/clients/${await world.resource(world.own, 'client')}`, of('staff'));
    const foreign = await world.get(`/api/clients/${await world.resource(world.other, 'client')}`, of('staff'));
    expectRefusal(unassigned, 403, 'FORBIDDEN');
    const told = (body: Record<string, unknown>): object => ({ ...body, requestId: '' });
    expect(told(unassigned.json)).toEqual(told(foreign.json));
  });
});
