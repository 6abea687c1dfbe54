// Client-address ceilings: what they count, what they never count, whose address it is; and the bounded hashing queue.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import {
  forgotPath, insertPerson, login, loginPath, logoutPath, meDataPath, newAccount, newAddress, newPassword, newPerson, refreshPath, registerPath, validatePath,
} from '../support/people.ts';
import { until } from '../support/mail.ts';
import { patience } from '../support/settings.ts';
import { startStack, stopStacks } from '../support/stack.ts';

afterEach(stopStacks);
afterAll(stopStacks);

describe('per client address', () => {
  it('D-98 credential routes: so many a minute, then 429 with the time to wait', async () => {
    const stack = await startStack({ GATEHOUSE_LIMIT_CLIENT_CREDENTIAL: '10' });
    let last;
    for (let n = 0; n < 11; n += 1) last = await stack.client.post(loginPath, { email: newAddress('nobody'), password: newPassword() });
    expectRefusal(last!, 429, 'RATE_LIMITED', 'Too many requests');
    expect(last!.json.remainingSeconds).toBeLessThanOrEqual(60);
    for (const path of [forgotPath, refreshPath]) {
      const answer = await stack.client.post(path, { email: newAddress('nobody'), refreshToken: 'x' });
      expectRefusal(answer, 429, 'RATE_LIMITED', 'Too many requests');
    }
  });

  it('D-98 registrations have their own ceiling', async () => {
    const stack = await startStack({ GATEHOUSE_LIMIT_CLIENT_REGISTER: '5' });
    const statuses = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await stack.client.post(registerPath, { email: newAddress(), password: newPassword() })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const person = await insertPerson(stack);
    await login(stack, person);
  });

  it('D-98 a live credential, a good validate, the key set and health are never counted', async () => {
    const stack = await startStack({ GATEHOUSE_LIMIT_CLIENT_CREDENTIAL: '20', GATEHOUSE_LIMIT_CLIENT_ANONYMOUS: '20' });
    const person = await newPerson(stack);
    for (let n = 0; n < 60; n += 1) {
      expectStatus(await stack.client.get(meDataPath, { bearer: person.accessToken }), 200);
      expectStatus(await stack.client.post(validatePath, { token: person.accessToken }), 200);
      expectStatus(await stack.client.get('/api/v1/auth/jwks'), 200);
      expectStatus(await stack.client.get('/health'), 200);
    }
  });

  it('D-98 refreshing with live tokens is never counted, with dead ones it is', async () => {
    const stack = await startStack({ GATEHOUSE_LIMIT_CLIENT_CREDENTIAL: '20' });
    let { refreshToken } = await newPerson(stack);
    for (let n = 0; n < 40; n += 1) {
      const answer = await stack.client.post(refreshPath, { refreshToken });
      expectStatus(answer, 200);
      refreshToken = answer.json.refreshToken;
    }
    const statuses = [];
    for (let n = 0; n < 30; n += 1) statuses.push((await stack.client.post(refreshPath, { refreshToken: `unknown-${n}` })).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
  });

  it('D-98 signing out again and again with a dead token is counted like any anonymous request', async () => {
    const stack = await startStack({ GATEHOUSE_LIMIT_CLIENT_ANONYMOUS: '20' });
    const person = await newPerson(stack);
    const statuses = [];
    for (let n = 0; n < 30; n += 1) statuses.push((await stack.client.post(logoutPath, {}, { bearer: person.accessToken })).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(statuses.at(-1)).toBe(429);
  });

  it('D-98 trying codes for a step-up with a dead token is counted, with a live one it is not', async () => {
    const stack = await startStack({ GATEHOUSE_LIMIT_CLIENT_CREDENTIAL: '20' });
    const person = await newPerson(stack);
    const tried = async (): Promise<number> =>
      (await stack.client.post('/api/security/stepup/verify', { challengeId: 'unknown', code: '000000' }, { bearer: person.accessToken })).status;
    for (let n = 0; n < 30; n += 1) expect(await tried()).not.toBe(429);
    expectStatus(await stack.client.post(logoutPath, {}, { bearer: person.accessToken }), 200);
    const statuses = [];
    for (let n = 0; n < 30; n += 1) statuses.push(await tried());
    expect(statuses.at(-1)).toBe(429);
  });

  it('D-98 anonymous and refused requests are', async () => {
    const stack = await startStack({ GATEHOUSE_LIMIT_CLIENT_ANONYMOUS: '20' });
    const statuses = [];
    for (let n = 0; n < 30; n += 1) statuses.push((await stack.client.get(meDataPath, { bearer: 'garbage' })).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses.at(-1)).toBe(429);
    expectStatus(await stack.client.get('/health'), 200);
  });

  it('RL-01 a forwarded address from anybody is not believed; from a configured proxy it is, the last one', async () => {
    const open = await startStack({ GATEHOUSE_LIMIT_CLIENT_REGISTER: '3' });
    const statuses = [];
    for (let n = 0; n < 5; n += 1) {
      const headers = { 'x-forwarded-for': `203.0.113.${n}`, forwarded: `for=203.0.113.${n}` };
      statuses.push((await open.client.post(registerPath, { email: newAddress(), password: newPassword() }, { headers })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const behind = await startStack({ GATEHOUSE_LIMIT_CLIENT_REGISTER: '3', GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' });
    const seen = [];
    for (let n = 0; n < 5; n += 1) {
      const headers = { 'x-forwarded-for': `198.51.100.77, 203.0.113.${n}` };
      const answer = await behind.client.post(registerPath, { email: newAddress(), password: newPassword() }, { headers });
      seen.push(answer.status);
      const row = await behind.database.row`SELECT ip_address FROM audit_ledger WHERE user_id = ${answer.json.user.id} AND event_type = 'REGISTER'`;
      expect(row['ip_address']).toBe(`203.0.113.${n}`);
    }
    expect(seen).toEqual([200, 200, 200, 200, 200]);
    const spoofed = [];
    for (let n = 0; n < 5; n += 1) {
      const headers = { 'x-forwarded-for': `198.51.100.${n}, 203.0.113.200` };
      spoofed.push((await behind.client.post(registerPath, { email: newAddress(), password: newPassword() }, { headers })).status);
    }
    expect(spoofed).toEqual([200, 200, 200, 429, 429]);
  });
});

describe('the hashing queue', () => {
  it('PW-09 past its bound the answer is 503 with Retry-After, quickly, and nothing else suffers', async () => {
    const stack = await startStack({ GATEHOUSE_PASSWORD_HASH: 'bcrypt:10', GATEHOUSE_HASH_THREADS: '1', GATEHOUSE_HASH_QUEUE: '2' });
    const people = await Promise.all(Array.from({ length: 24 }, () => insertPerson(stack, { cost: 10, password: 'Xy7kqwzvab' })));
    const flood = people.map((person) => stack.another().post(loginPath, { email: person.email, password: person.password }));
    const health = await stack.client.get('/health');
    expectStatus(health, 200);
    const answers = await Promise.all(flood);
    const refused = answers.filter((answer) => answer.status === 503);
    expect(answers.some((answer) => answer.status === 200), 'some get through').toBe(true);
    expect(refused.length, 'some are turned away').toBeGreaterThan(0);
    for (const answer of refused) expectRefusal(answer, 503, 'SERVICE_UNAVAILABLE');
    for (const answer of answers) expect([200, 503]).toContain(answer.status);
    const again = people[0] as { email: string; password: string };
    await until('room in the queue', 30, async () =>
      (await stack.client.post(loginPath, { email: again.email, password: again.password })).status === 200 ? true : undefined,
    );
    // Nobody who was turned away was counted as having guessed.
    expect(await stack.database.count`SELECT count(*) FROM login_attempts WHERE successful = ${false}`).toBe(0);
  }, 120_000 * patience);
});

it('RL-08 the address limit holds when the client ceiling is high', async () => {
  const stack = await startStack();
  const person = await newAccount(stack);
  for (let n = 0; n < 5; n += 1) await stack.client.post(loginPath, { email: person.email, password: newPassword() });
  expectRefusal(await stack.client.post(loginPath, { email: person.email, password: person.password }), 429, 'ACCOUNT_LOCKED');
});
