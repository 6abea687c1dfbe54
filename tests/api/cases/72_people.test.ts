// Layer 1, people: adding somebody to an organization, with every role.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, profiles, secretMembers, usersPath, type House } from '../support/houses.ts';
import { newAddress, newPassword } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';

afterAll(stopStacks);

const usual = 'SecurePass123!';

/** The ten cases of one role, by their numbers. */
const blocks = [
  { role: 'owner', cases: ['TC-USER-001', 'TC-USER-002', 'TC-USER-003', 'TC-USER-004', 'TC-USER-005', 'TC-USER-006', 'TC-USER-007', 'TC-USER-008', 'TC-USER-009', 'TC-USER-010'] },
  { role: 'admin', cases: ['TC-USER-011', 'TC-USER-012', 'TC-USER-013', 'TC-USER-014', 'TC-USER-015', 'TC-USER-016', 'TC-USER-017', 'TC-USER-018', 'TC-USER-019', 'TC-USER-020'] },
  { role: 'manager', cases: ['TC-USER-021', 'TC-USER-022', 'TC-USER-023', 'TC-USER-024', 'TC-USER-025', 'TC-USER-026', 'TC-USER-027', 'TC-USER-028', 'TC-USER-029', 'TC-USER-030'] },
  { role: 'staff', cases: ['TC-USER-031', 'TC-USER-032', 'TC-USER-033', 'TC-USER-034', 'TC-USER-035', 'TC-USER-036', 'TC-USER-037', 'TC-USER-038', 'TC-USER-039', 'TC-USER-040'] },
];
const badRoles: Record<string, unknown[]> = {
  owner: ['superadmin', 'OWNER', ' owner'],
  admin: ['superadmin', 'Admin', 'ADMIN', 'admin '],
  manager: ['superadmin', ['manager'], {}, 1, true],
  staff: ['superadmin', null, '', 'staff\u0000'],
};

describe.each(profiles)('layer 1, people, provisioning %s', (profile) => {
  let houses: Houses;
  let house: House;
  beforeAll(async () => {
    houses = await Houses.start(profile);
    house = await houses.house();
  });
  const people = () => houses.stack.database.count`SELECT count(*) FROM users`;

  describe.each(blocks)('$role', ({ role, cases }) => {
    const add = (body: object, where = house) => houses.add(where, { email: newAddress(role), password: usual, role, ...body });
    const post = (body: object) => houses.stack.client.post(usersPath, { email: newAddress(role), password: usual, role, ...body }, house.as);

    it(`${cases[0]} is added, and no secret is said`, async () => {
      const email = newAddress('Added');
      const answer = await add({ email });
      expectStatus(answer, 201);
      expect(answer.json).toMatchObject({ email, role, firstName: 'Test', lastName: 'User', organizationId: house.id, status: 'active', emailVerified: true, pendingEmail: null });
      expect(answer.text).not.toMatch(secretMembers);
      expect(answer.header('cache-control')).toMatch(/no-store/);
      const rows = await houses.stack.database.rows`SELECT event_type, status FROM audit_ledger WHERE user_id = ${answer.json.id}`;
      expect(rows).toEqual([{ event_type: 'USER_CREATED', status: 201 }]);
      expectStatus(await houses.stack.client.post('/api/auth/login', { email, password: usual }), 200);
    });

    it.each(['not-an-email', '', 'a b@c.example', '<script>@x.example', 'x@', 'a@b@c.example'])(`${cases[1]} e-mail %j`, async (email) => {
      const before = await people();
      expectRefusal(await add({ email }), 400, 'VALIDATION', /email/);
      expect(await people()).toBe(before);
    });

    it.each([['123', 'WEAK_PASSWORD'], ['', 'WEAK_PASSWORD'], [['x'], 'VALIDATION'], [undefined, 'VALIDATION']])(`${cases[2]} password %j`, async (password, code) => {
      const before = await people();
      expectRefusal(await add({ password }), 400, code, /password/);
      expect(await people()).toBe(before);
    });

    it(`${cases[3]} the same address in the same organization, in any case: 409`, async () => {
      const email = newAddress('Again');
      expectStatus(await add({ email }), 201);
      expectRefusal(await add({ email }), 409, 'EMAIL_ALREADY_REGISTERED');
      expectRefusal(await add({ email: ` ${email.toUpperCase()} ` }), 409, 'EMAIL_ALREADY_REGISTERED');
      expect(await houses.stack.database.count`SELECT count(*) FROM users WHERE organization_id = ${house.id} AND lower(email) = ${email.toLowerCase()}`).toBe(1);
    });

    it(`${cases[4]} the same address in a second organization: 201`, async () => {
      const email = newAddress('both');
      const one = await add({ email });
      const two = await add({ email }, await houses.house());
      expectStatus(one, 201);
      expectStatus(two, 201);
      expect(one.json.id).not.toBe(two.json.id);
    });

    it(`${cases[5]} the password is stored as a bcrypt hash`, async () => {
      const answer = await add({ password: 'PlainPassword123' });
      expectStatus(answer, 201);
      const row = await houses.stack.database.row`SELECT password_hash FROM users WHERE id = ${answer.json.id}`;
      expect(row['password_hash']).not.toBe('PlainPassword123');
      expect(row['password_hash']).toMatch(/^\$2[aby]\$.{56}$/);
    });

    it.each([undefined, null, '', 7, ['x']])(`${cases[6]} organizationId %j: 400`, async (organizationId) => {
      expectRefusal(await post({ organizationId }), 400, 'VALIDATION', /organizationId/);
    });

    it.each(['99999', "1' OR '1'='1"])(`${cases[7]} organizationId %j: 404, whatever else is wrong`, async (organizationId) => {
      expectRefusal(await post({ organizationId, role: 'superadmin', email: 'not-an-email' }), 404, 'NOT_FOUND');
    });

    it(`${cases[8]} no role is staff, a given one is kept`, async () => {
      const plain = await add({ role: undefined });
      expectStatus(plain, 201);
      expect(plain.json.role).toBe('staff');
      const kept = await add({});
      expect(kept.json.role).toBe(role);
      if (role === 'staff') {
        const strip = ({ id, email, createdAt, updatedAt, ...rest }: Record<string, unknown>) => rest;
        expect(strip(kept.json)).toEqual(strip(plain.json));
      }
    });

    it.each(badRoles[role] ?? [])(`${cases[9]} role %j: 400, never coerced`, async (wrong) => {
      const before = await people();
      expectRefusal(await post({ organizationId: house.id, role: wrong }), 400, 'VALIDATION', /role/);
      expect(await people()).toBe(before);
    });
  });

  it('D-8 many additions of one address at once end as one person', async () => {
    const email = newAddress('race');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => houses.add(house, { email: n % 2 ? email : email.toUpperCase(), password: usual })));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 201) expectRefusal(answer, 409, 'EMAIL_ALREADY_REGISTERED');
  });

  it('D-15 the address of somebody deleted is free again', async () => {
    const email = newAddress('free');
    const first = await houses.add(house, { email, password: usual });
    expectStatus(await houses.stack.client.delete(`${usersPath}/${first.json.id}`, house.as), 204);
    const second = await houses.add(house, { email, password: usual });
    expectStatus(second, 201);
    expect(second.json.id).not.toBe(first.json.id);
  });

  it('D-91 names in NFC, trimmed, else literal', async () => {
    const answer = await houses.add(house, { email: newAddress(), password: usual, firstName: '  Ame\u0301lie <b> ', lastName: "'; DROP TABLE users; --" });
    expectStatus(answer, 201);
    expect([answer.json.firstName, answer.json.lastName]).toEqual(['Amélie <b>', "'; DROP TABLE users; --"]);
    const none = await houses.add(house, { email: newAddress(), password: usual, firstName: null, lastName: ' ' });
    expect([none.json.firstName, none.json.lastName]).toEqual([null, null]);
    expectRefusal(await houses.add(house, { email: newAddress(), password: usual, lastName: 'x'.repeat(101) }), 400, 'VALIDATION', /lastName/);
  });
});

describe('who adds people', () => {
  let houses: Houses;
  beforeAll(async () => {
    houses = await Houses.start('closed');
  });

  it('D-18 the order: organization, permission, shape, duplicate', async () => {
    const own = await houses.house();
    const other = await houses.house();
    const { client } = houses.stack;
    const staff = await houses.bearer(await houses.member(own.id));
    const bad = { email: 'not-an-email', password: '1', role: 'x' };
    expectRefusal(await client.post(usersPath, bad, staff), 400, 'VALIDATION', /organizationId/);
    expectRefusal(await client.post(usersPath, { ...bad, organizationId: 'nowhere' }, staff), 404, 'NOT_FOUND');
    expectRefusal(await client.post(usersPath, { ...bad, organizationId: other.id }, staff), 403, 'FORBIDDEN');
    const denied = await client.post(usersPath, { ...bad, organizationId: own.id }, staff);
    expectRefusal(denied, 403, 'FORBIDDEN');
    expect(denied.json.details[0].field).toBe('users.create');
    expectRefusal(await client.post(usersPath, { ...bad, organizationId: other.id }, own.as), 403, 'FORBIDDEN');
    expectRefusal(await client.post(usersPath, { ...bad, organizationId: own.id }, own.as), 400, 'VALIDATION');
  });

  it('I-5 an admin adds managers and staff, never an admin or owner', async () => {
    const house = await houses.house();
    const admin = { id: house.id, as: await houses.bearer(await houses.member(house.id, 'admin')) };
    for (const role of ['manager', 'staff', undefined]) expectStatus(await houses.add(admin, { email: newAddress(), password: usual, role }), 201);
    for (const role of ['owner', 'admin']) {
      expectRefusal(await houses.add(admin, { email: newAddress(), password: usual, role }), 403, 'FORBIDDEN');
      expectRefusal(await houses.add(admin, { email: 'not-an-email', password: '1', role }), 403, 'FORBIDDEN');
    }
    expectRefusal(await houses.add(admin, { email: newAddress(), password: usual, role: 'Owner' }), 400, 'VALIDATION', /role/);
  });

  it('D-9 who was added by a stranger may still register the address', async () => {
    const house = await houses.house();
    const email = newAddress('vouched');
    expectStatus(await houses.add(house, { email, password: newPassword(email) }), 201);
    expectStatus(await houses.stack.client.post('/api/v1/auth/register', { email, password: newPassword(email) }), 200);
  });
});
