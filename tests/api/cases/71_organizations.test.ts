// Layer 1, organizations: created, shown, changed and deleted, by the provisioner and by owners.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { time } from '../support/database.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, profiles, usersPath } from '../support/houses.ts';
import { newAccount, newAddress, newPassword } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';

afterAll(stopStacks);

describe.each(profiles)('layer 1, organizations, provisioning %s', (profile) => {
  let houses: Houses;
  beforeAll(async () => {
    houses = await Houses.start(profile);
  });
  const client = () => houses.stack.client;
  const database = () => houses.stack.database;

  async function created(name: string) {
    const { answer, as } = await houses.create({ name });
    expectStatus(answer, 201);
    expect(answer.json.name).toBe(name);
    const read = await client().get(`${organizationsPath}/${answer.json.id}`, as);
    expectStatus(read, 200);
    expect(read.json.name).toBe(name);
    const row = await database().row`SELECT name FROM organizations WHERE id = ${answer.json.id}`;
    expect(row['name']).toBe(name);
    return { answer, as, id: answer.json.id as string };
  }

  it('TC-ORG-001 with name, industry and size', async () => {
    const { answer } = await houses.create({ name: 'Test Accounting Firm', industry: 'Accounting', size: '1-10' });
    expectStatus(answer, 201);
    expect(answer.json).toMatchObject({ name: 'Test Accounting Firm', industry: 'Accounting', size: '1-10', kind: 'business' });
    expect(answer.json.id).toMatch(/^.+$/);
    expect(Object.keys(answer.json).sort()).toEqual(['createdAt', 'id', 'industry', 'kind', 'name', 'ownerId', 'size', 'updatedAt']);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE event_type = 'ORGANIZATION_CREATED' AND organization_id = ${answer.json.id}`).toBe(1);
  });

  it('TC-ORG-002 without a name', async () => {
    const { answer } = await houses.create({ industry: 'Accounting' });
    expectRefusal(answer, 400, 'VALIDATION', /name/);
  });

  it('TC-ORG-003 one character is too few, two are enough', async () => {
    expectRefusal((await houses.create({ name: 'A' })).answer, 400, 'VALIDATION', /name/);
    expectRefusal((await houses.create({ name: ' A ' })).answer, 400, 'VALIDATION', /name/);
    await created('AB');
  });

  it('TC-ORG-004 101 characters are too many, 100 are not', async () => {
    expectRefusal((await houses.create({ name: 'x'.repeat(101) })).answer, 400, 'VALIDATION', /name/);
    await created('x'.repeat(100));
  });

  it('TC-ORG-005 punctuation comes back unchanged', async () => {
    await created('Smith & Associates, LLC');
  });

  it('TC-ORG-006 the same name twice is two organizations', async () => {
    const one = await created('Twin House');
    const two = await created('Twin House');
    expect(one.id).not.toBe(two.id);
  });

  it('TC-ORG-007 shown by its id', async () => {
    await created('Shown House');
  });

  it.each(['99999', "1' OR '1'='1", encodeURIComponent('会计'), 'a%20b'])('TC-ORG-008 an unknown id %s is 404', async (id) => {
    const { as } = await houses.house();
    expectRefusal(await client().get(`${organizationsPath}/${encodeURI(decodeURI(id)).replaceAll("'", '%27')}`, as), 404, 'NOT_FOUND');
  });

  it('TC-ORG-009 a new name, and nothing else changes', async () => {
    const { answer, as } = await houses.create({ name: 'Before', industry: 'Tax', size: '1-10' });
    const path = `${organizationsPath}/${answer.json.id}`;
    const changed = await houses.patch(path, { name: 'After' }, as);
    expectStatus(changed, 200);
    expect(changed.json).toMatchObject({ name: 'After', industry: 'Tax', size: '1-10' });
    expect((await client().get(path, as)).json).toEqual(changed.json);
    const emptied = await houses.patch(path, { industry: '', size: null }, as);
    expect(emptied.json).toMatchObject({ name: 'After', industry: null, size: '1-10' });
    for (const name of ['A', 'x'.repeat(101), ['AB'], {}]) expectRefusal(await houses.patch(path, { name }, as), 400, 'VALIDATION', /name/);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE event_type = 'ORGANIZATION_UPDATED' AND organization_id = ${answer.json.id}`).toBe(2);
  });

  it('TC-ORG-010 deleted with everything in it, but the ledger stays', async () => {
    const house = await houses.house();
    const staff = await houses.member(house.id);
    const bearer = await houses.bearer(staff);
    const path = `${organizationsPath}/${house.id}`;
    const before = await database().count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${house.id}`;
    const deleted = await client().delete(path, house.as);
    expectStatus(deleted, 204);
    expect(deleted.bytes.length).toBe(0);
    for (const count of [
      await database().count`SELECT count(*) FROM organizations WHERE id = ${house.id}`,
      await database().count`SELECT count(*) FROM users WHERE organization_id = ${house.id}`,
      await database().count`SELECT count(*) FROM sessions WHERE organization_id = ${house.id}`,
    ]) expect(count).toBe(0);
    expectStatus(await client().get('/api/users/me', bearer), 401);
    if (profile === 'open') expectRefusal(await client().get(path), 404, 'NOT_FOUND');
    expectRefusal(await client().get(path, (await houses.house()).as), 404, 'NOT_FOUND');
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${house.id}`).toBe(before + 1);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${house.id} AND event_type = 'ORGANIZATION_DELETED'`).toBe(1);
  });

  it('TC-ORG-011 SQL text is a name like any other', async () => {
    const before = await database().count`SELECT count(*) FROM organizations`;
    await created("'; DROP TABLE organizations; --");
    expect(await database().count`SELECT count(*) FROM organizations`).toBe(before + 1);
  });

  it('TC-ORG-012 markup is escaped on the wire and literal after parsing', async () => {
    const name = '<script>alert("xss")</script>';
    const { answer } = await created(name);
    expect(answer.text).not.toContain('<script');
    expect(answer.text).toContain('\\u003cscript');
  });

  it('TC-ORG-013 emoji', async () => {
    await created('ABC Accounting 🚀');
  });

  it('TC-ORG-014 any script, counted in code points', async () => {
    await created('会计事务所');
    await created('会'.repeat(100));
    expectRefusal((await houses.create({ name: '会'.repeat(101) })).answer, 400, 'VALIDATION', /name/);
  });

  it('TC-ORG-015 times that are times', async () => {
    const { answer } = await created('Timely House');
    for (const at of [answer.json.createdAt, answer.json.updatedAt]) {
      expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Math.abs(time(at).getTime() - Date.now())).toBeLessThan(60_000);
    }
  });
});

describe('an owner and their organizations', () => {
  let houses: Houses;
  beforeAll(async () => {
    houses = await Houses.start('closed');
  });

  it('D-13 the personal organization is named by its owner; the next one is new, with an owner row in it', async () => {
    const { stack } = houses;
    const person = await newAccount(stack);
    const as = await houses.bearer(person);
    const first = await stack.client.post(organizationsPath, { name: 'My House' }, as);
    expectStatus(first, 201);
    expect(first.json).toMatchObject({ id: person.organizationId, kind: 'business', name: 'My House', ownerId: person.id });
    const second = await stack.client.post(organizationsPath, { name: 'My Second House' }, as);
    expectStatus(second, 201);
    expect(second.json.id).not.toBe(person.organizationId);
    const row = await stack.database.row`SELECT * FROM users WHERE organization_id = ${second.json.id}`;
    const old = await stack.database.row`SELECT * FROM users WHERE id = ${person.id}`;
    expect([row['email'], row['password_hash'], row['role'], second.json.ownerId]).toEqual([old['email'], old['password_hash'], 'owner', row['id']]);
    expect([Boolean(row['self_registered']), Boolean(row['email_verified'])]).toEqual([false, true]);
    expectRefusal(await stack.client.get(`${organizationsPath}/${second.json.id}`, as), 403, 'FORBIDDEN');
    const there = await houses.bearer({ ...person, organizationId: second.json.id });
    expectStatus(await stack.client.get(`${organizationsPath}/${second.json.id}`, there), 200);
  });

  it('D-13 two namings in parallel: one names, the other makes another', async () => {
    const house = await houses.house('personal');
    const answers = await Promise.all(['One House', 'Two House'].map((name) => houses.stack.client.post(organizationsPath, { name }, house.as)));
    for (const answer of answers) expectStatus(answer, 201);
    expect(answers.filter((answer) => answer.json.id === house.id)).toHaveLength(1);
  });

  it('I-12 only owners create; each refusal leaves one row', async () => {
    const house = await houses.house();
    for (const role of ['admin', 'manager', 'staff']) {
      const member = await houses.member(house.id, role);
      const answer = await houses.stack.client.post(organizationsPath, { name: 'Not Mine' }, await houses.bearer(member));
      expectRefusal(answer, 403, 'FORBIDDEN');
      expect(answer.json.details[0].field).toBe('organization.create');
      expect(await houses.stack.database.count`SELECT count(*) FROM audit_ledger WHERE event_type = 'PERMISSION_DENIED' AND actor_id = ${member.id}`).toBe(1);
    }
  });

  it('D-4 closed: nobody without credentials', async () => {
    const house = await houses.house();
    const { client } = houses.stack;
    expectRefusal(await client.post(organizationsPath, { name: 'AB' }), 401, 'UNAUTHORIZED');
    expectRefusal(await client.get(`${organizationsPath}/${house.id}`), 401, 'UNAUTHORIZED');
    expectRefusal(await client.delete(`${organizationsPath}/${house.id}`), 401, 'UNAUTHORIZED');
    expectRefusal(await client.post(usersPath, { organizationId: house.id, email: newAddress(), password: newPassword() }), 401, 'UNAUTHORIZED');
  });
});
