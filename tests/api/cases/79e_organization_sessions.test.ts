// The sessions of a whole organization: seen and ended by who may, never across its wall, and over at once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer, Json, Options } from '../support/client.ts';
import { fromNow } from '../support/database.ts';
import { expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { Houses, type Member } from '../support/houses.ts';
import { credentialsIn, loginPath, organizationLoginPath, refreshPath } from '../support/people.ts';
import { codeOf, finish } from '../support/second_factor.ts';
import { stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';
import { roles, World, type Actor, type Side } from '../support/worlds.ts';

const path = '/api/security/sessions';
const allPath = `${path}/revoke-all`;
const nowhere = '00000000-0000-7000-8000-000000000000';

let houses: Houses;
let world: World;
beforeAll(async () => {
  houses = await Houses.start('closed');
  world = await World.on(houses);
});
afterAll(stopStacks);
const client = () => houses.stack.client;
const database = () => houses.stack.database;

interface SignedIn {
  readonly who: Member;
  readonly as: Options;
  readonly session: string;
  readonly refreshToken: string;
}
async function again(who: Member, surface = organizationLoginPath): Promise<SignedIn> {
  const answer = await client().post(surface, { email: who.email, password: who.password, organizationId: who.organizationId });
  const tokens = credentialsIn(answer, who.email);
  return { who, as: { bearer: tokens.token }, session: answer.json.sessionId as string, refreshToken: answer.json.refreshToken as string };
}
const joined = async (side: Side, role = 'staff'): Promise<SignedIn> => again(await houses.member(side.id, role));
const side = (): Promise<Side> => World.side(houses, 'House of sessions');
const list = (query: string, actor: Actor): Promise<Answer> => world.get(path + query, actor);
const revoke = (session: string, as: Options, body: Json = {}): Promise<Answer> => client().post(`${path}/${session}/revoke`, body, as);
const endAll = (as: Options, body: Json = {}): Promise<Answer> => client().post(allPath, body, as);
const rowOf = (event: string, organizationId: string) =>
  database().row`SELECT * FROM audit_ledger WHERE organization_id = ${organizationId} AND event_type = ${event} ORDER BY id DESC LIMIT 1`;
const alive = async (one: SignedIn): Promise<number> => (await client().get('/api/auth/sessions', one.as)).status;
const proven = async (of: Side): Promise<void> => {
  for (const purpose of ['revoke_session', 'force_logout']) await provenFor(database(), of.id, purpose);
};

describe('listing', () => {
  it('SF-01 who may not: 401 without a credential, 403 for managers and staff, a row each', async () => {
    expectStatus(await client().get(path), 401);
    for (const role of ['manager', 'staff'] as const) {
      const before = await ledgerSize(database());
      const answer = await list('', world.own.people[role]);
      expectRefusal(answer, 403, 'FORBIDDEN');
      expect(answer.json.details[0].field).toBe('sessions.view');
      expect(await ledgerSize(database())).toBe(before + 1);
    }
  });

  it('SF-01 everybody of the own organization, newest first, and nobody else', async () => {
    const answer = await list('', world.own.people.admin);
    expectStatus(answer, 200);
    expect(answer.json).toHaveLength(4);
    expect(answer.json.map((one: Json) => one.role).sort()).toEqual([...roles].sort());
    const times = answer.json.map((one: Json) => one.createdAt as string);
    expect(times).toEqual([...times].sort().reverse());
    expect(answer.json.filter((one: Json) => one.current).map((one: Json) => one.userId)).toEqual([world.own.people.admin.who.id]);
    expect(answer.header('cache-control')).toBe('no-store');
    expect(answer.header('x-total-count')).toBe('4');
    expect(answer.json[0]).toMatchObject({
      state: 'live', surface: 'organization', ipAddress: '127.0.0.1', userAgent: 'gatehouse-suite', authMethods: ['password'], degraded: false, endedAt: null,
    });
    expect(answer.text).not.toMatch(/hash|token|fingerprint/i);
  });

  it.each(['state=dead', 'surface=both', 'page=0', 'limit=101', 'limit=x', 'order=up'])('SF-01 %s is 400', async (query) => {
    expectRefusal(await list(`?${query}`, world.own.people.owner), 400, 'VALIDATION');
  });

  it('SF-01 by person, state, surface and search, in pages whose total follows the filter', async () => {
    const mine = await side();
    const { owner } = mine.people;
    const guest = await joined(mine);
    const second = await again(guest.who, loginPath);
    await database().run`UPDATE sessions SET device_name = 'Kitchen Tablet', country = 'FR' WHERE id = ${second.session}`;
    await database().run`UPDATE sessions SET logged_out_at = ${fromNow(0)} WHERE id = ${guest.session}`;
    const ids = async (query: string): Promise<string[]> => (await list(query, owner)).json.map((one: Json) => one.id as string);
    expect(await ids(`?userId=${guest.who.id}`)).toEqual([second.session]);
    expect(await ids(`?userId=${guest.who.id}&state=all`)).toEqual([second.session, guest.session]);
    expect(await ids(`?userId=${guest.who.id}&state=all&order=asc`)).toEqual([guest.session, second.session]);
    expect(await ids('?state=ended')).toEqual([guest.session]);
    expect(await ids('?surface=account')).toEqual([second.session]);
    for (const search of ['kitchen TABLET', 'fr', guest.who.email.toUpperCase().slice(0, 12)]) {
      expect(await ids(`?userId=${guest.who.id}&search=${encodeURIComponent(search)}`)).toEqual([second.session]);
    }
    expect(await ids('?search=%25')).toEqual([]);
    expect(await ids(`?userId=${world.other.people.owner.who.id}`)).toEqual([]);
    const page = await list('?page=2&limit=2', owner);
    expect(page.json).toMatchObject({ total: 5, page: 2, pages: 3, limit: 2 });
    expect(page.json.data).toHaveLength(2);
    expect(page.header('link')).toContain('page=3&limit=2');
  });

  it('SF-01 counts to 10,000 and says that there are more', async () => {
    const mine = await side();
    const { who } = mine.people.staff;
    const more = (count: number) => database().run`
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
      INSERT INTO sessions (organization_id, user_id) SELECT ${mine.id}, ${who.id} FROM numbers`;
    await more(9_996);
    const full = await list('?page=1&limit=2', mine.people.owner);
    expect(full.json).toMatchObject({ total: 10_000, pages: 5_000, atLeast: false });
    expect(full.header('x-total-is-at-least')).toBeUndefined();
    await more(1);
    const cut = await list('?page=1&limit=2', mine.people.owner);
    expect(cut.json).toMatchObject({ total: 10_000, pages: 5_000, atLeast: true });
    expect(cut.header('x-total-is-at-least')).toBe('true');
  });

  it.each([
    ['logged_out', 'logged_out_at'], ['revoked', 'revoked_at'], ['expired', 'expires_at'], ['expired', 'absolute_expires_at'],
  ])('SF-01 %s by %s', async (state, column) => {
    const mine = await side();
    const guest = await joined(mine);
    const then = fromNow(-60);
    if (column === 'logged_out_at') await database().run`UPDATE sessions SET logged_out_at = ${then} WHERE id = ${guest.session}`;
    if (column === 'revoked_at') await database().run`UPDATE sessions SET revoked_at = ${then} WHERE id = ${guest.session}`;
    if (column === 'expires_at') await database().run`UPDATE sessions SET expires_at = ${then} WHERE id = ${guest.session}`;
    if (column === 'absolute_expires_at') await database().run`UPDATE sessions SET absolute_expires_at = ${then} WHERE id = ${guest.session}`;
    expect((await list(`?userId=${guest.who.id}`, mine.people.owner)).json).toEqual([]);
    expect((await list(`?userId=${guest.who.id}&state=ended`, mine.people.owner)).json[0]).toMatchObject({ id: guest.session, state });
  });

  it('SF-01 void where the person is suspended or their version moved on', async () => {
    const mine = await side();
    const [one, other] = [await joined(mine), await joined(mine)];
    await database().run`UPDATE users SET status = 'suspended' WHERE id = ${one.who.id}`;
    await database().run`UPDATE users SET session_version = 2 WHERE id = ${other.who.id}`;
    for (const who of [one, other]) {
      expect((await list(`?userId=${who.who.id}&state=all`, mine.people.owner)).json[0].state).toBe('voided');
    }
    expect((await list('', mine.people.owner)).json).toHaveLength(4);
  });
});

describe('ending one', () => {
  it('SF-02 place, permission, reach, then step-up: 401, 404, 403, 403, 403, 428', async () => {
    const mine = await side();
    const guest = await joined(mine);
    const foreign = await joined(world.other);
    expectStatus(await revoke(guest.session, {}), 401);
    const { owner, admin, staff } = mine.people;
    for (const actor of [owner, staff]) expectRefusal(await revoke(nowhere, actor.as), 404, 'NOT_FOUND');
    for (const actor of [owner, staff]) expectRefusal(await revoke(foreign.session, actor.as), 403, 'FORBIDDEN');
    for (const role of ['manager', 'staff'] as const) expectRefusal(await revoke(guest.session, mine.people[role].as), 403, 'FORBIDDEN');
    const ofOwner = (await list(`?userId=${owner.who.id}`, admin)).json[0].id as string;
    expectRefusal(await revoke(ofOwner, admin.as), 403, 'FORBIDDEN');
    const asked = await revoke(guest.session, admin.as);
    expectRefusal(asked, 428, 'STEP_UP_REQUIRED');
    expect(asked.json.purpose).toBe('revoke_session');
    expect(await alive(guest)).toBe(200);
    expect(await alive(foreign)).toBe(200);
  });

  it('SF-02 it is over before the answer, its refresh tokens too, with one row; a second time is 409', async () => {
    const mine = await side();
    await proven(mine);
    const { admin } = mine.people;
    const guest = await joined(mine);
    const spared = await again(guest.who);
    const before = await ledgerSize(database());
    expectStatus(await revoke(guest.session, admin.as), 200);
    expect(await ledgerSize(database())).toBe(before + 1);
    expect(await rowOf('SESSION_REVOKED', mine.id)).toMatchObject({
      user_id: guest.who.id, actor_id: admin.who.id, resource: 'session', resource_id: guest.session, outcome: 'success', status: 200,
    });
    expect(await alive(guest)).toBe(401);
    expect(await alive(spared)).toBe(200);
    expectRefusal(await client().post(refreshPath, { refreshToken: guest.refreshToken }), 401, 'FORCE_LOGOUT');
    expectStatus(await client().post(refreshPath, { refreshToken: spared.refreshToken }), 200);
    expect(await database().row`SELECT revoke_reason, revoked_by FROM sessions WHERE id = ${guest.session}`).toEqual({ revoke_reason: 'admin_forced', revoked_by: admin.who.id });
    expectRefusal(await revoke(guest.session, admin.as), 409, 'CONFLICT');
    expect((await list(`?userId=${guest.who.id}&state=ended`, admin)).json[0]).toMatchObject({ state: 'revoked', revokeReason: 'admin_forced', revokedBy: admin.who.id });
  });

  it('SF-02 of ten at once one ends it', async () => {
    const mine = await side();
    await proven(mine);
    const guest = await joined(mine);
    const before = await ledgerSize(database());
    const answers = await barrier(houses.stack, 10, (one) => one.post(`${path}/${guest.session}/revoke`, {}, mine.people.owner.as));
    expect(answers.map((one) => one.status).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
    expect(await ledgerSize(database())).toBe(before + 1);
  });

  it('SF-02 an owner ends an admin’s, an admin their own', async () => {
    const mine = await side();
    await proven(mine);
    const other = await again(mine.people.admin.who);
    expectStatus(await revoke(other.session, mine.people.admin.as), 200);
    const third = await again(mine.people.admin.who);
    expectStatus(await revoke(third.session, mine.people.owner.as), 200);
    expect(await alive(third)).toBe(401);
  });
});

describe('ending all', () => {
  it('SF-03 in order: 401, 403, 428, then the person: 400, 404, 403', async () => {
    const mine = await side();
    const { owner, admin } = mine.people;
    expectStatus(await endAll({}), 401);
    for (const role of ['manager', 'staff'] as const) expectRefusal(await endAll(mine.people[role].as), 403, 'FORBIDDEN');
    const asked = await endAll(admin.as, { userId: nowhere });
    expectRefusal(asked, 428, 'STEP_UP_REQUIRED');
    expect(asked.json.purpose).toBe('force_logout');
    await provenFor(database(), mine.id, 'revoke_session');
    expectRefusal(await endAll(admin.as), 428, 'STEP_UP_REQUIRED');
    await provenFor(database(), mine.id, 'force_logout');
    for (const userId of ['', 7, ['x'], {}]) expectRefusal(await endAll(admin.as, { userId }), 400, 'VALIDATION');
    expectRefusal(await endAll(admin.as, { userId: nowhere }), 404, 'NOT_FOUND');
    expectRefusal(await endAll(admin.as, { userId: world.other.people.staff.who.id }), 403, 'FORBIDDEN');
    expectRefusal(await endAll(admin.as, { userId: owner.who.id }), 403, 'FORBIDDEN');
    expectRefusal(await endAll(admin.as), 403, 'FORBIDDEN');
    for (const role of roles) expectStatus(await client().get('/api/auth/sessions', mine.people[role].as), 200);
  });

  it('SF-03 of a person: every session, every refresh token and every waiting sign-in are void; one row', async () => {
    const mine = await side();
    await proven(mine);
    const [one, bystander] = [await joined(mine), await joined(mine)];
    const two = await again(one.who);
    const asked = await client().post('/api/security/stepup', { purpose: 'data_export' }, one.as);
    expectStatus(asked, 201);
    await database().run`UPDATE users SET two_factor_enabled = ${true}, two_factor_secret = ${'JBSWY3DPEHPK3PXP'} WHERE id = ${one.who.id}`;
    const waiting = await client().post(organizationLoginPath, { email: one.who.email, password: one.who.password, organizationId: mine.id });
    expectStatus(waiting, 202);
    await database().run`UPDATE users SET self_registered = ${true} WHERE id = ${one.who.id}`;
    expectStatus(await client().send('PATCH', `/api/users/${one.who.id}`, { ...one.as, body: { email: `moved.${one.who.email}` } }), 200);
    const moves = () => database().count`SELECT count(*) FROM one_time_tokens WHERE user_id = ${one.who.id} AND purpose = 'change_email' AND used_at IS NULL`;
    expect(await moves()).toBe(1);
    const open = () => database().count`SELECT count(*) FROM step_up_challenges WHERE user_id = ${one.who.id} AND satisfied_at IS NULL AND expires_at > ${fromNow(0)}`;
    expect(await open()).toBe(1);
    const before = await ledgerSize(database());
    const answer = await endAll(mine.people.admin.as, { userId: one.who.id });
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ success: true, sessions: 2 });
    expect(await ledgerSize(database())).toBe(before + 1);
    expect(await rowOf('FORCE_LOGOUT', mine.id)).toMatchObject({ user_id: one.who.id, actor_id: mine.people.admin.who.id, details: '{"sessions":2}' });
    for (const gone of [one, two]) {
      expect(await alive(gone)).toBe(401);
      expectRefusal(await client().post(refreshPath, { refreshToken: gone.refreshToken }), 401, 'FORCE_LOGOUT');
    }
    expect(await alive(bystander)).toBe(200);
    expect(await open()).toBe(0);
    expect(await moves()).toBe(0);
    expectRefusal(await finish(client(), waiting.json.tempToken as string, { code: await codeOf('JBSWY3DPEHPK3PXP') }), 401, 'TWO_FACTOR_FAILED');
    await database().run`UPDATE users SET two_factor_enabled = ${false}, two_factor_secret = ${null} WHERE id = ${one.who.id}`;
    expect(Number((await database().row`SELECT session_version FROM users WHERE id = ${one.who.id}`)['session_version'])).toBe(2);
    expect(await alive(await again(one.who))).toBe(200);
  });

  it('SF-03 of oneself: the others, not this one', async () => {
    const mine = await side();
    const other = await again(mine.people.owner.who);
    await proven(mine);
    expect((await endAll(mine.people.owner.as, { userId: mine.people.owner.who.id })).json).toMatchObject({ sessions: 1 });
    expect(await alive(other)).toBe(401);
    expectStatus(await list('', mine.people.owner), 200);
  });

  it('SF-03 of everybody: this session alone stays, and no other organization is touched', async () => {
    const mine = await side();
    const other = await again(mine.people.owner.who);
    const guest = await joined(mine);
    const foreign = await joined(world.other);
    await proven(mine);
    const answer = await endAll(mine.people.owner.as);
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ success: true, sessions: 5 });
    for (const gone of [other, guest]) {
      expect(await alive(gone)).toBe(401);
      expectRefusal(await client().post(refreshPath, { refreshToken: gone.refreshToken }), 401, 'FORCE_LOGOUT');
    }
    for (const role of ['admin', 'manager', 'staff'] as const) expectStatus(await client().get('/api/auth/sessions', mine.people[role].as), 401);
    expect((await list('?state=all', mine.people.owner)).json.filter((one: Json) => one.state === 'live')).toHaveLength(1);
    expect(await alive(foreign)).toBe(200);
    expect(await rowOf('FORCE_LOGOUT', mine.id)).toMatchObject({ user_id: null, resource: 'organization', resource_id: mine.id, details: '{"sessions":5}' });
    expect(await alive(await again(guest.who))).toBe(200);
  });

  it('SF-03 two owners at once: one of them is out, neither answer is an outage', async () => {
    const mine = await side();
    const second = await joined(mine, 'owner');
    await proven(mine);
    const answers = await Promise.all([endAll(mine.people.owner.as), endAll(second.as)]);
    expect(answers.map((one) => one.status).sort()).toEqual([200, 401]);
  });
});
