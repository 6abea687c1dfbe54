// Layer 4, script: markup is literal after parsing and never raw on the wire. (Its text in the console is proven there.)
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer, Options } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { markupTexts } from '../support/hostile.ts';
import { Houses, organizationsPath, secretMembers, usersPath, type House } from '../support/houses.ts';
import { document } from '../support/openapi.ts';
import { newAddress, newPassword, organizationLoginPath, registerPath } from '../support/people.ts';
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
const script = '<script>alert("xss")</script>';

/** JSON by its type, not to be guessed otherwise, with nothing on the wire that a sniffer could take for markup. */
function expectInert(answer: Answer): void {
  expect(answer.header('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.header('x-content-type-options')).toBe('nosniff');
  expect(answer.text).not.toMatch(/[<>&\u2028\u2029]/);
}

it('TC-SEC-011 a script tag as the name of an organization', async () => {
  for (const name of [script, ...markupTexts]) {
    const changed = await houses.patch(`${organizationsPath}/${house.id}`, { name }, house.as);
    const read = await client().get(`${organizationsPath}/${house.id}`, house.as);
    const own = await client().get(`${usersPath}/me`, house.as);
    for (const answer of [changed, read, own]) {
      expectStatus(answer, 200);
      expectInert(answer);
      expect((answer.json.organization ?? answer.json).name).toBe(name.normalize('NFC').trim());
    }
  }
});

async function created(names: { firstName?: string; lastName?: string }): Promise<Answer> {
  const answer = await houses.add(house, { email: newAddress('markup'), password: newPassword(), ...names });
  expectStatus(answer, 201);
  return answer;
}

/** Wherever somebody is shown: alone, in the list, as a page, found by address. */
async function everywhereShown(made: Answer): Promise<Answer[]> {
  const { id, email } = made.json;
  return [
    made,
    await client().get(`${usersPath}/${id}`, house.as),
    await client().get(`${usersPath}/by-email?email=${encodeURIComponent(email)}`, house.as),
    await client().get(`${organizationsPath}/${house.id}/users?search=${encodeURIComponent(email)}`, house.as),
    await client().get(`${organizationsPath}/${house.id}/users?search=${encodeURIComponent(email)}&page=1`, house.as),
  ];
}

const shownIn = (answer: Answer) => (Array.isArray(answer.json) ? answer.json : (answer.json.data ?? [answer.json]));

it('TC-SEC-012 HTML in first and last name: literal after parsing, nothing raw on the wire', async () => {
  for (const text of [script, '<b>Bold & brash</b>', ...markupTexts]) {
    const wanted = text.normalize('NFC').trim();
    for (const answer of await everywhereShown(await created({ firstName: text, lastName: text }))) {
      expectInert(answer);
      expect(shownIn(answer)).toHaveLength(1);
      expect([shownIn(answer)[0].firstName, shownIn(answer)[0].lastName]).toEqual([wanted, wanted]);
    }
  }
});

it('TC-SEC-013 an svg with a handler as last name', async () => {
  const lastName = '<svg onload=alert(document.cookie)>';
  const made = await created({ lastName });
  for (const answer of await everywhereShown(made)) {
    expectInert(answer);
    expect(answer.text).toContain('\\u003csvg onload');
    expect(shownIn(answer)[0].lastName).toBe(lastName);
  }
  expect((await database().row`SELECT last_name FROM users WHERE id = ${made.json.id}`)['last_name']).toBe(lastName);
});

it('TC-SEC-014 an address that holds a script tag: 400, nobody is created', async () => {
  const before = await database().count`SELECT count(*) FROM users`;
  for (const email of [`${script}@suite.example`, `a@${script}.example`, '<script>@suite.example', '"<script>"@suite.example', `x@suite.example${script}`]) {
    const answer = await houses.add(house, { email, password: newPassword() });
    expectRefusal(answer, 400, 'VALIDATION', /email/);
    expectInert(answer);
    expectRefusal(await client().post(registerPath, { email, password: newPassword() }), 400, 'VALIDATION', /email/);
  }
  expect(await database().count`SELECT count(*) FROM users`).toBe(before);
});

it('TC-SEC-015 a script tag in search: an empty JSON list, not reflected', async () => {
  for (const text of [script, ...markupTexts.map((one) => `zz${one}`)]) {
    const mine = await houses.house();
    const answer = await client().get(`${organizationsPath}/${mine.id}/users?search=${encodeURIComponent(text)}`, mine.as);
    expectStatus(answer, 200);
    expectInert(answer);
    expect(answer.json).toEqual([]);
    expect(JSON.stringify(answer.rawHeaders)).not.toContain('script');
  }
});

it('TC-SEC-016 text/html on POST /api/users: 415, nobody is created', async () => {
  const email = newAddress('html');
  const bytes = JSON.stringify({ email, password: newPassword(), organizationId: house.id });
  for (const type of ['text/html', 'text/html; charset=utf-8', 'text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
    expectRefusal(await client().send('POST', usersPath, { ...house.as, bytes, headers: { 'content-type': type } }), 415, 'UNSUPPORTED_MEDIA_TYPE');
  }
  expect(await database().count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
});

it('TC-SEC-017 every JSON route, answered and refused: its type, and nosniff', async () => {
  let judged = 0;
  for (const operation of document().operations) {
    const answersJson = Object.values<{ content?: object }>(operation.definition.responses).some((one) => 'application/json' in (document().resolve(one)?.content ?? {}));
    if (!answersJson) continue;
    const path = operation.template.replace('/api/organizations/{id}', `/api/organizations/${house.id}`).replace(/\{[^}]+\}/g, 'unknown');
    const body: Options = operation.method === 'GET' ? {} : { bytes: '[]' };
    const asked = [body];
    // The owner keeps their session: what would end it is asked without a credential alone.
    if (!/logout/.test(path) && operation.method !== 'DELETE') asked.push({ ...body, ...house.as });
    for (const options of asked) {
      const answer = await client().send(operation.method, path, options);
      const what = `${operation.method} ${operation.template} → ${answer.status}`;
      expect(answer.headers('x-content-type-options'), what).toEqual(['nosniff']);
      if (answer.bytes.length === 0 || answer.status === 302 || (operation.template === '/metrics' && answer.status === 200)) continue;
      if (/\/raw$|^\/not-me$/.test(operation.template) && answer.status === 200) continue; // a file, and a page
      expect(answer.headers('content-type'), what).toEqual(['application/json; charset=utf-8']);
      judged += 1;
    }
  }
  expect(judged).toBeGreaterThan(80);
});

it('TC-SEC-018 a script tag in a refused field: JSON, escaped', async () => {
  const path = `${organizationsPath}/${house.id}/users`;
  const person = await houses.member(house.id);
  const refused = [
    await houses.add(house, { email: script, password: newPassword() }),
    await houses.add(house, { email: newAddress(), password: '<script>' }),
    await houses.add(house, { email: newAddress(), password: newPassword(), role: script }),
    await houses.patch(`${usersPath}/${person.id}`, { email: script }, house.as),
    await houses.patch(`${usersPath}/${person.id}/role`, { role: script }, house.as),
    await houses.patch(`${usersPath}/${person.id}`, { firstName: script.repeat(10) }, house.as),
    await houses.patch(`${organizationsPath}/${house.id}`, { name: script.repeat(10) }, house.as),
    ...(await Promise.all(['role', 'sort', 'order', 'format', 'limit', 'page', 'status'].map((name) => client().get(`${path}?${name}=${encodeURIComponent(script)}`, house.as)))),
    await client().post(registerPath, { email: script, password: newPassword() }),
  ];
  for (const answer of refused) {
    expect(answer.status, `${answer.method} ${answer.path}: ${answer.text}`).toBe(400);
    expectInert(answer);
  }
});

it('TC-SEC-019 no value of an unknown request header comes back, in whatever answer', async () => {
  const mark = 'zq7f3a9c-mark';
  const names = [
    'x-unknown', 'x-request-id', 'x-correlation-id', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'x-real-ip', 'referer', 'accept-language',
    'x-original-url', 'x-rewrite-url', 'x-custom-ip-authorization', 'traceparent', 'x-user-id', 'via', 'if-none-match', 'range', 'accept', 'user-agent', 'x-csrf-token',
  ];
  const headers = Object.fromEntries(names.map((name) => [name, `${mark}-${name}`]));
  const bearer = house.as.bearer as string;
  const answers = [
    await client().get('/health', { headers }),
    await client().get('/nowhere', { headers }),
    await client().get(`${usersPath}/me`, { bearer, headers }),
    await client().get(`${usersPath}/me`, { headers }),
    await client().get(`${usersPath}/unknown`, { bearer, headers }),
    await client().send('PUT', organizationLoginPath, { headers }),
    await client().post(organizationLoginPath, { email: newAddress(), password: newPassword() }, { headers }),
    await client().post(registerPath, {}, { headers }),
    await client().send('OPTIONS', organizationLoginPath, { headers: { ...headers, origin: `https://${mark}.example`, 'access-control-request-headers': mark } }),
    await client().get(`/api/auth/verify-email?token=x`, { headers: { ...headers, host: `${mark}.example` } }),
  ];
  for (const answer of answers) {
    expect(answer.text.toLowerCase(), `${answer.method} ${answer.path}`).not.toContain(mark);
    expect(JSON.stringify(answer.rawHeaders).toLowerCase(), `${answer.method} ${answer.path}`).not.toContain(mark);
  }
});

it('TC-SEC-020 the list of people: JSON, nosniff, and no secret of anybody', async () => {
  const person = await houses.member(house.id);
  await database().run`
    UPDATE users SET two_factor_enabled = ${true}, two_factor_secret = 'JBSWY3DPEHPK3PXP', reset_token = 'canary-reset-token' WHERE id = ${person.id}`;
  const row = await database().row`SELECT * FROM users WHERE id = ${person.id}`;
  for (const query of ['', '?page=1&limit=100', '?format=csv', `?search=${person.email}`]) {
    const answer = await client().get(`${organizationsPath}/${house.id}/users${query}`, house.as);
    expectStatus(answer, 200);
    expect(answer.header('x-content-type-options')).toBe('nosniff');
    if (query !== '?format=csv') expect(answer.header('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.text).toContain(person.email);
    expect(answer.text).not.toMatch(secretMembers);
    expect(answer.text).not.toMatch(/hash|secret|reset|backup/i);
    for (const value of [row['password_hash'], 'JBSWY3DPEHPK3PXP', 'canary-reset-token']) expect(answer.text).not.toContain(value);
  }
});
