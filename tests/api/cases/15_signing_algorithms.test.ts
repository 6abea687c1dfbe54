// A server whose operator chose ES256 or RS256: other libraries verify its tokens, and it believes no other form of them.
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto';
import { base64url, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../support/client.ts';
import { expectStatus } from '../support/expectations.ts';
import { login, meDataPath, newPerson, validatePath, type Person } from '../support/people.ts';
import { startAgain, startStack, stopStacks, type Stack } from '../support/stack.ts';

afterAll(stopStacks);

const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));

/** r ‖ s as the ASN.1 that OpenSSL and X.509 write. */
function derOf(raw: Buffer): Buffer {
  const number = (bytes: Buffer): Buffer => {
    let least = bytes;
    while (least.length > 1 && least[0] === 0) least = least.subarray(1);
    if ((least[0] as number) >= 0x80) least = Buffer.concat([Buffer.of(0), least]);
    return Buffer.concat([Buffer.of(2, least.length), least]);
  };
  const both = Buffer.concat([number(raw.subarray(0, 32)), number(raw.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, both.length), both]);
}

describe.each([
  ['ES256', { kty: 'EC', crv: 'P-256' }, 64],
  ['RS256', { kty: 'RSA', e: 'AQAB' }, 384],
] as const)('signing with %s', (algorithm, members, signatureSize) => {
  let stack: Stack;
  let person: Person;
  let jwk: Json;

  beforeAll(async () => {
    stack = await startStack({ GATEHOUSE_SIGNING_ALGORITHM: algorithm, JWT_SECRET: '' });
    person = await newPerson(stack);
    jwk = (await stack.client.get('/.well-known/jwks.json')).json.keys[0];
  });

  async function expectRefused(token: string, what: string): Promise<void> {
    const asBearer = await stack.client.get(meDataPath, { bearer: token });
    expect(asBearer.status, `${what}: ${asBearer.text}`).toBe(401);
    expect(asBearer.json.code, what).toBe('INVALID_TOKEN');
    const validated = await stack.client.post(validatePath, { token });
    expect(validated.status, what).toBe(401);
    expect(validated.json.valid, what).toBe(false);
  }

  it('M-19 the key set shows the public part alone, and another library verifies both tokens', async () => {
    expect(jwk).toMatchObject({ ...members, alg: algorithm, use: 'sig' });
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(jwk).not.toHaveProperty(secret);
    const keys = createRemoteJWKSet(new URL(`${stack.facts.origin}/.well-known/jwks.json`));
    for (const token of [person.accessToken, person.token]) {
      expect(decodeProtectedHeader(token)).toMatchObject({ alg: algorithm, kid: jwk.kid });
      expect(Buffer.from(token.split('.')[2] as string, 'base64url')).toHaveLength(signatureSize);
      expect(token.length, 'api §12').toBeLessThan(1536);
      const verified = await jwtVerify(token, keys, { issuer: stack.facts.environment['GATEHOUSE_PUBLIC_URL'] ?? stack.facts.origin });
      expect(verified.payload.sub).toBe(person.id);
      expectStatus(await stack.client.get(meDataPath, { bearer: token }), 200);
      expectStatus(await stack.client.post(validatePath, { token }), 200);
    }
  });

  it('JWT-02 HS256 with any form of the public key: refused', async () => {
    const key = createPublicKey({ key: jwk as never, format: 'jwk' });
    const pem = key.export({ type: 'spki', format: 'pem' }) as string;
    const forms = [pem, pem.trim(), key.export({ type: 'spki', format: 'der' }), JSON.stringify(jwk), jwk.x ?? jwk.n, Buffer.from(jwk.x ?? jwk.n, 'base64url'), ''];
    for (const form of forms) {
      for (const kid of [jwk.kid, 'hs1', undefined]) {
        const body = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${person.token.split('.')[1]}`;
        await expectRefused(`${body}.${createHmac('sha256', form).update(body).digest('base64url')}`, `HS256 with kid ${String(kid)}`);
      }
    }
  });

  it('JWT-01 JWT-02 another algorithm named over the same claims and signature: refused', async () => {
    const [, body, signature] = person.accessToken.split('.') as [string, string, string];
    for (const alg of ['none', 'None', 'HS256', 'EdDSA', 'ES256', 'RS256', 'PS256', 'ES384', 'RS512', '', null, [algorithm]]) {
      if (alg === algorithm) continue;
      const header = encode({ ...decodeProtectedHeader(person.accessToken), alg });
      await expectRefused(`${header}.${body}.${signature}`, `alg ${JSON.stringify(alg)}`);
      await expectRefused(`${header}.${body}.`, `alg ${JSON.stringify(alg)} without a signature`);
    }
  });

  it('JWT-03 signed by a stranger, under our kid, theirs, or with their key in the header: refused', async () => {
    const pair = algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
    const theirs = pair.publicKey.export({ format: 'jwk' });
    const url = `${stack.facts.origin}/.well-known/jwks.json`;
    const signed = (header: Json): string => {
      const body = `${encode({ alg: algorithm, typ: 'at+jwt', ...header })}.${encode(decodeJwt(person.accessToken))}`;
      const key: { key: KeyObject; dsaEncoding: 'ieee-p1363' } = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' };
      return `${body}.${signBytes('sha256', Buffer.from(body), key).toString('base64url')}`;
    };
    for (const kid of [jwk.kid, 'theirs', undefined]) {
      for (const more of [{}, { jwk: theirs }, { jku: url }, { x5u: url }, { x5c: ['AAAA'] }, { crit: ['exp'] }]) {
        await expectRefused(signed({ kid, ...more }), `kid ${String(kid)} with ${Object.keys(more).join()}`);
      }
    }
  });

  it('JWT-05 the signature in another form: refused', async () => {
    const at = person.accessToken.lastIndexOf('.') + 1;
    const head = person.accessToken.slice(0, at);
    const raw = Buffer.from(person.accessToken.slice(at), 'base64url');
    const odd: [string, Buffer][] = [
      ['zeros', Buffer.alloc(raw.length)], ['ones', Buffer.alloc(raw.length, 0xff)], ['shorter', raw.subarray(1)],
      ['longer in front', Buffer.concat([Buffer.of(0), raw])], ['longer behind', Buffer.concat([raw, Buffer.of(0)])], ['nothing', Buffer.alloc(0)],
    ];
    if (algorithm === 'ES256') {
      odd.push(['DER', derOf(raw)], ['r alone', Buffer.concat([raw.subarray(0, 32), Buffer.alloc(32)])], ['s alone', Buffer.concat([Buffer.alloc(32), raw.subarray(32)])]);
      odd.push(['swapped', Buffer.concat([raw.subarray(32), raw.subarray(0, 32)])]);
    }
    for (const [what, signature] of odd) await expectRefused(`${head}${signature.toString('base64url')}`, what);
    expectStatus(await stack.client.get(meDataPath, { bearer: person.accessToken }), 200);
  });

  it('KEY-01 the private part in the database is sealed, and a restart with another algorithm keeps the key that signs', async () => {
    const row = await stack.database.row`SELECT alg, state, private_sealed FROM signing_keys WHERE kid = ${jwk.kid}`;
    expect(row).toMatchObject({ alg: algorithm, state: 'signing' });
    for (const form of ['pkcs8', 'sec1', 'pkcs1'] as const) {
      expect(() => createPrivateKey({ key: Buffer.from(row['private_sealed'] as Uint8Array), format: 'der', type: form })).toThrow();
    }
    await stack.server?.stop();
    stack = await startAgain({ ...stack.facts, environment: { ...stack.facts.environment, GATEHOUSE_SIGNING_ALGORITHM: 'EdDSA' } });
    expect((await stack.client.get('/.well-known/jwks.json')).json.keys).toEqual([jwk]);
    expectStatus(await stack.client.get(meDataPath, { bearer: person.accessToken }), 200);
    expect(decodeProtectedHeader((await login(stack, person)).accessToken)).toMatchObject({ alg: algorithm, kid: jwk.kid });
  });
});
