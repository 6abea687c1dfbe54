// Decisions for other applications: asked one by one and in lots, listed, explained, simulated, and by AuthZEN.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { usersPath } from '../support/houses.ts';
import { settings } from '../support/settings.ts';
import { snapshot } from '../support/snapshot.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';
import { roles, World, type Actor, type Role } from '../support/worlds.ts';

afterAll(stopStacks);

const check = '/api/authz/check';
const nowhere = '00000000-0000-7000-8000-000000000000';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
const of = (role: Role): Actor => world.own.people[role];
const ask = (body: Json, as: Actor = of('owner')): Promise<Answer> => world.post(check, body, as);
const about = (who: { who: { id: string } }): Json => ({ id: who.who.id });
const allowed = async (body: Json, as: Actor = of('owner')): Promise<boolean> => {
  const answer = await ask(body, as);
  expectStatus(answer, 200);
  return answer.json.allowed as boolean;
};
/** Everything but the id, which never comes twice. */
const bare = (answer: Answer): Json => ({ ...answer.json, decisionId: undefined });

describe('what is refused', () => {
  it('400 what is no question', async () => {
    const bad: Json[] = [
      {}, { action: 7 }, { action: 'nothing.known' }, { action: 'USERS.VIEW' }, { action: 'view' }, { action: 'view', resource: { type: 'user', id: 'x' } },
      { action: 'view', resource: { type: 'nothing' } }, { action: 'users.view', resource: { type: 'nothing' } }, { action: 'users.view', resource: 'client' },
      { action: 'users.view', resource: { id: 'x' } }, { action: 'users.view', resource: { type: 'client', id: '' } }, { action: 'users.view', resource: { type: 'client', id: 7 } },
      { action: 'users.view', resource: { type: 'client', id: 'x'.repeat(257) } }, { action: 'users.view', subject: {} }, { action: 'users.view', subject: { id: '' } },
      { action: 'users.view', subject: { id: 'a', token: 'b' } }, { action: 'users.view', subject: 'x' }, { action: 'users.view', subject: { id: 'x'.repeat(257) } },
      { checks: [] }, { checks: 'x' }, { checks: [{}] }, { checks: [{ action: 'users.view' }, { action: 'nothing.known' }] },
      { action: 'users.view', checks: [{ action: 'users.view' }] }, { checks: Array.from({ length: 101 }, () => ({ action: 'users.view' })) },
    ];
    for (const body of bad) {
      const answer = await ask(body);
      expect([answer.status, answer.json.code], JSON.stringify(body)).toEqual([400, 'VALIDATION']);
    }
    expect((await ask({ action: 'nothing.known' })).json.error).toContain('action');
  });
  it('401 without a session; a key opens nothing where none is set', async () => {
    for (const as of [{}, { bearer: 'x' }, { bearer: randomBytes(32).toString('hex') }] as Options[]) {
      for (const path of [check, '/api/authz/list', '/api/authz/explain', '/api/authz/simulate', '/access/v1/evaluation', '/access/v1/evaluations', '/access/v1/search/resource']) {
        expectStatus(await world.stack.client.post(path, {}, as), 401);
      }
      expectStatus(await world.stack.client.get('/api/authz/decisions/x', as), 401);
    }
  });
  it('AZ-02 a person of another organization and nobody at all are the same', async () => {
    const foreign = await ask({ subject: about(world.other.people.owner), action: 'organization.view' });
    const nobody = world.other.people.owner.who.id.replace(/[0-9a-f]/g, '0'); // of the same length
    const unknown = await ask({ subject: { id: nobody }, action: 'organization.view' });
    expect(bare(foreign)).toEqual({ allowed: false, permission: 'organization.view', cell: '0' });
    expect(bare(foreign)).toEqual(bare(unknown));
    expect(foreign.json.decisionId.length).toBe(unknown.json.decisionId.length);
    const told = async (id: string) => {
      const answer = (await world.post('/api/authz/explain', { subject: { id }, action: 'organization.view' }, of('owner'))).json;
      return JSON.stringify({ ...answer, decisionId: '', decidedAt: '' }).replaceAll(id, 'ID');
    };
    expect(await told(world.other.people.owner.who.id)).toBe(await told(nowhere));
    const token = world.other.people.owner.as.bearer as string;
    expect(await allowed({ subject: { token }, action: 'organization.view' })).toBe(false);
  });
  it('AZ-02 a row of another organization and none at all are the same', async () => {
    const foreign = await world.resource(world.other, 'client');
    for (const id of [foreign, nowhere, await world.resource(world.own, 'workflow')]) {
      const answer = await ask({ action: 'view', resource: { type: 'client', id } });
      expect(bare(answer)).toEqual({ allowed: false, permission: 'clients.view', cell: '1' });
    }
  });
  it('about others asks who may see people; about oneself anybody', async () => {
    const colleague = await world.colleague(world.own);
    const before = await world.stack.database.count`SELECT count(*) FROM audit_ledger`;
    for (const role of ['owner', 'admin', 'manager'] as const) expectStatus(await ask({ subject: { id: colleague.id }, action: 'clients.view' }, of(role)), 200);
    expect(await allowed({ subject: about(of('staff')), action: 'clients.view' }, of('staff'))).toBe(true);
    expect(await allowed({ subject: { token: of('staff').as.bearer }, action: 'clients.view' }, of('staff'))).toBe(true);
    expect(await world.stack.database.count`SELECT count(*) FROM audit_ledger`).toBe(before);
    for (const subject of [{ id: colleague.id }, { id: nowhere }, about(world.other.people.staff), { token: of('owner').as.bearer }, { token: 'x' }]) {
      expectRefusal(await ask({ subject, action: 'clients.view' }, of('staff')), 403, 'FORBIDDEN');
      expectRefusal(await ask({ checks: [{ action: 'clients.view' }, { subject, action: 'clients.view' }] }, of('staff')), 403, 'FORBIDDEN');
    }
    expect(await world.stack.database.count`SELECT count(*) FROM audit_ledger`).toBe(before + 10);
  });
  it('who is suspended or deleted may nothing', async () => {
    const { database } = world.stack;
    const who = await world.houses.actor(world.own.id, 'manager');
    const question = { subject: about(who), action: 'clients.view' };
    const byToken = { subject: { token: who.as.bearer }, action: 'clients.view' };
    expect([await allowed(question), await allowed(byToken)]).toEqual([true, true]);
    await database.run`UPDATE users SET status = 'suspended' WHERE id = ${who.who.id}`;
    expect([await allowed(question), await allowed(byToken)]).toEqual([false, false]);
    await database.run`UPDATE users SET status = 'active' WHERE id = ${who.who.id}`;
    expect(await allowed(question)).toBe(true);
    expectStatus(await world.delete(`${usersPath}/${who.who.id}`, of('owner')), 204);
    expect([await allowed(question), await allowed(byToken)]).toEqual([false, false]);
  });
  it('a token that ran out, ended, or was made up speaks for nobody', async () => {
    const who = await world.houses.actor(world.own.id, 'manager');
    const question = { subject: { token: who.as.bearer }, action: 'clients.view' };
    expect(await allowed(question)).toBe(true);
    await world.stack.database.run`UPDATE sessions SET expires_at = '2020-01-01T00:00:00.000Z' WHERE user_id = ${who.who.id}`;
    expect(await allowed(question)).toBe(false);
    for (const token of ['x', 'a.b.c', `${who.as.bearer}x`, '']) expect(await allowed({ subject: { token }, action: 'clients.view' })).toBe(false);
    const left = await world.houses.actor(world.own.id, 'manager');
    expectStatus(await world.post('/api/auth/logout', {}, left), 200);
    expect(await allowed({ subject: { token: left.as.bearer }, action: 'clients.view' })).toBe(false);
    expect(await allowed({ subject: about(left), action: 'clients.view' })).toBe(true);
  });
});

describe('the whole matrix', () => {
  const matrix = readFileSync(join(settings.repository, 'spec/permissions.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));

  it.each(roles)('permissions §1 every cell of %s, in general and on a row, assigned and not', async (role) => {
    const actor = of(role);
    const [assigned, unassigned] = [await world.resource(world.own, 'client'), await world.resource(world.own, 'client')];
    await world.assign(world.own, 'client', assigned, actor.who.id);
    const checks = matrix.flatMap(([, id]) => [
      { action: id }, { action: id, resource: { type: 'client', id: assigned } }, { action: id, resource: { type: 'client', id: unassigned } },
      { action: id, resource: { type: 'user', id: actor.who.id } }, { action: id, resource: { type: 'user', id: of(role === 'owner' ? 'admin' : 'owner').who.id } },
      { action: id, resource: { type: 'organization', id: world.other.id } },
    ]);
    const results: Json[] = [];
    for (let at = 0; at < checks.length; at += 100) {
      const part = await ask({ checks: checks.slice(at, at + 100), subject: about(actor) });
      expectStatus(part, 200);
      results.push(...part.json.results);
    }
    expect(results.length).toBe(matrix.length * 6);
    for (const [at, [, id, ...cells]] of matrix.entries()) {
      const cell = cells[roles.indexOf(role)] as string;
      const six = results.slice(at * 6, at * 6 + 6);
      for (const result of six) expect([id, result.permission, result.cell]).toEqual([id, id, cell]);
      const [all, some, own] = [cell === '1', cell === 'a', cell === 's'];
      expect([id, ...six.map((result) => result.allowed)]).toEqual([id, cell !== '0', all || some, all, all || own, all, false]);
    }
  });
  it('permissions §2 steps on rows, as the routes themselves decide', async () => {
    const client = await world.resource(world.own, 'client');
    const step = (action: string) => allowed({ subject: about(of('staff')), action, resource: { type: 'client', id: client } });
    const steps = async () => [await step('view'), await step('edit'), await step('delete'), await step('create')];
    expect(await steps()).toEqual([false, false, false, true]);
    await world.assign(world.own, 'client', client, of('staff').who.id);
    expect(await steps()).toEqual([true, true, false, true]);
    expect((await ask({ subject: about(of('staff')), action: 'edit', resource: { type: 'client', id: client } })).json).toMatchObject({ permission: 'clients.edit_assigned', cell: 'a' });
    await world.stack.database.run`DELETE FROM assignments WHERE resource_id = ${client}`;
    expect(await steps()).toEqual([false, false, false, true]);
  });
});

describe('listed', () => {
  const list = (body: Json, as: Actor = of('owner')): Promise<Answer> => world.post('/api/authz/list', body, as);

  it('permissions §2 exactly what the subject may, counted after the filter, in pages', async () => {
    const who = await world.houses.actor(world.own.id, 'staff');
    const mine: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      const id = await world.resource(world.own, 'workflow', `Mine ${at}`);
      await world.assign(world.own, 'workflow', id, who.who.id);
      mine.push(id);
      await world.resource(world.own, 'workflow', `Other ${at}`);
      await world.resource(world.other, 'workflow', `Foreign ${at}`);
    }
    const ids: string[] = [];
    for (const page of [1, 2, 3]) {
      const answer = await list({ subject: about(who), action: 'view', resourceType: 'workflow', page, limit: 2 });
      expectStatus(answer, 200);
      expect(answer.json).toMatchObject({ total: 5, pages: 3, page, limit: 2 });
      ids.push(...answer.json.data.map((row: Json) => row.id));
    }
    expect(ids.sort()).toEqual([...mine].sort());
    expect((await list({ action: 'workflows.use', resourceType: 'workflow' }, who)).json.total).toBe(5);
    expect((await list({ action: 'delete', resourceType: 'workflow' }, who)).json).toMatchObject({ total: 0, data: [] });
    expect((await list({ action: 'view', resourceType: 'workflow' })).json.total).toBeGreaterThanOrEqual(10);
    for (const nobody of [about(world.other.people.owner), { id: nowhere }]) {
      expect((await list({ subject: nobody, action: 'view', resourceType: 'workflow' })).json).toMatchObject({ total: 0, data: [] });
    }
  });
  it('AZ-03 a question about another step shows nobody a row that they may not see', async () => {
    const hidden = await world.resource(world.own, 'client', 'Hidden from staff');
    const answer = await list({ action: 'create', resourceType: 'client', limit: 100 }, of('staff'));
    expectStatus(answer, 200);
    expect(answer.text).not.toContain(hidden);
    const nosy = await world.houses.actor(world.own.id, 'staff');
    await world.stack.database.run`INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${world.own.id}, ${nosy.who.id}, 'users.view')`;
    expectRefusal(await list({ subject: about(of('owner')), action: 'view', resourceType: 'client' }, nosy), 403, 'FORBIDDEN');
  });
  it('400 an unknown action, type or page', async () => {
    for (const body of [
      { action: 'view' }, { resourceType: 'client' }, { action: 'view', resourceType: 'nothing' }, { action: 'view', resourceType: 'user' }, { action: 'users.view', resourceType: 'user' },
      { action: 'nothing', resourceType: 'client' }, { action: 'view', resourceType: 'client', limit: 0 }, { action: 'view', resourceType: 'client', limit: 101 },
      { action: 'view', resourceType: 'client', page: 0 }, { action: 'view', resourceType: 'client', page: 'x' },
    ]) expectRefusal(await list(body), 400, 'VALIDATION');
  });
});

describe('explained', () => {
  const explain = async (body: Json, as: Actor = of('owner')): Promise<Json> => {
    const answer = await world.post('/api/authz/explain', body, as);
    expectStatus(answer, 200);
    return answer.json;
  };
  const path = (explanation: Json): Json[] => explanation.terms.map((term: Json) => [term.term, term.holds]);

  it('the satisfied path, and the first missing link', async () => {
    const client = await world.resource(world.own, 'client');
    const question = { subject: about(of('staff')), action: 'view', resource: { type: 'client', id: client } };
    const missing = await explain(question);
    expect(path(missing)).toEqual([['subject_active', true], ['same_organization', true], ['permission', true], ['assigned', false]]);
    expect(missing).toMatchObject({ allowed: false, permission: 'clients.view', cell: 'a', grantedBy: 'role', role: 'staff' });
    expect(missing.sentence).toBe(`Subject ${of('staff').who.id} may not view on client ${client}: the row is not assigned to the subject.`);
    await world.assign(world.own, 'client', client, of('staff').who.id);
    const there = await explain(question);
    expect(path(there)).toEqual([['subject_active', true], ['same_organization', true], ['permission', true], ['assigned', true]]);
    expect(there.sentence).toContain('the role staff grants clients.view on assigned rows, and the row is assigned to the subject');
    expect(path(await explain({ subject: about(of('staff')), action: 'users.view' }))).toEqual([['subject_active', true], ['same_organization', true], ['permission', false]]);
    expect(path(await explain({ action: 'view', resource: { type: 'client', id: nowhere } }))).toEqual([['subject_active', true], ['same_organization', false]]);
    expect(path(await explain({ subject: { id: nowhere }, action: 'users.view' }))).toEqual([['subject_active', false]]);
    expect(path(await explain({ action: 'vault.use', resource: { type: 'user', id: of('admin').who.id } }))).toEqual([['subject_active', true], ['same_organization', true], ['permission', true], ['own', false]]);
  });
  it('it names the custom role, and the grant', async () => {
    const who = await world.colleague(world.own);
    const made = await world.post(`/api/organizations/${world.own.id}/roles`, { name: `Readers ${Date.now()}`, permissions: [{ id: 'users.view', cell: '1' }] }, of('owner'));
    expectStatus(await world.patch(`${usersPath}/${who.id}/custom-role`, { customRoleId: made.json.id }, of('owner')), 200);
    const question = { subject: { id: who.id }, action: 'users.view' };
    expect(await explain(question)).toMatchObject({ allowed: true, grantedBy: 'custom role', role: made.json.name });
    expectStatus(await world.patch(`${usersPath}/${who.id}/custom-role`, { customRoleId: null }, of('owner')), 200);
    expect(await explain(question)).toMatchObject({ allowed: false, grantedBy: null });
    await world.stack.database.run`INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${world.own.id}, ${who.id}, 'users.view')`;
    expect(await explain(question)).toMatchObject({ allowed: true, grantedBy: 'grant', role: null });
  });
  it('a decision is explained by its id, as it was', async () => {
    const who = await world.houses.actor(world.own.id, 'manager');
    const asked = await ask({ subject: about(who), action: 'clients.delete' });
    const at = `/api/authz/decisions/${asked.json.decisionId}`;
    await world.stack.database.run`UPDATE users SET role = 'admin' WHERE id = ${who.who.id}`;
    const answer = await world.get(at, of('owner'));
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ allowed: false, subjectId: who.who.id, action: 'clients.delete', permission: 'clients.delete', role: 'manager', decisionId: asked.json.decisionId });
    expectStatus(await world.get(at, who), 200);
    expectRefusal(await world.get(at, of('staff')), 403, 'FORBIDDEN');
    expectRefusal(await world.get(at, world.other.people.owner), 403, 'FORBIDDEN');
  });
  it('AZ-11 what was forged, cut or made up is no decision', async () => {
    const { decisionId } = (await ask({ action: 'clients.view' })).json;
    const flipped = (at: number) => decisionId.slice(0, at) + (decisionId[at] === 'A' ? 'B' : 'A') + decisionId.slice(at + 1);
    for (const id of [flipped(0), flipped(20), flipped(100), decisionId.slice(0, -4), `${decisionId}AAAA`, 'x', 'AAAA', randomBytes(200).toString('base64url'), '99999', "' OR 1=1 --", nowhere]) {
      expectRefusal(await world.get(`/api/authz/decisions/${encodeURIComponent(id)}`, of('owner')), 404, 'NOT_FOUND');
    }
  });
});

describe('AZ-03 a row that staff may not see', () => {
  const actions = ['view', 'edit', 'delete', 'clients.view', 'clients.edit', 'clients.edit_assigned', 'clients.delete', 'resources.assign', 'vault.use'];
  /** All that is told about a row, without its id, ids of decisions and times. */
  const told = async (id: string, action: string, as: Actor): Promise<string[]> => {
    const resource = { type: 'client', id };
    const person = { type: 'user', id: as.who.id };
    const explained = await world.post('/api/authz/explain', { action, resource }, as);
    expectStatus(explained, 200);
    const again = await world.get(`/api/authz/decisions/${explained.json.decisionId}`, as);
    expectStatus(again, 200);
    const asked = await ask({ action, resource }, as);
    const evaluated = await world.post('/access/v1/evaluation', { subject: person, action: { name: action }, resource }, as);
    const several = await world.post('/access/v1/evaluations', { subject: person, resource, evaluations: [{ action: { name: action } }] }, as);
    const without = (answer: Answer) => JSON.stringify(answer.json, (key, value) => (key === 'decisionId' || key === 'decidedAt' ? '' : value)).replaceAll(id, 'ID');
    return [explained, again, asked, evaluated, several].map(without);
  };

  it('reads like one of another organization and like none at all', async () => {
    const [here, foreign] = [await world.resource(world.own, 'client'), await world.resource(world.other, 'client')];
    const nowhereElse = await world.resource(world.own, 'workflow');
    for (const action of actions) {
      const first = await told(here, action, of('staff'));
      expect(first[0]).toContain('"allowed":false');
      for (const id of [foreign, nowhere, nowhereElse]) expect([action, await told(id, action, of('staff'))]).toEqual([action, first]);
    }
    expect((await told(here, 'view', of('staff')))[0]).toContain('the row is not assigned to the subject');
    expect((await told(foreign, 'view', of('manager')))[0]).toContain('there is no such row');
  });
  it('nor does a decision tell that somebody else asked for, nor one about others', async () => {
    const [here, foreign] = [await world.resource(world.own, 'client'), await world.resource(world.other, 'client')];
    const texts: string[] = [];
    for (const id of [here, foreign]) {
      const asked = await ask({ subject: about(of('staff')), action: 'view', resource: { type: 'client', id } });
      const answer = await world.get(`/api/authz/decisions/${asked.json.decisionId}`, of('staff'));
      expectStatus(answer, 200);
      texts.push(JSON.stringify({ ...answer.json, decisionId: '', decidedAt: '' }).replaceAll(id, 'ID'));
      expect((await world.get(`/api/authz/decisions/${asked.json.decisionId}`, of('owner'))).json.terms).toContainEqual(expect.objectContaining({ term: 'same_organization', holds: id === here }));
    }
    expect(texts[0]).toBe(texts[1]);
    const nosy = await world.houses.actor(world.own.id, 'staff');
    await world.stack.database.run`INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${world.own.id}, ${nosy.who.id}, 'users.view')`;
    for (const id of [here, foreign, nowhere]) {
      const question = { subject: about(of('owner')), action: 'view', resource: { type: 'client', id } };
      expectRefusal(await ask(question, nosy), 403, 'FORBIDDEN');
      expectRefusal(await world.post('/api/authz/explain', question, nosy), 403, 'FORBIDDEN');
      const { decisionId } = (await ask(question)).json;
      expectRefusal(await world.get(`/api/authz/decisions/${decisionId}`, nosy), 403, 'FORBIDDEN');
    }
    expect(await allowed({ subject: about(of('owner')), action: 'clients.view' }, nosy)).toBe(true);
  });
  it('permissions §2 and the routes themselves refuse both alike', async () => {
    const [here, foreign] = [await world.resource(world.own, 'client'), await world.resource(world.other, 'client')];
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const bodies = await Promise.all([here, foreign].map(async (id) => {
        const answer = await world.stack.client.send(method, `/api/clients/${id}`, { ...of('staff').as, ...(method === 'PATCH' ? { body: { name: 'X' } } : {}) });
        expectStatus(answer, 403);
        return { ...answer.json, requestId: '' };
      }));
      expect([method, bodies[0]]).toEqual([method, bodies[1]]);
    }
  });
});

describe('simulated', () => {
  const simulate = (change: Json, as: Actor = of('owner')): Promise<Answer> => world.post('/api/authz/simulate', { change }, as);

  it('another role of a person, by the same comparison, and nothing is saved', async () => {
    const who = await world.colleague(world.own, 'manager');
    const before = await snapshot(world.stack.database);
    const up = await simulate({ userId: who.id, role: 'admin' });
    expectStatus(up, 200);
    expect(up.json.people).toHaveLength(1);
    expect(up.json.people[0]).toMatchObject({ id: who.id, role: 'manager', loses: [] });
    expect(up.json.people[0].gains).toContainEqual({ id: 'users.create', from: '0', to: '1' });
    expect((await simulate({ userId: who.id, role: 'manager' })).json).toMatchObject({ people: [], gains: [], loses: [] });
    expect((await simulate({ userId: who.id, customRoleId: null })).json.people).toEqual([]);
    expect(await snapshot(world.stack.database)).toEqual(before);
  });
  it('it is refused like the change', async () => {
    const who = await world.colleague(world.own);
    for (const change of [{}, { userId: who.id }, { userId: who.id, role: 'Owner' }, { userId: who.id, role: 'staff', customRoleId: null }, { role: 'staff' }, { role: { name: 'X' } },
      { role: { name: 'X', permissions: [{ id: 'roles.manage', cell: '1' }] } }, { role: { name: 'X', permissions: [{ id: 'nothing', cell: '1' }] } }, { userId: who.id, customRoleId: 7 }, null, 'x']) {
      expect([(await simulate(change)).status, JSON.stringify(change)]).toEqual([400, JSON.stringify(change)]);
    }
    expectRefusal(await simulate({ role: { name: 'Owner', permissions: [] } }), 409, 'RESERVED_NAME');
    expectRefusal(await simulate({ userId: nowhere, role: 'staff' }), 404, 'NOT_FOUND');
    expectRefusal(await simulate({ userId: world.other.people.staff.who.id, role: 'staff' }), 403, 'FORBIDDEN');
    expectRefusal(await simulate({ userId: who.id, customRoleId: nowhere }), 404, 'NOT_FOUND');
    for (const role of ['admin', 'manager', 'staff'] as const) expectRefusal(await simulate({ userId: who.id, role: 'staff' }, of(role)), 403, 'FORBIDDEN');
  });
});

describe('AuthZEN', () => {
  const evaluation = '/access/v1/evaluation';
  const evaluations = '/access/v1/evaluations';
  const subject = (role: Role) => ({ type: 'user', id: of(role).who.id });
  const client = (id: string) => ({ type: 'client', id, properties: { any: 1 } });

  it('one evaluation, with its reason and id', async () => {
    const id = await world.resource(world.own, 'client');
    const yes = await world.post(evaluation, { subject: subject('manager'), action: { name: 'view' }, resource: client(id), context: { time: 'now' } }, of('owner'));
    expectStatus(yes, 200);
    expect(yes.json.decision).toBe(true);
    expectStatus(await world.get(`/api/authz/decisions/${yes.json.context.decisionId}`, of('owner')), 200);
    const no = await world.post(evaluation, { subject: subject('staff'), action: { name: 'clients.edit' }, resource: client(id) }, of('owner'));
    expect(no.json.decision).toBe(false);
    expect(no.json.context.reason).toContain('clients.edit');
  });
  it('400 what is malformed', async () => {
    const good = { subject: subject('staff'), action: { name: 'view' }, resource: client('x') };
    for (const bad of [{}, { ...good, subject: undefined }, { ...good, action: undefined }, { ...good, resource: undefined }, { ...good, subject: { id: 'x' } }, { ...good, subject: { type: 'user' } },
      { ...good, subject: { type: 'robot', id: 'x' } }, { ...good, action: {} }, { ...good, action: { name: 'nothing' } }, { ...good, resource: { type: 'client' } }, { ...good, resource: { type: 'nothing', id: 'x' } }]) {
      expectRefusal(await world.post(evaluation, bad, of('owner')), 400, 'VALIDATION');
    }
    expectRefusal(await world.post(evaluation, good, world.other.people.staff), 403, 'FORBIDDEN');
    expectRefusal(await world.post(evaluations, { ...good, evaluations: Array.from({ length: 101 }, () => ({})) }, of('owner')), 400, 'VALIDATION');
    expectRefusal(await world.post(evaluations, { ...good, options: { evaluations_semantic: 'other' } }, of('owner')), 400, 'VALIDATION');
  });
  it('several, with defaults, in their order, until the semantic is satisfied', async () => {
    const id = await world.resource(world.own, 'client');
    const by = { subject: subject('manager'), resource: client(id) };
    const items = [{ action: { name: 'view' } }, { action: { name: 'delete' } }, { action: { name: 'nothing' } }, { action: { name: 'edit' } }, { action: { name: 'view' }, subject: subject('staff') }];
    const decisions = async (semantic?: string) => {
      const answer = await world.post(evaluations, { ...by, evaluations: items, ...(semantic === undefined ? {} : { options: { evaluations_semantic: semantic } }) }, of('owner'));
      expectStatus(answer, 200);
      return answer.json.evaluations.map((one: Json) => one.decision);
    };
    expect(await decisions()).toEqual([true, false, false, true, false]);
    expect(await decisions('execute_all')).toEqual([true, false, false, true, false]);
    expect(await decisions('deny_on_first_deny')).toEqual([true, false]);
    expect(await decisions('permit_on_first_permit')).toEqual([true]);
    const all = await world.post(evaluations, { ...by, evaluations: items }, of('owner'));
    expect(all.json.evaluations[2].context.error).toMatchObject({ status: 400 });
    const single = await world.post(evaluations, { ...by, action: { name: 'view' } }, of('owner'));
    expect(single.json.decision).toBe(true);
    expect((await world.post(evaluations, { ...by, action: { name: 'view' }, evaluations: [] }, of('owner'))).json.decision).toBe(true);
  });
  it('a search for resources, page by page', async () => {
    const who = await world.houses.actor(world.own.id, 'staff');
    const mine: string[] = [];
    for (let at = 0; at < 3; at += 1) {
      mine.push(await world.resource(world.own, 'client'));
      await world.assign(world.own, 'client', mine[at] as string, who.who.id);
    }
    const search = (page?: Json) => world.post('/access/v1/search/resource', { subject: { type: 'user', id: who.who.id }, action: { name: 'view' }, resource: { type: 'client' }, ...(page === undefined ? {} : { page }) }, of('owner'));
    const all = await search();
    expectStatus(all, 200);
    expect(all.json.results.map((one: Json) => one.id).sort()).toEqual([...mine].sort());
    expect(all.json.page).toEqual({ next_token: '', count: 3, total: 3 });
    const first = await search({ limit: 2 });
    const second = await search({ limit: 2, token: first.json.page.next_token });
    expect([first.json.results.length, second.json.results.length, second.json.page.next_token]).toEqual([2, 1, '']);
    for (const page of [{ limit: 0 }, { limit: 101 }, { token: 'x' }, { token: '-1' }]) expectRefusal(await search(page), 400, 'VALIDATION');
  });
  it('the metadata names what is there, without a credential', async () => {
    const answer = await world.stack.client.get('/.well-known/authzen-configuration');
    expectStatus(answer, 200);
    const url = answer.json.policy_decision_point as string;
    expect(answer.json).toEqual({
      policy_decision_point: url, access_evaluation_endpoint: `${url}${evaluation}`, access_evaluations_endpoint: `${url}${evaluations}`, search_resource_endpoint: `${url}/access/v1/search/resource`,
    });
  });
});

describe('another application', () => {
  const key = randomBytes(24).toString('hex');
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ GATEHOUSE_SERVICE_KEY: key });
  });
  const person = async (organization: string, role: string): Promise<string> => {
    const { database } = stack;
    return (await database.row`INSERT INTO users (email, role, organization_id) VALUES (${`${randomBytes(6).toString('hex')}@example.test`}, ${role}, ${organization}) RETURNING id`)['id'] as string;
  };
  const organization = async (): Promise<string> => (await stack.database.row`INSERT INTO organizations (name) VALUES ('Served House') RETURNING id`)['id'] as string;

  it('asks about anybody in every organization with the service key, and with no other', async () => {
    const [first, second] = [await person(await organization(), 'manager'), await person(await organization(), 'staff')];
    const body = { checks: [first, second, nowhere].map((id) => ({ subject: { id }, action: 'clients.edit' })) };
    const answer = await stack.client.post(check, body, { bearer: key });
    expectStatus(answer, 200);
    expect(answer.json.results.map((one: Json) => one.allowed)).toEqual([true, false, false]);
    for (const { decisionId } of answer.json.results) expectStatus(await stack.client.get(`/api/authz/decisions/${decisionId}`, { bearer: key }), 200);
    for (const bad of [key.slice(0, -1), `${key}x`, key.toUpperCase(), 'x', key.split('').reverse().join('')]) expectStatus(await stack.client.post(check, body, { bearer: bad }), 401);
    expectStatus(await stack.client.post(check, body, { cookie: `token=${key}` }), 401);
    expectStatus(await stack.client.post(check, body, { headers: { authorization: key } }), 401);
  });
  it('must say about whom, and acts for nobody elsewhere', async () => {
    expectRefusal(await stack.client.post(check, { action: 'clients.view' }, { bearer: key }), 400, 'VALIDATION');
    for (const path of [usersPath + '/me', '/api/clients', '/api/auth/sessions']) expectStatus(await stack.client.get(path, { bearer: key }), 401);
    expectStatus(await stack.client.post('/api/authz/simulate', { change: {} }, { bearer: key }), 401);
  });
  it('lists and evaluates with it too', async () => {
    const home = await organization();
    const who = await person(home, 'manager');
    await stack.database.run`INSERT INTO resources (organization_id, type, name) VALUES (${home}, 'client', 'Served client')`;
    const list = await stack.client.post('/api/authz/list', { subject: { id: who }, action: 'view', resourceType: 'client' }, { bearer: key });
    expect(list.json).toMatchObject({ total: 1, data: [{ name: 'Served client' }] });
    const one = await stack.client.post('/access/v1/evaluation', { subject: { type: 'user', id: who }, action: { name: 'view' }, resource: { type: 'client', id: list.json.data[0].id } }, { bearer: key });
    expect(one.json.decision).toBe(true);
  });
});
