// Layer 1, profile: showing, changing, listing and deleting people. (Pictures have a file of their own.)
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { time } from '../support/database.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, profiles, secretMembers, usersPath, type House, type Member } from '../support/houses.ts';
import { linkIn } from '../support/mail.ts';
import { newAccount, newAddress, newPassword, organizationLoginPath, verifyPath } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';

afterAll(stopStacks);

describe.each(profiles)('layer 1, profile, provisioning %s', (profile) => {
  let houses: Houses;
  let house: House;
  let person: Member;
  beforeAll(async () => {
    houses = await Houses.start(profile);
    house = await houses.house();
    person = await houses.member(house.id);
  });
  const client = () => houses.stack.client;
  const database = () => houses.stack.database;
  const at = (who: { id: string }) => `${usersPath}/${who.id}`;
  const row = (who: { id: string }) => database().row`SELECT * FROM users WHERE id = ${who.id}`;
  const rows = (who: { id: string }) => database().rows`SELECT event_type, status FROM audit_ledger WHERE user_id = ${who.id} AND event_type NOT LIKE 'LOGIN%' ORDER BY id`;

  it('TC-PROFILE-001 shown by id', async () => {
    const answer = await client().get(at(person), house.as);
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ id: person.id, email: person.email, role: 'staff', firstName: 'Test', organizationId: house.id });
    expect(answer.text).not.toMatch(secretMembers);
    expectRefusal(await client().get(`${usersPath}/99999`, house.as), 404, 'NOT_FOUND');
    expectRefusal(await client().get(`${usersPath}/1;DROP%20TABLE%20users`, house.as), 404, 'NOT_FOUND');
  });

  it('TC-PROFILE-002 a new first name', async () => {
    const answer = await houses.patch(at(person), { firstName: 'Changed' }, house.as);
    expectStatus(answer, 200);
    expect([answer.json.firstName, answer.json.lastName]).toEqual(['Changed', 'User']);
    expect((await rows(person)).at(-1)).toEqual({ event_type: 'USER_UPDATED', status: 200 });
  });

  it('TC-PROFILE-003 a new last name', async () => {
    const answer = await houses.patch(at(person), { lastName: 'Another', firstName: null }, house.as);
    expectStatus(answer, 200);
    expect([answer.json.firstName, answer.json.lastName]).toEqual(['Changed', 'Another']);
    const emptied = await houses.patch(at(person), { lastName: '' }, house.as);
    expect(emptied.json.lastName).toBe(null);
    expectRefusal(await houses.patch(at(person), { lastName: 'x'.repeat(101) }, house.as), 400, 'VALIDATION', /lastName/);
    expectRefusal(await houses.patch(at(person), { firstName: { a: 1 } }, house.as), 400, 'VALIDATION', /firstName/);
  });

  it('TC-PROFILE-004 a new address counts at once, and the old one is told', async () => {
    const who = await houses.member(house.id);
    const email = newAddress('moved');
    const answer = await houses.patch(at(who), { email: ` ${email} ` }, house.as);
    expectStatus(answer, 200);
    expect([answer.json.email, answer.json.pendingEmail]).toEqual([email, null]);
    expectStatus(await client().post(organizationLoginPath, { email, password: who.password }), 200);
    expectStatus(await client().post(organizationLoginPath, { email: who.email, password: who.password }), 401);
    const mail = await houses.stack.mail.wait(who.email);
    expect(mail.text).toContain(email);
    expect(await houses.stack.mail.count(email)).toBe(0);
    expect(await rows(who)).toEqual([{ event_type: 'EMAIL_CHANGED', status: 200 }]);
  });

  it('TC-PROFILE-005 an address of any live user of any organization: 409', async () => {
    const who = await houses.member(house.id);
    const colleague = await houses.member(house.id);
    const stranger = await houses.member((await houses.house()).id);
    for (const taken of [colleague.email, stranger.email, stranger.email.toUpperCase()]) {
      expectRefusal(await houses.patch(at(who), { email: taken }, house.as), 409, 'EMAIL_ALREADY_REGISTERED');
    }
    expect((await row(who))['email']).toBe(who.email);
    for (const bad of ['not-an-email', '', ['x'], {}]) expectRefusal(await houses.patch(at(who), { email: bad }, house.as), 400, 'VALIDATION', /email/);
    await database().run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${stranger.id}`;
    expectStatus(await houses.patch(at(who), { email: stranger.email }, house.as), 200);
    const own = await houses.patch(at(who), { email: stranger.email.toUpperCase() }, house.as);
    expect([own.status, own.json.email]).toEqual([200, stranger.email.toUpperCase()]);
  });

  it.each(['owner', 'staff', 'nonsense', null, ['x']])('TC-PROFILE-006 a role member %j is refused', async (role) => {
    const answer = await houses.patch(at(person), { role, firstName: 'Never' }, house.as);
    expectRefusal(answer, 403, 'IMMUTABLE_FIELD', /role/);
    expect([(await row(person))['role'], (await row(person))['first_name']]).not.toContain('Never');
    expect((await row(person))['role']).toBe('staff');
  });

  it('D-99 an address that somebody else was given does not keep its holder from registering', async () => {
    const registered = await newAccount(houses.stack);
    const wanted = newAddress('holder');
    const chief = await houses.member(registered.organizationId, 'owner');
    expectStatus(await houses.patch(at(registered), { email: wanted }, await houses.bearer(chief)), 200);
    expectStatus(await client().post('/api/v1/auth/register', { email: wanted, password: newPassword(wanted) }), 200);
  });

  it('TC-PROFILE-007 an organizationId member is refused', async () => {
    for (const organizationId of [(await houses.house()).id, house.id, null, 7]) {
      const before = await row(person);
      expectRefusal(await houses.patch(at(person), { organizationId, email: 'not-an-email' }, house.as), 403, 'IMMUTABLE_FIELD', /organizationId/);
      expect(await row(person)).toEqual(before);
    }
  });

  it('TC-PROFILE-011 deleted: 204, then 404', async () => {
    const who = await houses.member(house.id);
    const bearer = await houses.bearer(who);
    const answer = await client().delete(at(who), house.as);
    expectStatus(answer, 204);
    expect(answer.bytes.length).toBe(0);
    expectRefusal(await client().get(at(who), house.as), 404, 'NOT_FOUND');
    expectRefusal(await client().delete(at(who), house.as), 404, 'NOT_FOUND');
    expectRefusal(await houses.patch(at(who), { firstName: 'Ghost' }, house.as), 404, 'NOT_FOUND');
    expectStatus(await client().get(`${usersPath}/me`, bearer), 401);
    expectStatus(await client().post(organizationLoginPath, { email: who.email, password: who.password }), 401);
    expect(await database().count`SELECT count(*) FROM sessions WHERE user_id = ${who.id} AND revoked_at IS NULL`).toBe(0);
    expect(await rows(who)).toEqual([{ event_type: 'USER_DELETED', status: 204 }]);
  });

  it('TC-PROFILE-012 the row stays, with the time of its deletion', async () => {
    const who = await houses.member(house.id);
    expectStatus(await client().delete(at(who), house.as), 204);
    expect(Math.abs(time((await row(who))['deleted_at']).getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('TC-PROFILE-013 the people of an organization', async () => {
    const mine = await houses.house();
    while ((await database().count`SELECT count(*) FROM users WHERE organization_id = ${mine.id}`) < 2) await houses.member(mine.id);
    const gone = await houses.member(mine.id);
    await database().run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${gone.id}`;
    const answer = await client().get(`${organizationsPath}/${mine.id}/users`, mine.as);
    expectStatus(answer, 200);
    expect(Array.isArray(answer.json)).toBe(true);
    expect(answer.json).toHaveLength(2);
    expect(answer.text).not.toMatch(secretMembers);
    expect([answer.header('x-total-count'), answer.header('link')]).toEqual(['2', undefined]);
    expectRefusal(await client().get(`${organizationsPath}/99999/users`, mine.as), 404, 'NOT_FOUND');
  });

  it('TC-PROFILE-014 of one role', async () => {
    const mine = await houses.house();
    if (profile === 'open') await houses.member(mine.id, 'owner');
    for (const role of ['admin', 'manager', 'staff']) await houses.member(mine.id, role);
    const answer = await client().get(`${organizationsPath}/${mine.id}/users?role=owner`, mine.as);
    expectStatus(answer, 200);
    expect(answer.json.map((one: { role: string }) => one.role)).toEqual(['owner']);
    expectRefusal(await client().get(`${organizationsPath}/${mine.id}/users?role=%27%20OR%201=1`, mine.as), 400, 'VALIDATION', /role/);
  });

  it('of some by their ids, in one question: whoever is gone or elsewhere is left out', async () => {
    const mine = await houses.house();
    const [first, second, gone, elsewhere] = [await houses.member(mine.id), await houses.member(mine.id), await houses.member(mine.id), await houses.member((await houses.house()).id)];
    await database().run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${gone.id}`;
    const by = (ids: string, more = '') => client().get(`${organizationsPath}/${mine.id}/users?ids=${encodeURIComponent(ids)}${more}`, mine.as);
    const answer = await by([second.id, gone.id, elsewhere.id, 'nobody', first.id, first.id].join(','));
    expectStatus(answer, 200);
    expect(answer.json.map((one: { id: string }) => one.id).sort()).toEqual([first.id, second.id].sort());
    expect(answer.text).not.toMatch(secretMembers);
    expect((await by("' OR '1'='1")).json).toEqual([]);
    for (const [ids, more] of [['', ''], [`${first.id},`, ''], [Array(101).fill('x').join(','), ''], [first.id, '&role=staff'], [first.id, '&format=csv'], [first.id, '&limit=1']])
      expectRefusal(await by(ids ?? '', more), 400, 'VALIDATION', /ids/);
    if (profile === 'closed') {
      const staff = await houses.actor(mine.id);
      expectRefusal(await client().get(`${organizationsPath}/${mine.id}/users?ids=${first.id}`, staff.as), 403, 'FORBIDDEN');
    }
  });

  it('TC-PROFILE-015 in pages', async () => {
    const mine = await houses.house();
    const path = `${organizationsPath}/${mine.id}/users`;
    while ((await database().count`SELECT count(*) FROM users WHERE organization_id = ${mine.id}`) < 25) await houses.member(mine.id);
    const seen: string[] = [];
    for (const [page, size] of [[1, 10], [2, 10], [3, 5], [4, 0]] as const) {
      const answer = await client().get(`${path}?page=${page}&limit=10`, mine.as);
      expectStatus(answer, 200);
      expect(answer.json).toMatchObject({ total: 25, pages: 3, page, limit: 10 });
      expect(answer.json.data).toHaveLength(size);
      seen.push(...answer.json.data.map((one: { id: string }) => one.id));
    }
    expect(new Set(seen).size).toBe(25);
    for (const wrong of ['page=0', 'page=x', 'page=-1', 'limit=0', 'limit=101', 'limit=1.5', 'sort=password_hash', 'order=up', 'format=xml', 'status=gone', 'page=99999999999999999999']) {
      expectRefusal(await client().get(`${path}?${wrong}`, mine.as), 400, 'VALIDATION', new RegExp(wrong.split('=')[0] as string));
    }
  });

  it('TC-PROFILE-016 two changes of the first name at once: both 200, one of them stays', async () => {
    const names = Array.from({ length: 10 }, (_, n) => `Name ${n}`);
    const answers = await Promise.all(names.map((firstName) => houses.patch(at(person), { firstName }, house.as)));
    for (const answer of answers) expectStatus(answer, 200);
    expect(names).toContain((await row(person))['first_name']);
    const both = await Promise.all([houses.patch(at(person), { firstName: 'F' }, house.as), houses.patch(at(person), { lastName: 'L' }, house.as)]);
    for (const answer of both) expectStatus(answer, 200);
    const after = await row(person);
    expect([after['first_name'], after['last_name']]).toEqual(['F', 'L']);
  });

  it('TC-PROFILE-017 found by address in any letter case', async () => {
    const email = newAddress('CaseSensitive');
    const who = await houses.member(house.id, 'staff', email);
    const answer = await client().get(`${usersPath}/by-email?email=${encodeURIComponent(email.toLowerCase())}`, house.as);
    expectStatus(answer, 200);
    expect([answer.json.id, answer.json.email]).toEqual([who.id, email]);
    expectRefusal(await client().get(`${usersPath}/by-email?email=${newAddress('nobody')}`, house.as), 404, 'NOT_FOUND');
    expectRefusal(await client().get(`${usersPath}/by-email`, house.as), 400, 'VALIDATION', /email/);
    const stranger = await houses.member((await houses.house()).id);
    const there = await client().get(`${usersPath}/by-email?email=${stranger.email}`, house.as);
    expect(there.status).toBe(profile === 'open' ? 200 : 404);
  });

  it('TC-PROFILE-018 blanks around an address are not stored', async () => {
    const email = newAddress('spaces');
    const answer = await houses.add(house, { email: `  ${email}  `, password: newPassword() });
    expectStatus(answer, 201);
    expect(answer.json.email).toBe(email);
    expect((await row(answer.json))['email']).toBe(email);
  });

  it('TC-PROFILE-019 a consumer mail domain is fine', async () => {
    expectStatus(await houses.add(house, { email: `${newAddress('consumer').split('@')[0]}@gmail.com`, password: newPassword() }), 201);
  });

  it('TC-PROFILE-020 updated_at moves with every change', async () => {
    const before = time((await row(person))['updated_at']);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expectStatus(await houses.patch(at(person), { firstName: 'Later' }, house.as), 200);
    expect(time((await row(person))['updated_at']).getTime()).toBeGreaterThan(before.getTime());
  });

  it('D-22 search, order and CSV', async () => {
    const mine = await houses.house();
    const path = `${organizationsPath}/${mine.id}/users`;
    const ann = await houses.member(mine.id, 'admin', newAddress('ann'));
    await database().run`UPDATE users SET first_name = '=SUM(A1)', last_name = 'O''Neil, "Ann"' WHERE id = ${ann.id}`;
    await houses.member(mine.id, 'staff', newAddress('bea'));
    const ids = async (query: string) => (await client().get(`${path}?${query}`, mine.as)).json.map((one: { email: string }) => one.email.split('.')[0]);
    expect(await ids('search=o%27NEIL')).toEqual(['ann']);
    expect(await ids('search=ANN.&sort=email')).toEqual(['ann']);
    expect(await ids(`search=${encodeURIComponent("' OR 1=1 --")}`)).toEqual([]);
    expect(await ids('search=%25')).toEqual([]);
    expect((await ids('role=staff&sort=firstName&order=desc&status=active'))).toEqual(['bea']);
    expect((await ids('sort=email&order=desc')).slice(-1)[0]).toBe('ann');
    expect(await ids('status=suspended')).toEqual([]);
    const csv = await client().get(`${path}?format=csv&role=admin`, mine.as);
    expectStatus(csv, 200);
    expect(csv.header('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.header('content-disposition')).toMatch(/^attachment; filename="[^"]+\.csv"$/);
    const lines = csv.text.split('\r\n');
    expect(lines[0]).toBe('id,email,firstName,lastName,role,status,emailVerified,twoFactorEnabled,createdAt,updatedAt');
    expect(lines[1]).toContain(`${ann.id},${ann.email},'=SUM(A1),"O'Neil, ""Ann""",admin,active,true,false,`);
    expect(lines.slice(2)).toEqual(['']);
  });

  it('D-102 a plain list stops at 1,000 rows and says so; CSV is whole', async () => {
    const mine = await houses.house();
    const path = `${organizationsPath}/${mine.id}/users`;
    const values = Array.from({ length: 1001 }, (_, n) => `('many-${n}@suite.example', '${mine.id}', 'manager')`).join(', ');
    await database().script(`INSERT INTO users (email, organization_id, role) VALUES ${values}`);
    const answer = await client().get(`${path}?role=manager&search=many`, mine.as);
    expectStatus(answer, 200);
    expect(answer.json).toHaveLength(1000);
    expect(answer.header('x-total-count')).toBe('1001');
    const next = /^<([^>]+)>; rel="next"$/.exec(answer.header('link') ?? '')?.[1] as string;
    const rest = await client().get(next, mine.as);
    expectStatus(rest, 200);
    expect(rest.json.data).toHaveLength(1);
    const listed = [...answer.json, ...rest.json.data].map((one: { id: string }) => one.id);
    expect(new Set(listed).size).toBe(1001);
    const csv = await client().get(`${path}?role=manager&format=csv`, mine.as);
    expect(csv.text.split('\r\n')).toHaveLength(1003);
  });
});

describe('one’s own profile and standing', () => {
  let houses: Houses;
  beforeAll(async () => {
    houses = await Houses.start('closed');
  });
  const client = () => houses.stack.client;
  const database = () => houses.stack.database;
  const email = async (id: string) => (await database().row`SELECT email FROM users WHERE id = ${id}`)['email'];

  async function asking(): Promise<{ who: Awaited<ReturnType<typeof newAccount>>; wanted: string; link: string; as: { bearer?: string } }> {
    const who = await newAccount(houses.stack);
    const as = await houses.bearer(who);
    const wanted = newAddress('wanted');
    const answer = await houses.patch(`${usersPath}/${who.id}`, { email: wanted }, as);
    expectStatus(answer, 200);
    expect([answer.json.email, answer.json.pendingEmail]).toEqual([who.email, wanted]);
    const link = new URL(linkIn(await houses.stack.mail.wait(wanted), verifyPath));
    return { who, wanted, link: `${link.pathname}${link.search}`, as };
  }

  it('D-12 who registered waits until the link at the new address is opened', async () => {
    const { who, wanted, link } = await asking();
    expect(await email(who.id)).toBe(who.email);
    expectStatus(await client().post(organizationLoginPath, { email: wanted, password: who.password }), 401);
    for (let time = 0; time < 2; time += 1) {
      const opened = await client().get(link);
      expectStatus(opened, 302);
      expect(opened.header('location')).not.toContain('error=');
    }
    expect(await email(who.id)).toBe(wanted);
    expectStatus(await client().post(organizationLoginPath, { email: wanted, password: who.password }), 200);
    expectStatus(await client().post(organizationLoginPath, { email: who.email, password: who.password }), 401);
    expect((await houses.stack.mail.wait(who.email, 2)).text).toContain(wanted);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE user_id = ${who.id} AND event_type = 'EMAIL_CHANGED'`).toBe(1);
  });

  it('D-10 taken meanwhile: the link answers error=, the old address stays', async () => {
    const { who, wanted, link } = await asking();
    await houses.member((await houses.house()).id, 'staff', wanted.toUpperCase());
    for (let time = 0; time < 2; time += 1) {
      const opened = await client().get(link);
      expectStatus(opened, 302);
      expect(opened.header('location')).toContain('error=');
    }
    expect(await email(who.id)).toBe(who.email);
  });

  it('D-12 only the newest link counts, and an expired one does not', async () => {
    const { who, link, as } = await asking();
    const second = newAddress('second');
    expectStatus(await houses.patch(`${usersPath}/${who.id}`, { email: second }, as), 200);
    expect((await client().get(link)).header('location')).toContain('error=TOKEN_INVALID');
    const newer = new URL(linkIn(await houses.stack.mail.wait(second), verifyPath));
    await database().run`UPDATE one_time_tokens SET expires_at = ${new Date(0)} WHERE user_id = ${who.id}`;
    expect((await client().get(`${newer.pathname}${newer.search}`)).header('location')).toContain('error=TOKEN_EXPIRED');
    expect(await email(who.id)).toBe(who.email);
  });

  it('D-12 back to the present address takes the waiting one back', async () => {
    const { who, link, as } = await asking();
    const answer = await houses.patch(`${usersPath}/${who.id}`, { email: who.email }, as);
    expect([answer.status, answer.json.pendingEmail]).toEqual([200, null]);
    expect((await client().get(link)).header('location')).toContain('error=TOKEN_INVALID');
    expect(await email(who.id)).toBe(who.email);
  });

  it('D-81 /api/users/me tells permissions and organization', async () => {
    const house = await houses.house();
    for (const [role, permission] of [['admin', 'users.create'], ['manager', 'users.view'], ['staff', 'profile.edit']] as const) {
      const who = await houses.member(house.id, role);
      const answer = await client().get(`${usersPath}/me`, await houses.bearer(who));
      expectStatus(answer, 200);
      expect(answer.json).toMatchObject({ id: who.id, role, organization: { id: house.id, kind: 'business' } });
      expect(answer.json.permissions).toContain(permission);
      expect(answer.json.permissions).toEqual([...answer.json.permissions].sort());
      expect(answer.json.permissions.includes('organization.delete')).toBe(false);
    }
    expectRefusal(await client().get(`${usersPath}/me`), 401, 'UNAUTHORIZED');
  });

  it('I-6 an admin changes names of an owner, never their address or status', async () => {
    const house = await houses.house();
    const owner = await houses.member(house.id, 'owner');
    const other = await houses.member(house.id, 'admin');
    const staff = await houses.member(house.id);
    const admin = await houses.bearer(await houses.member(house.id, 'admin'));
    for (const target of [owner, other]) {
      expectStatus(await houses.patch(`${usersPath}/${target.id}`, { firstName: 'New' }, admin), 200);
      expectRefusal(await houses.patch(`${usersPath}/${target.id}`, { email: newAddress() }, admin), 403, 'FORBIDDEN');
      expectRefusal(await houses.patch(`${usersPath}/${target.id}`, { email: 7 }, admin), 403, 'FORBIDDEN');
      expectRefusal(await houses.patch(`${usersPath}/${target.id}/status`, { status: 'suspended' }, admin), 403, 'FORBIDDEN');
      expect(await email(target.id)).toBe(target.email);
    }
    expectStatus(await houses.patch(`${usersPath}/${staff.id}`, { email: newAddress() }, admin), 200);
    expectStatus(await houses.patch(`${usersPath}/${staff.id}/status`, { status: 'suspended' }, admin), 200);
  });

  it('D-53 a role counts on the next request and keeps the session', async () => {
    const house = await houses.house();
    const who = await houses.member(house.id);
    const as = await houses.bearer(who);
    expectStatus(await client().get(`${organizationsPath}/${house.id}/users`, as), 403);
    const answer = await houses.patch(`${usersPath}/${who.id}/role`, { role: 'manager' }, house.as);
    expectStatus(answer, 200);
    expect(answer.json.role).toBe('manager');
    expectStatus(await client().get(`${organizationsPath}/${house.id}/users`, as), 200);
    const row = await database().row`SELECT old_value, new_value FROM audit_logs WHERE action = 'ROLE_CHANGED' AND user_id = ${who.id}`;
    expect(JSON.stringify(row)).toMatch(/staff.*manager/);
    for (const role of ['Manager', null, '', ['owner'], undefined, 'root']) {
      expectRefusal(await houses.patch(`${usersPath}/${who.id}/role`, { role }, house.as), 400, 'VALIDATION', /role/);
    }
    expectRefusal(await houses.patch(`${usersPath}/99999/role`, { role: 'staff' }, house.as), 404, 'NOT_FOUND');
  });

  it('D-53 suspending ends every session at once; reactivating brings none back', async () => {
    const house = await houses.house();
    const who = await houses.member(house.id);
    const as = await houses.bearer(who);
    expectStatus(await houses.patch(`${usersPath}/${who.id}/status`, { status: 'suspended' }, house.as), 200);
    expectStatus(await client().get(`${usersPath}/me`, as), 401);
    expectStatus(await client().post(organizationLoginPath, { email: who.email, password: who.password }), 403);
    expectStatus(await houses.patch(`${usersPath}/${who.id}/status`, { status: 'active' }, house.as), 200);
    expectStatus(await client().get(`${usersPath}/me`, as), 401);
    expectStatus(await client().post(organizationLoginPath, { email: who.email, password: who.password }), 200);
    for (const status of ['gone', '', 'Active']) expectRefusal(await houses.patch(`${usersPath}/${who.id}/status`, { status }, house.as), 400, 'VALIDATION', /status/);
  });

  it('I-3 I-4 nobody removes themselves, and one of two owners stays', async () => {
    const house = await houses.house('business');
    const me = await client().get(`${usersPath}/me`, house.as);
    const own = `${usersPath}/${me.json.id}`;
    expectRefusal(await client().delete(own, house.as), 400, 'SELF_ACTION');
    expectRefusal(await houses.patch(`${own}/status`, { status: 'suspended' }, house.as), 400, 'SELF_ACTION');
    expectRefusal(await houses.patch(`${own}/role`, { role: 'staff' }, house.as), 400, 'SELF_ACTION');
    const second = await houses.member(house.id, 'owner');
    const as = await houses.bearer(second);
    const answers = await Promise.all([
      houses.patch(`${usersPath}/${second.id}/role`, { role: 'staff' }, house.as),
      houses.patch(`${own}/role`, { role: 'staff' }, as),
    ]);
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(await database().count`SELECT count(*) FROM users WHERE organization_id = ${house.id} AND role = 'owner'`).toBe(1);
  });
});
