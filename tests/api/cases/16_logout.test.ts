// Signing out: by bearer, by cookie, by refresh token; twice; for good; and who may not do it to you.
import { describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Options } from '../support/client.ts';
import { flag, time } from '../support/database.ts';
import { events, expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import {
  login, loginPath, logoutPath, meDataPath, newAccount, newAddress, newPassword, newPerson, organizationLoginPath, organizationLogoutPath, refreshPath,
  registerPath, resetPath, validatePath,
} from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;
const ownOrigin = stack.facts.environment['GATEHOUSE_PUBLIC_URL'] as string;

async function expectDead(person: { accessToken: string; token: string; refreshToken: string }): Promise<void> {
  for (const bearer of [person.accessToken, person.token]) {
    expectRefusal(await client.get(meDataPath, { bearer }), 401, 'SESSION_INVALID', 'Session ended');
    const validated = await client.post(validatePath, { token: bearer });
    expectStatus(validated, 401);
    expect(validated.json.valid).toBe(false);
  }
  expectRefusal(await client.post(refreshPath, { refreshToken: person.refreshToken }), 401, 'FORCE_LOGOUT');
}

describe('what ends a session', () => {
  it.each([
    ['the access token as bearer', (p: { accessToken: string }) => ({ bearer: p.accessToken, body: {} })],
    ['the session token as bearer', (p: { token: string }) => ({ bearer: p.token, body: {} })],
    ['the cookie, from the own origin', (p: { token: string }) => ({ cookie: `token=${p.token}`, headers: { origin: ownOrigin }, body: {} })],
    ['the refresh token in the body', (p: { refreshToken: string }) => ({ body: { refreshToken: p.refreshToken } })],
    ['a bearer without any body', (p: { accessToken: string }) => ({ bearer: p.accessToken })],
  ])('M-13 %s: every token of the session is dead at once', async (_what, credentials) => {
    const person = await newPerson(stack);
    const start = Date.now();
    const answer = await client.send('POST', logoutPath, credentials(person as never));
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ success: true, message: expect.any(String) });
    expect(answer.headers('set-cookie')[0]).toMatch(/^token=; ?Max-Age=0;/);
    await expectDead(person);
    const row = await database.row`SELECT logged_out_at, revoked_at FROM sessions WHERE id = ${person.sessionId}`;
    expect(time(row['logged_out_at']).getTime()).toBeGreaterThanOrEqual(start - 5);
    expect(await events(database, person.id, 'LOGOUT')).toBe(1);
    const family = await database.rows`SELECT is_revoked, revoke_reason FROM refresh_tokens WHERE session_id = ${person.sessionId}`;
    for (const token of family) expect(token['revoke_reason']).toBe('logout');
  });

  it('TC-LOGOUT-004 other sessions of the person live on', async () => {
    const person = await newPerson(stack);
    const other = await login(stack, person);
    await client.post(logoutPath, {}, { bearer: person.accessToken });
    expectStatus(await client.get(meDataPath, { bearer: other.accessToken }), 200);
    expectStatus(await client.post(refreshPath, { refreshToken: other.refreshToken }), 200);
  });

  it('TC-SEC-032 a new login does not wake the old session', async () => {
    const person = await newPerson(stack);
    await client.post(logoutPath, {}, { bearer: person.accessToken });
    await login(stack, person);
    await expectDead(person);
  });

  it('M-16 what is dead, damaged or absent is still a success, and leaves no row', async () => {
    const person = await newPerson(stack);
    await client.post(logoutPath, {}, { bearer: person.accessToken });
    const size = await ledgerSize(database);
    const useless: Options[] = [
      { bearer: person.accessToken, body: {} }, { bearer: 'garbage', body: {} }, { body: {} }, { body: { refreshToken: 'unknown' } },
      { body: { refreshToken: person.refreshToken } }, { cookie: 'token=garbage', headers: { origin: ownOrigin }, body: {} },
      { headers: { authorization: 'Basic x' }, body: {} },
    ];
    for (const credentials of useless) {
      const answer = await client.send('POST', logoutPath, credentials);
      expectStatus(answer, 200);
      expect(answer.json.success).toBe(true);
    }
    expect(await ledgerSize(database)).toBe(size);
  });

  it('M-16 twenty logouts at once leave one row', async () => {
    const person = await newPerson(stack);
    const answers = await barrier(stack, 20, (one) => one.post(logoutPath, {}, { bearer: person.accessToken }));
    for (const answer of answers) expectStatus(answer, 200);
    expect(await events(database, person.id, 'LOGOUT')).toBe(1);
  });
});

describe('the organization surface', () => {
  it('TC-LOGOUT-001 a live session: 200 and the cookie goes first', async () => {
    const person = await newPerson(stack);
    const answer = await client.send('POST', organizationLogoutPath, { bearer: person.token });
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ success: true });
    expect(answer.headers('set-cookie')[0]).toMatch(/^token=; ?Max-Age=0;/);
    await expectDead(person);
  });

  it('TC-LOGOUT-009 a second one, and one without credentials: 401, no further row', async () => {
    const person = await newPerson(stack);
    await client.send('POST', organizationLogoutPath, { bearer: person.token });
    const size = await ledgerSize(database);
    expectRefusal(await client.send('POST', organizationLogoutPath, { bearer: person.token }), 401, 'SESSION_INVALID');
    expectRefusal(await client.send('POST', organizationLogoutPath), 401, 'UNAUTHORIZED');
    expectRefusal(await client.send('POST', organizationLogoutPath, { bearer: 'garbage' }), 401, 'INVALID_TOKEN');
    expect(await ledgerSize(database)).toBe(size);
    expect(await events(database, person.id, 'LOGOUT')).toBe(1);
  });
});

describe('by cookie only from our own pages', () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['own Origin', { origin: ownOrigin }, true],
    ['foreign Origin', { origin: 'https://evil.example' }, false],
    ['Origin null', { origin: 'null' }, false],
    ['a sibling of the own host', { origin: ownOrigin.replace('://', '://evil.') }, false],
    ['the own host under another scheme', { origin: ownOrigin.replace(/^http:/, 'https:') }, false],
    ['the own host on another port', { origin: `${ownOrigin}1` }, false],
    ['an Origin that begins like the own one', { origin: `${ownOrigin}.evil.example` }, false],
    ['no Origin, same-origin fetch', { 'sec-fetch-site': 'same-origin' }, true],
    ['no Origin, cross-site fetch', { 'sec-fetch-site': 'cross-site' }, false],
    ['no Origin, same-site fetch', { 'sec-fetch-site': 'same-site' }, false],
    ['foreign Origin that calls itself same-origin', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }, false],
    ['neither', {}, false],
    ['a made-up double-submit header without its cookie', { 'x-csrf-token': 'abc' }, false],
    ['a method override', { 'sec-fetch-site': 'cross-site', 'x-http-method-override': 'GET' }, false],
  ];
  it.each(cases)('CS-01 %s', async (_what, headers, allowed) => {
    const person = await newPerson(stack);
    for (const path of [logoutPath, organizationLogoutPath]) {
      const answer = await client.send('POST', path, { cookie: `token=${person.token}`, headers, body: {} });
      if (!allowed) {
        expectRefusal(answer, 403, 'CSRF');
        expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 200);
      } else if (path === logoutPath) {
        expectStatus(answer, 200);
        await expectDead(person);
      }
    }
  });

  it.each(cases)('CS-01 refreshing by cookie: %s', async (_what, headers, allowed) => {
    const person = await newPerson(stack);
    const cookie = `refresh_token=${person.refreshToken}`;
    const answer = await client.send('POST', refreshPath, { cookie, headers, body: {} });
    if (allowed) {
      expectStatus(answer, 200);
    } else {
      expectRefusal(answer, 403, 'CSRF');
      const row = await database.row`SELECT is_revoked FROM refresh_tokens WHERE session_id = ${person.sessionId}`;
      expect(flag(row['is_revoked']), 'a refused refresh uses nothing up').toBe(false);
    }
  });

  it('CS-01 a refresh token in the body needs no proof, also beside its cookie', async () => {
    const person = await newPerson(stack);
    const answer = await client.post(refreshPath, { refreshToken: person.refreshToken }, { cookie: `refresh_token=${person.refreshToken}` });
    expectStatus(answer, 200);
  });

  it('CS-01 the double-submit token is accepted, another value is not', async () => {
    const person = await newAccount(stack);
    const answer = await client.post(loginPath, { email: person.email, password: person.password });
    const cookies = answer.headers('set-cookie').map((cookie) => cookie.split(';')[0] as string);
    // Where the login sends no csrf cookie the page makes a random one itself.
    const csrf = cookies.find((cookie) => cookie.startsWith('csrf=')) ?? 'csrf=9f86d081884c7d659a2feaa0c55ad015';
    const cookie = `${cookies[0]}; ${csrf}`;
    const value = csrf.slice('csrf='.length);
    expectRefusal(await client.send('POST', logoutPath, { cookie, headers: { 'x-csrf-token': `${value}x` }, body: {} }), 403, 'CSRF');
    expectRefusal(await client.send('POST', logoutPath, { cookie: `${cookies[0]}; csrf=`, headers: { 'x-csrf-token': '' }, body: {} }), 403, 'CSRF');
    const refreshing = `refresh_token=${answer.json.refreshToken}; ${csrf}`;
    expectRefusal(await client.send('POST', refreshPath, { cookie: refreshing, headers: { 'x-csrf-token': `${value}x` }, body: {} }), 403, 'CSRF');
    expectStatus(await client.send('POST', refreshPath, { cookie: refreshing, headers: { 'x-csrf-token': value }, body: {} }), 200);
    expectStatus(await client.send('POST', logoutPath, { cookie, headers: { 'x-csrf-token': value }, body: {} }), 200);
  });

  it('CS-01 with a bearer beside the cookie the bearer counts, whatever the Origin', async () => {
    const person = await newPerson(stack);
    const answer = await client.send('POST', logoutPath, {
      bearer: person.accessToken, cookie: `token=${person.token}`, headers: { origin: 'https://evil.example' }, body: {},
    });
    expectStatus(answer, 200);
  });

  it('CS-01 login, register and reset refuse a foreign Origin too', async () => {
    const person = await newAccount(stack);
    for (const origin of ['https://evil.example', 'null']) {
      for (const path of [loginPath, organizationLoginPath]) {
        expectRefusal(await client.post(path, { email: person.email, password: person.password }, { headers: { origin } }), 403, 'CSRF');
      }
      const email = newAddress();
      expectRefusal(await client.post(registerPath, { email, password: newPassword() }, { headers: { origin } }), 403, 'CSRF');
      expect(await database.count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
      expectRefusal(await client.post(resetPath, { token: 'x', newPassword: newPassword() }, { headers: { origin } }), 403, 'CSRF');
    }
    expectStatus(await client.post(loginPath, { email: person.email, password: person.password }, { headers: { origin: ownOrigin } }), 200);
  });

  it('CS-01 a cookie reads without any proof: reading changes nothing', async () => {
    const person = await newPerson(stack);
    expectStatus(await client.get(meDataPath, { cookie: `token=${person.token}`, headers: { origin: 'https://evil.example' } }), 200);
  });
});

it('SES-05 logout races with use: once it is acknowledged nothing of the session works', async () => {
  for (let round = 0; round < 10; round += 1) {
    const person = await newPerson(stack);
    let loggedOut = false;
    await barrier(stack, 6, async (one, index) => {
      if (index === 0) {
        expectStatus(await one.post(logoutPath, {}, { bearer: person.accessToken }), 200);
        loggedOut = true;
        return;
      }
      const before = loggedOut;
      const answer = index < 4 ? await one.get(meDataPath, { bearer: person.accessToken }) : await one.post(refreshPath, { refreshToken: person.refreshToken });
      if (before) expect(answer.status).toBe(401);
      else expect([200, 401]).toContain(answer.status);
    });
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 401);
    const live = await database.count`SELECT count(*) FROM refresh_tokens WHERE session_id = ${person.sessionId} AND is_revoked = ${false}`;
    expect(live, 'a live refresh token after the logout').toBe(0);
  }
});
