// One look into everything that one may see, and what one was told.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { usersPath } from '../support/houses.ts';
import { newAddress, newPassword } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';
import { World, type Actor, type Role } from '../support/worlds.ts';

afterAll(stopStacks);

let world: World;
beforeAll(async () => {
  world = await World.start();
});
const of = (role: Role): Actor => world.own.people[role];

describe('search', () => {
  const search = (q: string, as: Actor): Promise<Answer> => world.get(`/api/search?q=${encodeURIComponent(q)}`, as);
  const found = async (q: string, as: Actor): Promise<Json> => {
    const answer = await search(q, as);
    expectStatus(answer, 200);
    expect(Object.keys(answer.json)).toEqual(['users', 'clients', 'workflows', 'reports']);
    return answer.json;
  };
  const ids = (rows: Json[]): string[] => rows.map((row) => row.id as string).sort();

  it('finds what is here and nothing of another organization', async () => {
    const word = `Zebra${Date.now()}`;
    const here: Record<string, string> = {};
    for (const type of ['client', 'workflow', 'report']) {
      here[type] = await world.resource(world.own, type, `The ${word} ${type}`);
      await world.resource(world.other, type, `The ${word} ${type}`);
    }
    const [own, foreign] = [await world.colleague(world.own), await world.colleague(world.other)];
    for (const id of [own.id, foreign.id]) await world.stack.database.run`UPDATE users SET last_name = ${word} WHERE id = ${id}`;
    for (const role of ['owner', 'admin', 'manager'] as const) {
      for (const q of [word, word.toUpperCase(), ` ${word} `]) {
        const all = await found(q, of(role));
        expect([ids(all.users), ids(all.clients), ids(all.workflows), ids(all.reports)]).toEqual([[own.id], [here['client']], [here['workflow']], [here['report']]]);
      }
    }
    expect((await found(word, of('owner'))).users[0]).toEqual({ id: own.id, email: own.email, firstName: 'Test', lastName: word, role: 'staff' });
    expect((await found(word, of('owner'))).clients[0]).toEqual({ id: here['client'], name: `The ${word} client` });
    expect(await found('nobody and nothing', of('owner'))).toEqual({ users: [], clients: [], workflows: [], reports: [] });
  });
  it('shows staff what they are assigned to, and nobody', async () => {
    const word = `Okapi${Date.now()}`;
    const [mine] = [await world.resource(world.own, 'client', `${word} mine`), await world.resource(world.own, 'client', `${word} other`)];
    await world.stack.database.run`UPDATE users SET last_name = ${word} WHERE id = ${(await world.colleague(world.own)).id}`;
    expect(await found(word, of('staff'))).toEqual({ users: [], clients: [], workflows: [], reports: [] });
    await world.assign(world.own, 'client', mine, of('staff').who.id);
    expect(await found(word, of('staff'))).toEqual({ users: [], clients: [{ id: mine, name: `${word} mine` }], workflows: [], reports: [] });
    const nosy = await world.houses.actor(world.own.id, 'staff'); // sees people, and searches among assigned rows alone
    await world.stack.database.run`INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${world.own.id}, ${nosy.who.id}, 'users.view')`;
    expect((await found(word, nosy)).users).toEqual([]);
    await world.stack.database.run`INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${world.own.id}, ${nosy.who.id}, 'search.use')`;
    const wide = await found(word, nosy);
    expect([wide.users.length, wide.clients]).toEqual([1, []]);
  });
  it('takes wildcards and quotes as they stand, and shows twenty of a kind', async () => {
    for (const q of ['%', '_', "'", '\\', "' OR 1=1 --", '"', '<script>']) expect((await found(q, of('owner'))).clients).toEqual([]);
    const many = `Gnu${Date.now()}`;
    for (let at = 0; at < 22; at += 1) await world.resource(world.own, 'workflow', `${many} ${at}`);
    expect((await found(many, of('owner'))).workflows).toHaveLength(20);
  });
  it('400 without a word, with a blank one and with too long a one', async () => {
    expectRefusal(await world.get('/api/search', of('owner')), 400, 'VALIDATION');
    for (const q of ['', '  ', 'x'.repeat(201)]) expectRefusal(await search(q, of('owner')), 400, 'VALIDATION');
    expectStatus(await search('x'.repeat(200), of('owner')), 200);
  });
});

describe('notifications', () => {
  const list = async (as: Actor): Promise<Json[]> => {
    const answer = await world.get('/api/notifications', as);
    expectStatus(answer, 200);
    return answer.json as Json[];
  };
  const about = async (as: Actor): Promise<[string, Json][]> => (await list(as)).map((one) => [one.kind as string, one.data as Json]);

  it('tell of another role, a custom role, an assignment and a new password, in their transactions', async () => {
    const who = await world.houses.actor(world.own.id, 'manager');
    expect(await list(who)).toEqual([]);
    const owner = of('owner');
    const path = `${usersPath}/${who.who.id}`;
    expectStatus(await world.patch(`${path}/role`, { role: 'staff' }, owner), 200);
    expectStatus(await world.patch(`${path}/role`, { role: 'staff' }, owner), 200); // nothing changes: nothing is told
    const role = await world.post(`/api/organizations/${world.own.id}/roles`, { name: newAddress('role'), permissions: [] }, owner);
    expectStatus(await world.patch(`${path}/custom-role`, { customRoleId: role.json.id }, owner), 200);
    const client = await world.resource(world.own, 'client');
    const assignment = { resourceType: 'client', resourceId: client, userId: who.who.id };
    expectStatus(await world.post('/api/assignments', assignment, owner), 201);
    expectStatus(await world.post('/api/assignments', assignment, owner), 200);
    expectStatus(await world.post('/api/users/me/password', { currentPassword: who.who.password, newPassword: newPassword() }, who), 200);
    expect((await about(who)).reverse()).toEqual([
      ['role_changed', { from: 'manager', to: 'staff' }], ['role_changed', { customRoleId: role.json.id }],
      ['assignment', { resourceType: 'client', resourceId: client }], ['password_changed', {}],
    ]);
    const newest = (await list(who))[0]!;
    expect(Object.keys(newest).sort()).toEqual(['createdAt', 'data', 'id', 'kind']);
    expect(Date.parse(newest.createdAt)).toBeGreaterThan(Date.now() - 60_000);
    const page = await world.get('/api/notifications?page=2&limit=3', who);
    expect(page.json).toMatchObject({ total: 4, pages: 2, page: 2, limit: 3 });
    expect(page.json.data).toHaveLength(1);
  });
  it('tell whoever asked for a report that it is there', async () => {
    const who = await world.houses.actor(world.own.id, 'manager');
    const made = await world.post('/api/reports', { type: 'user-access', format: 'json' }, who);
    expectStatus(made, 201);
    for (let tries = 0; tries < 100 && (await list(who)).length === 0; tries += 1) await new Promise((wait) => setTimeout(wait, 50));
    expect(await about(who)).toEqual([['export', { resourceType: 'report', resourceId: made.json.id }]]);
  });
  it('are one’s own: cleared by oneself, with one row in the ledger, and nobody else’s', async () => {
    const [first, second] = [await world.houses.actor(world.own.id, 'staff'), await world.houses.actor(world.own.id, 'staff')];
    const { database } = world.stack;
    for (const who of [first, first, second]) await database.run`INSERT INTO notifications (organization_id, user_id, kind) VALUES (${world.own.id}, ${who.who.id}, 'new_device')`;
    const rows = async () => database.count`SELECT count(*) FROM audit_ledger WHERE actor_id = ${first.who.id} AND event_type = 'PROFILE_UPDATED'`;
    expect(await about(first)).toEqual([['new_device', {}], ['new_device', {}]]);
    for (const cleared of [2, 0]) expect((await world.post('/api/notifications/clear', {}, first)).json).toEqual({ cleared });
    expect(await rows()).toBe(1);
    expect([(await list(first)).length, (await list(second)).length]).toEqual([0, 1]);
    expect(await database.count`SELECT count(*) FROM notifications WHERE user_id = ${first.who.id} AND cleared_at IS NOT NULL`).toBe(2);
  });
  it('go with their person, and are refused to whom the policy gives none', async () => {
    const who = await world.houses.actor(world.own.id, 'staff');
    const { database } = world.stack;
    await database.run`INSERT INTO notifications (organization_id, user_id, kind) VALUES (${world.own.id}, ${who.who.id}, 'export')`;
    await database.run`DELETE FROM users WHERE id = ${who.who.id}`;
    expect(await database.count`SELECT count(*) FROM notifications WHERE user_id = ${who.who.id}`).toBe(0);
    for (const bad of ['page=0', 'limit=101', 'page=x']) expectRefusal(await world.get(`/api/notifications?${bad}`, of('staff')), 400, 'VALIDATION');
    expectStatus(await world.stack.client.get('/api/notifications'), 401);
    expectStatus(await world.stack.client.post('/api/notifications/clear', {}), 401);
  });
});
