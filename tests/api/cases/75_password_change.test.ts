// Replacing one's own password on both surfaces: what it takes, what it ends, and that it is no place to guess at.
import { afterAll, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../support/client.ts';
import { attempts, events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { linkIn, until } from '../support/mail.ts';
import { forgotPath, insertPerson, login, loginPath, meDataPath, newAccount, newAddress, newPassword, newPerson, organizationLoginPath, refreshPath, resetPath, type Person } from '../support/people.ts';
import { inTest } from '../support/settings.ts';
import { mainStack, startStack, stopStacks } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

afterAll(stopStacks);

const paths = ['/api/v1/auth/change-password', '/api/users/me/password'] as const;

function change(person: { accessToken: string }, currentPassword: unknown, newPassword: unknown, path: string = paths[0], by: Client = client): Promise<Answer> {
  return by.post(path, { currentPassword, newPassword }, { bearer: person.accessToken });
}

const isIn = async (who: { accessToken: string }): Promise<boolean> => (await client.get(meDataPath, { bearer: who.accessToken })).status === 200;

describe.each(paths)('POST %s', (path) => {
  it('D-41 the new one counts, the old one does not, the other sessions end, this one stays', async () => {
    const person = await newPerson(stack);
    const other = await login(stack, person);
    const fresh = newPassword(person.email);
    const answer = await change(person, person.password, fresh, path);
    expectStatus(answer, 200);
    expect(answer.json.success).toBe(true);
    expect(await isIn(person)).toBe(true);
    expectRefusal(await client.get(meDataPath, { bearer: other.accessToken }), 401, 'SESSION_INVALID');
    expectRefusal(await client.post(refreshPath, { refreshToken: other.refreshToken }), 401, 'FORCE_LOGOUT');
    expectStatus(await client.post(refreshPath, { refreshToken: person.refreshToken }), 200);
    expectRefusal(await client.post(loginPath, { email: person.email, password: person.password }), 401, 'INVALID_CREDENTIALS');
    await login(stack, { email: person.email, password: fresh });
    expect(await events(database, person.id, 'PASSWORD_CHANGED')).toBe(1);
    const row = await database.row`SELECT session_version, password_changed_at FROM users WHERE id = ${person.id}`;
    expect(Number(row['session_version'])).toBe(1);
    expect(row['password_changed_at']).not.toBeNull();
    const ended = await database.row`SELECT revoke_reason FROM sessions WHERE id = ${other.sessionId}`;
    expect(ended['revoke_reason']).toBe('password_changed');
    await until('the notice', 5, async () =>
      (await stack.mail.list(person.email)).find((mail) => /password was changed/.test(mail.Subject as string)));
  });

  it('a wrong current one → 401, counted like a guess, and nothing changes', async () => {
    const person = await newPerson(stack);
    const other = await login(stack, person);
    const before = await attempts(database, person.email);
    expectRefusal(await change(person, 'not-the-Password1', newPassword(), path), 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
    expect((await attempts(database, person.email)).failed).toBe(before.failed + 1);
    expect(await events(database, person.id, 'LOGIN_FAILURE')).toBe(1);
    expect(await events(database, person.id, 'PASSWORD_CHANGED')).toBe(0);
    expect(await isIn(other)).toBe(true);
    await login(stack, person);
  });

  it('M-25 a weak one, the same one, none at all → 400 that names the member, and nothing is counted', async () => {
    const person = await newPerson(stack);
    for (const weak of ['123', 'password1!', 'x'.repeat(129), 'Password1']) {
      expectRefusal(await change(person, 'not-the-Password1', weak, path), 400, 'WEAK_PASSWORD', /^password does not meet the requirements: /);
    }
    const same = await change(person, person.password, person.password, path);
    expectRefusal(same, 400, 'WEAK_PASSWORD', /current/);
    expect(same.json.details[0].field).toBe('newPassword');
    expectRefusal(await change(person, '', newPassword(), path), 400, 'VALIDATION', /currentPassword/);
    for (const wrong of [undefined, null, ['x'], {}, 5]) {
      expectRefusal(await change(person, wrong, newPassword(), path), 400, 'VALIDATION', /currentPassword/);
      expectRefusal(await change(person, person.password, wrong, path), 400, 'VALIDATION', /newPassword/);
    }
    expect((await attempts(database, person.email)).failed).toBe(0);
    await login(stack, person);
  });

  it('needs a live session; a cookie needs its proof against forgery', async () => {
    const person = await newPerson(stack);
    const body = { currentPassword: person.password, newPassword: newPassword() };
    expectRefusal(await client.post(path, body), 401, 'UNAUTHORIZED');
    expectRefusal(await client.post(path, body, { bearer: 'junk' }), 401, 'INVALID_TOKEN');
    expectRefusal(await client.post(path, body, { cookie: `token=${person.token}` }), 403, 'CSRF');
    await login(stack, person);
  });
});

describe('guessing with a stolen session', () => {
  it('M-24 five wrong ones close the address, here and at sign-in; then the right one is refused too', async () => {
    const person = await newPerson(stack);
    for (let n = 0; n < 5; n += 1) expectStatus(await change(person, `Wrong-guess-${n}`, newPassword(), paths[n % 2]), 401);
    expectRefusal(await change(person, person.password, newPassword()), 429, 'ACCOUNT_LOCKED');
    expectRefusal(await change(person, person.password, newPassword(), paths[1]), 429, 'RATE_LIMITED');
    expectRefusal(await client.post(organizationLoginPath, { email: person.email, password: person.password }), 429, 'RATE_LIMITED');
    expect(await events(database, person.id, 'PASSWORD_CHANGED')).toBe(0);
    expect(await isIn(person)).toBe(true);
    for (let n = 0; n < 2; n += 1) await change(person, person.password, newPassword());
    expectRefusal(await change(person, person.password, newPassword(), paths[1]), 423, 'ACCOUNT_LOCKED');
  });

  it('M-21 a new address is no new set of guesses', async () => {
    const made = await insertPerson(stack);
    const person = { ...made, ...(await login(stack, made)) };
    for (let n = 0; n < 4; n += 1) expectStatus(await change(person, `Wrong-guess-${n}`, newPassword()), 401);
    const moved = await client.send('PATCH', `/api/users/${person.id}`, { bearer: person.accessToken, body: { email: newAddress('moved') } });
    expectStatus(moved, 200);
    expectStatus(await change(person, 'Wrong-guess-4', newPassword()), 401);
    expectRefusal(await change(person, person.password, newPassword()), 429, 'ACCOUNT_LOCKED');
  });

  it('M-28 ten parallel guesses: at most five verdicts, exactly ten rows', async () => {
    const person = await newPerson(stack);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => change(person, `Wrong-guess-${n}`, newPassword())));
    expect(answers.filter((answer) => answer.status === 401).length).toBeLessThanOrEqual(5);
    for (const answer of answers) expect([401, 429]).toContain(answer.status);
    expect((await attempts(database, person.email)).failed).toBe(10);
  });
});

describe('in parallel and beside other things', () => {
  it('two changes at once from two sessions: exactly one wins, and its password is the one that counts', async () => {
    const person = await newPerson(stack);
    const other = await login(stack, person);
    const wanted = [newPassword(person.email), newPassword(person.email)];
    const answers = await Promise.all([change(person, person.password, wanted[0]), change(other, person.password, wanted[1])]);
    const won = answers.map((answer) => answer.status === 200);
    expect(won.filter(Boolean)).toHaveLength(1);
    for (const answer of answers) expect([200, 401]).toContain(answer.status);
    expectStatus(await client.post(loginPath, { email: person.email, password: wanted[won.indexOf(true)] }), 200);
    expectStatus(await client.post(loginPath, { email: person.email, password: wanted[won.indexOf(false)] }), 401);
    expect(await events(database, person.id, 'PASSWORD_CHANGED')).toBe(1);
  });

  it('five changes at once from one session: one wins, and no other wins silently over it', async () => {
    const person = await newPerson(stack);
    const wanted = Array.from({ length: 5 }, () => newPassword(person.email));
    const answers = await Promise.all(wanted.map((fresh) => change(person, person.password, fresh)));
    const won = wanted.filter((_, at) => answers[at]!.status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers) expect([200, 401]).toContain(answer.status);
    expect(await events(database, person.id, 'PASSWORD_CHANGED')).toBe(1);
    await database.run`DELETE FROM login_attempts WHERE user_id = ${person.id}`;
    await login(stack, { email: person.email, password: won[0]! });
  });

  it('a session that is ended while the password is hashed changes nothing any more', async () => {
    const slow = await startStack({ GATEHOUSE_PASSWORD_HASH: 'bcrypt:13' });
    const account = await newAccount(slow);
    const person: Person = { ...account, ...(await login(slow, account)) };
    const changing = change(person, person.password, newPassword(), paths[0], slow.client);
    const beginning = new Promise((resolve) => setTimeout(resolve, 100));
    await beginning;
    await slow.database.run`UPDATE sessions SET revoked_at = ${new Date()} WHERE id = ${person.sessionId}`;
    expectRefusal(await changing, 401, 'SESSION_INVALID', 'Session ended');
    expect(await events(slow.database, person.id, 'PASSWORD_CHANGED')).toBe(0);
    await login(slow, account);
  });

  it('a mailed reset link that was out is void afterwards, and so is a pending second step', async () => {
    const person = await newPerson(stack);
    const before = await stack.mail.count(person.email);
    expectStatus(await client.post(forgotPath, { email: person.email }), 200);
    const token = new URL(linkIn(await stack.mail.wait(person.email, before + 1), '/reset-password')).searchParams.get('token');
    await database.run`UPDATE users SET two_factor_enabled = true WHERE id = ${person.id}`;
    const pending = await client.post(loginPath, { email: person.email, password: person.password });
    expectStatus(pending, 202);
    expectStatus(await change(person, person.password, newPassword()), 200);
    expectRefusal(await client.post(resetPath, { token, newPassword: newPassword() }), 400, 'TOKEN_INVALID');
    expectStatus(await client.post('/api/auth/verify-2fa', { tempToken: pending.json.tempToken, code: '000000' }), 401);
    expect(await database.count`SELECT count(*) FROM one_time_tokens WHERE user_id = ${person.id} AND used_at IS NULL`).toBe(0);
  });

  it('D-40 Unicode, 72 bytes and NUL: the whole of the new one counts', async () => {
    const person = await newPerson(stack);
    let current = person.password;
    for (const next of ['パスワード123!', `${'Aa1!'.repeat(18)}x`, 'Aa1!\u0000tail-of-it', ' Aa1! spaces ']) {
      expectStatus(await change(person, current, next), 200);
      expectStatus(await client.post(loginPath, { email: person.email, password: next }), 200);
      const shorter = next.slice(0, next.indexOf('\u0000') > 0 ? next.indexOf('\u0000') : -1);
      expectStatus(await client.post(loginPath, { email: person.email, password: shorter }), 401);
      current = next;
    }
  });

  if (inTest) it('D-24 rate_limit=off refuses nothing by count', async () => {
    const open = await startStack({ GATEHOUSE_RATE_LIMIT: 'off' });
    const account = await newAccount(open);
    const person: Person = { ...account, ...(await login(open, account)) };
    for (let n = 0; n < 7; n += 1) expectStatus(await change(person, `Wrong-guess-${n}`, newPassword(), paths[0], open.client), 401);
    expectStatus(await change(person, person.password, newPassword(), paths[0], open.client), 200);
  });
});
