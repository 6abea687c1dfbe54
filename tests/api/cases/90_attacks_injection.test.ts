// Layer 4, injection: SQL text is text, wherever it is put.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { sqlTexts } from '../support/hostile.ts';
import { Houses, organizationsPath, secretMembers, usersPath, type House, type Member } from '../support/houses.ts';
import { newAddress, newPassword, organizationLoginPath } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';

let houses: Houses;
let house: House;
let person: Member;

beforeAll(async () => {
  houses = await Houses.start('closed');
  house = await houses.house();
  person = await houses.member(house.id);
  // The owner's foreign hash is replaced after the answer to the sign-in: a change of the row that no injection made.
  const foreign = () => database().count`SELECT count(*) FROM users WHERE last_login_at IS NOT NULL AND password_scheme IS NULL`;
  for (let tries = 0; tries < 200 && (await foreign()) > 0; tries += 1) await new Promise((wait) => setTimeout(wait, 50));
  expect(await foreign(), 'hashes that were replaced').toBe(0);
});
afterAll(stopStacks);

const client = () => houses.stack.client;
const database = () => houses.stack.database;
const at = (who: { id: string }) => `${usersPath}/${who.id}`;
const list = (query: string) => client().get(`${organizationsPath}/${house.id}/users?${query}`, house.as);
const rowOf = (id: string) => database().row`SELECT * FROM users WHERE id = ${id}`;

/** Every row of the tables that injected SQL would reach for, but for the one it may change. */
async function everythingBut(id: string): Promise<string> {
  const users = await database().rows`SELECT * FROM users WHERE id <> ${id} ORDER BY id`;
  const organizations = await database().rows`SELECT * FROM organizations WHERE id <> ${id} ORDER BY id`;
  return JSON.stringify([users, organizations]);
}

it('TC-SEC-001 SQL text as the address of a sign-in: 401, no token, nothing changed', async () => {
  const before = await everythingBut('');
  for (const email of sqlTexts) {
    const answer = await client().post(organizationLoginPath, { email, password: newPassword() });
    expectRefusal(answer, 401, 'INVALID_CREDENTIALS', 'Invalid credentials');
    expect(answer.headers('set-cookie'), email).toEqual([]);
    expect(answer.text).not.toMatch(/token/i);
  }
  for (const password of sqlTexts.slice(0, 4)) {
    expectRefusal(await client().post(organizationLoginPath, { email: person.email, password }), 401, 'INVALID_CREDENTIALS');
  }
  expect(await everythingBut('')).toBe(before);
});

it('TC-SEC-002 SQL text as the first name of somebody new: stored literally, users intact', async () => {
  for (const firstName of sqlTexts) {
    const before = await everythingBut('');
    const count = await database().count`SELECT count(*) FROM users`;
    const answer = await houses.add(house, { email: newAddress('sql'), password: newPassword(), firstName });
    expectStatus(answer, 201);
    expect(answer.json.firstName).toBe(firstName);
    expect((await rowOf(answer.json.id))['first_name']).toBe(firstName);
    expect(await database().count`SELECT count(*) FROM users`).toBe(count + 1);
    expect(await everythingBut(answer.json.id)).toBe(before);
    await database().run`DELETE FROM users WHERE id = ${answer.json.id}`;
  }
});

it('TC-SEC-003 SQL text as the name of an organization: stored literally, nothing executed', async () => {
  const before = await everythingBut(house.id);
  for (const name of sqlTexts.filter((text) => text.length > 1)) {
    const answer = await houses.patch(`${organizationsPath}/${house.id}`, { name, industry: name, size: name.slice(0, 20) }, house.as);
    expectStatus(answer, 200);
    expect([answer.json.name, answer.json.industry]).toEqual([name, name]);
    const row = await database().row`SELECT name, industry FROM organizations WHERE id = ${house.id}`;
    expect(row).toEqual({ name, industry: name });
  }
  expect(await everythingBut(house.id)).toBe(before);
});

it('TC-SEC-004 SQL text in search: the own rows that hold it, none by injection', async () => {
  const mine = await houses.house();
  const path = `${organizationsPath}/${mine.id}/users`;
  expect((await client().get(`${path}?search=owner`, mine.as)).json).toHaveLength(1);
  for (const search of sqlTexts) {
    const answer = await client().get(`${path}?search=${encodeURIComponent(search)}`, mine.as);
    expectStatus(answer, 200);
    const shown = (answer.json as { email: string; firstName: string; lastName: string }[]).map((one) => `${one.email} ${one.firstName} ${one.lastName}`.toLowerCase());
    for (const text of shown) expect(text, search).toContain(search.toLowerCase());
  }
  const named = await houses.member(mine.id);
  await database().run`UPDATE users SET last_name = ${"O' OR '1'='1"} WHERE id = ${named.id}`;
  const found = await client().get(`${path}?search=${encodeURIComponent("' OR '1'='1")}`, mine.as);
  expect(found.json.map((one: { id: string }) => one.id)).toEqual([named.id]);
});

it('TC-SEC-005 SQL text as role filter: 400', async () => {
  for (const role of [...sqlTexts, "staff' OR '1'='1", 'staff--', 'Staff', ' staff', 'staff,owner']) {
    expectRefusal(await list(`role=${encodeURIComponent(role)}`), 400, 'VALIDATION', /role/);
  }
  expect((await list('role=staff')).json.every((one: { role: string }) => one.role === 'staff')).toBe(true);
});

it('TC-SEC-006 SQL text as a first name in a change: literal, other rows untouched', async () => {
  const before = await everythingBut(person.id);
  for (const firstName of sqlTexts) {
    const answer = await houses.patch(at(person), { firstName }, house.as);
    expectStatus(answer, 200);
    expect(answer.json.firstName).toBe(firstName);
    expect((await rowOf(person.id))['first_name']).toBe(firstName);
  }
  expect(await everythingBut(person.id)).toBe(before);
});

const asSegment = (text: string) => encodeURIComponent(text).replaceAll("'", '%27');

it('TC-SEC-007 SQL text as the id of an organization: 404', async () => {
  for (const id of ["1' OR '1'='1", ...sqlTexts]) {
    expectRefusal(await client().get(`${organizationsPath}/${asSegment(id)}`, house.as), 404, 'NOT_FOUND');
  }
  expectRefusal(await client().delete(`${organizationsPath}/${asSegment("1' OR '1'='1")}`, house.as), 404, 'NOT_FOUND');
  expectStatus(await client().get(`${organizationsPath}/${house.id}`, house.as), 200);
});

it('TC-SEC-008 SQL text as the id of a person: 404', async () => {
  const before = await everythingBut('');
  for (const id of ['1;DROP TABLE users', ...sqlTexts]) {
    expectRefusal(await client().get(`${usersPath}/${asSegment(id)}`, house.as), 404, 'NOT_FOUND');
    expectRefusal(await client().delete(`${usersPath}/${asSegment(id)}`, house.as), 404, 'NOT_FOUND');
  }
  expectRefusal(await client().get(`${usersPath}/1;DROP%20TABLE%20users`, house.as), 404, 'NOT_FOUND');
  expect(await everythingBut('')).toBe(before);
});

it('TC-SEC-009 SQL text as a last name in a change: exactly one row', async () => {
  const before = await everythingBut(person.id);
  const kept = await rowOf(person.id);
  for (const lastName of sqlTexts) {
    expectStatus(await houses.patch(at(person), { lastName }, house.as), 200);
    const changed = await rowOf(person.id);
    expect(changed).toEqual({ ...kept, last_name: lastName, updated_at: changed['updated_at'] });
  }
  expect(await everythingBut(person.id)).toBe(before);
});

it('TC-SEC-010 UNION text in search: no further rows or columns', async () => {
  const plain = await list('');
  const columns = Object.keys(plain.json[0]).sort();
  for (const search of sqlTexts.filter((text) => /union|select/i.test(text))) {
    for (const query of [`search=${encodeURIComponent(search)}`, `search=${encodeURIComponent(search)}&page=1&limit=100`]) {
      const answer = await list(query);
      expectStatus(answer, 200);
      const rows = Array.isArray(answer.json) ? answer.json : answer.json.data;
      for (const row of rows) expect(Object.keys(row).sort()).toEqual(columns);
      expect(rows.filter((row: { lastName: string | null; firstName: string | null }) => row.lastName !== search && row.firstName !== search)).toEqual([]);
      expect(answer.text).not.toMatch(secretMembers);
      expect(answer.text).not.toContain('$2b$');
    }
  }
});
