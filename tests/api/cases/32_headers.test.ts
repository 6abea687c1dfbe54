// Headers that stand on every answer, whatever it is.
import { describe, expect, it } from 'vitest';
import { login, loginPath, logoutPath, meDataPath, newAccount, newPerson, newPassword, verifyPath } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';
import type { Answer } from '../support/client.ts';

const stack = mainStack();
const { client } = stack;

async function everyKind(): Promise<Answer[]> {
  const person = await newPerson(stack);
  return [
    await client.get('/health'),
    await client.get('/ready'),
    await client.get('/openapi.json'),
    await client.get('/api/v1/auth/jwks'),
    await client.get('/nowhere'),
    await client.send('PUT', loginPath),
    await client.post(loginPath, {}),
    await client.send('POST', loginPath, { bytes: 'x', headers: { 'content-type': 'text/plain' } }),
    await client.send('POST', loginPath, { bytes: 'x'.repeat(1_100_000) }),
    await client.post(loginPath, { email: person.email, password: newPassword() }),
    await client.get(meDataPath),
    await client.get(meDataPath, { bearer: person.accessToken }),
    await client.get(`${verifyPath}?token=x`),
    await client.post(logoutPath, {}, { bearer: person.accessToken }),
    await client.get('/api/v1/messages'),
  ];
}

describe('every answer', () => {
  it('TC-SEC-017 carries the security headers, once each', async () => {
    for (const answer of await everyKind()) {
      const what = `${answer.method} ${answer.path} → ${answer.status}`;
      expect(answer.headers('x-content-type-options'), what).toEqual(['nosniff']);
      expect(answer.headers('x-frame-options'), what).toEqual(['DENY']);
      expect(answer.headers('referrer-policy'), what).toEqual(['strict-origin-when-cross-origin']);
      expect(answer.headers('permissions-policy'), what).toHaveLength(1);
      expect(answer.headers('x-request-id'), what).toHaveLength(1);
      expect(answer.headers('strict-transport-security'), `${what}: plain http promises nothing`).toEqual([]);
      expect(answer.header('server') ?? '', what).not.toMatch(/\d/);
      expect(answer.header('x-powered-by'), what).toBeUndefined();
      expect(answer.headers('access-control-allow-origin'), `${what}: no origin is configured`).toEqual([]);
    }
  });

  it('TC-SEC-017 has its own request id, also when the client sends one', async () => {
    const ids = (await everyKind()).map((answer) => answer.header('x-request-id'));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('XSS-10 is kept by nobody where it is personal or holds a token; the key set may be kept for 300 s', async () => {
    const person = await newAccount(stack);
    const handed = await client.post(loginPath, { email: person.email, password: person.password });
    expect(handed.header('cache-control')).toContain('no-store');
    const { accessToken } = await login(stack, person);
    expect((await client.get(meDataPath, { bearer: accessToken })).header('cache-control')).toContain('no-store');
    for (const path of ['/api/v1/auth/jwks', '/.well-known/jwks.json']) {
      expect((await client.get(path)).header('cache-control')).toMatch(/max-age=300/);
    }
  });

  it('FO-05 a 401 for a missing or bad credential names the scheme', async () => {
    for (const answer of [await client.get(meDataPath), await client.get(meDataPath, { bearer: 'x' })]) {
      expect(answer.header('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('XSS-08 a foreign page gets no CORS permission', async () => {
    const answer = await client.send('OPTIONS', loginPath, {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    expect(answer.header('access-control-allow-origin')).toBeUndefined();
    expect(answer.header('access-control-allow-credentials')).toBeUndefined();
  });
});
