// Sign-in on both surfaces: what it needs, what it hands out, what it leaves behind.
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import { flag, fromNow, json, time } from '../support/database.ts';
import { attempts, events, eventTypes, expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import {
  bcrypt, credentialsIn, insertPerson, login, loginPath, meDataPath, newAccount, newAddress, newPassword, newPerson,
  organizationLoginPath, register,
} from '../support/people.ts';
import { patience } from '../support/settings.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;
const surfaces = [loginPath, organizationLoginPath];

describe.each(surfaces)('POST %s', (path) => {
  it('M-07 hands out three tokens, a session and a user without secrets', async () => {
    const person = await newAccount(stack);
    const answer = await client.post(path, { email: person.email, password: person.password });
    const handed = credentialsIn(answer, person.email);
    expect(answer.json).toMatchObject({ expiresIn: 900, tokenType: 'Bearer' });
    expect(answer.json.user).toMatchObject({ id: person.id, email: person.email });
    // The tokens are random text: any word may stand in them by chance.
    const words = [handed.accessToken, handed.refreshToken, handed.token].reduce((text, token) => text.replaceAll(token, ''), answer.text);
    expect(words).not.toMatch(/password|hash|secret|backup|reset/i);
    expect(answer.header('cache-control')).toContain('no-store');
    const session = await database.row`SELECT * FROM sessions WHERE id = ${handed.sessionId}`;
    expect(session).toMatchObject({ user_id: person.id, organization_id: person.organizationId, ip_address: '127.0.0.1', user_agent: 'gatehouse-suite' });
    expect(session['surface']).toBe(path === loginPath ? 'account' : 'organization');
    expect(session['device_fingerprint']).toBe(createHash('sha256').update('gatehouse-suite').digest('hex'));
    expect(session['logged_out_at']).toBeNull();
    expect(session['revoked_at']).toBeNull();
    expect(flag(session['degraded'])).toBe(false);
  });

  it('D-42 the claims of both JWTs are those of the row', async () => {
    const person = await newAccount(stack);
    const handed = await credentialsOf(path, person);
    for (const [name, token] of [['accessToken', handed.accessToken], ['token', handed.token]] as const) {
      const claims = decodeJwt(token);
      expect(claims, name).toMatchObject({
        iss: stack.facts.environment['GATEHOUSE_PUBLIC_URL'], sub: person.id, email: person.email, role: 'owner',
        organizationId: person.organizationId, sid: handed.sessionId, sv: 1,
      });
      expect(claims.jti, name).toMatch(/^\S+$/);
      expect((claims.exp as number) - (claims.iat as number), name).toBe(name === 'token' ? 86_400 : 900);
    }
    expect(decodeJwt(handed.accessToken)).toHaveProperty('aud');
    expect(decodeJwt(handed.token)['userId']).toBe(person.id);
  });

  it('D-52 the first cookie is the token, with every flag, for as long as it lives', async () => {
    const person = await newAccount(stack);
    const answer = await client.post(path, { email: person.email, password: person.password });
    const parts = (answer.headers('set-cookie')[0] as string).split(/;\s*/);
    expect(parts[0]).toBe(`token=${answer.json.token}`);
    expect(parts.slice(1).map((part) => part.toLowerCase()).sort()).toEqual(
      ['httponly', 'max-age=86400', 'path=/', 'samesite=lax', 'secure'].sort(),
    );
    expect((answer.headers('set-cookie')[0] as string).length).toBeLessThan(4096);
    credentialsIn(answer, person.email);
  });

  it('D-42 rememberMe stretches token, cookie and session to 30 days', async () => {
    const person = await newAccount(stack);
    const answer = await client.post(path, { email: person.email, password: person.password, rememberMe: true });
    const handed = credentialsIn(answer, person.email);
    const claims = decodeJwt(handed.token);
    expect((claims.exp as number) - (claims.iat as number)).toBe(2_592_000);
    expect(answer.headers('set-cookie')[0]).toMatch(/Max-Age=2592000/i);
    const session = await database.row`SELECT * FROM sessions WHERE id = ${handed.sessionId}`;
    expect(flag(session['remember_me'])).toBe(true);
    expect(time(session['expires_at']).getTime()).toBeGreaterThanOrEqual((claims.exp as number) * 1000);
    expect(time(session['absolute_expires_at']).getTime()).toBeGreaterThanOrEqual((claims.exp as number) * 1000);
  });

  it('TC-SEC-033 the session outlives every token handed out: idle end 7 days, absolute end 30', async () => {
    const person = await newAccount(stack);
    const handed = await credentialsOf(path, person);
    const session = await database.row`SELECT * FROM sessions WHERE id = ${handed.sessionId}`;
    const days = (value: unknown): number => (time(value).getTime() - time(session['created_at']).getTime()) / 86_400_000;
    expect(days(session['expires_at'])).toBeCloseTo(7, 2);
    expect(days(session['absolute_expires_at'])).toBeCloseTo(30, 2);
  });

  it('TC-SEC-036 no table keeps the password or a token in clear', async () => {
    const person = await newAccount(stack);
    const handed = await credentialsOf(path, person);
    const row = JSON.stringify(await database.rows`SELECT * FROM sessions WHERE id = ${handed.sessionId}`);
    const family = JSON.stringify(await database.rows`SELECT * FROM refresh_tokens WHERE user_id = ${person.id}`);
    for (const value of [person.password, handed.accessToken, handed.refreshToken, handed.token]) {
      expect(`${row}${family}`).not.toContain(value);
    }
    const stored = await database.row`SELECT token_hash, family_id, id FROM refresh_tokens WHERE session_id = ${handed.sessionId}`;
    expect(stored['token_hash']).toBe(createHash('sha256').update(handed.refreshToken).digest('hex'));
    expect(stored['family_id']).toBe(stored['id']);
  });

  it('D-11 the address in other case and with blanks around it opens the same door', async () => {
    const person = await newAccount(stack);
    for (const email of [person.email.toUpperCase(), `  ${person.email}\t`]) {
      const answer = await client.post(path, { email, password: person.password });
      expect(credentialsIn(answer, person.email)).toBeTruthy();
      expect(answer.json.user.id).toBe(person.id);
    }
  });

  it.each([
    ['nothing', {}],
    ['no password', { email: 'a@suite.example' }],
    ['an empty address and password', { email: '', password: '' }],
    ['an empty password', { email: 'a@suite.example', password: '' }],
    ['an address of blanks', { email: '   ', password: 'Xy7kqwzvab' }],
    ['null for an address', { email: null, password: 'Xy7kqwzvab' }],
    ['a list for a password', { email: 'a@suite.example', password: ['x'] }],
    ['an object for an address', { email: {}, password: 'Xy7kqwzvab' }],
    ['a number for a password', { email: 'a@suite.example', password: 1 }],
  ])('TC-SEC-045 %s: 400, nothing counted, nothing written', async (_what, body) => {
    const size = await ledgerSize(database);
    const rows = await database.count`SELECT count(*) FROM login_attempts`;
    expectRefusal(await client.post(path, body), 400, 'VALIDATION', /email|password/);
    expect(await database.count`SELECT count(*) FROM login_attempts`).toBe(rows);
    expect(await ledgerSize(database)).toBe(size);
  });

  it.each([
    ["' OR '1'='1"], ['not-an-email'], ["x'; DROP TABLE users; --@suite.example"], ['${jndi:ldap://x}'], ['%00'], ['a'.repeat(3000)], ['😀'],
  ])('TC-SEC-001 the address %.30s is at worst an unknown one: 401', async (email) => {
    const address = `${email}${newAddress()}`;
    const answer = await client.post(path, { email: address, password: newPassword() });
    expectRefusal(answer, 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
    expect(await database.count`SELECT count(*) FROM users`).toBeGreaterThan(0);
  });

  it('D-12 suspended is said only after the right password, and counts for nothing', async () => {
    const person = await newAccount(stack);
    await database.run`UPDATE users SET status = 'suspended' WHERE id = ${person.id}`;
    expectRefusal(await client.post(path, { email: person.email, password: person.password }), 403, 'ACCOUNT_SUSPENDED', 'Account suspended');
    expect((await attempts(database, person.email)).failed).toBe(0);
    expect(await events(database, person.id, 'LOGIN_BLOCKED_SUSPENDED')).toBe(1);
    expectRefusal(await client.post(path, { email: person.email, password: newPassword() }), 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
  });

  it('TC-LOGIN-015 a deleted person is unknown', async () => {
    const person = await newAccount(stack);
    await database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${person.id}`;
    expectRefusal(await client.post(path, { email: person.email, password: person.password }), 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
  });

  it('TC-LOGIN-022 a factor that is switched on is never skipped, secret or none', async () => {
    const person = await newAccount(stack);
    await database.run`UPDATE users SET two_factor_enabled = ${true} WHERE id = ${person.id}`;
    const answer = await client.post(path, { email: person.email, password: person.password });
    expectStatus(answer, 202);
    expect(answer.json.requires2FA).toBe(true);
    expect(typeof answer.json.tempToken).toBe('string');
    expect(answer.json).not.toHaveProperty('token');
    expect(answer.json).not.toHaveProperty('accessToken');
    expect(answer.headers('set-cookie')).toEqual([]);
    expect(await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(0);
    expect(await events(database, person.id, 'TWO_FACTOR_REQUIRED')).toBe(1);
    expectRefusal(await client.get(meDataPath, { bearer: answer.json.tempToken }), 401, 'INVALID_TOKEN');
  });

  it('D-51 a cookie sent along is never adopted: every login is a session of its own', async () => {
    const person = await newAccount(stack);
    const first = await credentialsOf(path, person);
    const answer = await client.post(path, { email: person.email, password: person.password }, {
      cookie: `token=${first.token}`, headers: { origin: stack.facts.origin },
    });
    const second = credentialsIn(answer, person.email);
    expect(second.sessionId).not.toBe(first.sessionId);
    expect(second.token).not.toBe(first.token);
    expect(decodeJwt(second.token).jti).not.toBe(decodeJwt(first.token).jti);
  });

  it('TC-SEC-048 ten right passwords at once: ten sessions', async () => {
    const person = await newAccount(stack);
    const answers = await barrier(stack, 10, (one) => one.post(path, { email: person.email, password: person.password }));
    const sessions = new Set(answers.map((answer) => credentialsIn(answer, person.email).sessionId));
    expect(sessions.size).toBe(10);
    expect(await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(10);
    expect(await events(database, person.id, 'LOGIN_SUCCESS')).toBe(10);
  });
});

async function credentialsOf(path: string, person: { email: string; password: string }) {
  return credentialsIn(await client.post(path, { email: person.email, password: person.password }), person.email);
}

describe('what a login leaves behind', () => {
  it('M-08 success: one row in each table, failures of before gone', async () => {
    const person = await newAccount(stack);
    await client.post(loginPath, { email: person.email, password: newPassword() });
    await login(stack, person);
    expect(await attempts(database, person.email)).toEqual({ failed: 0, throttled: 0, successful: 1 });
    expect(await eventTypes(database, person.id)).toEqual(['REGISTER', 'EMAIL_VERIFIED', 'LOGIN_FAILURE', 'LOGIN_SUCCESS']);
    const user = await database.row`SELECT last_login_at FROM users WHERE id = ${person.id}`;
    expect(Math.abs(time(user['last_login_at']).getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('M-08 the LOGIN_SUCCESS row names the session and the request', async () => {
    const person = await newAccount(stack);
    const answer = await client.post(loginPath, { email: person.email, password: person.password });
    const { sessionId } = credentialsIn(answer, person.email);
    const row = await database.row`SELECT * FROM audit_ledger WHERE user_id = ${person.id} AND event_type = 'LOGIN_SUCCESS'`;
    expect(row).toMatchObject({ organization_id: person.organizationId, outcome: 'success', status: 200, session_id: sessionId });
    expect(row['correlation_id']).toBe(answer.header('x-request-id'));
    expect(row['actor_id'] ?? person.id).toBe(person.id);
  });

  it('M-08 a client without a user agent signs in, and the row says so', async () => {
    const person = await newAccount(stack);
    const answer = await client.post(loginPath, { email: person.email, password: person.password }, { headers: { 'user-agent': '' } });
    const { sessionId } = credentialsIn(answer, person.email);
    expect((await database.row`SELECT user_agent FROM sessions WHERE id = ${sessionId}`)['user_agent']).toBeNull();
    expect(await events(database, person.id, 'LOGIN_SUCCESS')).toBe(1);
  });

  it('M-08 the optional members of the request reach the session row', async () => {
    const person = await newAccount(stack);
    const more = { deviceId: 'device-1', deviceName: 'Kitchen <tablet>', deviceFingerprint: 'f'.repeat(64), country: 'DE', city: 'Köln' };
    const { sessionId } = await login(stack, person, more);
    const row = await database.row`SELECT * FROM sessions WHERE id = ${sessionId}`;
    expect(row).toMatchObject({ device_id: 'device-1', device_name: 'Kitchen <tablet>', device_fingerprint: 'f'.repeat(64), country: 'DE', city: 'Köln' });
  });

  it('INJ-11 line breaks in a device name stay inside one column', async () => {
    const person = await newAccount(stack);
    const { sessionId } = await login(stack, person, { deviceName: 'a\r\nrole=owner\r\nb' });
    const row = await database.row`SELECT device_name, user_id FROM sessions WHERE id = ${sessionId}`;
    expect(row).toEqual({ device_name: 'a\r\nrole=owner\r\nb', user_id: person.id });
  });

  it('M-20 a failed login is the candidate’s; of an unknown address it is nobody’s, in the system chain', async () => {
    const person = await newAccount(stack);
    await client.post(loginPath, { email: person.email, password: newPassword() });
    const known = await database.row`SELECT * FROM audit_ledger WHERE user_id = ${person.id} AND event_type = 'LOGIN_FAILURE'`;
    expect(known).toMatchObject({ organization_id: person.organizationId, outcome: 'failure', status: 401 });
    const unknown = newAddress('nobody');
    await client.post(loginPath, { email: unknown, password: newPassword() });
    const row = await database.row`SELECT * FROM audit_ledger WHERE email = ${unknown} AND event_type = 'LOGIN_FAILURE'`;
    expect(row).toMatchObject({ organization_id: 'system', user_id: null, outcome: 'failure', status: 401 });
    const shown = await database.row`SELECT metadata FROM security_events WHERE id = ${row['id']}`;
    expect(json(shown['metadata'])['email']).toBe(unknown);
  });

  it('M-20 the attempt row carries the person while there is one', async () => {
    const person = await newAccount(stack);
    await client.post(loginPath, { email: person.email.toUpperCase(), password: newPassword() });
    const row = await database.row`SELECT * FROM login_attempts WHERE user_id = ${person.id}`;
    expect(row).toMatchObject({ email: person.email.toLowerCase(), method: 'password', ip_address: '127.0.0.1', organization_id: null });
    expect(Number.isInteger(row['id'])).toBe(true);
    const unknown = newAddress('nobody');
    await client.post(loginPath, { email: unknown, password: newPassword() });
    expect((await database.row`SELECT user_id FROM login_attempts WHERE email = ${unknown}`)['user_id']).toBeNull();
  });

  it('M-22 register writes the flag that login reads: unverified people are not told before the password is right', async () => {
    const person = await register(stack);
    expectRefusal(await client.post(loginPath, { email: person.email, password: newPassword() }), 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
    expect(await events(database, person.id, 'LOGIN_BLOCKED_UNVERIFIED')).toBe(0);
  });
});

describe('passwords', () => {
  it('TC-LOGIN-018 a password of 1,000 or 100,000 characters is merely wrong', async () => {
    const person = await newAccount(stack);
    for (const size of [1000, 1025, 100_000]) {
      expectRefusal(await client.post(loginPath, { email: person.email, password: 'a'.repeat(size) }), 401, 'INVALID_CREDENTIALS');
    }
  });

  it('PW-01 past 72 bytes every character counts', async () => {
    const password = `Q7${'a'.repeat(80)}X`;
    const person = await newAccount(stack, { password });
    const row = await database.row`SELECT password_hash, password_scheme FROM users WHERE id = ${person.id}`;
    expect(row['password_hash']).toMatch(/^\$2b\$04\$.{53}$/);
    expect(row['password_scheme']).toBe('bcrypt-pre1');
    expectRefusal(await client.post(loginPath, { email: person.email, password: `Q7${'a'.repeat(80)}Y` }), 401, 'INVALID_CREDENTIALS');
    expectRefusal(await client.post(loginPath, { email: person.email, password: password.slice(0, 72) }), 401, 'INVALID_CREDENTIALS');
    await login(stack, person);
  });

  it('PW-01 a NUL in a password counts too', async () => {
    const person = await newAccount(stack, { password: 'Xy7\u0000kqwzvABC' });
    expectRefusal(await client.post(loginPath, { email: person.email, password: 'Xy7' }), 401, 'INVALID_CREDENTIALS');
    expectRefusal(await client.post(loginPath, { email: person.email, password: 'Xy7\u0000other' }), 401, 'INVALID_CREDENTIALS');
    await login(stack, person);
  });

  it('D-40 passwords are compared byte for byte: any script, blanks kept, no folding', async () => {
    const password = ' パスワード123! ';
    const person = await newAccount(stack, { password });
    await login(stack, person);
    for (const other of [password.trim(), password.normalize('NFD')]) {
      expectRefusal(await client.post(loginPath, { email: person.email, password: other }), 401, 'INVALID_CREDENTIALS');
    }
  });

  it('D-37 bcrypt of other writers is verified: $2a$, $2b$, $2y$', async () => {
    for (const kind of ['2a', '2b', '2y']) {
      const password = newPassword();
      const hash = (await bcrypt(password)).replace(/^\$2[aby]\$/, `$${kind}$`);
      const person = await insertPerson(stack, { password, hash });
      await login(stack, person);
      expectRefusal(await client.post(loginPath, { email: person.email, password: newPassword() }), 401, 'INVALID_CREDENTIALS');
    }
  });

  it.each([
    ['nothing', ''], ['a star', '*'], ['*0', '*0'], ['garbage', 'garbage'], ['thirteen characters of DES', 'ab0n4lQ8jA9mU'],
    ['cost 99', '$2b$99$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'], ['a cut bcrypt', '$2b$04$abcdefghijklmnopqrstuu'],
    ['argon2 with two gigabytes', '$argon2id$v=19$m=2147483648,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA'], ['text that is not ASCII', '$2b$04$ääääääääääääääääääääääääääääääääääääääääääää'],
  ])('PW-06 a stored hash that is %s opens to nothing: 401', async (_what, hash) => {
    const person = await insertPerson(stack, { hash });
    for (const password of [person.password, 'x', hash || 'empty']) {
      expectRefusal(await client.post(loginPath, { email: person.email, password }), 401, 'INVALID_CREDENTIALS');
    }
  });

  it('PW-06 no stored hash at all: 401', async () => {
    const person = await insertPerson(stack);
    await database.run`UPDATE users SET password_hash = NULL WHERE id = ${person.id}`;
    expectRefusal(await client.post(loginPath, { email: person.email, password: person.password }), 401, 'INVALID_CREDENTIALS');
  });
});

describe('sessions die as the rows say', () => {
  const deaths: [string, (sessionId: string, userId: string) => Promise<unknown>, string, RegExp][] = [
    ['logged out by SQL', (id) => database.run`UPDATE sessions SET logged_out_at = ${new Date()} WHERE id = ${id}`, 'SESSION_INVALID', /^Session ended$/],
    ['revoked by SQL', (id) => database.run`UPDATE sessions SET revoked_at = ${new Date()}, revoke_reason = 'admin_forced' WHERE id = ${id}`, 'SESSION_INVALID', /^Session ended$/],
    ['past its idle end', (id) => database.run`UPDATE sessions SET expires_at = ${fromNow(-1)} WHERE id = ${id}`, 'TOKEN_EXPIRED', /expired/i],
    ['past its absolute end', (id) => database.run`UPDATE sessions SET absolute_expires_at = ${fromNow(-1)} WHERE id = ${id}`, 'TOKEN_EXPIRED', /expired/i],
    ['of an older version', (_id, user) => database.run`UPDATE users SET session_version = session_version + 1 WHERE id = ${user}`, 'SESSION_INVALIDATED', /^Session no longer valid$/],
    ['deleted by SQL', (id) => database.run`DELETE FROM sessions WHERE id = ${id}`, 'SESSION_INVALID', /^Session ended$/],
  ];
  it.each(deaths)('A-11 a session %s: both its tokens are refused on the next request', async (_what, kill, code, error) => {
    const person = await newPerson(stack);
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
    await kill(person.sessionId, person.id);
    for (const bearer of [person.accessToken, person.token]) {
      const answer = await client.get(meDataPath, { bearer });
      expectRefusal(answer, 401, code, error);
    }
    expectStatus(await client.post('/api/v1/auth/validate', { token: person.accessToken }), 401);
  });

  it.each([
    ['suspended', (id: string) => database.run`UPDATE users SET status = 'suspended' WHERE id = ${id}`],
    ['deleted softly', (id: string) => database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${id}`],
    ['deleted', (id: string) => database.run`DELETE FROM users WHERE id = ${id}`],
  ])('TC-SEC-039 a person %s by SQL: their live token is refused on the next request', async (_what, kill) => {
    const person = await newPerson(stack);
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
    await kill(person.id);
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 401);
    expectStatus(await client.post('/api/v1/auth/validate', { token: person.accessToken }), 401);
  });

  it('A-11 last_seen_at moves with use, at most once a minute', async () => {
    const person = await newPerson(stack);
    const seen = async (): Promise<number> =>
      time((await database.row`SELECT last_seen_at FROM sessions WHERE id = ${person.sessionId}`)['last_seen_at']).getTime();
    const before = await seen();
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
    await database.run`UPDATE sessions SET last_seen_at = ${fromNow(-120)} WHERE id = ${person.sessionId}`;
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
    const deadline = Date.now() + 2000 * patience;
    while ((await seen()) < before && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(await seen()).toBeGreaterThanOrEqual(before);
  });
});
