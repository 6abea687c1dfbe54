// What anybody may send has bounds, whether it is stored, composed or only compared.
import { expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { loginPath, newAccount, newAddress, newPassword, newPerson, organizationLoginPath, refreshPath, registerPath, verifyPath } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

it.each(['organizationId', 'deviceId', 'deviceName', 'deviceFingerprint', 'country', 'city'])('RL-01 a %s that is too long is refused and leaves no row', async (member) => {
  const person = await newAccount(stack);
  for (const path of [loginPath, organizationLoginPath]) {
    const answer = await client.post(path, { email: person.email, password: person.password, [member]: 'x'.repeat(300) });
    expectRefusal(answer, 400, 'VALIDATION');
    expect(answer.json.error).toContain(member);
  }
  expect(await database.count`SELECT count(*) FROM login_attempts WHERE email = ${person.email}`).toBe(0);
  expect(await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(0);
});

it('RL-01 a refresh takes no longer fingerprint than a sign-in', async () => {
  const person = await newPerson(stack);
  expectRefusal(await client.post(refreshPath, { refreshToken: person.refreshToken, deviceFingerprint: 'x'.repeat(129) }), 400, 'VALIDATION');
  expectStatus(await client.post(refreshPath, { refreshToken: person.refreshToken }), 200);
});

it('RL-01 of a user agent as much is kept as says who it is', async () => {
  const person = await newAccount(stack);
  const answer = await client.post(loginPath, { email: person.email, password: person.password }, { headers: { 'user-agent': `Agent ${'x'.repeat(4000)}` } });
  expectStatus(answer, 200);
  const row = await database.row`SELECT user_agent FROM sessions WHERE user_id = ${person.id}`;
  expect(row['user_agent']).toBe(`Agent ${'x'.repeat(4000)}`.slice(0, 1024));
});

it('RL-01 a name of long runs of marks is refused before it is composed', async () => {
  const name = `a${'\u0301'.repeat(15_000)}${'\u0323'.repeat(15_000)}`;
  expectRefusal(await client.post(registerPath, { email: newAddress(), password: newPassword(), name }), 400, 'VALIDATION');
});

it('OPS-13 nobody can register as the one that the self-check asks about', async () => {
  for (const email of ['self-check of gatehouse', 'self-check@localhost.invalid']) await client.post(registerPath, { email, password: newPassword() });
  expect(await database.count`SELECT count(*) FROM users WHERE email = 'self-check of gatehouse'`).toBe(0);
  expectStatus(await client.get('/ready'), 200);
});

it.each(['?token=%ZZ', '?token=a&token=b', '?token=%00', '', '?token='])('M-26 a damaged link %s leads on with an error, not into one', async (query) => {
  const answer = await client.get(`${verifyPath}${query}`);
  expectStatus(answer, 302);
  expect(answer.header('location')).toMatch(/error=TOKEN_INVALID/);
});
