// Refresh families: one successor per token, strict reuse, and everything a token dies of.
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import { keepSecret } from '../support/evidence.ts';
import type { Answer } from '../support/client.ts';
import { flag, fromNow, time, type Row } from '../support/database.ts';
import { events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { login, loginPath, logoutPath, meDataPath, newPerson, refreshPath, sessionsPath, type Person } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

const refresh = (refreshToken: string): Promise<Answer> => client.post(refreshPath, { refreshToken });
const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
const stored = (token: string): Promise<Row> => database.row`SELECT * FROM refresh_tokens WHERE token_hash = ${sha256(token)}`;
const version = async (person: Person): Promise<number> =>
  Number((await database.row`SELECT session_version FROM users WHERE id = ${person.id}`)['session_version']);
const live = (person: Person): Promise<number> =>
  database.count`SELECT count(*) FROM refresh_tokens WHERE user_id = ${person.id} AND is_revoked = ${false}`;

async function rotated(token: string, owner: string): Promise<Answer> {
  const answer = await refresh(token);
  expectStatus(answer, 200);
  keepSecret('refresh', owner, answer.json.refreshToken);
  keepSecret('access', owner, answer.json.accessToken);
  if (answer.json.token) keepSecret('token', owner, answer.json.token);
  return answer;
}

describe('rotation', () => {
  it('A-12 a login’s token refreshes: a new pair, the old row revoked by rotation, one family', async () => {
    const person = await newPerson(stack);
    const answer = await rotated(person.refreshToken, person.email);
    expect(answer.json).toMatchObject({ expiresIn: 900, tokenType: 'Bearer' });
    expect(answer.json).not.toHaveProperty('user');
    expect(answer.header('cache-control')).toContain('no-store');
    expect(answer.json.refreshToken).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(answer.json.refreshToken).not.toBe(person.refreshToken);
    const old = await stored(person.refreshToken);
    const next = await stored(answer.json.refreshToken);
    expect(flag(old['is_revoked'])).toBe(true);
    expect(old['revoke_reason']).toBe('rotation');
    expect(old['replaced_by_token_id']).toBe(next['id']);
    expect(next).toMatchObject({ family_id: old['family_id'], parent_id: old['id'], session_id: person.sessionId });
    expect(flag(next['is_revoked'])).toBe(false);
    expect(await events(database, person.id, 'TOKEN_ROTATED')).toBe(1);
  });

  it('A-12 the new tokens work and belong to the same session; the old access token lives out its time', async () => {
    const person = await newPerson(stack);
    const { accessToken, token } = (await rotated(person.refreshToken, person.email)).json;
    for (const bearer of [accessToken, token, person.accessToken]) expectStatus(await client.get(meDataPath, { bearer }), 200);
    expect(decodeJwt(accessToken)['sid']).toBe(person.sessionId);
    expect(decodeJwt(accessToken).jti).not.toBe(decodeJwt(person.accessToken).jti);
  });

  it('A-12 token_hash is unique by a named constraint', async () => {
    const person = await newPerson(stack);
    const row = await stored(person.refreshToken);
    const copy = database.run`
      INSERT INTO refresh_tokens (id, organization_id, user_id, session_id, token_hash, family_id, expires_at)
      VALUES ('copy', ${row['organization_id']}, ${person.id}, ${person.sessionId}, ${row['token_hash']}, 'copy', ${fromNow(60)})`;
    await expect(copy).rejects.toThrow(/unique/i);
  });

  it('RT-08 rotation never moves the absolute end of the session', async () => {
    const person = await newPerson(stack);
    const end = async (): Promise<number> =>
      time((await database.row`SELECT absolute_expires_at FROM sessions WHERE id = ${person.sessionId}`)['absolute_expires_at']).getTime();
    const before = await end();
    let token = person.refreshToken;
    for (let n = 0; n < 5; n += 1) token = (await rotated(token, person.email)).json.refreshToken;
    expect(await end()).toBe(before);
    expect(time((await stored(token))['expires_at']).getTime()).toBeLessThanOrEqual(before);
  });

  it('RT-08 near the absolute end no token outlives it', async () => {
    const person = await newPerson(stack);
    await database.run`UPDATE sessions SET absolute_expires_at = ${fromNow(300)}, expires_at = ${fromNow(300)} WHERE id = ${person.sessionId}`;
    const { refreshToken, token } = (await rotated(person.refreshToken, person.email)).json;
    const end = Date.now() + 301_000;
    expect(time((await stored(refreshToken))['expires_at']).getTime()).toBeLessThanOrEqual(end);
    expect((decodeJwt(token).exp as number) * 1000).toBeLessThanOrEqual(end);
  });

  it('RT-11 fifty rotations in a row, and the very first token still raises the alarm', async () => {
    const person = await newPerson(stack);
    let token = person.refreshToken;
    for (let n = 0; n < 50; n += 1) token = (await rotated(token, person.email)).json.refreshToken;
    expect(await live(person)).toBe(1);
    expectRefusal(await refresh(person.refreshToken), 401, 'FORCE_LOGOUT', 'Sign in again');
    expect(await live(person)).toBe(0);
  });
});

describe('reuse', () => {
  it('RT-02 a rotated token again: the family is dead, the version moves, one row tells', async () => {
    const person = await newPerson(stack);
    const before = await version(person);
    const next = (await rotated(person.refreshToken, person.email)).json;
    const answer = await refresh(person.refreshToken);
    expectRefusal(answer, 401, 'FORCE_LOGOUT', 'Sign in again');
    expect(answer.json).not.toHaveProperty('refreshToken');
    expect(await version(person)).toBe(before + 1);
    expect(await live(person)).toBe(0);
    expect((await stored(person.refreshToken))['suspicious_reuse_at']).not.toBeNull();
    expect((await stored(person.refreshToken))['revoke_reason']).toBe('rotation');
    expect((await stored(next.refreshToken))['revoke_reason']).toBe('reuse_detected');
    expect(await events(database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(1);
    const session = await database.row`SELECT logged_out_at, revoked_at FROM sessions WHERE id = ${person.sessionId}`;
    expect(session['revoked_at'] ?? session['logged_out_at']).not.toBeNull();
    for (const bearer of [person.accessToken, person.token, next.accessToken, next.token]) expectStatus(await client.get(meDataPath, { bearer }), 401);
    expectRefusal(await refresh(next.refreshToken), 401, 'FORCE_LOGOUT');
  });

  it('RT-02 the version moves once per family, however often the old token comes back', async () => {
    const person = await newPerson(stack);
    const before = await version(person);
    await rotated(person.refreshToken, person.email);
    for (let n = 0; n < 4; n += 1) expectRefusal(await refresh(person.refreshToken), 401, 'FORCE_LOGOUT');
    expect(await version(person)).toBe(before + 1);
    const fresh = await login(stack, person);
    expectRefusal(await refresh(person.refreshToken), 401, 'FORCE_LOGOUT');
    expectStatus(await client.get(meDataPath, { bearer: fresh.accessToken }), 200);
    expect(await version(person)).toBe(before + 1);
  });

  it('RT-02 a reuse ends all other sessions too: the version is the person’s', async () => {
    const person = await newPerson(stack);
    const other = await login(stack, person);
    await rotated(person.refreshToken, person.email);
    await refresh(person.refreshToken);
    expectRefusal(await client.get(meDataPath, { bearer: other.accessToken }), 401, 'SESSION_INVALIDATED', 'Session no longer valid');
    expectStatus(await refresh(other.refreshToken), 401);
  });

  it('RT-02 any older token of the chain is a reuse, not only the last', async () => {
    const person = await newPerson(stack);
    const second = (await rotated(person.refreshToken, person.email)).json.refreshToken;
    const third = (await rotated(second, person.email)).json.refreshToken;
    await rotated(third, person.email);
    expectRefusal(await refresh(second), 401, 'FORCE_LOGOUT');
    expect(await live(person)).toBe(0);
  });

  it('D-59 revoked by rotation beats expired', async () => {
    const person = await newPerson(stack);
    await rotated(person.refreshToken, person.email);
    await database.run`UPDATE refresh_tokens SET expires_at = ${fromNow(-60)} WHERE token_hash = ${sha256(person.refreshToken)}`;
    expectRefusal(await refresh(person.refreshToken), 401, 'FORCE_LOGOUT');
    expect(await events(database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(1);
    expect(await live(person)).toBe(0);
  });

  it('A-13 a token revoked by hand without a reason counts as reuse', async () => {
    for (const by of ['flag', 'time']) {
      const person = await newPerson(stack);
      const before = await version(person);
      if (by === 'flag') await database.run`UPDATE refresh_tokens SET is_revoked = ${true} WHERE user_id = ${person.id}`;
      else await database.run`UPDATE refresh_tokens SET revoked_at = ${new Date()} WHERE user_id = ${person.id}`;
      expectRefusal(await refresh(person.refreshToken), 401, 'FORCE_LOGOUT');
      expect(await version(person)).toBe(before + 1);
      expect(await events(database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(1);
    }
  });

  it.each(['logout', 'force_logout', 'admin_action', 'security_event', 'expired'])('A-13 revoked for %s: 401 FORCE_LOGOUT, nothing further', async (reason) => {
    const person = await newPerson(stack);
    const before = await version(person);
    await database.run`UPDATE refresh_tokens SET is_revoked = ${true}, revoked_at = ${new Date()}, revoke_reason = ${reason} WHERE user_id = ${person.id}`;
    expectRefusal(await refresh(person.refreshToken), 401, 'FORCE_LOGOUT', 'Sign in again');
    expect(await version(person)).toBe(before);
    expect(await events(database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(0);
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
  });
});

describe('what a token dies of', () => {
  it('A-12 unknown: 401 INVALID_TOKEN; expired only: 401 TOKEN_EXPIRED', async () => {
    expectRefusal(await refresh('A'.repeat(64)), 401, 'INVALID_TOKEN', 'Invalid token');
    const person = await newPerson(stack);
    await database.run`UPDATE refresh_tokens SET expires_at = ${fromNow(-1)} WHERE user_id = ${person.id}`;
    expectRefusal(await refresh(person.refreshToken), 401, 'TOKEN_EXPIRED');
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
  });

  it.each([
    ['nothing', {}], ['an empty text', { refreshToken: '' }], ['a number', { refreshToken: 7 }], ['a list', { refreshToken: ['x'] }], ['null', { refreshToken: null }],
  ])('A-12 %s: 400', async (_what, body) => {
    expectRefusal(await client.post(refreshPath, body), 400, 'VALIDATION', /refreshToken/);
  });

  it('JWT-06 an access token is no refresh token', async () => {
    const person = await newPerson(stack);
    for (const token of [person.accessToken, person.token]) expectRefusal(await refresh(token), 401, 'INVALID_TOKEN');
  });

  it('RT-04 its session’s end: logged out, revoked, deleted, of an older version, past its ends', async () => {
    const ends: [string, (person: Person) => Promise<unknown>][] = [
      ['logged out', (p) => client.post(logoutPath, {}, { bearer: p.accessToken })],
      ['revoked through the list', (p) => client.delete(`${sessionsPath}/${p.sessionId}`, { bearer: p.accessToken })],
      ['logged out by SQL', (p) => database.run`UPDATE sessions SET logged_out_at = ${new Date()} WHERE id = ${p.sessionId}`],
      ['revoked by SQL', (p) => database.run`UPDATE sessions SET revoked_at = ${new Date()} WHERE id = ${p.sessionId}`],
      ['deleted by SQL', (p) => database.run`DELETE FROM sessions WHERE id = ${p.sessionId}`],
      ['of an older version', (p) => database.run`UPDATE users SET session_version = session_version + 1 WHERE id = ${p.id}`],
      ['past its absolute end', (p) => database.run`UPDATE sessions SET absolute_expires_at = ${fromNow(-1)} WHERE id = ${p.sessionId}`],
      ['past its idle end', (p) => database.run`UPDATE sessions SET expires_at = ${fromNow(-1)} WHERE id = ${p.sessionId}`],
      ['suspended', (p) => database.run`UPDATE users SET status = 'suspended' WHERE id = ${p.id}`],
      ['deleted softly', (p) => database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${p.id}`],
    ];
    for (const [what, end] of ends) {
      const person = await newPerson(stack);
      await end(person);
      const answer = await refresh(person.refreshToken);
      expect(answer.status, `${what}: ${answer.text}`).toBe(401);
      expect(answer.json, what).not.toHaveProperty('accessToken');
    }
  });

  it('D-58 a failed refresh never ends a good session', async () => {
    const person = await newPerson(stack);
    for (const token of ['unknown', 'A'.repeat(64), person.accessToken]) await refresh(token);
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
    await rotated(person.refreshToken, person.email);
  });
});

describe('however many ask at once', () => {
  it.each([2, 10, 50])('RT-01 %d parallel refreshes of one token: one successor at most, never two live', async (n) => {
    for (let round = 0; round < (n === 50 ? 4 : 8); round += 1) {
      const person = await newPerson(stack);
      const before = await version(person);
      const answers = await barrier(stack, n, (one) => one.post(refreshPath, { refreshToken: person.refreshToken }));
      const good = answers.filter((answer) => answer.status === 200);
      expect(good.length).toBe(1);
      for (const answer of good) keepSecret('refresh', person.email, answer.json.refreshToken);
      for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, 401, 'FORCE_LOGOUT');
      expect(await database.count`SELECT count(*) FROM refresh_tokens WHERE user_id = ${person.id}`, 'rows of the family').toBe(2);
      expect(await live(person), 'live tokens once reuse is declared').toBe(0);
      expect(await version(person)).toBe(before + 1);
      // One row for each outcome: the one rotation, and every refusal to a known caller.
      expect(await events(database, person.id, 'TOKEN_ROTATED')).toBe(1);
      expect(await events(database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(n - 1);
    }
  });

  it('RT-04 refresh and logout at once: after both nothing of the session works', async () => {
    for (let round = 0; round < 15; round += 1) {
      const person = await newPerson(stack);
      const answers = await barrier(stack, 2, (one, index) =>
        index === 0 ? one.post(refreshPath, { refreshToken: person.refreshToken }) : one.post(logoutPath, {}, { bearer: person.accessToken }),
      );
      expectStatus(answers[1] as Answer, 200);
      expect([200, 401]).toContain((answers[0] as Answer).status);
      const body = (answers[0] as Answer).json;
      if (body.refreshToken) expectStatus(await refresh(body.refreshToken), 401);
      if (body.accessToken) expectStatus(await client.get(meDataPath, { bearer: body.accessToken }), 401);
      expect(await live(person)).toBe(0);
    }
  });

  it('RT-02 ten families of one person do not disturb each other', async () => {
    const person = await newPerson(stack);
    const more = await Promise.all(Array.from({ length: 10 }, () => login(stack, person)));
    const answers = await barrier(stack, 10, (one, index) => one.post(refreshPath, { refreshToken: (more[index] as { refreshToken: string }).refreshToken }));
    for (const answer of answers) expectStatus(answer, 200);
    expect(await live(person)).toBe(11);
  });
});

it('A-12 a refresh by the login of the organization surface works the same', async () => {
  const person = await newPerson(stack);
  const answer = await client.post('/api/auth/login', { email: person.email, password: person.password });
  expectStatus(answer, 200);
  await rotated(answer.json.refreshToken, person.email);
  expectStatus(await client.post(loginPath, { email: person.email, password: person.password }), 200);
});
