// The subscription, which is the owner's, and the access guide, which answers from the matrix.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json } from '../support/database.ts';
import { expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { stopStacks } from '../support/stack.ts';
import { roles, World, type Actor, type Role } from '../support/worlds.ts';

afterAll(stopStacks);

let world: World;
beforeAll(async () => {
  world = await World.start();
});

const subscription = '/api/billing/subscription';
const guide = '/api/ai-agents/access-guide/messages';
const of = (role: Role): Actor => world.own.people[role];
const plan = async (id: string): Promise<unknown> => (await world.stack.database.row`SELECT plan FROM organizations WHERE id = ${id}`)['plan'];
const changes = (id: string): Promise<number> =>
  world.stack.database.count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${id} AND event_type = 'BILLING_CHANGED'`;

describe('the subscription', () => {
  it.each(['admin', 'manager', 'staff'] as const)('is not for %s', async (role) => {
    for (const answer of [await world.get(subscription, of(role)), await world.patch(subscription, { plan: 'pro' }, of(role)), await world.patch(subscription, { plan: 1 }, of(role))]) {
      expectRefusal(answer, 403, 'FORBIDDEN');
      expect(answer.json.details[0].field).toBe('organization.billing');
    }
    expect(await plan(world.own.id)).toBe('free');
  });

  it('needs a credential', async () => {
    expectRefusal(await world.stack.client.get(subscription), 401, 'UNAUTHORIZED');
  });

  it.each([{}, { plan: 'gold' }, { plan: 'PRO' }, { plan: ' pro' }, { plan: '' }, { plan: null }, { plan: ['pro'] }, { plan: 1 }])('refuses %j', async (body) => {
    const size = await ledgerSize(world.stack.database);
    expectRefusal(await world.patch(subscription, body, of('owner')), 400, 'VALIDATION', /plan/);
    expect(await plan(world.own.id)).toBe('free');
    expect(await ledgerSize(world.stack.database)).toBe(size);
  });

  it('counts live people as seats and changes with one row', async () => {
    const side = await World.side(world.houses, 'House that pays');
    const owner = side.people.owner;
    const gone = await world.colleague(side);
    await world.stack.database.run`UPDATE users SET deleted_at = updated_at WHERE id = ${gone.id}`;
    const before = await world.get(subscription, owner);
    expectStatus(before, 200);
    expect(before.json).toEqual({ plan: 'free', status: 'active', seats: 4, renewsAt: null });
    const pro = await world.patch(subscription, { plan: 'pro' }, owner);
    expectStatus(pro, 200);
    expect(pro.json).toEqual({ plan: 'pro', status: 'active', seats: 4, renewsAt: null });
    expectStatus(await world.patch(subscription, { plan: 'pro' }, owner), 200);
    expect(await changes(side.id)).toBe(1);
    const row = await world.stack.database.row`SELECT details, actor_id FROM audit_ledger WHERE organization_id = ${side.id} AND event_type = 'BILLING_CHANGED'`;
    expect(json(row['details'])).toEqual({ oldValue: 'free', newValue: 'pro' });
    expect(row['actor_id']).toBe(owner.who.id);
    expect(await plan(side.id)).toBe('pro');
    expect(await plan(world.own.id)).toBe('free');
    expect((await world.patch(subscription, { plan: 'free' }, owner)).json.plan).toBe('free');
  });

  it('changed by many at once leaves one row for each change', async () => {
    const side = await World.side(world.houses, 'House in a hurry');
    const answers = await Promise.all(Array.from({ length: 8 }, () => world.patch(subscription, { plan: 'pro' }, side.people.owner)));
    for (const answer of answers) expectStatus(answer, 200);
    expect(await changes(side.id)).toBe(1);
  });

  it('is lost with the role on the next request', async () => {
    const side = await World.side(world.houses, 'House of the demoted');
    await world.stack.database.run`UPDATE users SET role = 'admin' WHERE id = ${side.people.owner.who.id}`;
    expectRefusal(await world.patch(subscription, { plan: 'pro' }, side.people.owner), 403, 'FORBIDDEN');
    expect(await plan(side.id)).toBe('free');
  });
});

describe('agents', () => {
  it('are listed', async () => {
    for (const role of roles) {
      const answer = await world.get('/api/ai-agents', of(role));
      expectStatus(answer, 200);
      expect(answer.json).toEqual([{ id: 'access-guide', name: expect.any(String), description: expect.any(String) }]);
    }
    expectRefusal(await world.stack.client.get('/api/ai-agents'), 401, 'UNAUTHORIZED');
  });

  it('are 404 where there is none', async () => {
    for (const id of ['nobody', 'Access-Guide', encodeURIComponent("x' OR '1'='1")])
      expectRefusal(await world.post(`/api/ai-agents/${id}/messages`, { message: 'x' }, of('owner')), 404, 'NOT_FOUND');
  });

  it.each([{}, { message: '' }, { message: '   ' }, { message: 'x'.repeat(2001) }, { message: ['x'] }, { message: null }, { message: 'a\u0000b' }])('refuse the message %j', async (body) => {
    const size = await ledgerSize(world.stack.database);
    expectRefusal(await world.post(guide, body, of('owner')), 400, 'VALIDATION', /message/);
    expect(await ledgerSize(world.stack.database)).toBe(size);
  });

  it('take 2,000 characters, whatever their bytes', async () => {
    expectStatus(await world.post(guide, { message: '\u{1F511}'.repeat(2000) }, of('owner')), 200);
  });

  it.each(roles)('tell %s the cell of clients.delete, with one row and without the words', async (role) => {
    const actor = of(role);
    const used = (): Promise<number> => world.stack.database.count`
      SELECT count(*) FROM audit_ledger WHERE actor_id = ${actor.who.id} AND event_type = 'AI_AGENT_USED'`;
    const before = await used();
    const size = await ledgerSize(world.stack.database);
    const answer = await world.post(guide, { message: 'May I delete clients?' }, actor);
    expectStatus(answer, 200);
    const allowed = role === 'owner' || role === 'admin';
    expect(answer.json).toEqual({ answer: expect.stringContaining(`clients.delete is \`${allowed ? 1 : 0}\``) });
    expect(answer.json.answer).toMatch(allowed ? /^Yes: you are / : /^No: you are /);
    expect(answer.json.answer).toContain(`you are ${role},`);
    expect(await used()).toBe(before + 1);
    expect(await ledgerSize(world.stack.database)).toBe(size + 1);
    const row = await world.stack.database.row`
      SELECT details, personal FROM audit_ledger WHERE actor_id = ${actor.who.id} AND event_type = 'AI_AGENT_USED' ORDER BY id DESC LIMIT 1`;
    expect(JSON.stringify(row)).not.toContain('clients');
  });

  it('state every cell of the matrix', async () => {
    const matrix = readFileSync(new URL('../../../spec/permissions.csv', import.meta.url), 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
    for (const [, id, ...cells] of matrix)
      for (const [at, role] of roles.entries()) {
        const answer = await world.post(guide, { message: `What about ${id as string}?` }, of(role));
        expect(answer.json.answer).toContain(`${id as string} is \`${cells[at] as string}\``);
      }
  });

  it('count what was granted on the next request, and say where they understand nothing', async () => {
    const { who, as } = await world.houses.actor(world.own.id, 'staff');
    const ask = async (message: string): Promise<string> => (await world.post(guide, { message }, { who, as })).json.answer as string;
    expect(await ask('May I delete clients?')).toMatch(/^No/);
    await world.stack.database.run`
      INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${world.own.id}, ${who.id}, ${'clients.delete'})`;
    expect(await ask('May I delete clients?')).toMatch(/^Yes/);
    expect(await ask('May I view clients?')).toMatch(/clients\.view is `a`, .*assigned/);
    expect(await ask('May I see my sessions?')).toMatch(/sessions\.view is `s`/);
    expect(await ask('What is the weather <b>like</b>?')).toMatch(/^I can tell .*"May I delete clients\?"/);
  });
});
