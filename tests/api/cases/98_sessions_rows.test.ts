// What a session is worth when something happened to its person: cookies, ids, endings, beginnings anew.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeJwt } from 'jose';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, usersPath, type House, type Member } from '../support/houses.ts';
import { linkIn } from '../support/mail.ts';
import { credentialsIn, loginPath, newPassword, organizationLoginPath, organizationLogoutPath, type Credentials } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';

let houses: Houses;
let house: House;

beforeAll(async () => {
  houses = await Houses.start('closed');
  house = await houses.house();
});
afterAll(stopStacks);

const client = () => houses.stack.client;
const database = () => houses.stack.database;
const me = `${usersPath}/me`;
const sessionsPath = '/api/auth/sessions';

type Person = Member & Credentials;

async function signIn(who: Member, more = {}): Promise<Credentials> {
  return credentialsIn(await client().post(organizationLoginPath, { email: who.email, password: who.password, organizationId: who.organizationId, ...more }), who.email);
}

async function signedIn(of = house, role = 'staff'): Promise<Person> {
  const who = await houses.member(of.id, role);
  return { ...who, ...(await signIn(who)) };
}

async function expectDead(person: Credentials): Promise<void> {
  for (const bearer of [person.token, person.accessToken]) {
    expectStatus(await client().get(me, { bearer }), 401);
    expectStatus(await client().post('/api/v1/auth/validate', { token: bearer }), 401);
  }
  expectStatus(await client().get(me, { cookie: `token=${person.token}` }), 401);
  expectStatus(await client().post('/api/auth/refresh', { refreshToken: person.refreshToken }), 401);
}

async function expectAlive(person: Credentials): Promise<void> {
  for (const bearer of [person.token, person.accessToken]) expectStatus(await client().get(me, { bearer }), 200);
  expectStatus(await client().get(me, { cookie: `token=${person.token}` }), 200);
}

it('SES-01 every sign-in begins a session of its own, whatever was presented or is alive already', async () => {
  const person = await signedIn();
  const seen = new Set([person.sessionId]);
  for (const path of [loginPath, organizationLoginPath]) {
    for (const cookie of [`token=${person.token}`, 'token=fixed', `token=${person.sessionId}`, `refresh_token=${person.refreshToken}`]) {
      const body = { email: person.email, password: person.password, sessionId: 'fixed', sid: person.sessionId, token: person.token };
      const made = credentialsIn(await client().post(path, body, { cookie }), person.email);
      expect(seen.has(made.sessionId)).toBe(false);
      seen.add(made.sessionId);
    }
  }
  expectStatus(await client().post('/api/users/me/password', { currentPassword: person.password, newPassword: newPassword(person.email) }, { bearer: person.token }), 200);
  expect((await client().get(sessionsPath, { bearer: person.token })).json.map((one: { id: string }) => one.id)).toEqual([person.sessionId]);
});

it('SES-02 the cookie: first, bound to this host, unreadable for scripts, small; gone with signing out', async () => {
  const who = await houses.member(house.id);
  for (const rememberMe of [false, true]) {
    const answer = await client().post(organizationLoginPath, { email: who.email, password: who.password, rememberMe });
    const { token } = credentialsIn(answer, who.email);
    const cookies = answer.headers('set-cookie');
    const [pair, ...attributes] = (cookies[0] as string).split(/;\s*/);
    expect(pair).toBe(`token=${token}`);
    expect(attributes.map((one) => one.toLowerCase()).sort()).toEqual(['httponly', `max-age=${rememberMe ? 2_592_000 : 86_400}`, 'path=/', 'samesite=lax', 'secure']);
    for (const cookie of cookies) {
      expect(cookie.length).toBeLessThan(4096);
      expect(cookie).not.toMatch(/domain=/i);
      expect(cookie).toMatch(/;\s*Secure/i);
      expect(cookie).toMatch(/;\s*SameSite=(Lax|Strict)/i);
    }
    const out = await client().post(organizationLogoutPath, {}, { bearer: token });
    expect(out.headers('set-cookie')[0]).toMatch(/^token=; ?Max-Age=0;/);
  }
});

it('SES-03 sixty sign-ins share nothing that could be guessed from one another', async () => {
  const who = await houses.member(house.id);
  const made: Credentials[] = [];
  for (let round = 0; round < 60; round += 1) made.push(await signIn(who));
  for (const values of [made.map((one) => one.refreshToken), made.map((one) => decodeJwt(one.token).jti as string), made.map((one) => one.sessionId)]) {
    expect(new Set(values).size).toBe(60);
    // The random end of an id, or all of a token: no two share a long part in the same place.
    const ends = values.map((value) => value.slice(-12));
    for (let at = 0; at < 9; at += 1) expect(new Set(ends.map((end) => end.slice(at, at + 4))).size).toBeGreaterThan(50);
  }
  for (const one of made) expect(Buffer.from(one.refreshToken, 'base64url').length).toBe(48);
});

it('SES-05 signing out ends the cookie, both tokens and the refresh token at once; a second time is 401', async () => {
  const person = await signedIn();
  const other = await signIn(person);
  expectStatus(await client().post(organizationLogoutPath, {}, { bearer: person.token }), 200);
  await expectDead(person);
  expectStatus(await client().post(organizationLogoutPath, {}, { bearer: person.token }), 401);
  await expectAlive(other);
});

/** What happens to a person, and whether their credentials live on after it. */
const changes: [string, (person: Person) => Promise<unknown>, boolean][] = [
  ['suspended by an owner', (p) => client().send('PATCH', `${usersPath}/${p.id}/status`, { ...house.as, body: { status: 'suspended' } }), false],
  ['deleted by an owner', (p) => client().delete(`${usersPath}/${p.id}`, house.as), false],
  ['suspended by SQL', (p) => database().run`UPDATE users SET status = 'suspended' WHERE id = ${p.id}`, false],
  ['deleted by SQL', (p) => database().run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${p.id}`, false],
  ['another session version by SQL', (p) => database().run`UPDATE users SET session_version = session_version + 1 WHERE id = ${p.id}`, false],
  ['signed out everywhere', (p) => client().post('/api/auth/logout-all', {}, { bearer: p.token }), false],
  ['their session ended by themselves', (p) => client().delete(`${sessionsPath}/${p.sessionId}`, { bearer: p.token }), false],
  ['their session revoked by SQL', (p) => database().run`UPDATE sessions SET revoked_at = ${new Date()} WHERE id = ${p.sessionId}`, false],
  ['their password changed elsewhere', changedElsewhere, false],
  ['their password reset', reset, false],
  ['another role', (p) => client().send('PATCH', `${usersPath}/${p.id}/role`, { ...house.as, body: { role: 'admin' } }), true],
];

async function changedElsewhere(person: Person): Promise<void> {
  const other = await signIn(person);
  expectStatus(await client().post('/api/users/me/password', { currentPassword: person.password, newPassword: newPassword(person.email) }, { bearer: other.token }), 200);
  await expectAlive(other);
}

async function resetLink(person: Member): Promise<string> {
  const before = await houses.stack.mail.count(person.email);
  expectStatus(await client().post('/api/auth/forgot-password', { email: person.email }), 200);
  const mail = await houses.stack.mail.wait(person.email, before + 1);
  return new URL(linkIn(mail, '/reset-password')).searchParams.get('token') as string;
}

async function reset(person: Person): Promise<void> {
  expectStatus(await client().post('/api/auth/reset-password', { token: await resetLink(person), newPassword: newPassword(person.email) }), 200);
}

describe('SES-06 what happens to a person reaches their live credentials at once', () => {
  it.each(changes)('SES-06 %s', async (_what, change, lives) => {
    const person = await signedIn();
    await expectAlive(person);
    const done = await change(person);
    if (typeof done === 'object' && done !== null && 'status' in done) expect([200, 204]).toContain(done.status);
    if (lives) await expectAlive(person);
    else await expectDead(person);
  });

  it.each(changes.slice(0, 4))('SES-06 %s: the mailed reset link and the begun second step are void', async (_what, change) => {
    const person = await signedIn();
    const token = await resetLink(person);
    const codes = database().kind === 'postgres' ? '{AAAA-BBBB-CC}' : '["AAAA-BBBB-CC"]';
    await database().run`UPDATE users SET two_factor_enabled = ${true}, two_factor_secret = 'JBSWY3DPEHPK3PXP', backup_codes = ${codes} WHERE id = ${person.id}`;
    const begun = await client().post(organizationLoginPath, { email: person.email, password: person.password });
    expectStatus(begun, 202);
    await change(person);
    const second = await client().post('/api/auth/verify-2fa', { tempToken: begun.json.tempToken, backupCode: 'AAAA-BBBB-CC' });
    expect([401, 403], second.text).toContain(second.status);
    expectStatus(await client().post('/api/auth/reset-password', { token, newPassword: newPassword(person.email) }), 400);
  });

  it('SES-06 another role counts on the next request, both ways', async () => {
    const person = await signedIn(house, 'manager');
    const list = () => client().get(`${organizationsPath}/${house.id}/users?limit=1`, { bearer: person.token });
    expectStatus(await list(), 200);
    for (const [role, status] of [['staff', 403], ['admin', 200], ['staff', 403]] as const) {
      expectStatus(await client().send('PATCH', `${usersPath}/${person.id}/role`, { ...house.as, body: { role } }), 200);
      expectStatus(await list(), status);
    }
  });

  it('SES-06 a deleted organization takes every credential of its people along', async () => {
    const mine = await houses.house();
    const people = [await signedIn(mine), await signedIn(mine, 'admin')];
    expectStatus(await client().delete(`${organizationsPath}/${mine.id}`, mine.as), 204);
    for (const person of people) await expectDead(person);
  });
});

it('SES-07 the list shows the own sessions alone, also such without a user agent', async () => {
  const person = await signedIn();
  await signedIn();
  const bare = credentialsIn(await client().post(organizationLoginPath, { email: person.email, password: person.password }, { headers: { 'user-agent': '' } }), person.email);
  const shown = await client().get(sessionsPath, { bearer: person.token });
  expect(shown.json.map((one: { id: string }) => one.id).sort()).toEqual([person.sessionId, bare.sessionId].sort());
  expect(shown.json.filter((one: { current: boolean }) => one.current)).toHaveLength(1);
});

it('SES-08 somebody else’s session: 404 like an unknown one, and it lives on', async () => {
  const [one, other, owner] = [await signedIn(), await signedIn(), await signedIn(house, 'owner')];
  for (const as of [one, owner]) {
    const [foreign, unknown] = [await client().delete(`${sessionsPath}/${other.sessionId}`, { bearer: as.token }), await client().delete(`${sessionsPath}/unknown`, { bearer: as.token })];
    for (const answer of [foreign, unknown]) expectRefusal(answer, 404, 'NOT_FOUND');
    expect({ ...foreign.json, requestId: '' }).toEqual({ ...unknown.json, requestId: '' });
  }
  await expectAlive(other);
});

it('SES-10 deleting somebody leaves nothing usable behind', async () => {
  const person = await signedIn();
  await signIn(person);
  expectStatus(await client().delete(`${usersPath}/${person.id}`, house.as), 204);
  expect(await database().count`SELECT count(*) FROM sessions WHERE user_id = ${person.id} AND logged_out_at IS NULL AND revoked_at IS NULL`).toBe(0);
  expect(await database().count`SELECT count(*) FROM refresh_tokens WHERE user_id = ${person.id} AND is_revoked = ${false}`).toBe(0);
  expect(await database().count`SELECT count(*) FROM one_time_tokens WHERE user_id = ${person.id} AND used_at IS NULL`).toBe(0);
  await expectDead(person);
});

it('SES-11 whoever gets the address anew inherits nothing', async () => {
  const old = await signedIn(house, 'admin');
  const link = await resetLink(old);
  await database().run`UPDATE users SET two_factor_enabled = ${true}, two_factor_secret = 'JBSWY3DPEHPK3PXP' WHERE id = ${old.id}`;
  expectStatus(await client().delete(`${usersPath}/${old.id}`, house.as), 204);
  const password = newPassword(old.email);
  const made = await houses.add(house, { email: old.email, password });
  expectStatus(made, 201);
  expect(made.json.id).not.toBe(old.id);
  expect(made.json).toMatchObject({ role: 'staff', twoFactorEnabled: false });
  await expectDead(old);
  expectStatus(await client().post(organizationLoginPath, { email: old.email, password: old.password }), 401);
  expectStatus(await client().post('/api/auth/reset-password', { token: link, newPassword: newPassword() }), 400);
  const anew = credentialsIn(await client().post(organizationLoginPath, { email: old.email, password }), old.email);
  expect((await client().get(sessionsPath, { bearer: anew.token })).json).toHaveLength(1);
  expect(decodeJwt(anew.token).sub).toBe(made.json.id);
});
