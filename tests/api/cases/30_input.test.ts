// Bad input on every route of the document: the error envelope, never a 500, nothing changed.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { envelopeProblems } from '../support/rules.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { document, type Operation } from '../support/openapi.ts';
import { login, loginPath, newAddress, newPassword, newPerson, registerPath, validatePath, type Person } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

const stack = mainStack();
const { client, database } = stack;
let person: Person;
/** What there is at a path, where a gate looks at it before the body: one of each type of resource. */
const existing: Record<string, string> = { '/api/ai-agents/{id}': '/api/ai-agents/access-guide' };

beforeAll(async () => {
  person = await newPerson(stack);
  for (const type of ['client', 'workflow', 'report']) {
    const made = await database.row`INSERT INTO resources (organization_id, type, name) VALUES (${person.organizationId}, ${type}, 'Of bad input') RETURNING id`;
    existing[`/api/${type}s/{id}`] = `/api/${type}s/${made['id'] as string}`;
  }
  for (const purpose of ['security_settings', 'impersonate', 'data_export']) await provenFor(database, person.organizationId, purpose); // what a body is worth is asked behind that
  const role = await database.row`INSERT INTO custom_roles (organization_id, name) VALUES (${person.organizationId}, 'Of bad input') RETURNING id`;
  const rule = await database.row`INSERT INTO ip_rules (organization_id, action, network, enabled) VALUES (${person.organizationId}, 'deny', '203.0.113.1', ${false}) RETURNING id`;
  existing['/api/security/ip-rules/{id}'] = `/api/security/ip-rules/${rule['id'] as string}`;
  const review = randomUUID();
  await database.run`INSERT INTO access_reviews (id, organization_id, name, created_by, created_at) VALUES (${review}, ${person.organizationId}, 'Of bad input', ${person.id}, ${'2026-01-02T00:00:00.000Z'})`;
  existing['/api/compliance/access-reviews/{id}/decisions'] = `/api/compliance/access-reviews/${review}/decisions`;
  for (const purpose of ['ip_rule_change', 'force_logout', 'revoke_session']) await provenFor(database, person.organizationId, purpose);
  existing['/api/organizations/{id}/roles/{roleId}'] = `/api/organizations/${person.organizationId}/roles/${role['id'] as string}`;
});

const operations = document().operations;
const withBody = operations.filter((operation) => document().requestSchema(operation) !== undefined);
const name = (operation: Operation): string => `${operation.method} ${operation.template}`;
// The caller and the caller's organization, where a gate looks at the path before the body.
const filled = (template: string): string => Object.entries(existing).reduce((path, [pattern, one]) => path.replace(pattern, one), template);
const pathOf = (operation: Operation): string =>
  filled(operation.template).replace('/api/organizations/{id}', `/api/organizations/${person.organizationId}`).replace('/api/users/{id}', `/api/users/${person.id}`)
    .replace(/\{[^}]+\}/g, 'unknown');
// Judged without a credential where the route takes none, with one where it needs one: a fresh one where it may be ended.
const needsBearer = (operation: Operation): boolean => (operation.definition.security ?? document().root.security ?? []).length > 0;
const endsSession = (operation: Operation): boolean => /logout/.test(operation.template);

async function send(operation: Operation, options: Options): Promise<Answer> {
  let bearer: string | undefined;
  if (needsBearer(operation)) bearer = (endsSession(operation) ? await login(stack, person) : person).accessToken;
  return client.send(operation.method, pathOf(operation), bearer === undefined ? options : { bearer, ...options });
}

function expectEnvelope(answer: Answer, ...statuses: number[]): void {
  expect(statuses, `${answer.method} ${answer.path}: ${answer.text.slice(0, 300)}`).toContain(answer.status);
  if (answer.json?.valid === false) return;
  expect(envelopeProblems(answer), answer.text.slice(0, 300)).toEqual([]);
}

it('D-90 the document names the routes of this surface', () => {
  const known = operations.map(name);
  for (const route of [
    'POST /api/v1/auth/register', 'POST /api/v1/auth/login', 'POST /api/v1/auth/validate', 'POST /api/v1/auth/logout', 'POST /api/v1/auth/refresh',
    'POST /api/v1/auth/resend-verification', 'POST /api/v1/auth/forgot-password', 'POST /api/v1/auth/reset-password', 'GET /api/auth/verify-email',
    'GET /api/v1/auth/jwks', 'GET /.well-known/jwks.json', 'GET /api/v1/auth/sessions', 'DELETE /api/v1/auth/sessions/{id}', 'GET /api/v1/me/data',
    'GET /api/v1/me/encryption-vault/status', 'POST /api/v1/me/encryption-vault/init', 'GET /api/v1/me/encryption-vault/key',
    'POST /api/v1/me/encryption-vault/rotate', 'POST /api/v1/me/encryption-vault/recovery-wrap', 'DELETE /api/v1/me/encryption-vault/recovery-wrap',
    'POST /api/v1/me/encryption-vault/zero-knowledge', 'POST /api/auth/login', 'POST /api/auth/logout', 'GET /health', 'GET /ready',
  ]) {
    expect(known).toContain(route);
  }
});

describe.each(withBody.map((operation) => [name(operation), operation] as const))('%s', (_name, operation) => {
  it('TC-SEC-016 another content type: 415', async () => {
    for (const type of ['text/plain', 'text/html', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', 'application/json+x']) {
      const answer = await send(operation, { bytes: '{}', headers: { 'content-type': type } });
      expectRefusal(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    }
    const none = await send(operation, { bytes: '{"a":1}', headers: { 'content-type': '' } });
    expectRefusal(none, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('TC-SEC-016 application/json with a charset, in other case, is JSON', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset=UTF-8']) {
      const answer = await send(operation, { bytes: '[]', headers: { 'content-type': type } });
      expectEnvelope(answer, 400);
    }
  });

  it('HT-12 a packed body: 415', async () => {
    for (const encoding of ['gzip', 'br', 'deflate']) {
      const answer = await send(operation, { bytes: gzipSync('{}'), headers: { 'content-encoding': encoding } });
      expectRefusal(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    }
  });

  it('HT-09 what is no JSON object of one meaning: 400', async () => {
    const deep = (open: string, close: string): string => `{"x":${open.repeat(40)}1${close.repeat(40)}}`;
    const texts: [string, string | Buffer][] = [
      ['nothing but blanks', ' '], ['truncated', '{"email":"a'], ['cut in an escape', '{"email":"\\u00'], ['no object', '[]'], ['a text', '"x"'], ['a number', '1'],
      ['null', 'null'], ['two values', '{}{}'], ['trailing comma', '{"a":1,}'], ['comment', '{/**/}'], ['single quotes', "{'a':1}"], ['a BOM', Buffer.from('\ufeff{}')],
      ['deep lists', deep('[', ']')], ['deep objects', `${'{"x":'.repeat(40)}1${'}'.repeat(40)}`], ['10,000 brackets', '['.repeat(10_000)],
      ['the same key twice', '{"email":"a@b.example","email":"c@d.example"}'], ['the same key twice, inside', '{"x":{"a":1,"a":2}}'],
      ['1e400', '{"x":1e400}'], ['NaN', '{"x":NaN}'], ['a number of 100,000 digits', `{"x":${'9'.repeat(100_000)}}`],
      ['a lone surrogate', '{"email":"\\ud800"}'], ['a lone low surrogate', '{"x":"\\udc00x"}'], ['a NUL in a text', '{"x":"a\\u0000b"}'],
      ['a raw line break in a text', '{"x":"a\nb"}'], ['a raw NUL', '{"x":"a\u0000"}'],
      ['invalid UTF-8', Buffer.from([...Buffer.from('{"email":"'), 0xc0, 0x27, ...Buffer.from('"}')])],
      ['overlong UTF-8', Buffer.from([...Buffer.from('{"email":"'), 0xe0, 0x80, 0xaf, ...Buffer.from('"}')])],
      ['surrogates in UTF-8', Buffer.from([...Buffer.from('{"email":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')])],
      ['cut UTF-8', Buffer.from([...Buffer.from('{"email":"'), 0xf0, 0x90, 0x27, ...Buffer.from('"}')])],
      ['UTF-16', Buffer.from('{}', 'utf16le')],
    ];
    for (const [what, bytes] of texts) {
      const answer = await send(operation, { bytes });
      expect(answer.status, `${what}: ${answer.text.slice(0, 300)}`).toBe(400);
      expectEnvelope(answer, 400);
    }
  });

  it('HT-08 a body over 1 MiB: 413, at 1 MiB it is read', async () => {
    const over = await send(operation, { bytes: `{"x":"${'a'.repeat(1_048_576)}"}` });
    expectRefusal(over, 413, 'PAYLOAD_TOO_LARGE');
    const full = `{"x":["${'a'.repeat(1_048_576 - 9)}"`;
    expectEnvelope(await send(operation, { bytes: full }), 400);
  });

  it('HT-08 many keys are no problem: unknown members are ignored or the known ones missed', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index]));
    const answer = await send(operation, { body: many });
    expect(answer.status, answer.text.slice(0, 300)).toBeLessThan(500);
  });

  it('URL-10 a member of the wrong type: 400 naming it', async () => {
    const schema = document().requestSchema(operation) as Json;
    const good = samples(schema);
    expect(good).toBeDefined();
    for (const [member, each] of Object.entries<Json>(schema.properties ?? {})) {
      for (const wrong of wrongValues(document().resolve(each))) {
        const answer = await send(operation, { body: { ...good, [member]: wrong } });
        expect(answer.status, `${member} = ${JSON.stringify(wrong)}: ${answer.text}`).toBe(400);
        if (answer.json.valid !== false) {
          expectRefusal(answer, 400, 'VALIDATION');
          expect(answer.text, `names ${member}`).toContain(member);
        }
      }
    }
  });

  it('HT-09 NUL in any text but a password: 400', async () => {
    const schema = document().requestSchema(operation) as Json;
    const texts = Object.entries<Json>(schema.properties ?? {}).filter(([member, each]) => isText(document().resolve(each)) && !/password/i.test(member));
    for (const [member] of texts) {
      const good = samples(schema);
      const answer = await send(operation, { body: { ...good, [member]: 'a\u0000b' } });
      expect(answer.status, `${member}: ${answer.text}`).toBe(400);
    }
    expect(schema).toBeDefined();
  });
});

function types(schema: Json): string[] {
  if (schema?.anyOf || schema?.oneOf) return (schema.anyOf ?? schema.oneOf).flatMap((each: Json) => types(document().resolve(each)));
  const type = schema?.type;
  return Array.isArray(type) ? type : type === undefined ? [] : [type];
}

const isText = (schema: Json): boolean => types(schema).includes('string');

/** Members of any type are those that a route refuses by name: they are left out. */
function samples(schema: Json): Json {
  const good: Json = {};
  for (const [member, each] of Object.entries<Json>(schema.properties ?? {})) {
    const resolved = document().resolve(each);
    if (types(resolved).length > 0) good[member] = sample(member, resolved);
  }
  return good;
}

function sample(member: string, schema: Json): Json {
  if (member === 'organizationId') return person.organizationId;
  if (member === 'role') return 'staff';
  if (member === 'resourceType') return 'client';
  if (member === 'resourceId') return (existing['/api/clients/{id}'] as string).slice('/api/clients/'.length);
  if (member === 'userId') return person.id;
  if (/email/i.test(member)) return newAddress('matrix');
  if (/password/i.test(member)) return newPassword();
  if (/callback/i.test(member)) return undefined;
  if (types(schema).includes('boolean')) return true;
  if (types(schema).includes('integer') || types(schema).includes('number')) return 1;
  return 'x';
}

function wrongValues(schema: Json): Json[] {
  const allowed = types(schema);
  const candidates: [string, Json][] = [
    ['string', 'text'], ['integer', 7], ['boolean', true], ['array', ['x']], ['array', []], ['object', {}], ['object', { $ne: null }],
  ];
  return candidates.filter(([type]) => allowed.length > 0 && !allowed.includes(type) && !(type === 'integer' && allowed.includes('number'))).map(([, value]) => value);
}

describe('paths and methods', () => {
  it.each([...new Set(operations.map((operation) => operation.template))])('D-90 %s: every method it does not have is 405 with Allow', async (template) => {
    const path = template.replace(/\{[^}]+\}/g, 'unknown');
    // A literal path is its own, also where a parameter would match it (D-7).
    const isLiteral = path === template;
    const has = operations
      .filter((operation) => operation.template === template || (!isLiteral && operation.pattern.test(path)))
      .map((operation) => operation.method);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
      if (has.includes(method)) continue;
      for (const bearer of [undefined, person.accessToken]) {
        const answer = await client.send(method, path, bearer === undefined ? {} : { bearer });
        expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED');
        const allow = (answer.header('allow') ?? '').split(/\s*,\s*/);
        for (const each of has) expect(allow, method).toContain(each);
        expect(allow).not.toContain(method);
      }
    }
  });

  it.each([
    '/api', '/api/', '/api/v1', '/api/v1/auth', '/api/v1/auth/', '/api/v1/auth/login/', '/api/v1/auth//login', '/api/v1/auth/nope', '/API/V1/AUTH/LOGIN',
    '/api/v1/me/data/x.css', '/api/v1/me/data;.js', '/api/v1/me/data%2fa.png', '/api/v1/auth/login%00', '/%2e%2e/etc/passwd', '/../etc/passwd', '/.git/config',
    '/admin', '/api/v1/auth/..%2fme/data', '/api/v1/auth/%6Cogin%', '/wp-login.php', '//api/v1/me/data', `/${'a'.repeat(4000)}`,
  ])('D-90 %.40s is nowhere: 404 in the envelope', async (path) => {
    for (const method of ['GET', 'POST']) {
      const answer = await client.send(method, path, method === 'POST' ? { body: {} } : {});
      expectEnvelope(answer, 404, 400);
      if (answer.status === 404) expect(answer.json.code).toBe('NOT_FOUND');
      expect(answer.text).not.toContain('passwd');
    }
  });

  it('XSS-11 no suffix makes a private answer look like a picture', async () => {
    for (const suffix of ['/x.css', ';.js', '%2fa.png', '/', '.json', '%3f.css']) {
      const answer = await client.get(`/api/v1/me/data${suffix}`, { bearer: person.accessToken });
      expect([400, 404], suffix).toContain(answer.status);
    }
  });

  it('AZ-14 HEAD and OPTIONS tell nothing that GET would not', async () => {
    for (const method of ['HEAD', 'OPTIONS']) {
      const answer = await client.send(method, '/api/v1/me/data');
      expect([401, 404, 405, 204], `${method}: ${answer.status}`).toContain(answer.status);
    }
    const health = await client.send('HEAD', '/health');
    expect([200, 405]).toContain(health.status);
    expect(health.bytes).toHaveLength(0);
  });

  it('CS-05 method overrides are not heard', async () => {
    const answer = await client.get('/api/v1/auth/login', { headers: { 'x-http-method-override': 'POST', 'x-method-override': 'POST' } });
    expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED');
  });
});

describe('odd but harmless', () => {
  it('D-90 unknown members are ignored, privileged ones above all', async () => {
    const email = newAddress();
    const answer = await client.post(registerPath, {
      email, password: newPassword(), role: 'admin', emailVerified: true, email_verified: true, organizationId: person.organizationId, id: 'chosen', status: 'x',
      selfRegistered: false, __proto__: { a: 1 }, constructor: {},
    });
    expectStatus(answer, 200);
    expect(answer.json.user).toMatchObject({ emailVerified: false });
    expect(answer.json.user.id).not.toBe('chosen');
    expect(answer.json.user.organizationId).not.toBe(person.organizationId);
    const row = await database.row`SELECT role, email_verified FROM users WHERE email = ${email}`;
    expect(row['role']).toBe('owner');
  });

  it('HT-11 the query adds nothing to a body', async () => {
    const answer = await client.post(`${loginPath}?email=a@b.example&password=x`, {});
    expectRefusal(answer, 400, 'VALIDATION');
  });

  it('TC-SEC-018 a refused value is never sent back raw', async () => {
    const answer = await client.post(registerPath, { email: '<script>alert(1)</script>', password: newPassword() });
    expectRefusal(answer, 400, 'VALIDATION');
    expect(answer.text).not.toMatch(/[<>]/);
  });

  it('TC-SEC-019 no value of a request header comes back', async () => {
    const mark = 'mark-7f3a9c';
    const headers = { 'x-request-id': mark, 'x-unknown': mark, referer: `https://${mark}.example`, origin: stack.facts.origin, accept: `text/${mark}`, 'x-correlation-id': mark };
    for (const answer of [
      await client.get('/health', { headers }),
      await client.get(`/nowhere`, { headers }),
      await client.post(validatePath, { token: 'x' }, { headers }),
    ]) {
      expect(answer.text).not.toContain(mark);
      expect(JSON.stringify(answer.rawHeaders)).not.toContain(mark);
    }
  });

  it('INJ-18 format characters and template signs are text like any other', async () => {
    for (const value of ['%n%s%x%p', '${jndi:ldap://x}', '{{7*7}}', '`id`', '$(id)', '../../etc/passwd', '\u202e\u200b', "'; DROP TABLE users; --"]) {
      const email = newAddress();
      expectStatus(await client.post(registerPath, { email, password: newPassword(), name: value }), 200);
      expect((await database.row`SELECT name FROM users WHERE email = ${email}`)['name']).toBe(value);
    }
  });
});
