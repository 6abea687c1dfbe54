// Layer 4, sessions and their tokens: fixed, stolen, worn out, written about by SQL.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeJwt } from 'jose';
import { barrier } from '../support/barrier.ts';
import type { Options } from '../support/client.ts';
import { fromNow, json, time } from '../support/database.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, usersPath, type House, type Member } from '../support/houses.ts';
import { credentialsIn, loginPath, organizationLoginPath, organizationLogoutPath, type Credentials } from '../support/people.ts';
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
const agents = {
  browser: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  mobile: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15',
  program: 'curl/7.88.1',
};

async function signIn(who: Member, options: Options = {}): Promise<Credentials> {
  return credentialsIn(await client().post(organizationLoginPath, { email: who.email, password: who.password, organizationId: who.organizationId }, options), who.email);
}

async function signedIn(options: Options = {}): Promise<Member & Credentials> {
  const who = await houses.member(house.id);
  return { ...who, ...(await signIn(who, options)) };
}

const session = (id: string) => database().row`SELECT * FROM sessions WHERE id = ${id}`;
const suspicious = (id: string) => database().rows`SELECT * FROM audit_ledger WHERE event_type = 'SUSPICIOUS_LOGIN_DETECTED' AND session_id = ${id} ORDER BY id`;

describe('TC-SEC-031', () => {
  it('TC-SEC-031 after signing out the token opens nothing', async () => {
    const person = await signedIn();
    expectStatus(await client().get(me, { bearer: person.token }), 200);
    expectStatus(await client().post(organizationLogoutPath, {}, { bearer: person.token }), 200);
    for (const bearer of [person.token, person.accessToken]) expectRefusal(await client().get(me, { bearer }), 401, 'SESSION_INVALID');
    expectRefusal(await client().get(me, { cookie: `token=${person.token}` }), 401, 'SESSION_INVALID');
  });

  it.each([
    ['browser', 'program'], ['browser', 'mobile'], ['mobile', 'browser'], ['program', 'mobile'],
  ] as const)('TC-SEC-031 a token of a %s used by a %s: allowed, one row per session and class', async (own, other) => {
    const person = await signedIn({ headers: { 'user-agent': agents[own] } });
    for (let use = 0; use < 3; use += 1) expectStatus(await client().get(me, { bearer: person.token, headers: { 'user-agent': agents[own] } }), 200);
    expect(await suspicious(person.sessionId)).toEqual([]);
    for (const bearer of [person.token, person.accessToken, person.token]) {
      expectStatus(await client().get(me, { bearer, headers: { 'user-agent': agents[other] } }), 200);
    }
    const rows = await suspicious(person.sessionId);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ user_id: person.id, actor_id: person.id, organization_id: house.id, user_agent: agents[other] });
    expect(json(rows[0]?.['details'])).toMatchObject({ deviceClass: other, sessionClass: own });
    const classes = (await session(person.sessionId))['device_classes'];
    expect(typeof classes === 'string' ? JSON.parse(classes) : classes).toEqual([other]);
  });

  it('TC-SEC-031 each further class is told once, also of requests at the same moment and without a user agent', async () => {
    const person = await signedIn({ headers: { 'user-agent': agents.browser } });
    const answers = await barrier(houses.stack, 12, (one, index) => one.get(me, { bearer: person.token, headers: { 'user-agent': index % 2 === 0 ? agents.mobile : '' } }));
    for (const answer of answers) expectStatus(answer, 200);
    const rows = await suspicious(person.sessionId);
    expect(rows.map((row) => json(row['details'])['deviceClass']).sort()).toEqual(['mobile', 'program']);
  });

  it('TC-SEC-031 another session of the same person is told for itself; a refused token is not', async () => {
    const person = await signedIn({ headers: { 'user-agent': agents.browser } });
    const second = await signIn(person, { headers: { 'user-agent': agents.browser } });
    const elsewhere = { headers: { 'user-agent': agents.program } };
    for (const one of [person, second]) expectStatus(await client().get(me, { bearer: one.token, ...elsewhere }), 200);
    for (const one of [person, second]) expect(await suspicious(one.sessionId)).toHaveLength(1);
    const third = await signIn(person, { headers: { 'user-agent': agents.browser } });
    await client().post(organizationLogoutPath, {}, { bearer: third.token, headers: { 'user-agent': agents.browser } });
    expectStatus(await client().get(me, { bearer: third.token, ...elsewhere }), 401);
    expect(await suspicious(third.sessionId)).toEqual([]);
  });
});

describe('TC-SEC-032', () => {
  it.each([loginPath, organizationLoginPath])('TC-SEC-032 %s with a cookie set beforehand: a new session, the cookie replaced', async (path) => {
    const attacker = await signedIn();
    const victim = await houses.member(house.id);
    for (const planted of [attacker.token, 'made-up']) {
      const answer = await client().post(path, { email: victim.email, password: victim.password }, { cookie: `token=${planted}` });
      const made = credentialsIn(answer, victim.email);
      expect(answer.headers('set-cookie')[0]).toMatch(new RegExp(`^token=${made.token.replaceAll('.', '\\.')};`));
      expect(made.token).not.toBe(planted);
      expect(made.sessionId).not.toBe(attacker.sessionId);
      expect(decodeJwt(made.token)).toMatchObject({ sid: made.sessionId, sub: victim.id });
      expect((await session(attacker.sessionId))['user_id']).toBe(attacker.id);
    }
    expect((await client().get(me, { bearer: attacker.token })).json.id).toBe(attacker.id);
  });

  it('TC-SEC-032 a token that was signed out stays dead after a new sign-in', async () => {
    const person = await signedIn();
    await client().post(organizationLogoutPath, {}, { bearer: person.token });
    const again = await signIn(person, { cookie: `token=${person.token}` });
    expectRefusal(await client().get(me, { bearer: person.token }), 401, 'SESSION_INVALID');
    expectStatus(await client().get(me, { bearer: again.token }), 200);
    expect(again.sessionId).not.toBe(person.sessionId);
  });
});

it.each([false, true])('TC-SEC-033 the session row ends in the future and not before the token (rememberMe %s)', async (rememberMe) => {
  const who = await houses.member(house.id);
  const made = credentialsIn(await client().post(organizationLoginPath, { email: who.email, password: who.password, rememberMe }), who.email);
  const row = await session(made.sessionId);
  for (const column of ['expires_at', 'absolute_expires_at']) {
    const end = time(row[column]).getTime();
    expect(end).toBeGreaterThan(Date.now());
    for (const token of [made.token, made.accessToken]) expect(end).toBeGreaterThanOrEqual((decodeJwt(token).exp as number) * 1000);
  }
});

it('TC-SEC-034 the session row is the caller’s', async () => {
  const person = await signedIn();
  const row = await session(person.sessionId);
  expect([row['user_id'], row['organization_id']]).toEqual([person.id, house.id]);
  expect((await client().get(me, { bearer: person.token })).json.id).toBe(person.id);
});

it('TC-SEC-035 one’s token on somebody else’s row: 403, unchanged', async () => {
  const [one, other] = [await signedIn(), await houses.member(house.id)];
  const stranger = await houses.member((await houses.house()).id);
  for (const target of [other, stranger]) {
    const before = await database().row`SELECT * FROM users WHERE id = ${target.id}`;
    expectRefusal(await houses.patch(`${usersPath}/${target.id}`, { firstName: 'Hacked' }, { bearer: one.token }), 403, 'FORBIDDEN');
    expect(await database().row`SELECT * FROM users WHERE id = ${target.id}`).toEqual(before);
  }
});

it('TC-SEC-036 no column of the session row holds the password, its hash or a raw token', async () => {
  const person = await signedIn();
  const hash = (await database().row`SELECT password_hash FROM users WHERE id = ${person.id}`)['password_hash'] as string;
  const row = JSON.stringify(await session(person.sessionId));
  const digest = createHash('sha256').update(person.password).digest('hex');
  for (const value of [person.password, hash, person.token, person.accessToken, person.refreshToken, person.token.split('.')[2] as string, digest]) {
    expect(row).not.toContain(value);
  }
});

it('TC-SEC-037 one changed character in the signature: 401', async () => {
  const person = await signedIn();
  for (const token of [person.token, person.accessToken]) {
    const [head, claims, signature] = token.split('.') as [string, string, string];
    for (let at = 0; at < signature.length; at += 5) {
      const changed = `${signature.slice(0, at)}${signature[at] === 'A' ? 'B' : 'A'}${signature.slice(at + 1)}`;
      expectRefusal(await client().get(me, { bearer: `${head}.${claims}.${changed}` }), 401, 'INVALID_TOKEN');
    }
    expectStatus(await client().get(me, { bearer: token }), 200);
  }
});

it.each(['expires_at', 'absolute_expires_at'])('TC-SEC-038 %s moved to the past by SQL: 401 naming it', async (column) => {
  const person = await signedIn();
  if (column === 'expires_at') await database().run`UPDATE sessions SET expires_at = ${fromNow(-1)} WHERE id = ${person.sessionId}`;
  else await database().run`UPDATE sessions SET absolute_expires_at = ${fromNow(-1)} WHERE id = ${person.sessionId}`;
  for (const bearer of [person.token, person.accessToken]) {
    expectRefusal(await client().get(me, { bearer }), 401, 'TOKEN_EXPIRED', /expired/);
  }
});

it('TC-SEC-039 suspended by SQL: the live token is refused on the next request', async () => {
  const person = await signedIn();
  expectStatus(await client().get(me, { bearer: person.token }), 200);
  await database().run`UPDATE users SET status = 'suspended' WHERE id = ${person.id}`;
  for (const bearer of [person.token, person.accessToken]) expectRefusal(await client().get(me, { bearer }), 401, 'SESSION_INVALID');
});

it('TC-SEC-040 a valid token without `Bearer `: 401', async () => {
  const person = await signedIn();
  for (const authorization of [person.token, `Bearer${person.token}`, `Bearer,${person.token}`, `token=${person.token}`, `"Bearer ${person.token}"`]) {
    expectStatus(await client().get(me, { headers: { authorization } }), 401);
  }
  expectStatus(await client().get(me, { bearer: person.token }), 200);
});
