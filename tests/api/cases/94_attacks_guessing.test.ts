// Layer 4, guessing: how often one may try, what the answers tell, and how long they take.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer } from '../support/client.ts';
import { attempts, expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, usersPath, type House } from '../support/houses.ts';
import { bcrypt, insertPerson, newAddress, newPassword, organizationLoginPath } from '../support/people.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';
import { patience } from '../support/settings.ts';

const forgot = '/api/auth/forgot-password';
let houses: Houses;
let house: House;

beforeAll(async () => {
  houses = await Houses.start('closed');
  house = await houses.house();
});
afterAll(stopStacks);

const client = () => houses.stack.client;
const database = () => houses.stack.database;
const attempt = (email: string, password = newPassword()): Promise<Answer> => client().post(organizationLoginPath, { email, password });

it('TC-SEC-041 tries 1 to 5: 401, the sixth: 429, for a known and for an unknown address alike', async () => {
  const known = await houses.member(house.id);
  for (const email of [known.email, newAddress('nobody')]) {
    for (let time = 1; time <= 5; time += 1) expectRefusal(await attempt(email), 401, 'INVALID_CREDENTIALS');
    const sixth = await attempt(email, known.password);
    expectRefusal(sixth, 429, 'RATE_LIMITED', 'Too many failed login attempts');
    expect(sixth.json.remainingSeconds).toBeGreaterThan(29 * 60);
    expect(sixth.json.remainingSeconds).toBeLessThanOrEqual(30 * 60);
    expect(await attempts(database(), email)).toEqual({ failed: 6, throttled: 1, successful: 0 });
  }
});

it('TC-SEC-042 the fourth forgot-password: 429, for a known and for an unknown address alike', async () => {
  const known = await houses.member(house.id);
  const faces: string[] = [];
  for (const email of [known.email, newAddress('nobody')]) {
    const statuses: number[] = [];
    for (let time = 1; time <= 4; time += 1) {
      const answer = await client().post(forgot, { email });
      statuses.push(answer.status);
      if (time < 4) faces.push(answer.text);
      else expectRefusal(answer, 429, 'RATE_LIMITED', 'Too many requests');
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
  }
  expect(new Set(faces).size).toBe(1);
  await houses.stack.mail.drain();
  expect(await houses.stack.mail.count(known.email)).toBe(3);
});

it('TC-SEC-042 ten parallel reads of oneself: all 200', async () => {
  const { as } = await houses.actor(house.id);
  for (const answer of await barrier(houses.stack, 10, (one) => one.get(`${usersPath}/me`, as))) expectStatus(answer, 200);
});

it('TC-SEC-043 three failures, then the right password: in, and the counter is clear', async () => {
  const who = await houses.member(house.id);
  for (let time = 1; time <= 3; time += 1) expectStatus(await attempt(who.email), 401);
  expectStatus(await attempt(who.email, who.password), 200);
  expect(await attempts(database(), who.email)).toEqual({ failed: 0, throttled: 0, successful: 1 });
  for (let time = 1; time <= 5; time += 1) expectStatus(await attempt(who.email), 401);
  expectStatus(await attempt(who.email, who.password), 429);
});

it('TC-SEC-044 an address that is none: 401 like any unknown one', async () => {
  for (const email of ['not-an-email', 'a@', '@b', 'x'.repeat(500)]) {
    expectRefusal(await attempt(`${email}${email.length < 20 ? Date.now() : ''}`), 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
  }
  expectRefusal(await attempt('not-an-email'), 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
});

it('TC-SEC-045 empty address and password: 400', async () => {
  for (const body of [{ email: '', password: '' }, { email: '', password: newPassword() }, { email: newAddress(), password: '' }]) {
    expectRefusal(await client().post(organizationLoginPath, body), 400, 'VALIDATION');
  }
});

it('TC-SEC-046 an empty object: 400', async () => {
  const before = await database().count`SELECT count(*) FROM login_attempts`;
  expectRefusal(await client().post(organizationLoginPath, {}), 400, 'VALIDATION');
  expect(await database().count`SELECT count(*) FROM login_attempts`).toBe(before);
});

it('TC-SEC-047 unknown address and wrong password: the same status, headers and body', async () => {
  const known = await houses.member(house.id);
  const face = (answer: Answer) => ({
    status: answer.status,
    headers: answer.rawHeaders.filter(([name]) => !/^(date|x-request-id)$/i.test(name)),
    names: answer.rawHeaders.map(([name]) => name),
    body: answer.text.replace(/"requestId":"[^"]*"/, ''),
  });
  for (let time = 0; time < 3; time += 1) {
    const [wrong, unknown] = [await attempt(known.email), await attempt(newAddress('nobody'))];
    expectRefusal(wrong, 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
    expect(face(unknown)).toEqual(face(wrong));
    expect(wrong.text.length).toBe(unknown.text.length);
  }
});

it('TC-SEC-048 ten right sign-ins at once: ten sessions, nothing broken', async () => {
  const who = await houses.member(house.id);
  const answers = await barrier(houses.stack, 10, (one) => one.post(organizationLoginPath, { email: who.email, password: who.password }));
  for (const answer of answers) expectStatus(answer, 200);
  expect(new Set(answers.map((answer) => answer.json.sessionId)).size).toBe(10);
  expect(await database().count`SELECT count(*) FROM sessions WHERE user_id = ${who.id}`).toBe(10);
});

it('TC-SEC-049 a weak password on creation: 400, saying what is required, nobody is created', async () => {
  const email = newAddress('weak');
  for (const password of ['123', 'password', 'aaaaaaaa', 'Password1', 'abcdefg1', 'a'.repeat(129), ' '.repeat(12)]) {
    const answer = await houses.add(house, { email, password });
    expectRefusal(answer, 400, 'WEAK_PASSWORD', /password.*requirements/);
  }
  expect(await database().count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
});

// The cost that is configured where nothing else is: a difference would hide behind cheaper hashes.
it('TC-SEC-050 one wrong password each for ten known and ten unknown addresses: medians differ by less than 50 ms', async () => {
  const stack: Stack = await startStack({ GATEHOUSE_PASSWORD_HASH: 'bcrypt:10' });
  const password = newPassword();
  const known: string[] = [];
  for (let one = 0; one < 10; one += 1) known.push((await insertPerson(stack, { hash: await bcrypt(password, 10) })).email);
  const took: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  const ask = async (kind: 'known' | 'unknown', email: string): Promise<void> => {
    const start = process.hrtime.bigint();
    expectStatus(await stack.client.post(organizationLoginPath, { email, password: newPassword() }), 401);
    took[kind].push(Number(process.hrtime.bigint() - start) / 1e6);
  };
  expectStatus(await stack.client.post(organizationLoginPath, { email: newAddress('warm'), password }), 401);
  for (const email of known) {
    await ask('known', email);
    await ask('unknown', newAddress('nobody'));
  }
  const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
  const [one, other] = [median(took.known), median(took.unknown)];
  expect(Math.min(one, other), 'a hash was computed').toBeGreaterThan(15);
  expect(Math.abs(one - other), `medians ${one} and ${other} ms`).toBeLessThan(50 * patience);
});
