// Hostile texts through every door: stored, searched, exported, mailed, and always only text.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { formatTexts, headerTexts, hostileNames, markupTexts, sqlTexts, templateTexts } from '../support/hostile.ts';
import { Houses, organizationsPath, usersPath, type House } from '../support/houses.ts';
import { document, type Operation } from '../support/openapi.ts';
import { login, newAccount, newAddress, newPassword, organizationLoginPath } from '../support/people.ts';
import { isUnsafe, nameOf, pathOf, publicRoutes } from '../support/routes.ts';
import { patience } from '../support/settings.ts';
import { stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

let houses: Houses;
let house: House;

beforeAll(async () => {
  houses = await Houses.start('closed');
  house = await houses.house();
  for (const purpose of ['security_settings', 'impersonate', 'data_export', 'force_logout', 'ip_rule_change', 'revoke_session']) await provenFor(houses.stack.database, house.id, purpose);
});
afterAll(stopStacks);

const client = () => houses.stack.client;
const database = () => houses.stack.database;
const list = (query: string, of = house) => client().get(`${organizationsPath}/${of.id}/users?${query}`, of.as);

/** As the server keeps a name: NFC, blanks at both ends gone; undefined where it must refuse it. */
function asName(text: string, least: number): string | undefined {
  const kept = text.normalize('NFC').replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
  const length = [...kept].length;
  return /\p{Cc}/u.test(kept) || length < least || length > 100 ? undefined : kept;
}

it('INJ-01 SQL text at sign-in: refused like any miss, in the time of any miss', async () => {
  const took: { sql: number[]; plain: number[] } = { sql: [], plain: [] };
  const ask = async (kind: 'sql' | 'plain', email: string): Promise<void> => {
    const start = process.hrtime.bigint();
    expectRefusal(await client().post(organizationLoginPath, { email, password: newPassword() }), 401, 'INVALID_CREDENTIALS');
    took[kind].push(Number(process.hrtime.bigint() - start) / 1e6);
  };
  for (const text of sqlTexts) {
    await ask('sql', `${text} ${newAddress()}`);
    await ask('plain', newAddress('nobody'));
  }
  const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
  expect(Math.abs(median(took.sql) - median(took.plain))).toBeLessThan(20 * patience);
  expect(Math.max(...took.sql), 'no text made the database wait').toBeLessThan(4000 * patience);
});

it('INJ-02 SQL text as the name of a new organization: read back byte by byte, no table is gone', async () => {
  for (const name of ["'; DROP TABLE organizations; --", ...sqlTexts.filter((text) => text.length > 1)]) {
    const count = await database().count`SELECT count(*) FROM organizations`;
    const { answer, as } = await houses.create({ name });
    expectStatus(answer, 201);
    const read = await client().get(`${organizationsPath}/${answer.json.id}`, as);
    expect(Buffer.from(read.json.name)).toEqual(Buffer.from(name));
    expect(await database().count`SELECT count(*) FROM organizations`).toBe(count + 1);
  }
});

it('INJ-03 sorting, filtering and paging take words of fixed lists and whole numbers alone', async () => {
  const wrong: Record<string, string[]> = {
    sort: ['(select 1)', 'email;--', 'email,1', 'email desc', 'password_hash', 'passwordHash', '1', 'createdAt)--', 'id', '"email"', 'users.email', 'Email', 'email '],
    order: ['desc,1', 'desc;--', 'asc NULLS FIRST', 'DESC', '1', '(select 1)'],
    limit: ['1;--', '1 OR 1=1', '-1', '0', '101', '1e1', '0x10', '1.0', ' 1', '9'.repeat(40), '(select 1)', ''],
    page: ['1;--', '0', '-1', '1,2', '9'.repeat(40), "1'", ''],
    status: ["active'--", 'deleted', 'Active', 'active,suspended'],
    format: ["csv'--", 'xml', 'CSV'],
    role: ["owner' OR 1=1 --", 'Owner', 'owner,staff'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) expectRefusal(await list(`${name}=${encodeURIComponent(value)}`), 400, 'VALIDATION', new RegExp(name));
    expect((await list(`${name}=x&${name}=y`)).status, `${name} twice`).toBe(400);
  }
  for (const sort of ['createdAt', 'email', 'firstName', 'lastName']) expectStatus(await list(`sort=${sort}&order=desc`), 200);
});

const broken = [Buffer.from([0xc0, 0x27]), Buffer.from([0xe0, 0x27]), Buffer.from([0xf0, 0x90, 0x27]), Buffer.from([0xc0, 0xa7]), Buffer.from([0xff]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xf4, 0x90, 0x80, 0x80])];

it('INJ-04 bytes that are no UTF-8 in any text member of any body: 400', async () => {
  const taking = document().operations.filter((operation) => isUnsafe(operation) && document().requestSchema(operation) !== undefined);
  const person = await houses.member(house.id);
  let asked = 0;
  for (const operation of taking) {
    const members = Object.keys((document().requestSchema(operation) as Json).properties ?? {});
    for (const member of members) {
      const bytes = broken[asked % broken.length] as Buffer;
      asked += 1;
      const body = Buffer.concat([Buffer.from(`{"${member}":"a`), bytes, Buffer.from(`b"}`)]);
      const options: Options = publicRoutes.has(nameOf(operation)) ? {} : house.as;
      const answer = await client().send(operation.method, pathOf(operation, { organization: house.id, user: person.id }), { ...options, bytes: body });
      expect([400, 404], `${nameOf(operation)} ${member}: ${answer.text}`).toContain(answer.status);
      if (answer.status === 404) expect(operation.template, 'an unknown id is said before the body is read').toMatch(/\{/);
    }
  }
  expect(asked).toBeGreaterThan(30);
  for (const bytes of broken) {
    const escaped = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    for (const path of [`${organizationsPath}/${house.id}/users?search=${escaped}`, `${usersPath}/by-email?email=${escaped}`]) {
      expect((await client().get(path, house.as)).status, path).toBe(400);
    }
    expect([400, 404]).toContain((await client().get(`${usersPath}/${escaped}`, house.as)).status);
  }
});

it('INJ-06 a stored text, used again in search, lists and exports, is still only text', async () => {
  const mine = await houses.house();
  const texts = [...sqlTexts, ...markupTexts, ...templateTexts, ...formatTexts].map((text) => asName(text, 1)).filter((text) => text !== undefined);
  const person = await houses.member(mine.id);
  for (const text of new Set(texts)) {
    expectStatus(await houses.patch(`${usersPath}/${person.id}`, { firstName: text, lastName: text }, mine.as), 200);
    const found = await list(`search=${encodeURIComponent(text)}`, mine);
    expectStatus(found, 200);
    expect(found.json.filter((one: Json) => one.id === person.id).map((one: Json) => [one.firstName, one.lastName]), text).toEqual([[text, text]]);
    for (const sort of ['firstName', 'lastName']) {
      const sorted = await list(`sort=${sort}&order=asc&page=1&limit=10`, mine);
      expect([sorted.json.total, sorted.json.data.find((one: Json) => one.id === person.id)[sort]]).toEqual([2, text]);
    }
  }
});

interface Mailed {
  raw: string;
  html: string;
  text: string;
  subject: string;
}

/** The invitation that a house of this name sends. */
async function invitationOf(name: string): Promise<Mailed> {
  const { answer, as } = await houses.create({ name });
  expectStatus(answer, 201);
  const email = newAddress('invited');
  expectStatus(await client().post(`${organizationsPath}/${answer.json.id}/invitations`, { email, role: 'staff' }, as), 201);
  const mail = await houses.stack.mail.wait(email);
  const raw = (await houses.stack.mail.raw(mail.id)).text;
  expect(mail.to).toEqual([email]);
  return { raw, html: mail.html, text: mail.text, subject: mail.subject };
}

const headerLines = (raw: string) => raw.slice(0, raw.search(/\r?\n\r?\n/)).split(/\r?\n/);

describe('texts in mails', () => {
  it('INJ-07 line breaks in a name: refused, or one recipient and one subject', async () => {
    for (const text of headerTexts) {
      const { answer } = await houses.create({ name: `House ${text}` });
      if (answer.status === 400) continue;
      const { raw } = await invitationOf(`House ${text}`);
      const lines = headerLines(raw);
      for (const name of ['to', 'subject', 'from', 'message-id', 'mime-version']) expect(lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)), `${name} of ${JSON.stringify(text)}`).toHaveLength(1);
      expect(lines.filter((line) => /^(bcc|cc|reply-to|x-)/i.test(line) && /victim/.test(line))).toEqual([]);
    }
    for (const email of ['a@suite.example\r\nBcc: v@evil.example', 'a@suite.example%0d%0aBcc: v@evil.example', 'a@suite.example\n v@evil.example', 'a@suite.example, v@evil.example']) {
      expectRefusal(await houses.add(house, { email, password: newPassword() }), 400, 'VALIDATION', /email/);
      expectRefusal(await client().post(`${organizationsPath}/${house.id}/invitations`, { email, role: 'staff' }, house.as), 400, 'VALIDATION', /email/);
    }
  });

  it('INJ-08 template signs stay as they are', async () => {
    for (const text of templateTexts) {
      const mail = await invitationOf(`House ${text}`);
      expect(mail.subject).toBe(`Invitation to House ${text}`);
      expect(mail.text).toContain(text);
      expect(`${mail.html}${mail.text}`.replace(/token=[\w-]+/g, '')).not.toMatch(/\b49\b/);
    }
  });

  it('INJ-09 markup in a name is escaped in the HTML part and brings no link of its own', async () => {
    for (const text of ['<a href="https://evil.example">click</a>', ...markupTexts.slice(0, 6)]) {
      const mail = await invitationOf(text);
      expect(mail.html).not.toContain(text);
      expect(mail.html).not.toMatch(/<(script|svg|img|iframe|textarea)/i);
      const links = [...mail.html.matchAll(/href="([^"]*)"/g)].map((match) => match[1] as string);
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) expect(link.startsWith(houses.stack.facts.environment['GATEHOUSE_PUBLIC_URL'] as string), link).toBe(true);
    }
  });
});

it('INJ-11 line breaks in what a session keeps stay inside their columns', async () => {
  const who = await houses.member(house.id);
  const bad = 'a\r\nrole=owner\nuser_id=1\r\n\r\n';
  const made = await login(houses.stack, who, { deviceName: bad, deviceId: bad, country: bad.slice(0, 8), city: bad });
  const row = await database().row`SELECT user_id, device_name, revoked_at, logged_out_at FROM sessions WHERE id = ${made.sessionId}`;
  expect(row).toEqual({ user_id: who.id, device_name: bad, revoked_at: null, logged_out_at: null });
  const shown = await client().get('/api/auth/sessions', { bearer: made.token });
  expect(shown.json).toHaveLength(1);
  expect(Object.keys(shown.json[0]).sort()).toEqual(['city', 'country', 'createdAt', 'current', 'deviceId', 'deviceName', 'expiresAt', 'id', 'ipAddress', 'lastSeenAt', 'userAgent']);
});

it('INJ-14 a cell that a spreadsheet would compute begins with an apostrophe', async () => {
  const mine = await houses.house();
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|\'/C calc\'!A0', '=HYPERLINK("https://evil.example","x")', '=1,2', '="x"\n=1', '\t=1', '\r=1']) {
    const who = await houses.member(mine.id);
    await database().run`UPDATE users SET first_name = ${text} WHERE id = ${who.id}`; // line breaks come by SQL alone
    const csv = await list(`format=csv&search=${encodeURIComponent(who.email)}`, mine);
    expectStatus(csv, 200);
    const quoted = /[",\r\n]/.test(text) ? `"'${text.replaceAll('"', '""')}"` : `'${text}`;
    expect(csv.text, text).toContain(`,${quoted},`);
  }
});

/** What can be named, by whom, and where the name is read again. */
async function name(what: 'organization' | 'person', text: string, path: string): Promise<Answer> {
  return houses.patch(path, what === 'organization' ? { name: text } : { firstName: text, lastName: text }, house.as);
}

it('XSS-01 every hostile text as a name: JSON by its type, nothing raw on the wire, the same after parsing; or refused', async () => {
  const texts = hostileNames();
  expect(texts.length).toBeGreaterThan(500);
  const person = await houses.member(house.id);
  let kept = 0;
  for (const text of texts) {
    for (const [what, path, least] of [['organization', `${organizationsPath}/${house.id}`, 2], ['person', `${usersPath}/${person.id}`, 0]] as const) {
      const answer = await name(what, text, path);
      const expected = asName(text, least);
      expect(answer.header('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.header('x-content-type-options')).toBe('nosniff');
      expect(answer.text).not.toMatch(/[<>&\u2028\u2029]/);
      expect(answer.status, `${what} ${JSON.stringify(text)}: ${answer.text}`).toBe(expected === undefined ? 400 : 200);
      if (expected === undefined) continue;
      const shown = what === 'organization' ? answer.json.name : answer.json.firstName;
      expect(shown ?? '', JSON.stringify(text)).toBe(expected);
      kept += 1;
    }
  }
  expect(kept).toBeGreaterThan(900);
});

it('INJ-18 format signs in every text member: text, or refused like any wrong value', async () => {
  const taking: Operation[] = document().operations.filter((operation) => isUnsafe(operation) && document().requestSchema(operation) !== undefined && !/logout/.test(operation.template));
  const account = await newAccount(houses.stack);
  const bearer = await houses.bearer(account);
  for (const operation of taking) {
    const members = Object.entries<Json>((document().requestSchema(operation) as Json).properties ?? {});
    for (const text of formatTexts) {
      const body = Object.fromEntries(members.map(([member]) => [member, text]));
      const path = pathOf(operation, { organization: account.organizationId, user: account.id });
      const answer = await client().send(operation.method, path, { ...(publicRoutes.has(nameOf(operation)) ? {} : bearer), body });
      expect(answer.status, `${nameOf(operation)}: ${answer.text}`).toBeLessThan(500);
    }
  }
});
