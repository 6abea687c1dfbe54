// Roles of an organization's own: what may be put into one, who gains and who loses, and when it counts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { organizationsPath, usersPath } from '../support/houses.ts';
import { newAddress } from '../support/people.ts';
import { snapshot } from '../support/snapshot.ts';
import { stopStacks } from '../support/stack.ts';
import type { Json } from '../support/client.ts';
import { World, type Actor, type Role, type Side } from '../support/worlds.ts';

afterAll(stopStacks);

let world: World;
beforeAll(async () => {
  world = await World.start();
});
const of = (role: Role): Actor => world.own.people[role];
const path = (side: Side = world.own): string => `${organizationsPath}/${side.id}/roles`;
const one = (id: string, side: Side = world.own): string => `${path(side)}/${id}`;
const cells = (...permissions: string[]): Json[] => permissions.map((text) => ({ id: text.slice(1), cell: text[0] }));
const body = (permissions: Json[] = [], more: Json = {}): Json => ({ name: newAddress('role').split('@')[0], permissions, ...more });
const changed = (): Promise<number> => world.stack.database.count`SELECT count(*) FROM audit_ledger WHERE event_type = 'PERMISSION_CHANGED'`;

async function role(permissions: Json[] = [], more: Json = {}, side: Side = world.own): Promise<string> {
  const made = await world.post(path(side), body(permissions, more), side.people.owner);
  expectStatus(made, 201);
  return made.json.id as string;
}
const give = (id: string | null, person: string, as: Actor = of('owner')) => world.patch(`${usersPath}/${person}/custom-role`, { customRoleId: id }, as);
const me = async (actor: Actor): Promise<Json> => (await world.get(`${usersPath}/me`, actor)).json;

describe('what is refused', () => {
  it.each(['owner', 'Owner', 'ADMIN', ' manager ', 'sTaFf'])('I-10 the name %s is reserved', async (name) => {
    expectRefusal(await world.post(path(), body([], { name }), of('owner')), 409, 'RESERVED_NAME');
    const there = await role();
    expectRefusal(await world.patch(one(there), { name }, of('owner')), 409, 'RESERVED_NAME');
  });
  it.each(['owner', 'admin', 'manager', 'staff'])('I-10 %s is neither edited nor deleted', async (name) => {
    expectRefusal(await world.patch(one(name), { name: 'Other' }, of('owner')), 409, 'RESERVED_NAME');
    expectRefusal(await world.delete(one(name), of('owner')), 409, 'RESERVED_NAME');
    expectRefusal(await world.delete(`${one(name)}?dryRun=1`, of('owner')), 409, 'RESERVED_NAME');
  });
  it('AZ-08 no custom role decides over the organization or over who decides', async () => {
    const there = await role();
    for (const id of ['organization.delete', 'organization.transfer', 'roles.manage', 'users.role']) {
      const answer = await world.post(path(), body(cells(`1${id}`)), of('owner'));
      expectRefusal(answer, 400, 'VALIDATION');
      expect(answer.json.error).toContain(id);
      expectRefusal(await world.patch(one(there), { permissions: cells(`1${id}`) }, of('owner')), 400, 'VALIDATION');
    }
  });
  it('permissions §6 unknown ids, cells that mean nothing, one twice, too many', async () => {
    const bad = [
      cells('1nothing.known'), cells('1'), cells('aclients.delete'), cells('aclients.create'), cells('sclients.view'), cells('ausers.view'), cells('0users.view'),
      cells('xusers.view'), [{ id: 'users.view', cell: '' }], [{ id: 'users.view', cell: '11' }], [{ id: 'users.view' }], [{ cell: '1' }], ['users.view'], [null],
      cells('1users.view', 'ausers.view'), cells('1users.view', '1users.view'), Array.from({ length: 257 }, (_, at) => ({ id: `no.${at}`, cell: '1' })),
      'users.view', { id: 'users.view', cell: '1' }, null, 7, [{ id: 'USERS.VIEW', cell: '1' }], [{ id: ['users.view'], cell: '1' }],
    ];
    const before = await snapshot(world.stack.database);
    for (const permissions of bad) {
      expectRefusal(await world.post(path(), { name: 'Bad role', permissions }, of('owner')), 400, 'VALIDATION');
      expectRefusal(await world.post(`${path()}?dryRun=1`, { name: 'Bad role', permissions }, of('owner')), 400, 'VALIDATION');
    }
    for (const name of ['', '   ', 'x'.repeat(101), 'a\nb', 7, null, ['x'], undefined]) {
      expectRefusal(await world.post(path(), { name, permissions: [] }, of('owner')), 400, 'VALIDATION');
    }
    expectRefusal(await world.post(path(), body([], { description: 'x'.repeat(501) }), of('owner')), 400, 'VALIDATION');
    expectRefusal(await world.post(`${path()}?dryRun=yes`, body(), of('owner')), 400, 'VALIDATION');
    expect(await snapshot(world.stack.database)).toEqual(before);
  });
  it('permissions §6 one name once, whatever its case; elsewhere it is free', async () => {
    const name = `Auditors ${Date.now()}`;
    const first = await role([], { name });
    expectRefusal(await world.post(path(), body([], { name: name.toUpperCase() }), of('owner')), 409, 'CONFLICT');
    const second = await role();
    expectRefusal(await world.patch(one(second), { name: name.toLowerCase() }, of('owner')), 409, 'CONFLICT');
    expectRefusal(await world.patch(`${one(second)}?dryRun=1`, { name }, of('owner')), 409, 'CONFLICT');
    expectStatus(await world.patch(one(first), { name: name.toUpperCase() }, of('owner')), 200);
    await role([], { name }, world.other);
  });
  it('I-7 nobody puts in or gives away more than they hold', async () => {
    const trusted = await world.houses.actor(world.own.id, 'staff');
    for (const id of ['roles.manage', 'users.role']) {
      await world.stack.database.run`INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${world.own.id}, ${trusted.who.id}, ${id})`;
    }
    const before = await changed();
    const answer = await world.post(path(), body(cells('1clients.view')), trusted);
    expectRefusal(answer, 403, 'FORBIDDEN');
    expect(answer.json.details).toEqual([{ field: 'clients.view', problem: 'permission is missing' }]);
    expectRefusal(await world.post(`${path()}?dryRun=1`, body(cells('1users.view')), trusted), 403, 'FORBIDDEN');
    const narrow = await world.post(path(), body(cells('aclients.view')), trusted);
    expectStatus(narrow, 201);
    expectRefusal(await world.patch(one(narrow.json.id), { permissions: cells('1clients.view') }, trusted), 403, 'FORBIDDEN');
    expectStatus(await world.patch(one(narrow.json.id), { description: 'Narrow' }, trusted), 200);
    const wide = await role(cells('1users.view'));
    const colleague = await world.colleague(world.own);
    expectRefusal(await give(wide, colleague.id, trusted), 403, 'FORBIDDEN');
    expectRefusal(await give(wide, trusted.who.id, trusted), 403, 'FORBIDDEN');
    expectRefusal(await give(narrow.json.id, of('owner').who.id, trusted), 403, 'FORBIDDEN');
    expectStatus(await give(narrow.json.id, colleague.id, trusted), 200);
    expect(await changed()).toBe(before + 4);
  });
  it('AZ-02 another organization’s role is not given, shown, changed or deleted', async () => {
    const foreign = await role(cells('1users.view'), {}, world.other);
    const colleague = await world.colleague(world.own);
    expectRefusal(await give(foreign, colleague.id), 403, 'FORBIDDEN');
    expectRefusal(await give('nowhere', colleague.id), 404, 'NOT_FOUND');
    for (const answer of [
      await world.get(one(foreign), of('owner')), await world.patch(one(foreign), { name: 'Mine' }, of('owner')), await world.delete(one(foreign), of('owner')),
    ]) expectRefusal(answer, 403, 'FORBIDDEN');
    expectRefusal(await world.get(one('nowhere'), of('owner')), 404, 'NOT_FOUND');
    expectRefusal(await world.get(one(foreign, world.other), of('owner')), 403, 'FORBIDDEN');
    expectRefusal(await give(null, (await world.colleague(world.other)).id), 403, 'FORBIDDEN');
  });
  it.each([[{}], [{ customRoleId: 7 }], [{ customRoleId: ['x'] }], [{ customRoleId: {} }]])('the body %j gives no role', async (bad) => {
    const colleague = await world.colleague(world.own);
    expectRefusal(await world.patch(`${usersPath}/${colleague.id}/custom-role`, bad, of('owner')), 400, 'VALIDATION');
  });
  it.each(['admin', 'manager', 'staff'] as const)('permissions §7 %s manages no roles and gives none', async (actor) => {
    const there = await role();
    const colleague = await world.colleague(world.own);
    for (const answer of [
      await world.get(path(), of(actor)), await world.post(path(), body(), of(actor)), await world.get(one(there), of(actor)),
      await world.patch(one(there), { name: 'X' }, of(actor)), await world.delete(one(there), of(actor)), await give(there, colleague.id, of(actor)),
    ]) expectRefusal(answer, 403, 'FORBIDDEN');
  });
  it('100 roles and no more', async () => {
    const side = await World.side(world.houses, 'House of roles');
    for (let at = 0; at < 99; at += 1) {
      await world.stack.database.run`INSERT INTO custom_roles (organization_id, name) VALUES (${side.id}, ${`Role ${at}`})`;
    }
    await role([], {}, side);
    expectRefusal(await world.post(path(side), body(), side.people.owner), 409, 'CONFLICT');
    expectRefusal(await world.post(`${path(side)}?dryRun=1`, body(), side.people.owner), 409, 'CONFLICT');
    expect((await world.get(path(side), side.people.owner)).json.length).toBe(104);
  });
});

describe('what it does', () => {
  it('permissions §6 created, shown, changed and deleted, each with one row', async () => {
    const before = await changed();
    const made = await world.post(path(), { name: '  Auditors of 2026 ', description: 'They look', permissions: cells('1users.view', 'aclients.edit') }, of('owner'));
    expectStatus(made, 201);
    expect(made.json).toMatchObject({ name: 'Auditors of 2026', description: 'They look', builtIn: false, holders: 0, permissions: cells('aclients.edit', '1users.view') });
    const { id } = made.json;
    const after = await world.patch(one(id), { description: null, permissions: cells('1clients.view') }, of('owner'));
    expectStatus(after, 200);
    expect(after.json).toMatchObject({ id, name: 'Auditors of 2026', description: null, permissions: cells('1clients.view') });
    expect((await world.get(one(id), of('owner'))).json).toMatchObject({ ...after.json, people: [] });
    expectStatus(await world.delete(one(id), of('owner')), 204);
    expectRefusal(await world.delete(one(id), of('owner')), 404, 'NOT_FOUND');
    expect(await changed()).toBe(before + 3);
    const rows = await world.stack.database.rows`SELECT details FROM audit_ledger WHERE event_type = 'PERMISSION_CHANGED' AND resource_id = ${id} ORDER BY id`;
    const details = rows.map((row) => (typeof row['details'] === 'string' ? JSON.parse(row['details']) : row['details']) as Json);
    expect(details.map((row) => [row.oldValue ?? '', row.newValue ?? ''])).toEqual([
      ['', 'clients.edit=a users.view=1'], ['clients.edit=a users.view=1', 'clients.view=1'], ['clients.view=1', ''],
    ]);
    expect(JSON.stringify(details)).not.toContain('Auditors');
  });
  it('permissions §6 the list shows the built-in four with their cells, and how many hold each', async () => {
    const side = await World.side(world.houses, 'House of holders');
    const id = await role(cells('1users.view'), {}, side);
    const colleague = await world.colleague(side);
    expectStatus(await world.patch(`${usersPath}/${colleague.id}/custom-role`, { customRoleId: id }, side.people.owner), 200);
    const list = await world.get(path(side), side.people.owner);
    expectStatus(list, 200);
    expect(list.json.map((row: Json) => [row.id, row.builtIn, row.holders])).toEqual([
      ['owner', true, 1], ['admin', true, 1], ['manager', true, 1], ['staff', true, 2], [id, false, 1],
    ]);
    const staff = list.json[3].permissions as Json[];
    expect(staff).toContainEqual({ id: 'clients.view', cell: 'a' });
    expect(staff.find((row) => row.id === 'users.view')).toBeUndefined();
    expect((await world.get(one(id, side), side.people.owner)).json.people).toEqual([{ id: colleague.id, role: 'staff' }]);
    expect((await world.get(one('staff', side), side.people.owner)).json).toMatchObject({ id: 'staff', builtIn: true, holders: 2 });
  });
  it('D-81 it counts on the next request of a live token: given, widened, narrowed, deleted', async () => {
    const who = await world.houses.actor(world.own.id, 'staff');
    const list = async () => (await world.get(`${organizationsPath}/${world.own.id}/users`, who)).status;
    const id = await role();
    expect((await me(who)).customRoleId).toBeNull();
    expectStatus(await give(id, who.who.id), 200);
    expect((await me(who)).customRoleId).toBe(id);
    expect(await list()).toBe(403);
    expectStatus(await world.patch(one(id), { permissions: cells('1users.view') }, of('owner')), 200);
    expect(await list()).toBe(200);
    expect((await me(who)).permissions).toContain('users.view');
    expectStatus(await world.patch(one(id), { permissions: [] }, of('owner')), 200);
    expect(await list()).toBe(403);
    expectStatus(await world.patch(one(id), { permissions: cells('1users.view') }, of('owner')), 200);
    expectStatus(await world.delete(one(id), of('owner')), 204);
    expect(await list()).toBe(403);
    expect((await me(who)).customRoleId).toBeNull();
  });
  it('D-5 what SQL writes counts on the next request', async () => {
    const who = await world.houses.actor(world.own.id, 'staff');
    const id = await role(cells('1users.view'));
    const { database } = world.stack;
    const list = async () => (await world.get(`${organizationsPath}/${world.own.id}/users`, who)).status;
    await database.run`UPDATE users SET custom_role_id = ${id} WHERE id = ${who.who.id}`;
    expect(await list()).toBe(200);
    await database.run`DELETE FROM custom_role_permissions WHERE role_id = ${id}`;
    expect(await list()).toBe(403);
    await database.run`INSERT INTO user_permissions (organization_id, user_id, permission_id, cell) VALUES (${world.own.id}, ${who.who.id}, 'users.view', '1')`;
    expect(await list()).toBe(200);
    await database.run`DELETE FROM custom_roles WHERE id = ${id}`;
    expect((await database.row`SELECT custom_role_id FROM users WHERE id = ${who.who.id}`)['custom_role_id']).toBeNull();
    await database.run`DELETE FROM user_permissions WHERE user_id = ${who.who.id}`;
    expect(await list()).toBe(403);
  });
  it('permissions §6 the wider of role and custom role counts', async () => {
    const who = await world.houses.actor(world.own.id, 'staff');
    const client = await world.resource(world.own, 'client');
    expectRefusal(await world.get(`/api/clients/${client}`, who), 403, 'FORBIDDEN');
    const id = await role(cells('1clients.view', 'sprofile.edit'));
    expectStatus(await give(id, who.who.id), 200);
    expectStatus(await world.get(`/api/clients/${client}`, who), 200);
    expectStatus(await world.patch(`${usersPath}/${who.who.id}`, { firstName: 'Still' }, who), 200);
    expectStatus(await give(null, who.who.id), 200);
    expectRefusal(await world.get(`/api/clients/${client}`, who), 403, 'FORBIDDEN');
  });
  it('permissions §6 dryRun tells who gains and who loses, and changes nothing', async () => {
    const id = await role(cells('1users.view', 'aclients.edit'));
    const staff = await world.colleague(world.own, 'staff');
    const manager = await world.colleague(world.own, 'manager');
    for (const person of [staff, manager]) expectStatus(await give(id, person.id), 200);
    const before = await snapshot(world.stack.database);
    const preview = await world.patch(`${one(id)}?dryRun=1`, { permissions: cells('1clients.view', 'aclients.edit') }, of('owner'));
    expectStatus(preview, 200);
    expect(preview.json).toEqual({
      saved: false, holders: 2, truncated: false,
      gains: [{ id: 'clients.view', from: '0', to: '1' }], loses: [{ id: 'users.view', from: '1', to: '0' }],
      people: [{ id: staff.id, role: 'staff', gains: [{ id: 'clients.view', from: 'a', to: '1' }], loses: [{ id: 'users.view', from: '1', to: '0' }] }],
    });
    const gone = await world.delete(`${one(id)}?dryRun=true`, of('owner'));
    expectStatus(gone, 200);
    expect(gone.json.people.map((row: Json) => [row.id, row.loses.map((lost: Json) => lost.id)])).toEqual([[staff.id, ['clients.edit', 'users.view']]]);
    const made = await world.post(`${path()}?dryRun=1`, body(cells('1users.view')), of('owner'));
    expectStatus(made, 200);
    expect(made.json).toMatchObject({ saved: false, holders: 0, people: [], gains: [{ id: 'users.view', from: '0', to: '1' }], loses: [] });
    const simulated = await world.post('/api/authz/simulate', { change: { role: { id, name: 'Any', permissions: cells('1clients.view', 'aclients.edit') } } }, of('owner'));
    expect(simulated.json).toEqual(preview.json);
    expect(await snapshot(world.stack.database)).toEqual(before);
  });
  it('AZ-05 two in parallel: the same name is created once, and the last change stands whole', async () => {
    const name = `Twins ${Date.now()}`;
    const answers = await Promise.all(Array.from({ length: 6 }, () => world.post(path(), { name, permissions: [] }, of('owner'))));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    const id = await role();
    const sets = [cells('1users.view', '1clients.view'), cells('aworkflows.use')];
    await Promise.all(Array.from({ length: 8 }, (_, at) => world.patch(one(id), { permissions: sets[at % 2] }, of('owner'))));
    const after = (await world.get(one(id), of('owner'))).json.permissions;
    expect([cells('1clients.view', '1users.view'), cells('aworkflows.use')]).toContainEqual(after);
  });
});
