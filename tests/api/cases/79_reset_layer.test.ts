// Layer 2, password reset: the cases as they are worded, with the token shown in its column and an https public URL.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer } from '../support/client.ts';
import { time } from '../support/database.ts';
import { events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { usersPath } from '../support/houses.ts';
import { credentialsIn, insertPerson, newAddress, newPassword, organizationLoginPath, type Registered } from '../support/people.ts';
import { inTest } from '../support/settings.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

afterAll(stopStacks);
const forgotPath = '/api/auth/forgot-password';
const resetPath = '/api/auth/reset-password';

// Open provisioning and the shown token exist in environment test alone.
if (inTest) describe('layer 2, password reset', () => {
  let stack: Stack;
  let person: Registered;
  beforeAll(async () => {
    stack = await startStack({ GATEHOUSE_PROVISIONING: 'open', GATEHOUSE_RESET_TOKEN_STORAGE: 'column', GATEHOUSE_PUBLIC_URL: 'https://id.suite.example' });
  });
  beforeEach(async () => {
    person = await insertPerson(stack, { email: newAddress('reset') });
  });
  const forgot = (email = person.email): Promise<Answer> => stack.client.post(forgotPath, { email });
  const reset = (token: string, newPassword: string): Promise<Answer> => stack.client.post(resetPath, { token, newPassword });
  const column = async () => stack.database.row`SELECT reset_token, reset_token_expires FROM users WHERE id = ${person.id}`;
  const asked = async (): Promise<string> => {
    expectStatus(await forgot(), 200);
    return (await column())['reset_token'] as string;
  };
  const enter = (password: string): Promise<Answer> => stack.client.post(organizationLoginPath, { email: person.email, password });

  it('TC-RESET-001 one answer, one mail', async () => {
    const answer = await forgot();
    expectStatus(answer, 200);
    expect(answer.json.message).toContain('sent');
    await stack.mail.drain();
    const mails = await stack.mail.list(person.email);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.Subject).toContain('Password Reset');
  });

  it('TC-RESET-002 the column holds a token and its end', async () => {
    await forgot();
    const row = await column();
    expect(row['reset_token']).toMatch(/^.{32,}$/);
    expect(time(row['reset_token_expires']).getTime()).toBeGreaterThan(Date.now());
  });

  it('TC-RESET-003 which is an hour ahead', async () => {
    await forgot();
    const ahead = (time((await column())['reset_token_expires']).getTime() - Date.now()) / 60_000;
    expect(ahead).toBeGreaterThanOrEqual(59);
    expect(ahead).toBeLessThanOrEqual(61);
  });

  it('TC-RESET-004 an unknown address hears the same', async () => {
    const known = await forgot();
    for (const email of [newAddress('nobody'), 'not-an-address', "' OR '1'='1"]) {
      const answer = await forgot(email);
      expectStatus(answer, 200);
      expect(answer.text).toBe(known.text);
    }
    expectRefusal(await forgot(''), 400, 'VALIDATION', /email/);
  });

  it('TC-RESET-005 three an hour, the fourth is too many', async () => {
    for (let n = 0; n < 3; n += 1) expectStatus(await forgot(), 200);
    const answer = await forgot();
    expectRefusal(answer, 429, 'RATE_LIMITED', 'Too many requests');
    await stack.mail.drain();
    expect(await stack.mail.count(person.email)).toBe(3);
  });

  it('TC-RESET-006 the token sets a new password', async () => {
    const fresh = newPassword(person.email);
    expectStatus(await reset(await asked(), fresh), 200);
    credentialsIn(await enter(fresh), person.email);
    expectRefusal(await enter(person.password), 401, 'INVALID_CREDENTIALS');
    expect(await events(stack.database, person.id, 'PASSWORD_RESET_COMPLETED')).toBe(1);
    await stack.mail.wait(person.email, 1, 'Your password was changed');
  });

  it('TC-RESET-007 an end moved back by SQL is an end', async () => {
    const token = await asked();
    await stack.database.run`UPDATE users SET reset_token_expires = ${new Date(Date.now() - 60_000).toISOString()} WHERE id = ${person.id}`;
    expectRefusal(await reset(token, newPassword()), 400, 'TOKEN_EXPIRED', /expired/);
  });

  it('TC-RESET-008 an invented token', async () => {
    expectRefusal(await reset('invalid-token-12345', newPassword()), 400, 'TOKEN_INVALID');
  });

  it('TC-RESET-009 a token works once, and what it did stays', async () => {
    const token = await asked();
    const fresh = newPassword(person.email);
    expectStatus(await reset(token, fresh), 200);
    expectRefusal(await reset(token, newPassword()), 400, 'TOKEN_INVALID');
    credentialsIn(await enter(fresh), person.email);
  });

  it('TC-RESET-009 fifty at once: one succeeds, and its password is the one that counts', async () => {
    const token = await asked();
    const wanted = Array.from({ length: 50 }, () => newPassword(person.email));
    const answers = await barrier(stack, 50, (one, index) => one.post(resetPath, { token, newPassword: wanted[index] }));
    const won = answers.map((answer, index) => ({ status: answer.status, index })).filter((one) => one.status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, 400, 'TOKEN_INVALID');
    credentialsIn(await enter(wanted[won[0]?.index as number] as string), person.email);
    expect(await events(stack.database, person.id, 'PASSWORD_RESET_COMPLETED')).toBe(1);
  });

  it('TC-RESET-010 a weak password spends nothing', async () => {
    const token = await asked();
    const answer = await reset(token, '123');
    expectRefusal(answer, 400, 'WEAK_PASSWORD', /password/);
    expectStatus(await reset(token, newPassword(person.email)), 200);
  });

  it('TC-RESET-011 tokens from before are dead', async () => {
    const before = credentialsIn(await enter(person.password), person.email);
    expectStatus(await reset(await asked(), newPassword(person.email)), 200);
    expect((await stack.client.get(`${usersPath}/me`, { bearer: before.token })).status).toBe(401);
    expect((await stack.client.post('/api/auth/refresh', { refreshToken: before.refreshToken })).status).toBe(401);
  });

  it('TC-RESET-012 a hundred requests show a hundred values, and the mailed ones stay good', async () => {
    const values = new Set<unknown>();
    let mailed = '';
    for (let n = 0; n < 100; n += 1) {
      const answer = await forgot();
      expect(answer.status).toBe(n < 3 ? 200 : 429);
      const value = (await column())['reset_token'] as string;
      if (n === 2) mailed = value;
      values.add(value);
    }
    expect(values.size).toBe(100);
    const decoy = (await column())['reset_token'] as string;
    expectRefusal(await reset(decoy, newPassword()), 400, 'TOKEN_INVALID');
    expectStatus(await reset(mailed, newPassword(person.email)), 200);
  });

  it('TC-RESET-013 the link leads to the public address', async () => {
    await forgot();
    const mail = await stack.mail.wait(person.email);
    expect(mail.html).toContain('https://id.suite.example/reset-password?token=');
  });

  it('TC-RESET-014 a suspended person hears the same and gets no mail', async () => {
    const words = (await forgot(newAddress('nobody'))).text;
    await stack.database.run`UPDATE users SET status = 'suspended' WHERE id = ${person.id}`;
    const answer = await forgot();
    expectStatus(answer, 200);
    expect(answer.text).toBe(words);
    await stack.mail.drain();
    expect(await stack.mail.count(person.email)).toBe(0);
  });

  it('TC-RESET-015 so does a deleted one', async () => {
    const words = (await forgot(newAddress('nobody'))).text;
    expectStatus(await stack.client.delete(`${usersPath}/${person.id}`), 204);
    const answer = await forgot();
    expectStatus(answer, 200);
    expect(answer.text).toBe(words);
    await stack.mail.drain();
    expect(await stack.mail.count(person.email)).toBe(0);
  });
});

it('D-72 without the column the table holds a hash alone', async () => {
  const stack = await startStack();
  const person = await insertPerson(stack);
  expectStatus(await stack.client.post(forgotPath, { email: person.email }), 200);
  const mail = await stack.mail.wait(person.email);
  const token = /reset-password\?token=([\w-]+)/.exec(mail.html)?.[1] as string;
  const row = await stack.database.row`SELECT reset_token FROM users WHERE id = ${person.id}`;
  expect(row['reset_token']).toMatch(/^[0-9a-f]{64}$/);
  expect(row['reset_token']).not.toBe(token);
  expectRefusal(await stack.client.post(resetPath, { token: row['reset_token'], newPassword: newPassword() }), 400, 'TOKEN_INVALID');
  expectStatus(await stack.client.post(resetPath, { token, newPassword: newPassword(person.email) }), 200);
});
