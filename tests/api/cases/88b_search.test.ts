// One look into everything that one may see.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
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
