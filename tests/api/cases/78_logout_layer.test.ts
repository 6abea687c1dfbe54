// Layer 2, logout: the cases as they are worded; and refreshing on the organization surface.
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer, Json } from '../support/client.ts';
import { time } from '../support/database.ts';
import { events, expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { Houses, profiles, usersPath, type Member } from '../support/houses.ts';
import { credentialsIn, newAddress, organizationLoginPath, organizationLogoutPath, type Credentials } from '../support/people.ts';
import { startStack, stopStacks } from '../support/stack.ts';

afterAll(stopStacks);
const mePath = `${usersPath}/me`;
const everywherePath = '/api/auth/logout-all';
const sessionsPath = '/api/auth/sessions';
const refreshPath = '/api/auth/refresh';

describe.each(profiles)('layer 2, logout, provisioning %s', (profile) => {
  let houses: Houses;
  let person: Member;
  let first: Credentials;
  beforeAll(async () => {
    houses = await Houses.start(profile);
  });
  beforeEach(async () => {
    person = await houses.member((await houses.house()).id, 'staff', newAddress('logout'));
    first = await enter();
  });
  const client = () => houses.stack.client;
  const database = () => houses.stack.database;
  const enter = async (): Promise<Credentials> =>
    credentialsIn(await client().post(organizationLoginPath, { email: person.email, password: person.password }), person.email);
  const leave = (bearer?: string): Promise<Answer> => client().send('POST', organizationLogoutPath, bearer === undefined ? {} : { bearer });
  const me = async (bearer: string): Promise<number> => (await client().get(mePath, { bearer })).status;

  it('TC-LOGOUT-001 the token is dead at once', async () => {
    expectStatus(await leave(first.token), 200);
    expectRefusal(await client().get(mePath, { bearer: first.token }), 401, 'SESSION_INVALID');
    expect(await me(first.accessToken)).toBe(401);
  });

  it('TC-LOGOUT-002 the cookie is cleared first', async () => {
    const cookie = (await leave(first.token)).headers('set-cookie')[0];
    expect(cookie).toContain('token=;');
    expect(cookie).toContain('Max-Age=0');
  });

  it('TC-LOGOUT-003 no session row is left without its end', async () => {
    await leave(first.token);
    expect(await database().count`SELECT count(*) FROM sessions WHERE user_id = ${person.id} AND logged_out_at IS NULL`).toBe(0);
  });

  it('TC-LOGOUT-004 other sessions live on', async () => {
    const second = await enter();
    await enter();
    await leave(first.token);
    expect(await me(second.token)).toBe(200);
  });

  it('TC-LOGOUT-005 everywhere means every one, and their refresh tokens', async () => {
    const second = await enter();
    const answer = await client().send('POST', everywherePath, { bearer: first.token });
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ success: true, message: expect.any(String) });
    expect(answer.headers('set-cookie')[0]).toMatch(/^token=; ?Max-Age=0;/);
    for (const one of [first, second]) {
      expect(await me(one.token)).toBe(401);
      expectRefusal(await client().post(refreshPath, { refreshToken: one.refreshToken }), 401, 'FORCE_LOGOUT');
    }
    expect(await events(database(), person.id, 'LOGOUT_ALL')).toBe(1);
    expect(await events(database(), person.id, 'LOGOUT')).toBe(0);
    expect(await database().count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`, 'rows are kept').toBe(2);
    expectRefusal(await client().send('POST', everywherePath, { bearer: first.token }), 401, 'SESSION_INVALID');
    expect(await events(database(), person.id, 'LOGOUT_ALL')).toBe(1);
  });

  it('TC-LOGOUT-005 everywhere is one’s own everywhere', async () => {
    const other = await houses.member(person.organizationId);
    const theirs = credentialsIn(await client().post(organizationLoginPath, { email: other.email, password: other.password }), other.email);
    expectStatus(await client().send('POST', everywherePath, { bearer: first.token }), 200);
    expect(await me(theirs.token)).toBe(200);
    expectRefusal(await client().send('POST', everywherePath), 401, 'UNAUTHORIZED');
  });

  it('TC-LOGOUT-005 ten at once leave one row', async () => {
    const answers = await barrier(houses.stack, 10, (one) => one.send('POST', everywherePath, { bearer: first.token }));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    for (const answer of answers) expect([200, 401]).toContain(answer.status);
    expect(await events(database(), person.id, 'LOGOUT_ALL')).toBe(1);
  });

  it('TC-LOGOUT-006 without credentials', async () => {
    expectRefusal(await leave(), 401, 'UNAUTHORIZED');
  });

  it('TC-LOGOUT-007 an expired token without a session is 401, never 500', async () => {
    const token = await new SignJWT({ userId: person.id })
      .setProtectedHeader({ alg: 'HS256' }).setIssuedAt(1).setExpirationTime(2)
      .sign(new TextEncoder().encode(houses.stack.jwtSecret));
    expect((await leave(token)).status).toBe(401);
    expect((await client().send('POST', everywherePath, { bearer: token })).status).toBe(401);
    expect(await me(first.token)).toBe(200);
  });

  it('TC-LOGOUT-008 the row stays, with the time of its end', async () => {
    const begun = Date.now();
    await leave(first.token);
    const row = await database().row`SELECT logged_out_at FROM sessions WHERE id = ${first.sessionId}`;
    expect(time(row['logged_out_at']).getTime()).toBeGreaterThanOrEqual(begun - 5);
  });

  it('TC-LOGOUT-009 a second one is 401 and leaves no row', async () => {
    await leave(first.token);
    const size = await ledgerSize(database());
    expectRefusal(await leave(first.token), 401, 'SESSION_INVALID');
    expect(await ledgerSize(database())).toBe(size);
  });

  it('TC-LOGOUT-010 one session is ended by its id', async () => {
    const second = await enter();
    const answer = await client().delete(`${sessionsPath}/${first.sessionId}`, { bearer: second.token });
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ success: true });
    expect(await me(first.token)).toBe(401);
    expect(await me(second.token)).toBe(200);
    expectRefusal(await client().delete(`${sessionsPath}/${first.sessionId}`, { bearer: second.token }), 404, 'NOT_FOUND');
    const other = await houses.member(person.organizationId);
    const theirs = credentialsIn(await client().post(organizationLoginPath, { email: other.email, password: other.password }), other.email);
    expectRefusal(await client().delete(`${sessionsPath}/${second.sessionId}`, { bearer: theirs.token }), 404, 'NOT_FOUND');
    expectStatus(await client().delete(`${sessionsPath}/${second.sessionId}`, { bearer: second.token }), 200);
    expect(await me(second.token)).toBe(401);
    expect(await events(database(), person.id, 'SESSION_REVOKED')).toBe(2);
  });

  it('A-12 a sign-in here refreshes here, once', async () => {
    const answer = await client().post(refreshPath, { refreshToken: first.refreshToken });
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ expiresIn: 900, tokenType: 'Bearer', requiresStepUp: false });
    credentialsIn(answer, person.email);
    expect(answer.headers('set-cookie').map((cookie) => cookie.split('=')[0])).toEqual(['token']);
    expect(await me(answer.json.token)).toBe(200);
    expectRefusal(await client().post(refreshPath, { refreshToken: first.refreshToken }), 401, 'FORCE_LOGOUT');
    expect(await me(answer.json.token)).toBe(401);
  });
});

it('TC-LOGOUT-010 with two sessions at most the first of three is gone', async () => {
  const stack = await startStack({ GATEHOUSE_SESSIONS_MAX_ACTIVE_PER_USER: '2' });
  const made = await stack.database.row`INSERT INTO organizations (name) VALUES ('Two Sessions') RETURNING id`;
  const { insertPerson } = await import('../support/people.ts');
  const person = await insertPerson(stack, { organizationId: made['id'] as string });
  const enter = async (): Promise<Json> =>
    credentialsIn(await stack.client.post(organizationLoginPath, { email: person.email, password: person.password }), person.email);
  const [one, two, three] = [await enter(), await enter(), await enter()];
  const rows = await stack.database.rows`SELECT id FROM sessions WHERE user_id = ${person.id} ORDER BY created_at, id`;
  expect(rows.map((row) => row['id'])).toEqual([two.sessionId, three.sessionId]);
  expect((await stack.client.get(mePath, { bearer: one.token })).status).toBe(401);
  expectStatus(await stack.client.delete(`${sessionsPath}/${rows[0]?.['id'] as string}`, { bearer: three.token }), 200);
  expect((await stack.client.get(mePath, { bearer: two.token })).status).toBe(401);
  expect((await stack.client.get(mePath, { bearer: three.token })).status).toBe(200);
});
