// Acting as somebody else: what it may be used for, route by route; who sees it; and what every row says of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import type { Member } from '../support/houses.ts';
import { askAs, lines } from '../support/isolation.ts';
import { document, type Operation } from '../support/openapi.ts';
import { meDataPath, organizationLoginPath, refreshPath, validatePath } from '../support/people.ts';
import { startStack, stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';
import { Houses } from '../support/houses.ts';
import { World } from '../support/worlds.ts';

const path = '/api/security/impersonate';
const allowed = new Set(readFileSync(join(new URL('..', import.meta.url).pathname, 'impersonation.csv'), 'utf8').trim().split('\n').slice(1));

let world: World;
let boss: Options;
let second: { who: Member; as: Options };

beforeAll(async () => {
  world = await World.on(Houses.on('closed', await startStack()));
  boss = world.own.people.owner.as;
  // As somebody who may everything: what is refused then, the table refuses.
  second = await world.houses.actor(world.own.id, 'owner');
  await provenFor(world.stack.database, world.own.id, 'impersonate');
});
afterAll(stopStacks);
const client = () => world.stack.client;
const database = () => world.stack.database;

async function begin(whom: string, as: Options = boss, reason = 'Ticket 7'): Promise<Answer> {
  return client().post(path, { userId: whom, reason }, as);
}
async function acting(whom: string): Promise<{ as: Options; answer: Answer }> {
  const answer = await begin(whom);
  expectStatus(answer, 201);
  return { as: { bearer: answer.json.token as string }, answer };
}
const end = (as: Options = boss): Promise<Answer> => client().send('DELETE', path, as);

const operations = new Map(document().operations.map((one): [string, Operation] => [one.definition.operationId as string, one]));
const guarded = lines.filter((line) => line.kind !== 'public');

describe('the table of what may be done', () => {
  it('IM-01 names routes that there are, and no public ones', () => {
    const known = new Set(guarded.map((line) => line.operation));
    expect([...allowed].filter((one) => !known.has(one))).toEqual([]);
  });

  it.each(guarded)('IM-01 $operation', async (line) => {
    const { method, template } = operations.get(line.operation)!;
    const { as } = await acting(second.who.id);
    const target = line.kind === 'own-session' ? { name: 'own', side: world.own } : { name: 'own', side: world.own };
    const answer = await askAs(line, method, template, as, target, world);
    const refusedByTable = answer.status === 403 && String(answer.json?.message).includes('act as somebody else');
    expect(refusedByTable, `${answer.status} ${answer.text.slice(0, 200)}`).toBe(!allowed.has(line.operation));
    if (allowed.has(line.operation)) expect([200, 201, 204, 400, 404], answer.text.slice(0, 200)).toContain(answer.status);
    const left = await end();
    expect([200, 404]).toContain(left.status);
  });

  it('IM-01 a refusal leaves one PERMISSION_DENIED row with both names', async () => {
    const { as } = await acting(second.who.id);
    const count = () => database().count`SELECT count(*) FROM audit_ledger WHERE event_type = 'PERMISSION_DENIED' AND actor_id = ${second.who.id}`;
    const before = await count();
    expectRefusal(await client().post('/api/users/me/password', { currentPassword: 'x', newPassword: 'y' }, as), 403, 'FORBIDDEN');
    expect(await count()).toBe(before + 1);
    const row = await database().row`SELECT details FROM audit_ledger WHERE event_type = 'PERMISSION_DENIED' ORDER BY id DESC LIMIT 1`;
    expect((JSON.parse(row['details'] as string) as Json).impersonatorId).toBe(world.own.people.owner.who.id);
    expectStatus(await end(as), 200);
  });
});

describe('what is decided about somebody’s data', () => {
  it('IM-06 is decided by nobody in their name: erasing, taking that back, holds, reviews, exports; and nothing of it happens', async () => {
    const decided = () => database().row`
      SELECT (SELECT count(*) FROM audit_erasures) AS erasures, (SELECT count(*) FROM legal_holds) AS holds, (SELECT count(*) FROM access_reviews) AS reviews,
        (SELECT count(*) FROM audit_ledger WHERE event_type IN ('SETTINGS_UPDATED', 'PROFILE_UPDATED', 'DATA_EXPORT_STARTED')) AS told`;
    const before = await decided();
    const { as } = await acting(second.who.id);
    const asked: [Parameters<ReturnType<typeof client>['send']>[0], string, Json?][] = [
      ['DELETE', meDataPath, { password: second.who.password }], ['GET', `${meDataPath}/erasure`], ['DELETE', `${meDataPath}/erasure`], ['GET', `${meDataPath}/export`],
      ['POST', '/api/security/legal-holds', { reason: 'x' }], ['POST', '/api/security/legal-holds/lift', { reason: 'x' }], ['PUT', '/api/security/retention', {}],
      ['POST', '/api/compliance/access-reviews', { name: 'Theirs' }], ['GET', '/api/compliance/access/matrix'], ['GET', '/api/compliance/export/audit-logs'],
      ['POST', '/api/compliance/export/bundle', {}],
    ];
    for (const [method, path, body] of asked) {
      const answer = await client().send(method, path, { ...as, ...(body ? { body } : {}) });
      expect(answer.status, `${method} ${path}: ${answer.text.slice(0, 200)}`).toBe(403);
      expect(String(answer.json?.message), path).toContain('act as somebody else');
    }
    expect(await decided()).toEqual(before);
    expectStatus(await end(as), 200);
  });
});

describe('its life', () => {
  it('IM-02 asks for a step-up first, and refuses those without the right before that', async () => {
    const fresh = await world.houses.actor(world.own.id, 'owner');
    const asked = await begin(second.who.id, fresh.as);
    expect(asked.status).toBe(428);
    expect(asked.json).toMatchObject({ code: 'STEP_UP_REQUIRED', purpose: 'impersonate' });
    for (const role of ['admin', 'manager', 'staff'] as const) expectRefusal(await begin(second.who.id, world.own.people[role].as), 403, 'FORBIDDEN');
    expectRefusal(await begin(world.other.people.staff.who.id), 403, 'FORBIDDEN');
  });

  it('IM-02 gives a bearer and nothing that could be renewed; neither cookie nor refresh token', async () => {
    const { as, answer } = await acting(world.own.people.staff.who.id);
    expect(Object.keys(answer.json).sort()).toEqual(['expiresAt', 'expiresIn', 'sessionId', 'token', 'tokenType', 'user']);
    expect(answer.json.expiresIn).toBeGreaterThan(1795);
    expect(answer.json.expiresIn).toBeLessThanOrEqual(1800);
    expect(answer.headers('set-cookie')).toEqual([]);
    expect(answer.headers('cache-control')).toEqual(['no-store']);
    expect(await database().count`SELECT count(*) FROM refresh_tokens WHERE session_id = ${answer.json.sessionId as string}`).toBe(0);
    expectRefusal(await client().post(refreshPath, { refreshToken: as.bearer }), 401, 'INVALID_TOKEN');
    expectStatus(await client().get(meDataPath, as), 200);
    expectStatus(await client().post(validatePath, { token: as.bearer }), 200);
    expectStatus(await end(), 200);
    expectRefusal(await client().get(meDataPath, as), 401, 'SESSION_INVALID');
  });

  it('IM-03 is seen in the list of the person, who may end it; and in a notification', async () => {
    const staff = world.own.people.staff;
    const { as, answer } = await acting(staff.who.id);
    const list = await client().get('/api/auth/sessions', staff.as);
    const shown = (list.json as Json[]).find((one) => one.id === answer.json.sessionId);
    expect(shown?.impersonatedBy).toBe(world.own.people.owner.who.id);
    expect((list.json as Json[]).filter((one) => 'impersonatedBy' in one)).toHaveLength(1);
    const told = await client().get('/api/notifications', staff.as);
    expect((told.json as Json[])[0]).toMatchObject({ kind: 'impersonation', data: { session: answer.json.sessionId, reason: 'Ticket 7' } });
    expectStatus(await client().send('DELETE', `/api/auth/sessions/${answer.json.sessionId as string}`, staff.as), 200);
    expectStatus(await client().get(meDataPath, as), 401);
  });

  it('IM-04 what SQL ends of either of the two sessions ends it on the next request', async () => {
    for (const column of ['id', 'impersonated_from'] as const) {
      const again = await client().post(organizationLoginPath, { email: world.own.people.owner.who.email, password: world.own.people.owner.who.password, organizationId: world.own.id });
      const as = { bearer: again.json.token as string };
      await provenFor(database(), world.own.id, 'impersonate');
      const begun = await begin(world.own.people.staff.who.id, as);
      expectStatus(begun, 201);
      const bearer = begun.json.token as string;
      expectStatus(await client().get(meDataPath, { bearer }), 200);
      if (column === 'id') await database().run`UPDATE sessions SET revoked_at = created_at WHERE id = ${begun.json.sessionId as string}`;
      else await database().run`UPDATE sessions SET revoked_at = created_at WHERE id = (SELECT impersonated_from FROM sessions WHERE id = ${begun.json.sessionId as string})`;
      expectRefusal(await client().get(meDataPath, { bearer }), 401, 'SESSION_INVALID');
    }
  });

  it('IM-03 is named in the list of the organization while it runs, and over there as soon as it is', async () => {
    const owner = world.own.people.owner.who;
    const again = await client().post(organizationLoginPath, { email: owner.email, password: owner.password, organizationId: world.own.id });
    await provenFor(database(), world.own.id, 'impersonate');
    const begun = await begin(world.own.people.staff.who.id, { bearer: again.json.token as string });
    expectStatus(begun, 201);
    const shown = async (state: string): Promise<Json | undefined> =>
      ((await client().get(`/api/security/sessions?state=${state}`, boss)).json as Json[]).find((one) => one.id === begun.json.sessionId);
    expect(await shown('live')).toMatchObject({ state: 'live', impersonatedBy: owner.id });
    expect(await shown('ended')).toBeUndefined();
    expectStatus(await client().post('/api/auth/logout', {}, { bearer: again.json.token as string }), 200);
    expect(await shown('live')).toBeUndefined();
    expect(await shown('ended')).toMatchObject({ state: 'voided', impersonatedBy: owner.id });
  });

  it('IM-05 what was done in it is found in the ledger by who did it', async () => {
    const { as } = await acting(second.who.id);
    expectStatus(await client().post('/api/clients', { name: 'By somebody else' }, as), 201);
    expectStatus(await end(as), 200);
    const found = async (who: string): Promise<Json[]> => (await client().get(`/api/security/audit-logs?impersonatorId=${who}`, boss)).json as Json[];
    const rows = (await found(world.own.people.owner.who.id)) as Json[];
    expect(rows.map((row) => row.event)).toContain('RESOURCE_CREATED');
    expect(new Set(rows.map((row) => row.impersonatorId))).toEqual(new Set([world.own.people.owner.who.id]));
    expect(await found(second.who.id)).toEqual([]);
  });
});
