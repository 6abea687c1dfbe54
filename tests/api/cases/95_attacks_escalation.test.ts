// Layer 4, escalation: no member of a body, no header and no race makes anybody more than they are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer, Options } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, secretMembers, usersPath, type House, type Member } from '../support/houses.ts';
import { linkIn } from '../support/mail.ts';
import { newAccount, newAddress, newPassword, organizationLoginPath, registerPath, verifyPath } from '../support/people.ts';
import { stopStacks } from '../support/stack.ts';

let houses: Houses;
let house: House;
let owner: Member;

beforeAll(async () => {
  houses = await Houses.start('closed');
  ({ house, owner } = await houses.owned());
});
afterAll(stopStacks);

const client = () => houses.stack.client;
const database = () => houses.stack.database;
const at = (who: { id: string }) => `${usersPath}/${who.id}`;
const stored = (who: { id: string }) => database().row`SELECT * FROM users WHERE id = ${who.id}`;
const setRole = (who: { id: string }, role: string, as: Options) => client().send('PATCH', `${at(who)}/role`, { ...as, body: { role } });

it('TC-SEC-051 staff make themselves owner: 403, the role stays', async () => {
  const { who, as } = await houses.actor(house.id);
  const before = await stored(who);
  for (const body of [{ role: 'owner' }, { role: 'staff' }, { role: null }, { role: ['owner'] }, { firstName: 'New', role: 'owner' }]) {
    const answer = await houses.patch(at(who), body, as);
    expectRefusal(answer, 403, 'IMMUTABLE_FIELD', /role/);
    expect((await stored(who))['first_name']).toBe('Test');
  }
  expectRefusal(await setRole(who, 'owner', as), 403, 'FORBIDDEN');
  expect((await stored(who))['role']).toBe('staff');
  expect((await stored(who))['updated_at']).toEqual(before['updated_at']);
  expect((await client().get(`${usersPath}/me`, as)).json.role).toBe('staff');
});

it('TC-SEC-052 nobody moves into another organization: 403 naming organizationId, the row stays', async () => {
  const { who, as } = await houses.actor(house.id);
  const foreign = await houses.house();
  for (const organizationId of [foreign.id, house.id, 'unknown', null, {}]) {
    expectRefusal(await houses.patch(at(who), { organizationId }, as), 403, 'IMMUTABLE_FIELD', /organizationId/);
    expectRefusal(await houses.patch(at(who), { firstName: 'New', organizationId }, house.as), 403, 'IMMUTABLE_FIELD', /organizationId/);
  }
  expect(await stored(who)).toMatchObject({ organization_id: house.id, first_name: 'Test' });
});

describe('AZ-03 granting above oneself', () => {
  it.each(['admin', 'manager', 'staff'])('AZ-03 %s create, invite and promote nobody above them', async (role) => {
    const { who, as } = await houses.actor(house.id, role);
    const other = await houses.member(house.id);
    const before = await database().count`SELECT count(*) FROM users`;
    for (const above of ['owner', 'admin']) {
      const email = newAddress('above');
      expectRefusal(await client().post(usersPath, { email, password: newPassword(), role: above, organizationId: house.id }, as), 403, 'FORBIDDEN');
      expectRefusal(await client().post(`${organizationsPath}/${house.id}/invitations`, { email, role: above }, as), 403, 'FORBIDDEN');
      for (const target of [other, who]) expectRefusal(await setRole(target, above, as), 403, 'FORBIDDEN');
    }
    expect(await database().count`SELECT count(*) FROM users`).toBe(before);
    expect(await database().count`SELECT count(*) FROM invitations WHERE organization_id = ${house.id}`).toBe(0);
    expect([(await stored(other))['role'], (await stored(who))['role']]).toEqual(['staff', role]);
  });
});

describe('AZ-04 the last owner', () => {
  it('AZ-04 cannot be demoted, suspended or deleted, by themselves or by anybody (400 by our rules)', async () => {
    const mine = await houses.owned();
    const { as: admin } = await houses.actor(mine.house.id, 'admin');
    const attempts: [Options, (as: Options) => Promise<Answer>][] = [mine.house.as, admin].flatMap((as) => [
      [as, (one: Options) => setRole(mine.owner, 'staff', one)],
      [as, (one: Options) => client().send('PATCH', `${at(mine.owner)}/status`, { ...one, body: { status: 'suspended' } })],
      [as, (one: Options) => client().delete(at(mine.owner), one)],
    ]);
    for (const [as, ask] of attempts) {
      const answer = await ask(as);
      expect([400, 403], answer.text).toContain(answer.status);
      if (answer.status === 400) expect(['LAST_OWNER', 'SELF_ACTION']).toContain(answer.json.code);
    }
    expect(await stored(mine.owner)).toMatchObject({ role: 'owner', status: 'active', deleted_at: null });
  });

  it('AZ-04 two owners demote, suspend and delete each other at once: one owner is always left', async () => {
    const ways: ((target: Member, as: Options) => Promise<Answer>)[] = [
      (target, as) => setRole(target, 'staff', as),
      (target, as) => client().send('PATCH', `${at(target)}/status`, { ...as, body: { status: 'suspended' } }),
      (target, as) => client().delete(at(target), as),
    ];
    for (const way of ways) {
      for (let round = 0; round < 5; round += 1) {
        const mine = await houses.owned();
        const second = await houses.actor(mine.house.id, 'owner');
        const answers = await Promise.all([way(second.who, mine.house.as), way(mine.owner, second.as)]);
        const statuses = answers.map((answer) => answer.status).sort();
        expect([200, 204], answers.map((answer) => answer.text).join('\n')).toContain(statuses[0]);
        expect([400, 401, 403], answers.map((answer) => answer.text).join('\n')).toContain(statuses[1]);
        expect(await database().count`
          SELECT count(*) FROM users WHERE organization_id = ${mine.house.id} AND role = 'owner' AND status = 'active' AND deleted_at IS NULL`).toBe(1);
      }
    }
  });
});

it('AZ-05 demoting somebody while they promote somebody: never both', async () => {
  for (let round = 0; round < 40; round += 1) {
    const second = await houses.actor(house.id, 'owner');
    const third = await houses.member(house.id);
    const [demoted, promoted] = (await barrier(houses.stack, 2, (one, index) =>
      index === 0
        ? one.send('PATCH', `${at(second.who)}/role`, { ...house.as, body: { role: 'staff' } })
        : one.send('PATCH', `${at(third)}/role`, { ...second.as, body: { role: 'owner' } }),
    )) as [Answer, Answer];
    expectStatus(demoted, 200);
    expect([200, 403], promoted.text).toContain(promoted.status);
    expect((await stored(third))['role']).toBe(promoted.status === 200 ? 'owner' : 'staff');
    if (promoted.status !== 200) continue;
    // It was first: the ledger has it before the demotion.
    const rows = await database().rows`SELECT user_id FROM audit_ledger WHERE event_type = 'ROLE_CHANGED' AND user_id IN (${second.who.id}, ${third.id}) ORDER BY id`;
    expect(rows.map((row) => row['user_id'])).toEqual([third.id, second.who.id]);
  }
});

it('AZ-08 nothing of a foreign organization in any list, search, count or export', async () => {
  const canary = 'canary8f21';
  const foreign = await houses.house();
  const hidden = await houses.member(foreign.id, 'staff', newAddress(canary));
  await database().run`UPDATE users SET first_name = ${canary}, last_name = ${canary} WHERE id = ${hidden.id}`;
  await database().run`UPDATE organizations SET name = ${canary} WHERE id = ${foreign.id}`;
  for (const role of ['owner', 'admin', 'manager']) {
    const { as } = await houses.actor(house.id, role);
    const own = `${organizationsPath}/${house.id}/users`;
    const total = await database().count`SELECT count(*) FROM users WHERE organization_id = ${house.id} AND deleted_at IS NULL`;
    for (const query of ['', `?search=${canary}`, '?page=1&limit=100', `?page=1&search=${canary}`, '?format=csv', `?format=csv&search=${canary}`, '?sort=email&order=desc']) {
      const answer = await client().get(`${own}${query}`, as);
      expectStatus(answer, 200);
      expect(answer.text, query).not.toContain(canary);
      expect(answer.text).not.toContain(foreign.id);
      if (query === '?page=1&limit=100') expect(answer.json.total).toBe(total);
      if (query === `?page=1&search=${canary}`) expect([answer.json.total, answer.json.data]).toEqual([0, []]);
    }
    for (const path of [`${usersPath}/by-email?email=${encodeURIComponent(hidden.email)}`, at(hidden), `${organizationsPath}/${foreign.id}`, `${organizationsPath}/${foreign.id}/users?search=${canary}`]) {
      const answer = await client().get(path, as);
      expect([403, 404], answer.text).toContain(answer.status);
      expect(answer.text).not.toContain(canary);
    }
  }
});

describe('AZ-09 nobody verifies themselves', () => {
  it('AZ-09 no member of a body says that an address is proven', async () => {
    const account = await newAccount(houses.stack);
    const bearer = await houses.bearer(account);
    const before = await stored(account);
    const body = { emailVerified: true, email_verified: true, mailboxProvenAt: '2026-01-01T00:00:00.000Z', status: 'active', selfRegistered: false, firstName: 'Same' };
    expectStatus(await houses.patch(at(account), body, bearer), 200);
    for (const column of ['email_verified', 'mailbox_proven_at', 'self_registered', 'status', 'email']) expect((await stored(account))[column], column).toEqual(before[column]);
    const email = newAddress('unproven');
    expectStatus(await client().post(registerPath, { email, password: newPassword(), emailVerified: true, mailboxProvenAt: new Date().toISOString() }), 200);
    const row = await database().row`SELECT email_verified, mailbox_proven_at FROM users WHERE email = ${email}`;
    expect([Boolean(row['email_verified']), row['mailbox_proven_at']]).toEqual([false, null]);
  });

  it('AZ-09 a new address of a registered person waits for its link; once it counts the old one is told', async () => {
    const account = await newAccount(houses.stack);
    const bearer = await houses.bearer(account);
    const email = newAddress('next');
    const before = await houses.stack.mail.count(account.email);
    const answer = await houses.patch(at(account), { email }, bearer);
    expectStatus(answer, 200);
    expect([answer.json.email, answer.json.pendingEmail]).toEqual([account.email, email]);
    const link = new URL(linkIn(await houses.stack.mail.wait(email), verifyPath));
    expectStatus(await client().post(organizationLoginPath, { email, password: account.password }), 401);
    expect((await stored(account))['email']).toBe(account.email);
    expectStatus(await client().get(`${link.pathname}${link.search}`), 302);
    await houses.stack.mail.wait(account.email, before + 1);
    expectStatus(await client().post(organizationLoginPath, { email, password: account.password }), 200);
  });
});

it('AZ-13 headers of somebody who is no proxy of ours say nothing about who asks', async () => {
  const { who, as } = await houses.actor(house.id);
  const claims = ['x-user-id', 'x_user_id', 'x-forwarded-user', 'x-remote-user', 'remote-user', 'x-auth-request-email', 'x-organization-id', 'x-role', 'x-original-user', 'x-gatehouse-user', 'x-tenant'];
  const headers = Object.fromEntries([
    ...claims.map((name) => [name, owner.id]), ['x-forwarded-for', '10.1.2.3'], ['x_forwarded_for', '10.1.2.4'], ['x-real-ip', '10.1.2.5'], ['forwarded', 'for=10.1.2.6'],
    ['x-original-url', '/health'], ['x-rewrite-url', '/health'], ['x-stepup-test-bypass', '1'],
  ]);
  expectRefusal(await client().get(`${usersPath}/me`, { headers }), 401, 'UNAUTHORIZED');
  expect((await client().get(`${usersPath}/me`, { ...as, headers })).json.id).toBe(who.id);
  expectRefusal(await client().get(`${organizationsPath}/${house.id}/users`, { ...as, headers }), 403, 'FORBIDDEN');
  expectRefusal(await client().post(organizationLoginPath, { email: who.email, password: newPassword() }, { headers }), 401, 'INVALID_CREDENTIALS');
  const row = await database().row`SELECT ip_address FROM login_attempts WHERE email = ${who.email} AND successful = ${false}`;
  expect(row['ip_address']).toBe('127.0.0.1');
});

it('AZ-15 an id of one kind is none of another, and a chosen id is never taken', async () => {
  const { who, as } = await houses.actor(house.id, 'owner');
  const session = (await database().row`SELECT id FROM sessions WHERE user_id = ${who.id}`)['id'] as string;
  for (const id of [house.id, session, '1', '0', '-1', 'null', 'undefined', 'true', who.email]) {
    expectRefusal(await client().get(`${usersPath}/${encodeURIComponent(id)}`, as), 404, 'NOT_FOUND');
  }
  for (const id of [who.id, session, 'me', '1']) expectRefusal(await client().get(`${organizationsPath}/${id}`, as), 404, 'NOT_FOUND');
  for (const id of [who.id, house.id, 'me']) expectRefusal(await client().delete(`/api/auth/sessions/${id}`, as), 404, 'NOT_FOUND');
  for (const id of ['1', owner.id, 'me', 'by-email', house.id]) {
    const made = await client().post(usersPath, { id, userId: id, externalId: id, email: newAddress('chosen'), password: newPassword(), organizationId: house.id }, as);
    expectStatus(made, 201);
    expect(made.json.id).not.toBe(id);
  }
});

it('AZ-16 nobody sets somebody else’s password, by whatever member', async () => {
  const other = await houses.member(house.id);
  const before = (await stored(other))['password_hash'];
  const password = newPassword();
  const body = { password, newPassword: password, passwordHash: password, password_hash: password, firstName: 'Same' };
  for (const role of ['owner', 'admin']) {
    const { as } = await houses.actor(house.id, role);
    expectStatus(await houses.patch(at(other), body, as), 200);
    expect((await client().send('POST', `${at(other)}/password`, { ...as, body })).status).toBe(404);
    expect((await client().send('PATCH', `${at(other)}/password`, { ...as, body })).status).toBe(404);
  }
  expect((await stored(other))['password_hash']).toBe(before);
  expectStatus(await client().post(organizationLoginPath, { email: other.email, password }), 401);
  expect((await client().get(at(other), house.as)).text).not.toMatch(secretMembers);
});
