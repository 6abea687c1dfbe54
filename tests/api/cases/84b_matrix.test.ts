// The normative matrix over HTTP: 17 rights x 4 roles as spec/permissions §1 prints them, and the three stars without an assignment.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/client.ts';
import { expectRefusal } from '../support/expectations.ts';
import { organizationsPath, usersPath } from '../support/houses.ts';
import { newAddress, newPassword } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';
import { roles, World, type Actor, type Role } from '../support/worlds.ts';

afterAll(stopStacks);

let world: World;
beforeAll(async () => {
  world = await World.start();
});
const own = (): string => `${organizationsPath}/${world.own.id}`;

async function resource(type: string, assignee?: Actor): Promise<string> {
  const made = await world.resource(world.own, type);
  if (assignee !== undefined) await world.assign(world.own, type, made, assignee.who.id);
  return `/api/${type}s/${made}`;
}
/** Assigned to staff; the others need no assignment. */
const one = async (type: string, as: Actor, role: Role): Promise<Answer> => world.get(await resource(type, role === 'staff' ? as : undefined), as);
const colleague = async (): Promise<string> => `${usersPath}/${(await world.colleague(world.own)).id}`;

/** What is asked, and the word of the specification: y is let in, n is refused, * is let in where it is assigned. */
const rights: [string, string, (as: Actor, role: Role) => Promise<Answer>][] = [
  ['view the organization', 'yyyy', (as) => world.get(own(), as)],
  ['edit the organization', 'yynn', (as) => world.patch(own(), { name: 'House of A', industry: 'Tests' }, as)],
  ['delete the organization', 'ynnn', async (_as, role) => {
    const side = await World.side(world.houses, 'House that may go');
    return world.delete(`${organizationsPath}/${side.id}`, side.people[role]);
  }],
  ['view all users', 'yyyn', (as) => world.get(`${own()}/users`, as)],
  ['create a user', 'yynn', (as) => world.post(usersPath, { email: newAddress('made'), password: newPassword(), organizationId: world.own.id }, as)],
  ['edit any user', 'yynn', async (as) => world.patch(await colleague(), { firstName: 'Renamed' }, as)],
  ['delete any user', 'ynnn', async (as) => world.delete(await colleague(), as)],
  ['edit the own profile', 'yyyy', (as) => world.patch(`${usersPath}/${as.who.id}`, { lastName: 'Renamed' }, as)],
  ['change the own password', 'yyyy', async (_as, role) => {
    const person = await world.houses.actor(world.own.id, role);
    return world.post('/api/users/me/password', { currentPassword: person.who.password, newPassword: newPassword() }, person);
  }],
  ['manage billing', 'ynnn', (as) => world.get('/api/billing/subscription', as)],
  ['view clients', 'yyy*', (as, role) => one('client', as, role)],
  ['create a client', 'yyyy', (as) => world.post('/api/clients', { name: 'New' }, as)],
  ['edit any client', 'yyyn', async (as) => world.patch(await resource('client'), { name: 'Renamed' }, as)],
  ['delete a client', 'yynn', async (as) => world.delete(await resource('client', as), as)],
  ['ask an agent', 'yyyy', (as) => world.post('/api/ai-agents/access-guide/messages', { message: 'May I delete clients?' }, as)],
  ['use workflows', 'yyy*', (as, role) => one('workflow', as, role)],
  ['use reports', 'yyy*', (as, role) => one('report', as, role)],
];

describe('the matrix', () => {
  const cells = rights.flatMap(([right, word, ask]) => roles.map((role, at) => ({ right, role, cell: word[at] ?? '', ask })));
  it('has its 68 cells', () => {
    expect(cells.length).toBe(68);
  });
  it.each(cells)('$role: $right ($cell)', async ({ role, cell, ask }) => {
    const answer = await ask(world.own.people[role], role);
    if (cell === 'n') expectRefusal(answer, 403, 'FORBIDDEN');
    else expect([200, 201, 204], `${answer.method} ${answer.path}: ${answer.text}`).toContain(answer.status);
  });
  it.each(['client', 'workflow', 'report'])('staff: an unassigned %s is refused', async (type) => {
    const { staff } = world.own.people;
    expectRefusal(await world.get(await resource(type), staff), 403, 'FORBIDDEN');
    expectRefusal(await world.patch(await resource(type), { name: 'Taken' }, staff), 403, 'FORBIDDEN');
  });
  it.each(['client', 'workflow', 'report'])('staff: an assigned %s is viewed and edited, and is not deleted', async (type) => {
    const { staff } = world.own.people;
    const path = await resource(type, staff);
    expect((await world.get(path, staff)).status).toBe(200);
    const answer = await world.patch(path, { name: 'Renamed by staff' }, staff);
    expect([answer.status, answer.json.name], answer.text).toEqual([200, 'Renamed by staff']);
    expectRefusal(await world.delete(path, staff), 403, 'FORBIDDEN');
  });
  it('billing is changed by the owner alone', async () => {
    for (const role of roles) {
      const answer = await world.patch('/api/billing/subscription', { plan: 'pro' }, world.own.people[role]);
      expect(answer.status, `${role}: ${answer.text}`).toBe(role === 'owner' ? 200 : 403);
    }
  });
});
