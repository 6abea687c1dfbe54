// Forgotten passwords: three mails an hour, one use per link, and everything ends that was signed in before.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import { fromNow, time } from '../support/database.ts';
import { attempts, events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { linkIn } from '../support/mail.ts';
import {
  forgotPath, insertOrganization, insertPerson, login, loginPath, meDataPath, newAccount, newAddress, newPassword, newPerson, refreshPath, register, resetPath,
} from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

/** Asks for a reset and reads the token out of the mail. */
async function askedReset(email: string, atLeast = 1): Promise<string> {
  expectStatus(await client.post(forgotPath, { email }), 200);
  const mail = await stack.mail.wait(email, atLeast, 'Password Reset');
  return new URL(linkIn(mail, '/reset-password')).searchParams.get('token') as string;
}

describe('asking', () => {
  it('TC-RESET-001 one mail with the link, an hour to use it, only its hash kept', async () => {
    const person = await newAccount(stack);
    const token = await askedReset(person.email);
    const mail = await stack.mail.wait(person.email, 1, 'Password Reset');
    expect(mail.html).toContain('/reset-password?token=');
    expect(mail.text).toContain('/reset-password?token=');
    const row = await database.row`SELECT * FROM one_time_tokens WHERE user_id = ${person.id} AND purpose = 'reset_password'`;
    const hash = createHash('sha256').update(token).digest('hex');
    expect(row['token_hash']).toBe(hash);
    const minutes = (time(row['expires_at']).getTime() - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(59);
    expect(minutes).toBeLessThan(61);
    const user = await database.row`SELECT reset_token, reset_token_expires FROM users WHERE id = ${person.id}`;
    expect(user['reset_token'], 'hash storage shows the hash').toBe(hash);
    expect((time(user['reset_token_expires']).getTime() - Date.now()) / 60_000).toBeGreaterThan(59);
    expect(await events(database, person.id, 'PASSWORD_RESET_REQUESTED')).toBe(1);
  });

  it('TC-RESET-005 three in an hour, the fourth is 429 and mails nothing, for known and unknown alike', async () => {
    const person = await newAccount(stack);
    for (const email of [person.email, newAddress('nobody')]) {
      for (let n = 1; n <= 3; n += 1) expectStatus(await client.post(forgotPath, { email: n === 2 ? email.toUpperCase() : email }), 200);
      for (let n = 4; n <= 6; n += 1) {
        const answer = await client.post(forgotPath, { email });
        expectRefusal(answer, 429, 'RATE_LIMITED', 'Too many requests');
        expect(answer.json.remainingSeconds).toBeLessThanOrEqual(3600);
        expect(answer.json.remainingSeconds).toBeGreaterThan(3500);
      }
    }
    await stack.mail.drain();
    const mails = (await stack.mail.list(person.email)).filter((mail) => String(mail.Subject).includes('Password Reset'));
    expect(mails).toHaveLength(3);
  });

  it('TC-RESET-005 exactly three pass when ten ask at once', async () => {
    const person = await newAccount(stack);
    const answers = await barrier(stack, 10, (one) => one.post(forgotPath, { email: person.email }));
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429, 429, 429]);
    await stack.mail.drain();
    const mails = (await stack.mail.list(person.email)).filter((mail) => String(mail.Subject).includes('Password Reset'));
    expect(mails).toHaveLength(3);
  });

  it('TC-RESET-005 after an hour one may ask again', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 3; n += 1) await client.post(forgotPath, { email: person.email });
    expectStatus(await client.post(forgotPath, { email: person.email }), 429);
    await database.run`UPDATE reset_requests SET requested_at = ${fromNow(-3601)} WHERE email = ${person.email}`;
    expectStatus(await client.post(forgotPath, { email: person.email }), 200);
  });

  it('TC-RESET-014 nobody suspended, deleted or unknown gets a mail', async () => {
    const suspended = await newAccount(stack);
    await database.run`UPDATE users SET status = 'suspended' WHERE id = ${suspended.id}`;
    const deleted = await newAccount(stack);
    await database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${deleted.id}`;
    const unknown = newAddress('nobody');
    for (const email of [suspended.email, deleted.email, unknown]) expectStatus(await client.post(forgotPath, { email }), 200);
    await stack.mail.drain();
    for (const email of [suspended.email, deleted.email]) expect(await stack.mail.count(email), email).toBe(1);
    expect(await stack.mail.count(unknown)).toBe(0);
    expect(await database.count`SELECT count(*) FROM one_time_tokens WHERE user_id = ${suspended.id} AND purpose = 'reset_password'`).toBe(0);
  });

  it('D-73 no address, an empty one: 400', async () => {
    for (const body of [{}, { email: '' }, { email: '  ' }]) expectRefusal(await client.post(forgotPath, body), 400, 'VALIDATION', /email/);
  });

  it('D-100 one address in several organizations: a link for each row in one mail; organizationId narrows it', async () => {
    const email = newAddress('twice');
    const one = await insertPerson(stack, { email });
    const other = await insertPerson(stack, { email, organizationId: await insertOrganization(stack) });
    expectStatus(await client.post(forgotPath, { email }), 200);
    const mail = await stack.mail.wait(email, 1, 'Password Reset');
    const tokens = new Set([...mail.html.matchAll(/\/reset-password\?token=([A-Za-z0-9_-]+)/g)].map((match) => match[1]));
    expect(tokens.size).toBe(2);
    await stack.mail.drain();
    expect(await stack.mail.count(email)).toBe(1);
    for (const person of [one, other]) {
      expect(await database.count`SELECT count(*) FROM one_time_tokens WHERE user_id = ${person.id} AND purpose = 'reset_password'`).toBe(1);
    }
    expectStatus(await client.post(forgotPath, { email, organizationId: other.organizationId }), 200);
    const narrowed = await stack.mail.wait(email, 2, 'Password Reset');
    expect(new Set([...narrowed.html.matchAll(/\/reset-password\?token=([A-Za-z0-9_-]+)/g)].map((match) => match[1])).size).toBe(1);
  });
});

describe('using the link', () => {
  it('TC-RESET-006 the new password opens, the old one does not; one row, one notice', async () => {
    const person = await newAccount(stack);
    const token = await askedReset(person.email);
    const newOne = newPassword(person.email);
    const answer = await client.post(resetPath, { token, newPassword: newOne });
    expectStatus(answer, 200);
    expect(answer.json.success).toBe(true);
    expectRefusal(await client.post(loginPath, { email: person.email, password: person.password }), 401, 'INVALID_CREDENTIALS');
    await login(stack, { email: person.email, password: newOne });
    expect(await events(database, person.id, 'PASSWORD_RESET_COMPLETED')).toBe(1);
    const user = await database.row`SELECT * FROM users WHERE id = ${person.id}`;
    expect(user['password_changed_at']).not.toBeNull();
    expect(user['reset_token']).toBeNull();
    expect(user['mailbox_proven_at']).not.toBeNull();
    await stack.mail.wait(person.email, 1, 'Your password was changed');
  });

  it('TC-RESET-011 every session and every family ends, the version moves', async () => {
    const person = await newPerson(stack);
    const other = await login(stack, person);
    const token = await askedReset(person.email);
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
    expectStatus(await client.post(resetPath, { token, newPassword: newPassword(person.email) }), 200);
    for (const one of [person, other]) {
      for (const bearer of [one.accessToken, one.token]) expectStatus(await client.get(meDataPath, { bearer }), 401);
      expectRefusal(await client.post(refreshPath, { refreshToken: one.refreshToken }), 401, 'FORCE_LOGOUT');
    }
    const user = await database.row`SELECT session_version FROM users WHERE id = ${person.id}`;
    expect(user['session_version']).toBe(2);
    expect(await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id} AND logged_out_at IS NULL AND revoked_at IS NULL`).toBe(0);
    expect(await events(database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED'), 'no alarm of reuse').toBe(0);
  });

  it('TC-RESET-006 it clears the failed attempts', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 6; n += 1) await client.post(loginPath, { email: person.email, password: newPassword() });
    const token = await askedReset(person.email);
    const newOne = newPassword(person.email);
    expectStatus(await client.post(resetPath, { token, newPassword: newOne }), 200);
    expect((await attempts(database, person.email)).failed).toBe(0);
    await login(stack, { email: person.email, password: newOne });
  });

  it('D-99 it proves the mailbox but does not verify a registration that waits for its own link', async () => {
    const person = await register(stack);
    const token = await askedReset(person.email);
    expectStatus(await client.post(resetPath, { token, newPassword: newPassword(person.email) }), 200);
    const user = await database.row`SELECT mailbox_proven_at FROM users WHERE id = ${person.id}`;
    expect(user['mailbox_proven_at']).not.toBeNull();
  });

  it('TC-RESET-009 a second use: 400, and the password of the first stays', async () => {
    const person = await newAccount(stack);
    const token = await askedReset(person.email);
    const first = newPassword(person.email);
    expectStatus(await client.post(resetPath, { token, newPassword: first }), 200);
    expectRefusal(await client.post(resetPath, { token, newPassword: newPassword() }), 400, 'TOKEN_INVALID', 'Invalid or used token');
    await login(stack, { email: person.email, password: first });
  });

  it('OT-01 fifty uses at once with fifty passwords: one wins, and only its password opens', async () => {
    const person = await newAccount(stack);
    const token = await askedReset(person.email);
    const passwords = Array.from({ length: 50 }, () => newPassword(person.email));
    const answers = await barrier(stack, 50, (one, index) => one.post(resetPath, { token, newPassword: passwords[index] }));
    const winners = answers.flatMap((answer, index) => (answer.status === 200 ? [index] : []));
    expect(winners).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, 400, 'TOKEN_INVALID');
    expect(await events(database, person.id, 'PASSWORD_RESET_COMPLETED')).toBe(1);
    await login(stack, { email: person.email, password: passwords[winners[0] as number] as string });
    const loser = passwords.find((_, index) => index !== winners[0]) as string;
    expectRefusal(await client.post(loginPath, { email: person.email, password: loser }), 401, 'INVALID_CREDENTIALS');
  });

  it('TC-RESET-007 expired in either place by SQL: 400 naming expired', async () => {
    for (const where of ['users', 'one_time_tokens']) {
      const person = await newAccount(stack);
      const token = await askedReset(person.email);
      if (where === 'users') await database.run`UPDATE users SET reset_token_expires = ${fromNow(-1)} WHERE id = ${person.id}`;
      else await database.run`UPDATE one_time_tokens SET expires_at = ${fromNow(-1)} WHERE user_id = ${person.id} AND purpose = 'reset_password'`;
      expectRefusal(await client.post(resetPath, { token, newPassword: newPassword() }), 400, 'TOKEN_EXPIRED', 'Token expired');
      await login(stack, person);
    }
  });

  it('TC-RESET-008 unknown, empty, absent, of another purpose: 400', async () => {
    expectRefusal(await client.post(resetPath, { token: 'invalid-token-12345', newPassword: newPassword() }), 400, 'TOKEN_INVALID', 'Invalid or used token');
    expectRefusal(await client.post(resetPath, { token: '', newPassword: newPassword() }), 400, 'VALIDATION', /token/);
    expectRefusal(await client.post(resetPath, { newPassword: newPassword() }), 400, 'VALIDATION', /token/);
    const person = await register(stack);
    const link = new URL(linkIn(await stack.mail.wait(person.email), '/api/auth/verify-email'));
    const token = link.searchParams.get('token');
    expectRefusal(await client.post(resetPath, { token, newPassword: newPassword() }), 400, 'TOKEN_INVALID');
    expectStatus(await client.get(`${link.pathname}${link.search}`), 302);
    await login(stack, person);
  });

  it('TC-RESET-010 a weak password: 400 naming password, and the link stays good', async () => {
    const person = await newAccount(stack);
    const token = await askedReset(person.email);
    for (const weak of ['123', 'aaaaaaaa', `Q7${'x'.repeat(127)}`]) {
      expectRefusal(await client.post(resetPath, { token, newPassword: weak }), 400, 'WEAK_PASSWORD', /password/);
    }
    expectStatus(await client.post(resetPath, { token, newPassword: newPassword(person.email) }), 200);
  });

  it('OT-10 a completed reset voids the other links of the person', async () => {
    const person = await newAccount(stack);
    const first = await askedReset(person.email, 1);
    const second = await askedReset(person.email, 2);
    expectStatus(await client.post(resetPath, { token: second, newPassword: newPassword(person.email) }), 200);
    expectRefusal(await client.post(resetPath, { token: first, newPassword: newPassword() }), 400, 'TOKEN_INVALID');
  });

  it('D-71 a newer link does not void an older one: nobody can take a victim’s link away by asking', async () => {
    const person = await newAccount(stack);
    const first = await askedReset(person.email, 1);
    await askedReset(person.email, 2);
    expectStatus(await client.post(resetPath, { token: first, newPassword: newPassword(person.email) }), 200);
  });

  it('OT-12 a link of somebody suspended or deleted since opens nothing', async () => {
    const suspended = await newAccount(stack);
    const token = await askedReset(suspended.email);
    await database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${suspended.id}`;
    expectRefusal(await client.post(resetPath, { token, newPassword: newPassword() }), 400, 'TOKEN_INVALID');
  });

  it('PW-13 a login with the old password at the same time never outlives the reset', async () => {
    for (let round = 0; round < 10; round += 1) {
      const person = await newAccount(stack);
      const token = await askedReset(person.email);
      const answers = await barrier(stack, 2, (one, index) =>
        index === 0
          ? one.post(resetPath, { token, newPassword: newPassword(person.email) })
          : one.post(loginPath, { email: person.email, password: person.password }),
      );
      expectStatus(answers[0]!, 200);
      const body = answers[1]!.json;
      if (body.accessToken) expectStatus(await client.get(meDataPath, { bearer: body.accessToken }), 401);
    }
  });
});
