// Layer 4, requests that are not the person's: without a credential, with a made-up one, from a foreign page.
import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64url, exportSPKI, importJWK, SignJWT } from 'jose';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, usersPath, type House, type Member } from '../support/houses.ts';
import { document } from '../support/openapi.ts';
import { newAddress, newPassword } from '../support/people.ts';
import { emptyBody, isUnsafe, nameOf, pathOf, publicRoutes } from '../support/routes.ts';
import { snapshot } from '../support/snapshot.ts';
import { stopStacks } from '../support/stack.ts';

let houses: Houses;
let house: House;
let owner: Member;
let token: string;
let person: Member;

beforeAll(async () => {
  houses = await Houses.start('closed');
  ({ house, owner, token } = await houses.owned());
  person = await houses.member(house.id);
});
afterAll(stopStacks);

const client = () => houses.stack.client;
const database = () => houses.stack.database;
const ownOrigin = () => houses.stack.facts.environment['GATEHOUSE_PUBLIC_URL'] as string;
const me = `${usersPath}/me`;

it('TC-SEC-021 creating somebody: nobody without credentials, no foreign page with a cookie, the own page with it', async () => {
  const email = newAddress('forged');
  const body = { email, password: newPassword(), organizationId: house.id };
  const cookie = `token=${token}`;
  expectRefusal(await client().post(usersPath, body), 401, 'UNAUTHORIZED');
  for (const origin of ['https://evil.example', 'null', `${ownOrigin()}.evil.example`, ownOrigin().replace('://', '://evil.')]) {
    expectRefusal(await client().post(usersPath, body, { cookie, headers: { origin } }), 403, 'CSRF');
  }
  expectRefusal(await client().post(usersPath, body, { cookie }), 403, 'CSRF');
  expect(await database().count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
  expectStatus(await client().post(usersPath, body, { cookie, headers: { origin: ownOrigin() } }), 201);
  expect(await database().count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(1);
});

it('TC-SEC-022 DELETE of a person without credentials: 401, still there', async () => {
  expectRefusal(await client().delete(`${usersPath}/${person.id}`), 401, 'UNAUTHORIZED');
  expectStatus(await client().get(`${usersPath}/${person.id}`, house.as), 200);
});

it('TC-SEC-023 PATCH of an organization without credentials: 401, unchanged', async () => {
  expectRefusal(await client().send('PATCH', `${organizationsPath}/${house.id}`, { body: { name: 'Taken Over' } }), 401, 'UNAUTHORIZED');
  expect((await client().get(`${organizationsPath}/${house.id}`, house.as)).json.name).toBe('Owned House');
});

it('TC-SEC-024 DELETE of an organization without credentials: 401, still there', async () => {
  expectRefusal(await client().delete(`${organizationsPath}/${house.id}`), 401, 'UNAUTHORIZED');
  expectStatus(await client().get(`${organizationsPath}/${house.id}`, house.as), 200);
});

it('TC-SEC-025 the bearer `invalid`: 401', async () => {
  for (const path of [me, `${organizationsPath}/${house.id}`, `${organizationsPath}/unknown`]) {
    expectRefusal(await client().get(path, { bearer: 'invalid' }), 401, 'INVALID_TOKEN', 'Invalid token');
  }
});

describe('TC-SEC-026', () => {
  const claims = () => JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) as Record<string, unknown>;
  const keys = async () => (await client().get('/.well-known/jwks.json')).json.keys;
  const none = (alg: string) => `${base64url.encode(JSON.stringify({ alg, typ: 'JWT' }))}.${token.split('.')[1]}.`;

  it.each([
    ['two segments', () => token.split('.').slice(0, 2).join('.')],
    ['one segment', () => token.split('.')[0] as string],
    ['four segments', () => `${token}.${token.split('.')[2]}`],
    ['bad base64', () => `${token.split('.')[0]}.!!${token.split('.')[1]}.${token.split('.')[2]}`],
    ['padding', () => `${token}=`],
    ['alg none', () => none('none')],
    ['alg None', () => none('None')],
    ['alg nOnE', () => none('nOnE')],
    ['alg missing', () => `${base64url.encode('{"typ":"JWT"}')}.${token.split('.')[1]}.${token.split('.')[2]}`],
    ['HS256 without a key', () => `${token.split('.').slice(0, 2).join('.')}.`],
  ])('TC-SEC-026 a token with %s: 401', async (_what, make) => {
    expectStatus(await client().get(me, { bearer: token }), 200);
    expectRefusal(await client().get(me, { bearer: make() }), 401, 'INVALID_TOKEN');
  });

  it('TC-SEC-026 HS256, signed with each form of our public key: 401', async () => {
    for (const jwk of await keys()) {
      const pem = await exportSPKI((await importJWK(jwk, 'EdDSA')) as never);
      const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
      const forms = [Buffer.from(pem), Buffer.from(pem.trim()), der, Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.x), Buffer.from(JSON.stringify(jwk))];
      for (const key of forms) {
        for (const kid of [jwk.kid, 'hs1', undefined]) {
          const forged = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid, typ: 'JWT' }).sign(key);
          expectRefusal(await client().get(me, { bearer: forged }), 401, 'INVALID_TOKEN');
        }
      }
    }
  });
});

it('TC-SEC-027 no Authorization header: 401', async () => {
  expectRefusal(await client().get(me), 401, 'UNAUTHORIZED', 'Authentication required');
  expectRefusal(await client().get(`${organizationsPath}/${house.id}/users`), 401, 'UNAUTHORIZED');
});

it.each(['', ' '])('TC-SEC-028 an empty Authorization header (%j): 401, also beside a good cookie', async (authorization) => {
  expectStatus(await client().get(me, { headers: { authorization } }), 401);
  expectStatus(await client().get(me, { headers: { authorization }, cookie: `token=${token}` }), 401);
});

it('TC-SEC-029 a valid token under another scheme: 401', async () => {
  for (const scheme of ['Basic', 'Token', 'JWT', 'Digest', 'BearerX', 'Bearer:', 'DPoP']) {
    expectStatus(await client().get(me, { headers: { authorization: `${scheme} ${token}` } }), 401);
  }
  expectStatus(await client().get(me, { headers: { authorization: `Basic ${Buffer.from(`${owner.email}:${owner.password}`).toString('base64')}` } }), 401);
  expectStatus(await client().get(me, { headers: { authorization: `Bearer ${token}` } }), 200);
});

describe('TC-SEC-030', () => {
  const stateChanging = document().operations.filter(isUnsafe);

  it('TC-SEC-030 every public route that is excepted exists and says that it needs no credential', () => {
    const known = new Map(document().operations.map((operation) => [nameOf(operation), operation]));
    for (const name of publicRoutes) {
      const security = known.get(name)?.definition.security;
      expect(security, name).toBeDefined();
      expect(security.length === 0 || security.some((one: object) => Object.keys(one).length === 0), name).toBe(true);
    }
    expect(stateChanging.length).toBeGreaterThan(30);
  });

  it('TC-SEC-030 every other route, also those that only read, needs one: anonymous, with a made-up and with a dead one', async () => {
    const dead = await houses.actor(house.id, 'owner');
    await client().post('/api/auth/logout', {}, dead.as);
    const before = await snapshot(database());
    const filling = { organization: house.id, user: person.id };
    for (const operation of document().operations.filter((one) => !publicRoutes.has(nameOf(one)))) {
      for (const path of [pathOf(operation), pathOf(operation, filling)]) {
        for (const credential of [{}, { bearer: 'invalid' }, dead.as, { cookie: 'token=invalid' }, { cookie: `token=${dead.as.bearer}` }]) {
          const answer = await client().send(operation.method, path, { ...emptyBody(operation), ...credential });
          expect(answer.status, `${nameOf(operation)} with ${JSON.stringify(Object.keys(credential))}: ${answer.text}`).toBe(401);
        }
      }
    }
    expect(await snapshot(database())).toEqual(before);
  });
});
