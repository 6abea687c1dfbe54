// The cases of the account surface beyond the story: wrong, late, twice, in parallel.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import { attempts, events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { flag, fromNow } from '../support/database.ts';
import { linkIn } from '../support/mail.ts';
import {
  insertPerson, loginPath, newAccount, newAddress, newPassword, newPerson, organizationLoginPath, register, registerPath,
  resendPath, validatePath, vaultPath, verifyPath,
} from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

// M-20 first: a control that breaks the attempts is to show there before anything else stands on them.
describe('sign-in', () => {
  it('M-20 a wrong password: 401, one failure in the ledger, one attempt, both at once', async () => {
    const person = await newAccount(stack);
    const total = await database.count`SELECT count(*) FROM security_events WHERE event_type = 'LOGIN_FAILURE'`;
    const answer = await client.post(loginPath, { email: person.email, password: newPassword() });
    const failures = await database.count`SELECT count(*) FROM security_events WHERE event_type = 'LOGIN_FAILURE'`;
    const tried = await attempts(database, person.email);
    expectRefusal(answer, 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
    expect(answer.json).not.toHaveProperty('accessToken');
    expect(answer.headers('set-cookie')).toEqual([]);
    expect(failures - total, 'LOGIN_FAILURE rows in total').toBe(1);
    expect(tried, 'login_attempts of the address').toEqual({ failed: 1, throttled: 0, successful: 0 });
  });

  it('M-21 five wrong close the address, for the right password too, until SQL opens it', async () => {
    const person = await newAccount(stack);
    await database.run`DELETE FROM login_attempts WHERE email = ${person.email}`;
    for (let n = 1; n <= 5; n += 1) {
      const answer = await client.post(loginPath, { email: person.email, password: newPassword() });
      expect(answer.status, `wrong password number ${n}`).toBe(401);
    }
    const sixth = await client.post(loginPath, { email: person.email, password: person.password });
    expect(sixth.status, 'the sixth try, with the right password').toBe(429);
    expect(sixth.json.error).toBe('Account locked');
    expect(sixth.json.code).toBe('ACCOUNT_LOCKED');
    expect(sixth.json.remainingSeconds).toBeGreaterThan(0);
    expect(sixth.header('retry-after')).toBe(String(sixth.json.remainingSeconds));
    expect(sixth.json).not.toHaveProperty('accessToken');
    await database.run`DELETE FROM login_attempts WHERE email = ${person.email}`;
    expectStatus(await client.post(loginPath, { email: person.email, password: person.password }), 200);
  });

  it('M-22 the right password of an unverified person: 403 on both surfaces, nothing counted', async () => {
    const person = await register(stack);
    for (const path of [loginPath, organizationLoginPath]) {
      const answer = await client.post(path, { email: person.email, password: person.password });
      expectRefusal(answer, 403, 'EMAIL_NOT_VERIFIED', 'Email not verified');
      expect(answer.json).not.toHaveProperty('accessToken');
      expect(answer.headers('set-cookie')).toEqual([]);
    }
    expect(await attempts(database, person.email)).toEqual({ failed: 0, throttled: 0, successful: 0 });
    expect(await events(database, person.id, 'LOGIN_BLOCKED_UNVERIFIED')).toBe(2);
    expect(await events(database, person.id, 'LOGIN_FAILURE')).toBe(0);
  });

  it('M-27 success clears the attempts of the address; one address never delays another', async () => {
    const one = await newAccount(stack);
    const other = await newAccount(stack);
    for (let n = 0; n < 5; n += 1) await client.post(loginPath, { email: one.email, password: newPassword() });
    for (let n = 0; n < 3; n += 1) await client.post(loginPath, { email: other.email, password: newPassword() });
    expectStatus(await client.post(loginPath, { email: other.email, password: other.password }), 200);
    expect(await attempts(database, other.email)).toEqual({ failed: 0, throttled: 0, successful: 1 });
    expect((await attempts(database, one.email)).failed).toBe(5);
    expectRefusal(await client.post(loginPath, { email: one.email, password: one.password }), 429, 'ACCOUNT_LOCKED');
  });

  it('M-28 ten parallel wrong passwords: at most five verdicts, exactly ten rows', async () => {
    for (let round = 0; round < 3; round += 1) {
      const person = await newAccount(stack);
      const answers = await barrier(stack, 10, (one) => one.post(loginPath, { email: person.email, password: newPassword() }));
      const statuses = answers.map((answer) => answer.status);
      expect(statuses.filter((status) => status === 401).length, statuses.join()).toBeLessThanOrEqual(5);
      expect(statuses.every((status) => status === 401 || status === 429), statuses.join()).toBe(true);
      expect((await attempts(database, person.email)).failed).toBe(10);
    }
  });

  it('M-29 verified by SQL, the next login passes', async () => {
    const person = await register(stack);
    expectRefusal(await client.post(loginPath, { email: person.email, password: person.password }), 403, 'EMAIL_NOT_VERIFIED');
    await database.run`UPDATE users SET email_verified = ${true} WHERE email = ${person.email}`;
    expectStatus(await client.post(loginPath, { email: person.email, password: person.password }), 200);
  });
});

describe('registration', () => {
  it('M-17 registering the address again is refused', async () => {
    const person = await register(stack);
    const again = await client.post(registerPath, { email: person.email, password: newPassword(), name: 'Other' });
    expectRefusal(again, 409, 'EMAIL_ALREADY_REGISTERED', 'Email already registered');
    expect(await database.count`SELECT count(*) FROM users WHERE email = ${person.email}`).toBe(1);
  });

  it('M-17 of two parallel registrations one succeeds, and one user row comes of it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const email = newAddress();
      const password = newPassword(email);
      const answers = await barrier(stack, 2, (one) => one.post(registerPath, { email, password }));
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
      expect(await database.count`SELECT count(*) FROM users WHERE lower(email) = ${email}`).toBe(1);
      await stack.mail.drain();
      expect(await stack.mail.count(email)).toBe(1);
    }
  });

  it('M-25 a short, an over-long password and a malformed address are refused without a row', async () => {
    const seven = { email: newAddress(), password: 'Pw7abcd' };
    expectRefusal(await client.post(registerPath, seven), 400, 'WEAK_PASSWORD', /password/);
    const long = { email: newAddress(), password: `Pw7${'x'.repeat(126)}` };
    expect(long.password).toHaveLength(129);
    expectRefusal(await client.post(registerPath, long), 400, 'WEAK_PASSWORD', /password/);
    const malformed = { email: `not-an-email-${newAddress().split('@')[0]}`, password: newPassword() };
    expectRefusal(await client.post(registerPath, malformed), 400, 'VALIDATION', /email/);
    for (const { email } of [seven, long, malformed]) {
      expect(await database.count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
    }
  });
});

describe('vault', () => {
  it('M-18 ten parallel inits hand out one key and leave one row', async () => {
    const person = await newPerson(stack);
    const answers = await barrier(stack, 10, (one) => one.post(`${vaultPath}/init`, {}, { bearer: person.accessToken }));
    for (const answer of answers) expectStatus(answer, 200);
    expect(new Set(answers.map((answer) => answer.json.masterKey)).size).toBe(1);
    expect(await database.count`SELECT count(*) FROM encryption_vaults WHERE user_id = ${person.id}`).toBe(1);
  });
});

describe('tokens', () => {
  it('M-19 the key set holds the key of the access token and verifies it', async () => {
    const person = await newPerson(stack);
    const answer = await client.get('/api/v1/auth/jwks');
    expectStatus(answer, 200);
    const verified = await jwtVerify(person.accessToken, createRemoteJWKSet(new URL(`${stack.facts.origin}/api/v1/auth/jwks`)), {
      issuer: stack.facts.environment['GATEHOUSE_PUBLIC_URL'],
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
    });
    const key = answer.json.keys.find((one: { kid: string }) => one.kid === verified.protectedHeader.kid);
    expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' });
    expect(key).not.toHaveProperty('d');
    expect(verified.payload.sub).toBe(person.id);
  });

  it('M-23 garbage is not valid, and nothing is not valid either', async () => {
    const garbage = await client.post(validatePath, { token: 'garbage' });
    expectStatus(garbage, 401);
    expect(garbage.json.valid).toBe(false);
    const nothing = await client.post(validatePath, {});
    expectStatus(nothing, 400);
    expect(nothing.json.valid).toBe(false);
  });
});

describe('mail', () => {
  it('M-24 the verification can be sent again', async () => {
    const person = await register(stack);
    await stack.mail.wait(person.email);
    const before = await stack.mail.count(person.email);
    const answer = await client.post(resendPath, { email: person.email });
    expectStatus(answer, 200);
    expect(answer.json.success).toBe(true);
    await stack.mail.wait(person.email, before + 1, undefined, 10);
  });

  it('M-26 an expired or altered link verifies nobody', async () => {
    const person = await register(stack);
    const link = new URL(linkIn(await stack.mail.wait(person.email), verifyPath));
    const token = link.searchParams.get('token') as string;
    const altered = `${token.slice(0, 5)}${token[5] === 'A' ? 'B' : 'A'}${token.slice(6)}`;
    const wrong = await client.get(`${verifyPath}?token=${altered}`);
    expectStatus(wrong, 302);
    expect(wrong.header('location')).toMatch(/[?&]error=TOKEN_INVALID\b/);
    await database.run`UPDATE one_time_tokens SET expires_at = ${fromNow(-5)} WHERE user_id = ${person.id}`;
    const late = await client.get(`${link.pathname}${link.search}`);
    expectStatus(late, 302);
    expect(late.header('location')).toMatch(/[?&]error=TOKEN_EXPIRED\b/);
    const row = await database.row`SELECT email_verified FROM users WHERE id = ${person.id}`;
    expect(flag(row['email_verified'])).toBe(false);
    expect(await events(database, person.id, 'EMAIL_VERIFIED')).toBe(0);
  });

  it('M-26 a link of somebody else verifies that person only', async () => {
    const one = await register(stack);
    const other = await register(stack);
    const link = new URL(linkIn(await stack.mail.wait(one.email), verifyPath));
    expectStatus(await client.get(`${link.pathname}${link.search}&email=${other.email}&userId=${other.id}`), 302);
    expect(flag((await database.row`SELECT email_verified FROM users WHERE id = ${one.id}`)['email_verified'])).toBe(true);
    expect(flag((await database.row`SELECT email_verified FROM users WHERE id = ${other.id}`)['email_verified'])).toBe(false);
  });

  it('M-29 a person put in by SQL counts as verified', async () => {
    const person = await insertPerson(stack);
    expectStatus(await client.post(loginPath, { email: person.email, password: person.password }), 200);
  });
});
