// The main job, end to end, as an application does it: one person from registration to the last trace.
import { execFileSync } from 'node:child_process';
import { decodeProtectedHeader } from 'jose';
import { expect, it } from 'vitest';
import { makeAnswer, type Answer, type Options } from '../support/client.ts';
import { flag } from '../support/database.ts';
import { keepSecret } from '../support/evidence.ts';
import { events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { linkIn, type Mail } from '../support/mail.ts';
import { loginPath, logoutPath, meDataPath, newAddress, newPassword, registerPath, validatePath, vaultPath } from '../support/people.ts';
import { tablesPointingTo } from '../support/schema.ts';
import { observe } from '../support/rules.ts';
import { onPostgres } from '../support/settings.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const email = newAddress('story');
const password = newPassword(email);
let userId = '';
let mail: Mail;
let link = '';
let accessToken = '';
let masterKey = '';

// This file speaks through fetch, as a page or a service would; the other files use the suite's own client.
async function ask(method: string, path: string, options: Options = {}): Promise<Answer> {
  const headers = new Headers();
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (options.bearer !== undefined) headers.set('authorization', `Bearer ${options.bearer}`);
  const response = await fetch(`${stack.facts.origin}${path}`, {
    method,
    headers,
    redirect: 'manual',
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  });
  const answer = makeAnswer(method, path, response.status, [...response.headers], Buffer.from(await response.arrayBuffer()));
  observe(answer);
  return answer;
}

it('M-01 a person registers: 200, an id, not verified yet', async () => {
  const answer = await ask('POST', registerPath, { body: { email, password, name: 'Story Person' } });
  expectStatus(answer, 200);
  userId = answer.json.user.id;
  expect(userId).toMatch(/^\S+$/);
  expect(answer.json.user).toMatchObject({ email, name: 'Story Person', emailVerified: false });
  expect(answer.json.token).toBeNull();
});

it('M-02 right after it there is exactly one REGISTER row', async () => {
  expect(await events(stack.database, userId, 'REGISTER')).toBe(1);
});

it('M-03 a mail to the address is readable within 15 s, with HTML', async () => {
  mail = await stack.mail.wait(email, 1, undefined, 15);
  expect(mail.to).toEqual([email]);
  expect(mail.subject).toBe('Verify your e-mail address');
  expect(mail.html).not.toBe('');
  expect(mail.text).not.toBe('');
});

it('M-04 the HTML holds the verification link, token first', () => {
  link = linkIn(mail, '/api/auth/verify-email');
  expect(mail.html).toMatch(/https?:\/\/[^\s"'<>]+\/api\/auth\/verify-email\?[^\s"'<>]+/);
  expect(new URL(link).search).toMatch(/^\?token=[A-Za-z0-9_-]{22,}/);
  expect(link.startsWith(`${stack.facts.environment['GATEHOUSE_PUBLIC_URL']}/`)).toBe(true);
});

it('M-05 the link answers 302, and again 302, and nothing breaks', async () => {
  const at = link.slice(new URL(link).origin.length);
  const first = await ask('GET', at);
  expectStatus(first, 302);
  expect(first.header('location')).toMatch(/\/login\?verified=1$/);
  const second = await ask('GET', at);
  expectStatus(second, 302);
  expect(await events(stack.database, userId, 'EMAIL_VERIFIED')).toBe(1);
});

it('M-06 at once the row says verified', async () => {
  if (onPostgres) {
    const query = `SELECT email_verified FROM auth.users WHERE id = '${userId}'`;
    expect(execFileSync('psql', [stack.facts.databaseUrl, '-XAtc', query], { encoding: 'utf8' }).trim()).toBe('t');
  }
  const row = await stack.database.row`SELECT email_verified FROM users WHERE id = ${userId}`;
  expect(flag(row['email_verified'])).toBe(true);
});

it('M-07 login answers 200 with tokens and a cookie', async () => {
  const answer = await ask('POST', loginPath, { body: { email, password } });
  expectStatus(answer, 200);
  expect(answer.json.user.id).toBe(userId);
  accessToken = keepSecret('access', email, answer.json.accessToken as string);
  expect(accessToken.split('.')).toHaveLength(3);
  expect(decodeProtectedHeader(accessToken)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
  expect(keepSecret('refresh', email, answer.json.refreshToken as string)).toMatch(/^[A-Za-z0-9_-]{64}$/);
  const token = keepSecret('token', email, answer.json.token as string);
  expect(answer.json).toMatchObject({ expiresIn: 900, tokenType: 'Bearer' });
  expect(answer.json.sessionId).toMatch(/^\S+$/);
  expect(answer.headers('set-cookie')[0], 'the first Set-Cookie is the token').toContain(`token=${token};`);
  // What the login hands out, the reader takes: the cookie alone authenticates.
  const byCookie = await stack.client.get(meDataPath, { cookie: (answer.headers('set-cookie')[0] as string).split(';')[0] });
  expect(byCookie.status, 'the cookie of the login is read back').toBe(200);
});

it('M-08 there is exactly one LOGIN_SUCCESS row', async () => {
  expect(await events(stack.database, userId, 'LOGIN_SUCCESS')).toBe(1);
});

it('M-09 the access token validates', async () => {
  const answer = await ask('POST', validatePath, { body: { token: accessToken } });
  expectStatus(answer, 200);
  expect(answer.json.valid).toBe(true);
  expect(answer.json.payload).toMatchObject({ sub: userId, email });
});

it('M-10 the person reads their data', async () => {
  const answer = await ask('GET', meDataPath, { bearer: accessToken });
  expectStatus(answer, 200);
  expect(answer.json.user.id).toBe(userId);
});

it('M-11 the vault opens: 32 bytes, format 1, a key id', async () => {
  const answer = await ask('POST', `${vaultPath}/init`, { body: {}, bearer: accessToken });
  expectStatus(answer, 200);
  masterKey = keepSecret('master-key', email, answer.json.masterKey as string);
  expect(Buffer.from(masterKey, 'base64')).toHaveLength(32);
  expect(Buffer.from(masterKey, 'base64').toString('base64'), 'standard base64').toBe(masterKey);
  expect(answer.json.formatVersion).toBe(1);
  expect(answer.json.kekId).toMatch(/^\S+$/);
});

it('M-12 the key is the same on every way to it', async () => {
  const fetched = await ask('GET', `${vaultPath}/key`, { bearer: accessToken });
  expectStatus(fetched, 200);
  expect(fetched.json.masterKey).toBe(masterKey);
  const again = await ask('POST', `${vaultPath}/init`, { body: {}, bearer: accessToken });
  expectStatus(again, 200);
  expect(again.json.masterKey).toBe(masterKey);
});

it('M-13 logout answers 200', async () => {
  const answer = await ask('POST', logoutPath, { body: {}, bearer: accessToken });
  expectStatus(answer, 200);
  expect(answer.json.success).toBe(true);
  expect(answer.headers('set-cookie')[0]).toMatch(/^token=;.*Max-Age=0/);
});

it('M-15 after the logout the same token is refused', async () => {
  expectRefusal(await ask('GET', meDataPath, { bearer: accessToken }), 401, 'SESSION_INVALID', 'Session ended');
});

it('M-16 logging out again, or without credentials, is still a success', async () => {
  const again = await ask('POST', logoutPath, { body: {}, bearer: accessToken });
  expectStatus(again, 200);
  expect(again.json.success).toBe(true);
  const anonymous = await ask('POST', logoutPath, { body: {} });
  expectStatus(anonymous, 200);
  expect(anonymous.json.success).toBe(true);
  expect(await events(stack.database, userId, 'LOGOUT'), 'only the first ended anything').toBe(1);
});

it('M-14 the person can be removed by SQL without a trace but the ledger', async () => {
  const database = stack.database;
  const before = await database.count`SELECT count(*) FROM audit_ledger WHERE user_id = ${userId}`;
  expect(before).toBeGreaterThan(4);
  await database.run`DELETE FROM login_attempts WHERE email = ${email}`;
  await database.run`DELETE FROM security_events WHERE user_id = ${userId}`;
  await database.run`DELETE FROM encryption_vaults WHERE user_id = ${userId}`;
  await database.run`DELETE FROM users WHERE id = ${userId}`;
  expect(await database.count`SELECT count(*) FROM users WHERE id = ${userId}`).toBe(0);
  expect(await tablesPointingTo(database, userId), 'no row of any table still points to the user').toEqual([]);
  expect(await database.count`SELECT count(*) FROM audit_ledger WHERE user_id = ${userId}`).toBe(before);
  expect(await database.count`SELECT count(*) FROM security_events WHERE user_id = ${userId}`, 'the view shows them still').toBe(before);
  const answer = await ask('GET', meDataPath, { bearer: accessToken });
  expect(answer.status, 'M-15 holds for somebody who is gone').toBe(401);
});
