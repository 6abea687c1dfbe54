// The person's own data: exactly what is promised, and nobody else's.
import { expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { login, logoutPath, meDataPath, newPerson } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

it('M-10 exactly the promised members, the reserved ones constant', async () => {
  const person = await newPerson(stack, { name: 'Ann <Example> & Söhne 🚀' });
  const answer = await client.get(meDataPath, { bearer: person.accessToken });
  expectStatus(answer, 200);
  expect(answer.json).toEqual({
    user: {
      id: person.id, email: person.email, name: 'Ann <Example> & Söhne 🚀', role: 'owner', emailVerified: true,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
    auth: {
      sessionsCount: 1, accountsCount: expect.any(Number), has2FA: false,
      lastLoginAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
    credits: { balance: 0, totalEarned: 0, totalSpent: 0, transactionsCount: 0 },
    projects: [],
    totals: { totalEntities: 0, projectsWithData: 0 },
  });
  expect(answer.text).toContain('Ann \\u003cExample\\u003e \\u0026');
  expect(Math.abs(Date.parse(answer.json.user.createdAt) - Date.now())).toBeLessThan(60_000);
});

it('M-10 sessionsCount counts the live ones, has2FA follows the row', async () => {
  const person = await newPerson(stack);
  const others = [await login(stack, person), await login(stack, person)];
  await client.post(logoutPath, {}, { bearer: others[0]!.accessToken });
  await database.run`UPDATE users SET two_factor_enabled = ${true}, role = 'manager', name = 'Changed by SQL' WHERE id = ${person.id}`;
  const answer = await client.get(meDataPath, { bearer: person.accessToken });
  expect(answer.json.auth).toMatchObject({ sessionsCount: 2, has2FA: true });
  expect(answer.json.user).toMatchObject({ role: 'manager', name: 'Changed by SQL' });
});

it('M-10 by cookie as by bearer; nothing personal is kept by anybody on the way', async () => {
  const person = await newPerson(stack);
  const answer = await client.get(meDataPath, { cookie: `other=1; token=${person.token}` });
  expectStatus(answer, 200);
  expect(answer.json.user.id).toBe(person.id);
  expect(answer.header('cache-control')).toContain('no-store');
});

it('TC-SEC-027 without a credential: 401', async () => {
  expectRefusal(await client.get(meDataPath), 401, 'UNAUTHORIZED', 'Authentication required');
});

it('M-10 a name with no letters at all, an absent one, survive', async () => {
  const person = await newPerson(stack);
  for (const name of [null, '', '\u2028\u2029', "Robert'); DROP TABLE users; --"]) {
    await database.run`UPDATE users SET name = ${name} WHERE id = ${person.id}`;
    const answer = await client.get(meDataPath, { bearer: person.accessToken });
    expectStatus(answer, 200);
    expect(answer.json.user.name).toBe(name);
    expect(answer.text).not.toMatch(/[\u2028\u2029]/);
  }
});

it('TC-SEC-042 ten parallel reads: all 200', async () => {
  const person = await newPerson(stack);
  const answers = await Promise.all(Array.from({ length: 10 }, () => client.get(meDataPath, { bearer: person.accessToken })));
  for (const answer of answers) expectStatus(answer, 200);
});
