// The second factor: set up, asked for, used once, guessed at, taken away.
import { execFileSync } from 'node:child_process';
import { authenticator } from 'otplib';
import { describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import { fromNow } from '../support/database.ts';
import { keepSecret } from '../support/evidence.ts';
import { events, eventTypes, expectRefusal, expectStatus } from '../support/expectations.ts';
import { forgotPath, login, loginPath, meDataPath, newPassword, newPerson, organizationLoginPath, resetPath, type Person } from '../support/people.ts';
import { begin, codeOf, finish, finished, insertWithFactor, myTwoFactorPath, secondStepPath, storedCodes, twoFactorPath, wrongCode, type WithFactor } from '../support/second_factor.ts';
import { mainStack, type Stack } from '../support/stack.ts';
import type { Answer } from '../support/client.ts';

const stack = mainStack();
const { client, database } = stack;

const statuses = (answers: readonly Answer[]): Record<number, number> =>
  answers.reduce<Record<number, number>>((sum, answer) => ({ ...sum, [answer.status]: (sum[answer.status] ?? 0) + 1 }), {});

async function failed(who: { id: string }, method: string): Promise<number> {
  return database.count`SELECT count(*) FROM login_attempts WHERE user_id = ${who.id} AND method = ${method} AND successful = ${false}`;
}

/** Set up through the front door, and switched on with its first code. */
async function enrolled(on: Stack, base = twoFactorPath): Promise<Person & WithFactor> {
  const person = await newPerson(on);
  const answer = await on.client.post(`${base}/enable`, { password: person.password }, { bearer: person.token });
  expectStatus(answer, 200);
  const secret = keepSecret('factor', person.email, new URL(answer.json.totpURI).searchParams.get('secret') ?? '');
  const backupCodes = answer.json.backupCodes.map((code: string) => keepSecret('factor', person.email, code));
  expectStatus(await on.client.post(`${base}/verify-totp`, { code: await codeOf(secret) }, { bearer: person.token }), 200);
  return { ...person, secret, backupCodes };
}

describe('the second step of a sign-in', () => {
  it('TC-LOGIN-022 switched on by SQL without a secret: 202 with a tempToken and no token, then every code is wrong', async () => {
    const person = await insertWithFactor(stack);
    await database.run`UPDATE users SET two_factor_secret = NULL, backup_codes = NULL WHERE id = ${person.id}`;
    for (const path of [organizationLoginPath, loginPath]) {
      const answer = await client.post(path, { email: person.email, password: person.password });
      expectStatus(answer, 202);
      expect(answer.json).toEqual({ requires2FA: true, tempToken: expect.any(String), methods: ['totp', 'backup_code'] });
      expect(answer.headers('set-cookie')).toEqual([]);
      const { tempToken } = answer.json;
      expectRefusal(await finish(client, tempToken, { code: await codeOf(person.secret) }), 401, 'TWO_FACTOR_FAILED', 'Invalid code');
      expectRefusal(await finish(client, tempToken, { backupCode: person.backupCodes[0]! }), 401, 'TWO_FACTOR_FAILED');
    }
  });

  it('TC-LOGIN-023 a wrong code is 401, and so is no tempToken', async () => {
    const person = await insertWithFactor(stack);
    const tempToken = await begin(stack, person);
    const zeros = (await Promise.all([-1, 0, 1].map((steps) => codeOf(person.secret, steps)))).includes('000000') ? '000001' : '000000';
    expectRefusal(await finish(client, tempToken, { code: zeros }), 401, 'TWO_FACTOR_FAILED', 'Invalid code');
    expectRefusal(await client.post(secondStepPath, { code: zeros }), 401, 'UNAUTHORIZED');
    expectRefusal(await client.post(secondStepPath, {}), 401, 'UNAUTHORIZED');
    expectRefusal(await finish(client, 'unknown', { code: zeros }), 401, 'TWO_FACTOR_FAILED');
    expect(await eventTypes(database, person.id)).toEqual(['TWO_FACTOR_REQUIRED', 'LOGIN_FAILURE']);
    const row = await database.row`SELECT details FROM audit_ledger WHERE user_id = ${person.id} AND event_type = 'LOGIN_FAILURE'`;
    expect(JSON.parse(row['details'] as string)).toMatchObject({ method: 'totp' });
  });

  it('TC-LOGIN-024 the right code of a plain base32 secret opens a session, once; the secret is sealed from then on', async () => {
    const person = await insertWithFactor(stack);
    const tempToken = await begin(stack, person);
    const code = await codeOf(person.secret);
    const answer = await finish(client, tempToken, { code });
    expectStatus(answer, 200);
    expect(answer.json.token).toEqual(expect.any(String));
    expect(answer.json.user).toMatchObject({ id: person.id, email: person.email, twoFactorEnabled: true });
    expect(answer.headers('set-cookie')[0]).toMatch(/^token=[^;]+;.*HttpOnly.*Secure/);
    expectStatus(await client.get(meDataPath, { bearer: answer.json.token }), 200);
    expectRefusal(await finish(client, tempToken, { code }), 401, 'TWO_FACTOR_FAILED');
    expectRefusal(await finish(client, await begin(stack, person), { code }), 401, 'TWO_FACTOR_FAILED');
    const row = await database.row`SELECT two_factor_secret FROM users WHERE id = ${person.id}`;
    expect(row['two_factor_secret']).toMatch(/^k1:[A-Za-z0-9+/]+=*$/);
    expect(await events(database, person.id, 'LOGIN_SUCCESS')).toBe(1);
  });

  it('TC-LOGIN-025 a backup code opens a session and leaves the array; a second use is 401', async () => {
    const person = await insertWithFactor(stack);
    const [backupCode] = person.backupCodes as [string];
    expectStatus(await finish(client, await begin(stack, person), { backupCode }), 200);
    const left = await storedCodes(stack, person.id);
    expect(left).toHaveLength(2);
    for (const one of left) expect(one).toMatch(/^h1:[0-9a-f]{64}$/);
    expectRefusal(await finish(client, await begin(stack, person), { backupCode }), 401, 'TWO_FACTOR_FAILED');
    const spelt = (person.backupCodes[1] as string).toUpperCase().replace(/(.{4})/g, '$1-');
    expectStatus(await finish(client, await begin(stack, person), { backupCode: ` ${spelt} ` }), 200);
  });

  it('D-64 codes one step off are right, two steps off are not', async () => {
    const person = await insertWithFactor(stack);
    for (const steps of [-2, 2]) {
      expectRefusal(await finish(client, await begin(stack, person), { code: await codeOf(person.secret, steps) }), 401, 'TWO_FACTOR_FAILED');
    }
    await finished(stack, person, -1);
    await finished(stack, person, 1);
    expectRefusal(await finish(client, await begin(stack, person), { code: await codeOf(person.secret) }), 401, 'TWO_FACTOR_FAILED');
  });

  it('M-27 five wrong codes close that factor of that person alone, and the right one is not heard then', async () => {
    const person = await insertWithFactor(stack);
    const wrong = await wrongCode(person.secret);
    for (let n = 0; n < 5; n += 1) expectRefusal(await finish(client, await begin(stack, person), { code: wrong }), 401, 'TWO_FACTOR_FAILED');
    const closed = await finish(client, await begin(stack, person), { code: await codeOf(person.secret) });
    expectRefusal(closed, 429, 'RATE_LIMITED', 'Too many failed login attempts');
    expect(await failed(person, 'totp')).toBe(6);
    expect(await failed(person, 'password')).toBe(0);
    expect(await events(database, person.id, 'ACCOUNT_LOCKED')).toBe(1);
    expectStatus(await finish(client, await begin(stack, person), { backupCode: person.backupCodes[0]! }), 200);
    await database.run`DELETE FROM login_attempts WHERE user_id = ${person.id}`;
    await finished(stack, person);
  });

  it('D-62 a tempToken takes five wrong codes of any kind, lives five minutes, and dies with the password', async () => {
    const person = await insertWithFactor(stack);
    const worn = await begin(stack, person);
    const wrong = await wrongCode(person.secret);
    for (const proof of [{ code: wrong }, { code: wrong }, { code: wrong }, { backupCode: 'no' }, { backupCode: 'no' }]) {
      expectRefusal(await finish(client, worn, proof), 401, 'TWO_FACTOR_FAILED');
    }
    expectRefusal(await finish(client, worn, { code: await codeOf(person.secret) }), 429, 'RATE_LIMITED');
    const late = await begin(stack, person);
    await database.run`UPDATE one_time_tokens SET expires_at = ${fromNow(-1)} WHERE user_id = ${person.id} AND used_at IS NULL`;
    expectRefusal(await finish(client, late, { code: await codeOf(person.secret) }), 401, 'TWO_FACTOR_FAILED');
    const pending = await begin(stack, person);
    await client.post(forgotPath, { email: person.email });
    const mail = await stack.mail.wait(person.email);
    const token = /reset-password\?token=([\w-]+)/.exec(mail.text)?.[1];
    expectStatus(await client.post(resetPath, { token, newPassword: newPassword(person.email) }), 200);
    expectRefusal(await finish(client, pending, { code: await codeOf(person.secret) }), 401, 'TWO_FACTOR_FAILED');
  });

  it('TC-LOGIN-016 suspended in between: 403, and nothing is used up', async () => {
    const person = await insertWithFactor(stack);
    const tempToken = await begin(stack, person);
    await database.run`UPDATE users SET status = 'suspended' WHERE id = ${person.id}`;
    expectRefusal(await finish(client, tempToken, { code: await codeOf(person.secret) }), 403, 'ACCOUNT_SUSPENDED', /suspended/i);
    await database.run`UPDATE users SET status = 'active' WHERE id = ${person.id}`;
    expectStatus(await finish(client, tempToken, { code: await codeOf(person.secret) }), 200);
  });

  it('TC-LOGIN-021 what the first step asked for is what the second gives', async () => {
    const person = await insertWithFactor(stack);
    const tempToken = await begin(stack, person, loginPath, { rememberMe: true, deviceId: 'd9', deviceName: 'Telefon', organizationId: person.organizationId });
    const answer = await finish(client, tempToken, { code: await codeOf(person.secret) });
    expectStatus(answer, 200);
    expect(answer.json.user).not.toHaveProperty('role');
    const claims = JSON.parse(Buffer.from(answer.json.token.split('.')[1], 'base64url').toString()) as { exp: number; iat: number };
    expect(claims.exp - claims.iat).toBe(2_592_000);
    const row = await database.row`SELECT surface, device_id, device_name FROM sessions WHERE id = ${answer.json.sessionId}`;
    expect(row).toMatchObject({ surface: 'account', device_id: 'd9', device_name: 'Telefon' });
  });

  it('D-28 what is malformed is 400 and counts for nothing', async () => {
    const person = await insertWithFactor(stack);
    const tempToken = await begin(stack, person);
    for (const body of [{ tempToken }, { tempToken, code: '' }, { tempToken, code: 123456 }, { tempToken, code: '1', backupCode: '2' }, { tempToken: ['x'], code: '1' }]) {
      expectRefusal(await client.post(secondStepPath, body), 400, 'VALIDATION');
    }
    expect(await failed(person, 'totp')).toBe(0);
    expectStatus(await finish(client, tempToken, { code: await codeOf(person.secret) }), 200);
  });
});

describe('fifty at once', () => {
  it('M-28 one tempToken: exactly one session', async () => {
    const person = await insertWithFactor(stack);
    const tempToken = await begin(stack, person);
    const code = await codeOf(person.secret);
    const answers = await barrier(stack, 50, (one) => finish(one, tempToken, { code }));
    expect(statuses(answers)).toEqual({ 200: 1, 401: 49 });
    expect(await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(1);
    expect(await failed(person, 'totp')).toBe(0);
  });

  it.each(['totp', 'backup_code'])('M-28 one %s under fifty tempTokens: exactly one session, at most five verdicts before the door closes', async (method) => {
    const person = await insertWithFactor(stack);
    const tempTokens: string[] = [];
    while (tempTokens.length < 50) tempTokens.push(await begin(stack, person));
    const proof = method === 'totp' ? { code: await codeOf(person.secret) } : { backupCode: person.backupCodes[0]! };
    const answers = await barrier(stack, 50, (one, index) => finish(one, tempTokens[index]!, proof));
    expect(statuses(answers)).toEqual({ 200: 1, 401: 5, 429: 44 });
    expect(await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(1);
    expect(await events(database, person.id, 'LOGIN_SUCCESS')).toBe(1);
    expect(await events(database, person.id, 'LOGIN_FAILURE')).toBe(5);
  });
});

describe('setting it up', () => {
  it.each([twoFactorPath, myTwoFactorPath])('D-61 %s: counts from the first right code, and otplib agrees about the link', async (base) => {
    const person = await newPerson(stack);
    const bearer = { bearer: person.token };
    const answer = await client.post(`${base}/enable`, { password: person.password }, bearer);
    expectStatus(answer, 200);
    expect(Object.keys(answer.json).sort()).toEqual(['backupCodes', 'qrSvg', 'totpURI']);
    const uri = new URL(answer.json.totpURI);
    const secret = keepSecret('factor', person.email, uri.searchParams.get('secret') ?? '');
    const issuer = new URL(stack.facts.environment['GATEHOUSE_PUBLIC_URL'] ?? '').hostname;
    const theirs = new URL(authenticator.keyuri(person.email, issuer, secret));
    expect(uri.protocol + uri.host + uri.pathname).toBe(theirs.protocol + theirs.host + theirs.pathname);
    expect([...uri.searchParams].sort()).toEqual([...theirs.searchParams, ['period', '30'], ['digits', '6'], ['algorithm', 'SHA1']].filter(([name], at, all) => all.findIndex(([other]) => other === name) === at).sort());
    expect(answer.json.qrSvg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
    expect(new Set(answer.json.backupCodes).size).toBe(10);
    for (const code of answer.json.backupCodes as string[]) expect(keepSecret('factor', person.email, code)).toMatch(/^[A-Z2-7]{5}-[A-Z2-7]{5}$/);
    expect((await client.get(meDataPath, bearer)).json.auth.has2FA).toBe(false);
    await login(stack, person);
    expectRefusal(await client.post(`${base}/verify-totp`, { code: await wrongCode(secret) }, bearer), 401, 'TWO_FACTOR_FAILED');
    expect((await client.get(meDataPath, bearer)).json.auth.has2FA).toBe(false);
    expectStatus(await client.post(`${base}/verify-totp`, { code: await codeOf(secret) }, bearer), 200);
    expect((await client.get(meDataPath, bearer)).json.auth.has2FA).toBe(true);
    expectRefusal(await client.post(`${base}/enable`, { password: person.password }, bearer), 400, 'VALIDATION');
    expectStatus(await finish(client, await begin(stack, person), { code: await codeOf(secret, 1) }), 200);
    expectStatus(await finish(client, await begin(stack, person), { backupCode: answer.json.backupCodes[9] }), 200);
    expect(await events(database, person.id, 'TWO_FACTOR_ENABLED')).toBe(1);
  });

  it('D-63 oathtool computes the same codes', async () => {
    const person = await enrolled(stack);
    const code = execFileSync('oathtool', ['--totp', '--base32', '--now', `${new Date(Date.now() + 30_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`, person.secret], { encoding: 'utf8' });
    expectStatus(await finish(client, await begin(stack, person), { code: code.trim() }), 200);
  });

  it('D-63 new backup codes replace all ten, disabling takes everything away, both void sign-ins that wait, sessions stay', async () => {
    const person = await enrolled(stack);
    const bearer = { bearer: person.token };
    const waiting = await begin(stack, person);
    const fresh = await client.post(`${twoFactorPath}/generate-backup-codes`, { password: person.password }, bearer);
    expectStatus(fresh, 200);
    const codes = (fresh.json.backupCodes as string[]).map((code) => keepSecret('factor', person.email, code));
    expect(codes).toHaveLength(10);
    expect(await storedCodes(stack, person.id)).toHaveLength(10);
    expectRefusal(await finish(client, waiting, { backupCode: codes[0]! }), 401, 'TWO_FACTOR_FAILED');
    expectRefusal(await finish(client, await begin(stack, person), { backupCode: person.backupCodes[0]! }), 401, 'TWO_FACTOR_FAILED');
    expectStatus(await client.post(`${twoFactorPath}/verify-backup-code`, { code: codes[1] }, bearer), 200);
    expect(await storedCodes(stack, person.id)).toHaveLength(9);
    const second = await begin(stack, person);
    expectStatus(await client.post(`${twoFactorPath}/disable`, { password: person.password }, bearer), 200);
    expectRefusal(await finish(client, second, { backupCode: codes[2]! }), 401, 'TWO_FACTOR_FAILED');
    await login(stack, person);
    expectStatus(await client.get(meDataPath, bearer), 200);
    const row = await database.row`SELECT two_factor_enabled, two_factor_secret, two_factor_last_step, backup_codes FROM users WHERE id = ${person.id}`;
    expect([Boolean(row['two_factor_enabled']), row['two_factor_secret'], row['two_factor_last_step'], row['backup_codes']]).toEqual([false, null, null, null]);
    expect(await events(database, person.id, 'TWO_FACTOR_DISABLED')).toBe(1);
  });

  it('D-31 a stolen session is no place to guess the password at: wrong ones count, and close the sign-in too', async () => {
    const person = await enrolled(stack);
    const bearer = { bearer: person.token };
    for (const action of ['enable', 'disable', 'generate-backup-codes', 'disable', 'disable']) {
      expectRefusal(await client.post(`${twoFactorPath}/${action}`, { password: 'not it' }, bearer), 401, 'INVALID_CREDENTIALS');
    }
    expectRefusal(await client.post(`${twoFactorPath}/disable`, { password: person.password }, bearer), 429, 'ACCOUNT_LOCKED', 'Account locked');
    expectRefusal(await client.post(loginPath, { email: person.email, password: person.password }), 429, 'ACCOUNT_LOCKED');
    expect((await client.get(meDataPath, bearer)).json.auth.has2FA).toBe(true);
    expect(await events(database, person.id, 'LOGIN_FAILURE')).toBe(5);
  });

  it('TC-SEC-027 all of it needs a credential', async () => {
    for (const base of [twoFactorPath, myTwoFactorPath]) {
      for (const action of ['enable', 'verify-totp', 'verify-backup-code', 'generate-backup-codes', 'disable']) {
        expectRefusal(await client.post(`${base}/${action}`, { password: 'x', code: '1' }), 401, 'UNAUTHORIZED', 'Authentication required');
      }
    }
  });
});
