// Bearer tokens: every way to present, damage or forge one, at `validate` and at a route that needs one.
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { base64url, decodeJwt, decodeProtectedHeader, SignJWT, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { credentialsIn, loginPath, meDataPath, newPerson, organizationLoginPath, validatePath, type Person } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client } = stack;
let person: Person;
let publicJwk: Json;

beforeAll(async () => {
  person = await newPerson(stack);
  publicJwk = (await client.get('/api/v1/auth/jwks')).json.keys[0];
});

const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));

/** Refused as a bearer and as not valid; said in the same words whatever is wrong with it. */
async function expectRefused(token: string, what: string): Promise<void> {
  const asBearer = await client.get(meDataPath, { bearer: token });
  expect(asBearer.status, `${what}: ${asBearer.text}`).toBe(401);
  expect(asBearer.json.code, what).toMatch(/^(INVALID_TOKEN|TOKEN_EXPIRED)$/);
  const validated = await client.post(validatePath, { token });
  expect(validated.status, `${what}: ${validated.text}`).toBe(401);
  expect(validated.json.valid, what).toBe(false);
  expect(validated.json, what).not.toHaveProperty('payload');
}

function changed(token: string, at: number): string {
  const old = token[at] as string;
  return `${token.slice(0, at)}${old === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}

describe('validate', () => {
  it('M-09 takes the access token and the session token, and answers with their claims', async () => {
    for (const token of [person.accessToken, person.token]) {
      const answer = await client.post(validatePath, { token });
      expectStatus(answer, 200);
      expect(answer.json).toMatchObject({ valid: true, payload: { sub: person.id, email: person.email, sid: person.sessionId } });
      expect(answer.json.payload, 'the payload is the token’s').toMatchObject(decodeJwt(token));
    }
  });

  it('M-09 takes the tokens of the organization surface', async () => {
    const handed = credentialsIn(await client.post(organizationLoginPath, { email: person.email, password: person.password }), person.email);
    for (const token of [handed.accessToken, handed.token]) expectStatus(await client.post(validatePath, { token }), 200);
  });

  it.each([
    ['nothing', {}], ['null', { token: null }], ['an empty text', { token: '' }],
  ])('M-23 %s: 400 and not valid', async (_what, body) => {
    const answer = await client.post(validatePath, body);
    expectStatus(answer, 400);
    expect(answer.json.valid).toBe(false);
  });

  it('M-23 a refresh token is not a token of this kind', async () => {
    await expectRefused(person.refreshToken, 'refresh token');
  });
});

describe('one changed character', () => {
  it('TC-SEC-037 anywhere in header, claims or signature: refused', async () => {
    for (const token of [person.accessToken, person.token]) {
      const dots = [...token.matchAll(/\./g)].map((match) => match.index);
      const [one, two] = dots as [number, number];
      const spots: [string, number][] = [
        ['first of the header', 0], ['middle of the header', Math.floor(one / 2)], ['last of the header', one - 1],
        ['first of the claims', one + 1], ['middle of the claims', Math.floor((one + two) / 2)], ['last of the claims', two - 1],
        ['first of the signature', two + 1], ['middle of the signature', Math.floor((two + token.length) / 2)],
        ['last but one of the signature', token.length - 2],
      ];
      for (const [what, at] of spots) await expectRefused(changed(token, at), what);
    }
  });

  it('JWT-12 another spelling of the same bytes is another token: refused', async () => {
    const signature = person.accessToken.split('.')[2] as string;
    const head = person.accessToken.slice(0, -signature.length);
    // 64 bytes end in a character with four spare bits, 32 bytes in one with two: set one of them.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(signature.at(-1) as string);
    for (const other of [`${signature}=`, `${signature}==`, `${signature.slice(0, -1)}${alphabet[last ^ 1]}`, ` ${signature}`, `${signature}\t`]) {
      const answer = await client.post(validatePath, { token: `${head}${other}` });
      expect(answer.status, other.slice(-4)).toBe(401);
    }
  });
});

describe('malformed', () => {
  it.each([
    ['one segment', () => 'abc'],
    ['two segments', () => person.accessToken.split('.').slice(0, 2).join('.')],
    ['four segments', () => `${person.accessToken}.x`],
    ['empty signature', () => `${person.accessToken.split('.').slice(0, 2).join('.')}.`],
    ['three empty segments', () => '..'],
    ['bad base64', () => '!!!.###.***'],
    ['a megabyte of dots', () => '.'.repeat(5000)],
    ['claims that are no JSON', () => `${person.accessToken.split('.')[0]}.${base64url.encode('nonsense')}.AAAA`],
    ['a JWE', () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA'],
  ])('TC-SEC-026 %s: refused', async (what, make) => {
    await expectRefused(make(), what);
  });

  it.each([
    '', 'Bearer', 'Bearer ', 'Bearer  ', 'bearer\tx',
    'Basic dTpw', 'Bearer a b', 'Token x',
  ])('FO-05 Authorization: "%s": 401 with a challenge', async (value) => {
    const answer = await client.get(meDataPath, { headers: { authorization: value } });
    expectStatus(answer, 401);
    expect(answer.header('www-authenticate')).toMatch(/^Bearer/);
  });

  it('FO-05 a good token under a foreign scheme, or none: 401', async () => {
    for (const value of [`Basic ${person.accessToken}`, `Token ${person.accessToken}`, person.accessToken]) {
      expectStatus(await client.get(meDataPath, { headers: { authorization: value } }), 401);
    }
  });

  it('FO-05 no credential at all: 401 UNAUTHORIZED', async () => {
    expectRefusal(await client.get(meDataPath), 401, 'UNAUTHORIZED', 'Authentication required');
  });

  it('FO-04 a damaged cookie never passes', async () => {
    const damaged = ['token=', 'token=x', 'token=%00', `token=${person.token.slice(0, -5)}`, `token="${person.token}`, `token=${'a'.repeat(6000)}`];
    for (const cookie of damaged) {
      expect((await client.get(meDataPath, { cookie })).status, cookie.slice(0, 30)).toBe(401);
    }
  });

  it('CS-06 two cookies of the name: refused', async () => {
    expectStatus(await client.get(meDataPath, { cookie: `token=${person.token}; token=x` }), 401);
    expectStatus(await client.get(meDataPath, { cookie: `token=x; token=${person.token}` }), 401);
  });

  it('D-45 a bad bearer is 401 even beside a good cookie; a good bearer wins over a bad cookie', async () => {
    expectStatus(await client.get(meDataPath, { bearer: 'bad', cookie: `token=${person.token}` }), 401);
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken, cookie: 'token=bad' }), 200);
  });

  it('SES-15 no route takes a token in the query', async () => {
    for (const name of ['token', 'access_token', 'accessToken']) {
      expectStatus(await client.get(`${meDataPath}?${name}=${person.accessToken}`), 401);
    }
  });
});

describe('the verifier is chosen by us, not by the token', () => {
  const claims = (): JWTPayload => decodeJwt(person.accessToken);
  const header = (): Json => decodeProtectedHeader(person.accessToken);

  it.each(['none', 'None', 'nOnE', 'NONE', '', null, ['EdDSA'], undefined])('JWT-01 alg %s: refused', async (alg) => {
    for (const signature of ['', 'AAAA', person.accessToken.split('.')[2]]) {
      await expectRefused(`${encode({ ...header(), alg })}.${encode(claims())}.${signature}`, `alg ${String(alg)}`);
    }
  });

  it('JWT-02 HS256 with the public key, in every form of it: refused', async () => {
    const key = createPublicKey({ key: publicJwk, format: 'jwk' });
    const forms: [string, Buffer | string][] = [
      ['PEM', key.export({ type: 'spki', format: 'pem' })],
      ['PEM without its last line break', String(key.export({ type: 'spki', format: 'pem' })).trimEnd()],
      ['DER', key.export({ type: 'spki', format: 'der' })],
      ['the 32 bytes', Buffer.from(publicJwk.x, 'base64url')],
      ['x as text', publicJwk.x],
      ['JWK as text', JSON.stringify(publicJwk)],
      ['nothing', ''],
    ];
    for (const [what, secret] of forms) {
      for (const kid of [publicJwk.kid, 'hs1']) {
        const body = `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${encode(claims())}`;
        const signature = createHmac('sha256', secret).update(body).digest('base64url');
        await expectRefused(`${body}.${signature}`, `${what}, kid ${kid}`);
      }
    }
  });

  it('JWT-02 EdDSA claimed for what HS256 signed, and the reverse: refused', async () => {
    const [, body, signature] = person.token.split('.') as [string, string, string];
    await expectRefused(`${encode({ ...decodeProtectedHeader(person.token), alg: 'EdDSA' })}.${body}.${signature}`, 'HS256 called EdDSA');
    const [, other, mark] = person.accessToken.split('.') as [string, string, string];
    await expectRefused(`${encode({ ...header(), alg: 'HS256' })}.${other}.${mark}`, 'EdDSA called HS256');
  });

  it.each(['HS384', 'HS512', 'RS256', 'ES256', 'PS256', 'Ed25519'])('JWT-02 %s is not ours: refused', async (alg) => {
    const body = `${encode({ ...decodeProtectedHeader(person.token), alg })}.${encode(decodeJwt(person.token))}`;
    const hash = alg === 'HS384' ? 'sha384' : alg === 'HS512' ? 'sha512' : 'sha256';
    await expectRefused(`${body}.${createHmac(hash, stack.jwtSecret).update(body).digest('base64url')}`, alg);
  });

  it('JWT-03 a key that comes with the token, as jwk, jku, x5u or x5c, is not believed', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = publicKey.export({ format: 'jwk' });
    const own = `${stack.facts.origin}/api/v1/auth/jwks`;
    for (const more of [{ jwk }, { jku: own }, { x5u: own }, { x5c: [jwk.x] }]) {
      for (const kid of [header().kid, 'mine', undefined]) {
        const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...more } as never).sign(privateKey);
        await expectRefused(token, `${Object.keys(more).join()} with kid ${String(kid)}`);
      }
    }
  });

  it('JWT-03 an unknown kid, a kid of other kind: refused', async () => {
    for (const kid of ['unknown', '', '../../etc/passwd', "' OR '1'='1", 1, null, ['x']]) {
      const [, body, signature] = person.accessToken.split('.') as [string, string, string];
      await expectRefused(`${encode({ ...header(), kid })}.${body}.${signature}`, `kid ${String(kid)}`);
    }
  });

  it('JWT-10 crit, b64 and JSON forms: refused', async () => {
    const sign = async (more: object): Promise<string> => {
      const body = `${encode({ ...decodeProtectedHeader(person.token), ...more })}.${encode(decodeJwt(person.token))}`;
      return `${body}.${createHmac('sha256', stack.jwtSecret).update(body).digest('base64url')}`;
    };
    for (const more of [{ crit: ['exp'] }, { crit: ['b64'], b64: false }, { crit: [] }]) await expectRefused(await sign(more), JSON.stringify(more));
    const [protectedPart, payload, signature] = person.token.split('.');
    await expectRefused(JSON.stringify({ protected: protectedPart, payload, signature }), 'JSON serialisation');
  });
});

describe('signed with the right key, wrong in its claims', () => {
  async function signed(claims: Json, header: Json = {}): Promise<string> {
    const body = `${encode({ ...decodeProtectedHeader(person.token), ...header })}.${encode(claims)}`;
    return `${body}.${createHmac('sha256', stack.jwtSecret).update(body).digest('base64url')}`;
  }

  it('FO-15 the harness signs as the server does: its copy of the claims passes', async () => {
    expectStatus(await client.get(meDataPath, { bearer: await signed(decodeJwt(person.token)) }), 200);
  });

  it.each(['iss', 'sub', 'sid', 'sv', 'iat', 'exp', 'jti'])('FO-15 without %s: refused', async (claim) => {
    const claims: Json = decodeJwt(person.token);
    delete claims[claim];
    const token = await signed(claims);
    const answer = await client.get(meDataPath, { bearer: token });
    expect(answer.status, answer.text).toBe(401);
    expect((await client.post(validatePath, { token })).status).toBe(401);
  });

  it('TC-LOGOUT-007 an expired token that holds only a userId: 401, never 500', async () => {
    const token = await signed({ userId: person.id, exp: Math.floor(Date.now() / 1000) - 60 });
    expectStatus(await client.get(meDataPath, { bearer: token }), 401);
  });

  it('JWT-08 expired: 401 TOKEN_EXPIRED', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = await signed({ ...decodeJwt(person.token), iat: now - 7200, exp: now - 3600 });
    expectRefusal(await client.get(meDataPath, { bearer: token }), 401, 'TOKEN_EXPIRED', 'Token expired');
  });

  it('JWT-08 times of the wrong kind: refused', async () => {
    const good: Json = decodeJwt(person.token);
    for (const more of [
      { exp: String(good.exp) }, { exp: -1 }, { exp: null }, { exp: [good.exp] }, { iat: 'x' }, { iat: good.exp + 10 },
      { nbf: good.exp - 1 }, { nbf: 'later' },
    ]) {
      const answer = await client.get(meDataPath, { bearer: await signed({ ...good, ...more }) });
      expect(answer.status, `${JSON.stringify(more)}: ${answer.text}`).toBe(401);
    }
  });

  it('JWT-07 another issuer, another session, another person, another version: refused', async () => {
    const other = await newPerson(stack);
    const good: Json = decodeJwt(person.token);
    for (const more of [
      { iss: 'https://evil.example' }, { iss: `${good.iss}/` }, { iss: [good.iss] }, { sid: 'unknown' }, { sid: other.sessionId },
      { sub: other.id }, { sub: 'unknown' }, { sv: good.sv + 1 }, { sv: 0 }, { sv: '1' }, { sid: ["'"] },
    ]) {
      const answer = await client.get(meDataPath, { bearer: await signed({ ...good, ...more }) });
      expect(answer.status, `${JSON.stringify(more)}: ${answer.text}`).toBe(401);
    }
  });

  it('D-81 role, permissions and address inside a token are information, never authority', async () => {
    const good: Json = decodeJwt(person.token);
    const answer = await client.get(meDataPath, { bearer: await signed({ ...good, role: 'staff', email: 'evil@suite.example', permissions: ['*'] }) });
    expectStatus(answer, 200);
    expect(answer.json.user.role).toBe('owner');
    expect(answer.json.user.email).toBe(person.email);
  });

  it('JWT-06 the session token is not taken for an access token by a changed typ', async () => {
    await expectRefused(await signed(decodeJwt(person.accessToken), { typ: 'at+jwt' }), 'access claims under HS256');
  });
});

it('SES-03 a thousand logins would never share a token: jti, sid and refresh token of twenty differ', async () => {
  const seen = new Set<string>();
  for (let n = 0; n < 20; n += 1) {
    const handed = credentialsIn(await client.post(loginPath, { email: person.email, password: person.password }), person.email);
    for (const value of [handed.accessToken, handed.token, handed.refreshToken, handed.sessionId, decodeJwt(handed.token).jti as string]) seen.add(value);
    seen.add(decodeJwt(handed.accessToken).jti as string);
  }
  expect(seen.size).toBe(20 * 6);
});
