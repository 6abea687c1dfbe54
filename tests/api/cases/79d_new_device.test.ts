// A sign-in from a device that is new: a mail that says when, from where and with what, and one step to deny it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { fromNow } from '../support/database.ts';
import { eventTypes, expectRefusal, expectStatus } from '../support/expectations.ts';
import { linkIn, tokensIn, type Mail } from '../support/mail.ts';
import { forgotPath, loginPath, meDataPath, newAccount, newPassword, organizationLoginPath, refreshPath, resetPath, type Registered } from '../support/people.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(stopStacks);

const denyPath = '/api/auth/not-me';
const subject = 'New sign-in';

const login = (who: Registered, device: string, more: Json = {}, options: Options = {}): Promise<Answer> =>
  stack.client.post(loginPath, { email: who.email, password: who.password, deviceFingerprint: device, ...more }, options);

async function notices(who: Registered): Promise<number> {
  await stack.mail.drain();
  return (await stack.mail.list(who.email)).filter((mail) => mail.Subject === subject).length;
}

/** Somebody who was at home, and then elsewhere; with the mail about that. */
async function settled(more: Json = {}): Promise<{ who: Registered; home: Answer; away: Answer; mail: Mail; token: string }> {
  const who = await newAccount(stack);
  const home = await login(who, 'home');
  expectStatus(home, 200);
  const away = await login(who, 'away', more);
  expectStatus(away, 200);
  const mail = await stack.mail.wait(who.email, 1, subject);
  return { who, home, away, mail, token: tokensIn(mail.html)[0]! };
}

describe('the mail', () => {
  it('ND-01 says when, from where and with what; once for a device, and not at the first sign-in', async () => {
    const who = await newAccount(stack);
    expectStatus(await login(who, 'home'), 200);
    expectStatus(await login(who, 'home'), 200);
    expect(await notices(who)).toBe(0);
    const away = await login(who, 'away', { deviceName: 'A <b>phone</b>', country: 'DE', city: 'Bonn & Köln' });
    expectStatus(away, 200);
    expectStatus(await login(who, 'away'), 200);
    expect(await notices(who)).toBe(1);
    const mail = await stack.mail.wait(who.email, 1, subject);
    expect(mail.text).toContain('Device: A <b>phone</b>');
    expect(mail.text).toContain('Place: Bonn & Köln, DE');
    expect(mail.text).toContain('Network address: 127.0.0.1');
    expect(mail.text).toMatch(/on \d{4}-\d{2}-\d{2} at \d{2}:\d{2} UTC/);
    expect(mail.html).toContain('A &lt;b&gt;phone&lt;/b&gt;');
    expect(mail.html).not.toContain('<b>phone');
    expect(linkIn(mail, '/not-me')).toMatch(new RegExp(`^${stack.facts.environment['GATEHOUSE_PUBLIC_URL'] ?? stack.facts.origin}/not-me\\?token=`));
    const row = await stack.database.row`SELECT kind, data FROM notifications WHERE user_id = ${who.id}`;
    expect(row['kind']).toBe('new_device');
    expect(row['data']).toEqual(expect.anything());
    const cause = await stack.database.row`SELECT l.event_type FROM outbox o JOIN audit_ledger l ON l.id = o.ledger_id WHERE o.recipient = ${who.email} AND o.dedupe_key IS NOT NULL`;
    expect(cause['event_type']).toBe('LOGIN_SUCCESS');
    const kept = await stack.database.row`SELECT token_hash FROM one_time_tokens WHERE user_id = ${who.id} AND purpose = 'deny_sign_in'`;
    expect(kept['token_hash']).toMatch(/^[0-9a-f]{64}$/);
    expect(kept['token_hash']).not.toBe(tokensIn(mail.html)[0]);
  });

  it('ND-01 comes on both surfaces and after a second organization of the same address was named', async () => {
    const { who } = await settled();
    expectStatus(await stack.client.post(organizationLoginPath, { email: who.email, password: who.password, deviceFingerprint: 'third', organizationId: who.organizationId }), 200);
    expect(await notices(who)).toBe(2);
  });
});

describe('this was not me', () => {
  it('ND-02 opening the link any number of times changes nothing; the page loads nothing from elsewhere', async () => {
    const { who, home, mail } = await settled();
    const link = new URL(linkIn(mail, '/not-me'));
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await stack.client.send(method, `${link.pathname}${link.search}`);
      expectStatus(page, 200);
      expect(page.headers('content-type')[0]).toMatch(/^text\/html/);
      const policy = page.headers('content-security-policy');
      expect(policy).toHaveLength(1);
      expect(policy[0]).toMatch(/^default-src 'none'; script-src 'nonce-[\w-]+'; style-src 'nonce-[\w-]+'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
      expect(page.headers('cache-control')).toEqual(['no-store']);
      if (method === 'GET') {
        const nonce = /'nonce-([\w-]+)'/.exec(policy[0]!)![1]!;
        expect(page.text.match(new RegExp(`nonce="${nonce}"`, 'g'))).toHaveLength(2);
        expect(page.text).not.toMatch(/src=|href=|https?:/);
        expect(page.text).not.toContain(link.searchParams.get('token'));
      }
    }
    expectRefusal(await stack.client.send('GET', `${denyPath}${link.search}`), 405, 'METHOD_NOT_ALLOWED');
    expectStatus(await stack.client.get(meDataPath, { bearer: home.json.token }), 200);
    expectStatus(await login(who, 'home'), 200);
  });

  it('ND-02 ends every session and token, leaves no password that opens, and mails the way back', async () => {
    const { who, home, away, token } = await settled();
    const answer = await stack.client.post(denyPath, { token });
    expectStatus(answer, 200);
    expect(answer.json).toEqual({ success: true, message: expect.stringContaining('ended') });
    for (const one of [home, away]) {
      for (const bearer of [one.json.token, one.json.accessToken]) expectStatus(await stack.client.get(meDataPath, { bearer }), 401);
      expectRefusal(await stack.client.post(refreshPath, { refreshToken: one.json.refreshToken }), 401, 'FORCE_LOGOUT');
    }
    expectRefusal(await login(who, 'away'), 401, 'INVALID_CREDENTIALS');
    expectRefusal(await login(who, 'home'), 401, 'INVALID_CREDENTIALS');
    expect(await stack.database.row`SELECT session_version, password_hash, password_scheme FROM users WHERE id = ${who.id}`)
      .toEqual({ session_version: 2, password_hash: null, password_scheme: null });
    // The alarm is about the denied one alone: the other devices stay known.
    expect(await stack.database.rows`SELECT DISTINCT revoke_reason FROM sessions WHERE user_id = ${who.id} ORDER BY 1`)
      .toEqual([{ revoke_reason: 'password_changed' }, { revoke_reason: 'security_alert' }]);
    const types = await eventTypes(stack.database, who.id);
    expect(types.filter((type) => ['FORCE_LOGOUT', 'PASSWORD_RESET_REQUESTED'].includes(type))).toEqual(['FORCE_LOGOUT', 'PASSWORD_RESET_REQUESTED']);
    const back = await stack.mail.wait(who.email, 1, 'Password Reset');
    const password = newPassword(who.email);
    expectStatus(await stack.client.post(resetPath, { token: tokensIn(back.html)[0], newPassword: password }), 200);
    expectStatus(await login({ ...who, password }, 'home'), 200);
    expectRefusal(await stack.client.post(denyPath, { token }), 400, 'TOKEN_INVALID');
  });

  it('ND-02 without the mailed way back another one can be asked for', async () => {
    const { who, token } = await settled();
    expectStatus(await stack.client.post(denyPath, { token }), 200);
    expectStatus(await stack.client.post(forgotPath, { email: who.email }), 200);
    const back = await stack.mail.wait(who.email, 2, 'Password Reset');
    expectStatus(await stack.client.post(resetPath, { token: tokensIn(back.html)[0], newPassword: newPassword(who.email) }), 200);
  });

  it.each([
    ['nonsense', 400, 'TOKEN_INVALID', 'x'], ['nothing', 400, 'VALIDATION', ''], ['a wrong type', 400, 'VALIDATION', 7],
    ['SQL', 400, 'TOKEN_INVALID', "' OR 1=1 --"], ['a NUL', 400, 'VALIDATION', 'a\u0000b'],
  ])('%s instead of a token: %i', async (_what, status, code, token) => {
    expectRefusal(await stack.client.post(denyPath, { token }), status, code);
  });

  it('ND-02 a link whose time is over says so, and one from a foreign page is refused', async () => {
    const { who, home, token } = await settled();
    expectRefusal(await stack.client.post(denyPath, { token }, { headers: { origin: 'https://elsewhere.example' } }), 403, 'CSRF');
    await stack.database.run`UPDATE one_time_tokens SET expires_at = ${fromNow(-1)} WHERE user_id = ${who.id} AND purpose = 'deny_sign_in'`;
    expectRefusal(await stack.client.post(denyPath, { token }), 400, 'TOKEN_EXPIRED');
    expectStatus(await stack.client.get(meDataPath, { bearer: home.json.token }), 200);
  });

  it('ND-03 within a session: by cookie only from our own pages, of one\'s own sessions only', async () => {
    const { who, home, away } = await settled();
    const stranger = await settled();
    const path = `/api/auth/sessions/${away.json.sessionId as string}/not-me`;
    expectRefusal(await stack.client.post(path, {}), 401, 'UNAUTHORIZED');
    expectRefusal(await stack.client.post(path, {}, { bearer: stranger.home.json.token }), 404, 'NOT_FOUND');
    expectRefusal(await stack.client.post(path, {}, { headers: { cookie: `token=${home.json.token as string}`, origin: 'https://elsewhere.example' } }), 403, 'CSRF');
    expectStatus(await stack.client.get(meDataPath, { bearer: away.json.token }), 200);
    expectStatus(await stack.client.post(path, {}, { bearer: home.json.token }), 200);
    for (const one of [home, away]) expectStatus(await stack.client.get(meDataPath, { bearer: one.json.token }), 401);
    expectRefusal(await login(who, 'home'), 401, 'INVALID_CREDENTIALS');
    expectStatus(await stack.client.get(meDataPath, { bearer: stranger.home.json.token }), 200);
    await stack.mail.wait(who.email, 1, 'Password Reset');
  });
});
