// What must not tell whether an address is known: statuses, headers, bodies, counters.
import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import {
  forgotPath, insertPerson, loginPath, newAccount, newAddress, newPassword, organizationLoginPath, register,
} from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

/** Everything of an answer that a stranger sees, but for the request's own id, the time and the length of that id. */
function face(answer: Answer): unknown {
  const changing = new Set(['date', 'x-request-id']);
  return {
    status: answer.status,
    headers: answer.rawHeaders.map(([name, value]) => (changing.has(name.toLowerCase()) ? name : `${name}: ${value}`)),
    body: answer.text.replace(/"requestId":"[^"]*"/, '"requestId":"…"'),
  };
}

describe.each([loginPath, organizationLoginPath])('POST %s', (path) => {
  it('TC-SEC-047 unknown, wrong, deleted, malformed, over-long: the same status, headers in the same order, body', async () => {
    const known = await newAccount(stack);
    const unverified = await register(stack);
    const suspended = await newAccount(stack);
    await database.run`UPDATE users SET status = 'suspended' WHERE id = ${suspended.id}`;
    const deleted = await newAccount(stack);
    await database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${deleted.id}`;
    const factor = await newAccount(stack);
    await database.run`UPDATE users SET two_factor_enabled = ${true} WHERE id = ${factor.id}`;
    const broken = await insertPerson(stack, { hash: 'garbage' });
    const asked: [string, string, string][] = [
      ['unknown', newAddress('nobody'), newPassword()],
      ['wrong password', known.email, newPassword()],
      ['wrong password, unverified', unverified.email, newPassword()],
      ['wrong password, suspended', suspended.email, newPassword()],
      ['deleted, right password', deleted.email, deleted.password],
      ['wrong password, second factor', factor.email, newPassword()],
      ['damaged hash', broken.email, broken.password],
      ['malformed address', `no-address-${Date.now()}`, newPassword()],
      ['over-long password', known.email, 'a'.repeat(2000)],
      ['over-long password, unknown', newAddress('nobody'), 'a'.repeat(2000)],
      ['password with NUL', known.email, 'a\u0000b'],
    ];
    const faces = new Map<string, string>();
    for (const [what, email, password] of asked) {
      const answer = await client.post(path, { email, password });
      expectRefusal(answer, 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
      faces.set(what, JSON.stringify(face(answer), null, 1));
    }
    const first = faces.get('unknown');
    for (const [what, seen] of faces) expect(seen, what).toBe(first);
  });
});

it('D-73 forgot-password: the same answer for known, unknown, malformed, suspended, unverified, deleted', async () => {
  const known = await newAccount(stack);
  const suspended = await newAccount(stack);
  await database.run`UPDATE users SET status = 'suspended' WHERE id = ${suspended.id}`;
  const deleted = await newAccount(stack);
  await database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${deleted.id}`;
  const faces = new Map<string, string>();
  for (const email of [known.email, newAddress('nobody'), `malformed-${Date.now()}`, suspended.email, deleted.email]) {
    const answer = await client.post(forgotPath, { email });
    expectStatus(answer, 200);
    faces.set(email, JSON.stringify(face(answer)));
  }
  expect(new Set(faces.values()).size, [...faces.values()].join('\n')).toBe(1);
});
