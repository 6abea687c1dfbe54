// The list of one's own sessions: what it shows, whose it is, what revoking does.
import { afterAll, describe, expect, it } from 'vitest';
import { fromNow } from '../support/database.ts';
import { events, expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { login, loginPath, logoutPath, meDataPath, newAccount, newPerson, credentialsIn, refreshPath, sessionsPath } from '../support/people.ts';
import { mainStack, startStack, stopStacks } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

afterAll(stopStacks);

describe('GET /sessions', () => {
  it('TC-LOGIN-014 lists the live ones, newest first, and says which is this one', async () => {
    const person = await newPerson(stack);
    const second = await login(stack, person, { deviceId: 'd2', deviceName: 'Second', country: 'DE', city: 'Köln' });
    const answer = await client.get(sessionsPath, { bearer: second.accessToken });
    expectStatus(answer, 200);
    expect(answer.json).toHaveLength(2);
    expect(answer.json.map((one: { id: string }) => one.id)).toEqual([second.sessionId, person.sessionId]);
    expect(answer.json.map((one: { current: boolean }) => one.current)).toEqual([true, false]);
    expect(answer.json[0]).toMatchObject({
      ipAddress: '127.0.0.1', userAgent: 'gatehouse-suite', deviceId: 'd2', deviceName: 'Second', country: 'DE', city: 'Köln',
    });
    expect(Object.keys(answer.json[1]).sort()).toEqual(
      ['id', 'ipAddress', 'userAgent', 'deviceId', 'deviceName', 'country', 'city', 'createdAt', 'lastSeenAt', 'expiresAt', 'current'].sort(),
    );
    for (const name of ['createdAt', 'lastSeenAt', 'expiresAt']) {
      expect(answer.json[0][name]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  it('SES-07 never shows anybody else’s, nor a session without user agent wrongly', async () => {
    const person = await newAccount(stack);
    const silent = await client.post(loginPath, { email: person.email, password: person.password }, { headers: { 'user-agent': '' } });
    const mine = credentialsIn(silent, person.email);
    const other = await newPerson(stack);
    const answer = await client.get(sessionsPath, { bearer: mine.accessToken });
    expect(answer.json.map((one: { id: string }) => one.id)).toEqual([mine.sessionId]);
    expect(answer.json[0].userAgent).toBeNull();
    expect(answer.text).not.toContain(other.sessionId);
  });

  it('D-48 ended ones are gone from the list, whatever ended them', async () => {
    const person = await newPerson(stack);
    const ends: ((id: string, bearer: string) => Promise<unknown>)[] = [
      (_id, bearer) => client.post(logoutPath, {}, { bearer }),
      (id) => database.run`UPDATE sessions SET revoked_at = ${new Date()} WHERE id = ${id}`,
      (id) => database.run`UPDATE sessions SET expires_at = ${fromNow(-1)} WHERE id = ${id}`,
      (id) => database.run`UPDATE sessions SET absolute_expires_at = ${fromNow(-1)} WHERE id = ${id}`,
      (id) => database.run`UPDATE sessions SET session_version = 0 WHERE id = ${id}`,
    ];
    for (const end of ends) {
      const one = await login(stack, person);
      await end(one.sessionId, one.accessToken);
      const answer = await client.get(sessionsPath, { bearer: person.accessToken });
      expect(answer.json.map((each: { id: string }) => each.id)).toEqual([person.sessionId]);
    }
  });

  it('TC-SEC-027 needs a credential', async () => {
    expectRefusal(await client.get(sessionsPath), 401, 'UNAUTHORIZED', 'Authentication required');
    expectRefusal(await client.delete(`${sessionsPath}/x`), 401, 'UNAUTHORIZED', 'Authentication required');
  });
});

describe('DELETE /sessions/:id', () => {
  it('TC-LOGOUT-010 ends exactly that one, with its refresh token, and leaves one row', async () => {
    const person = await newPerson(stack);
    const other = await login(stack, person);
    const answer = await client.delete(`${sessionsPath}/${other.sessionId}`, { bearer: person.accessToken });
    expectStatus(answer, 200);
    expect(answer.json.success).toBe(true);
    expectRefusal(await client.get(meDataPath, { bearer: other.accessToken }), 401, 'SESSION_INVALID', 'Session ended');
    expectRefusal(await client.post(refreshPath, { refreshToken: other.refreshToken }), 401, 'FORCE_LOGOUT');
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
    expect(await events(database, person.id, 'SESSION_REVOKED')).toBe(1);
    const row = await database.row`SELECT revoked_at, revoke_reason FROM sessions WHERE id = ${other.sessionId}`;
    expect(row['revoke_reason']).toBe('user_requested');
    expect(row['revoked_at']).not.toBeNull();
  });

  it('D-49 one’s own current session too', async () => {
    const person = await newPerson(stack);
    expectStatus(await client.delete(`${sessionsPath}/${person.sessionId}`, { bearer: person.accessToken }), 200);
    expectRefusal(await client.get(meDataPath, { bearer: person.accessToken }), 401, 'SESSION_INVALID');
  });

  it('SES-08 unknown, foreign, ended: 404, nothing changes, no row', async () => {
    const person = await newPerson(stack);
    const stranger = await newPerson(stack);
    const ended = await login(stack, person);
    await client.post(logoutPath, {}, { bearer: ended.accessToken });
    const size = await ledgerSize(database);
    for (const id of ['unknown', stranger.sessionId, ended.sessionId, "1' OR '1'='1", '%00', '..%2f..', '99999']) {
      const answer = await client.delete(`${sessionsPath}/${encodeURI(id).replaceAll('%25', '%')}`, { bearer: person.accessToken });
      expectRefusal(answer, 404, 'NOT_FOUND');
    }
    expect(await ledgerSize(database)).toBe(size);
    expectStatus(await client.get(meDataPath, { bearer: stranger.accessToken }), 200);
  });

  it('SES-08 a stranger’s and an unknown session get the same answer', async () => {
    const person = await newPerson(stack);
    const stranger = await newPerson(stack);
    const face = async (id: string): Promise<string> =>
      (await client.delete(`${sessionsPath}/${id}`, { bearer: person.accessToken })).text.replace(/"requestId":"[^"]*"/, '');
    expect(await face(stranger.sessionId)).toBe(await face('0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee'));
  });
});

describe('sessions.max_active_per_user', () => {
  it('D-48 n = 2: a third login purges the oldest, its tokens are dead, none beyond two ever stay', async () => {
    const limited = await startStack({ GATEHOUSE_SESSIONS_MAX_ACTIVE_PER_USER: '2' });
    const person = await newAccount(limited);
    const handed = [];
    for (let n = 0; n < 3; n += 1) handed.push(await login(limited, person));
    const rows = await limited.database.rows`SELECT id FROM sessions WHERE user_id = ${person.id} ORDER BY created_at, id`;
    expect(rows.map((row) => row['id'])).toEqual([handed[1]!.sessionId, handed[2]!.sessionId]);
    expectStatus(await limited.client.get(meDataPath, { bearer: handed[0]!.accessToken }), 401);
    expectStatus(await limited.client.get(meDataPath, { bearer: handed[1]!.accessToken }), 200);
    await Promise.all(Array.from({ length: 8 }, () => login(limited, person)));
    expect(await limited.database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id} AND logged_out_at IS NULL`).toBe(2);
  });
});
