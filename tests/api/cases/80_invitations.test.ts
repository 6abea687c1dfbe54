// Invitations: who may send them, what the mailed link opens, and that it opens it once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer, Json, Options } from '../support/client.ts';
import { flag } from '../support/database.ts';
import { events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, secretMembers, type House, type Member } from '../support/houses.ts';
import { linkIn } from '../support/mail.ts';
import { credentialsIn, newAddress, newPassword, organizationLoginPath } from '../support/people.ts';
import { startStack, stopStacks } from '../support/stack.ts';

afterAll(stopStacks);

let houses: Houses;
let house: House;
let email: string;
beforeAll(async () => {
  houses = await Houses.start('closed');
  house = await houses.house();
});
beforeEach(() => {
  email = newAddress('invited');
});
const client = () => houses.stack.client;
const database = () => houses.stack.database;
const at = (organization: string) => `${organizationsPath}/${organization}/invitations`;
const invite = (role = 'staff', as: Options = house.as, organization = house.id): Promise<Answer> => client().post(at(organization), { email, role }, as);
async function invited(role = 'staff'): Promise<{ id: string; token: string }> {
  const answer = await invite(role);
  expectStatus(answer, 201);
  const mail = await houses.stack.mail.wait(email, 1, 'Invitation to');
  const link = new URL(linkIn(mail, '/accept-invite'));
  return { id: answer.json.id, token: link.searchParams.get('token') as string };
}
const accept = (token: string, more: Json = {}): Promise<Answer> =>
  client().post(`/api/invitations/${token}/accept`, { password: newPassword(email), ...more });
const row = () => database().row`SELECT * FROM users WHERE email = ${email}`;
const people = () => database().count`SELECT count(*) FROM users WHERE email = ${email}`;

describe('sending', () => {
  it('D-105 the answer, the row without its token, the mail and the ledger', async () => {
    const answer = await invite('manager');
    expectStatus(answer, 201);
    expect(Object.keys(answer.json).sort()).toEqual(['email', 'expiresAt', 'id', 'role']);
    expect(answer.json).toMatchObject({ email, role: 'manager' });
    const days = (Date.parse(answer.json.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.99);
    expect(days).toBeLessThanOrEqual(7);
    const mail = await houses.stack.mail.wait(email, 1);
    expect(mail.subject).toBe('Invitation to Fixture House');
    const stored = await database().row`SELECT token_hash FROM invitations WHERE id = ${answer.json.id}`;
    expect(stored['token_hash']).toMatch(/^[0-9a-f]{64}$/);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE event_type = 'INVITATION_SENT' AND resource_id = ${answer.json.id}`).toBe(1);
    expect(await people(), 'nobody comes into being yet').toBe(0);
  });

  it('D-105 who may: not staff, not managers, not strangers, nobody without a credential', async () => {
    for (const role of ['manager', 'staff']) {
      const as = await houses.bearer(await houses.member(house.id, role));
      expectRefusal(await invite('staff', as), 403, 'FORBIDDEN');
    }
    const elsewhere = await houses.house();
    expectRefusal(await invite('staff', elsewhere.as), 403, 'FORBIDDEN');
    expectRefusal(await invite('staff', {}), 401, 'UNAUTHORIZED');
    expectRefusal(await invite('staff', house.as, '99999'), 404, 'NOT_FOUND');
    expect(await houses.stack.mail.count(email)).toBe(0);
  });

  it('D-19 an admin invites managers and staff alone; a role is one of four, exactly', async () => {
    const admin = await houses.bearer(await houses.member(house.id, 'admin'));
    for (const role of ['owner', 'admin']) expectRefusal(await invite(role, admin), 403, 'FORBIDDEN');
    expectStatus(await invite('manager', admin), 201);
    for (const role of ['superadmin', 'Admin', 'staff ', '']) expectRefusal(await invite(role), 400, 'VALIDATION', /role/);
    expectRefusal(await client().post(at(house.id), { email }, house.as), 400, 'VALIDATION', /role/);
    expectRefusal(await client().post(at(house.id), { email: 'not-an-email', role: 'staff' }, house.as), 400, 'VALIDATION', /email/);
  });

  it('D-8 who is here already is not invited; who is elsewhere may be', async () => {
    const member = await houses.member(house.id);
    expectRefusal(await client().post(at(house.id), { email: member.email.toUpperCase(), role: 'staff' }, house.as), 409, 'EMAIL_ALREADY_REGISTERED');
    const elsewhere: Member = await houses.member((await houses.house()).id);
    expectStatus(await client().post(at(house.id), { email: elsewhere.email, role: 'staff' }, house.as), 201);
  });

  it('D-105 so many a day for an organization, then 429', async () => {
    const stack = await startStack({ GATEHOUSE_INVITATIONS_PER_DAY: '3' });
    const organization = (await stack.database.row`INSERT INTO organizations (name) VALUES ('Busy') RETURNING id`)['id'] as string;
    const { insertPerson } = await import('../support/people.ts');
    const owner = await insertPerson(stack, { organizationId: organization });
    await stack.database.run`UPDATE users SET role = 'owner' WHERE id = ${owner.id}`;
    const bearer = credentialsIn(await stack.client.post(organizationLoginPath, { email: owner.email, password: owner.password }), owner.email).token;
    const statuses = (await barrier(stack, 6, (one) => one.post(at(organization), { email: newAddress(), role: 'staff' }, { bearer }))).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(3);
  });
});

describe('the mailed link', () => {
  it('D-99 shows the offer, then makes the person, whose mailbox counts as proven', async () => {
    const { token, id } = await invited('admin');
    const offer = await client().get(`/api/invitations/${token}`);
    expectStatus(offer, 200);
    expect(offer.json).toEqual({ email, role: 'admin', organizationName: 'Fixture House' });
    const password = newPassword(email);
    const answer = await accept(token, { password, firstName: 'Ada', lastName: ' Lovelace ' });
    expectStatus(answer, 201);
    expect(answer.json).toMatchObject({ email, role: 'admin', organizationId: house.id, firstName: 'Ada', lastName: 'Lovelace', emailVerified: true });
    expect(answer.text).not.toMatch(secretMembers);
    const made = await row();
    expect(made['mailbox_proven_at']).not.toBeNull();
    expect(flag(made['self_registered'])).toBe(false);
    credentialsIn(await client().post(organizationLoginPath, { email, password }), email);
    expect(await events(database(), made['id'] as string, 'INVITATION_ACCEPTED')).toBe(1);
    expectRefusal(await client().get(`/api/invitations/${token}`), 410, 'GONE');
    expectRefusal(await accept(token), 410, 'GONE');
    const list = await client().get(at(house.id), house.as);
    expect(list.json.find((one: Json) => one.id === id).acceptedAt).not.toBeNull();
    expect(list.text).not.toMatch(/token/i);
  });

  it('D-74 a weak password spends nothing', async () => {
    const { token } = await invited();
    expectRefusal(await accept(token, { password: '123' }), 400, 'WEAK_PASSWORD', /password/);
    expectStatus(await accept(token), 201);
  });

  it('D-99 fifty at once: one person, one success', async () => {
    const { token } = await invited();
    const password = newPassword(email);
    const answers = await barrier(houses.stack, 50, (one) => one.post(`/api/invitations/${token}/accept`, { password }));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 201) expect([409, 410]).toContain(answer.status);
    expect(await people()).toBe(1);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE event_type = 'INVITATION_ACCEPTED' AND email = ${email}`).toBe(1);
  });

  it('D-79 unknown, altered, expired, revoked', async () => {
    const { token, id } = await invited();
    expectRefusal(await client().get('/api/invitations/unknown'), 404, 'NOT_FOUND');
    expectRefusal(await accept(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`), 404, 'NOT_FOUND');
    await database().run`UPDATE invitations SET expires_at = ${new Date(Date.now() - 1000).toISOString()} WHERE id = ${id}`;
    expectRefusal(await accept(token), 410, 'GONE');
    await database().run`UPDATE invitations SET expires_at = ${new Date(Date.now() + 60_000).toISOString()} WHERE id = ${id}`;
    expectStatus(await client().delete(`${at(house.id)}/${id}`, house.as), 204);
    expectRefusal(await accept(token), 410, 'GONE');
    expectRefusal(await client().delete(`${at(house.id)}/${id}`, house.as), 410, 'GONE');
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE event_type = 'INVITATION_REVOKED' AND resource_id = ${id}`).toBe(1);
    expect(await people()).toBe(0);
  });

  it('D-79 another organization neither sees nor revokes it', async () => {
    const { id, token } = await invited();
    const other = await houses.house();
    expectRefusal(await client().get(at(house.id), other.as), 403, 'FORBIDDEN');
    expectRefusal(await client().delete(`${at(house.id)}/${id}`, other.as), 403, 'FORBIDDEN');
    expectRefusal(await client().delete(`${at(other.id)}/${id}`, other.as), 403, 'FORBIDDEN');
    expectStatus(await accept(token), 201);
  });

  it('D-8 made by an administrator meanwhile: 409, and the invitation is not used up', async () => {
    const { id, token } = await invited();
    await houses.member(house.id, 'staff', email);
    expectRefusal(await accept(token), 409, 'EMAIL_ALREADY_REGISTERED');
    expect((await database().row`SELECT accepted_at FROM invitations WHERE id = ${id}`)['accepted_at']).toBeNull();
  });

  it('D-105 who is invited again holds the newest offer alone', async () => {
    const first = await invited('admin');
    expectStatus(await invite('staff'), 201);
    const mails = await houses.stack.mail.list(email);
    await houses.stack.mail.wait(email, 2);
    expect(mails.length).toBeGreaterThan(0);
    expectRefusal(await accept(first.token), 410, 'GONE');
    const second = new URL(linkIn(await houses.stack.mail.wait(email, 2), '/accept-invite')).searchParams.get('token') as string;
    const joined = await accept(second);
    expectStatus(joined, 201);
    expect(joined.json.role).toBe('staff');
  });

  it.each([
    ['demoted', `UPDATE users SET role = 'manager' WHERE id = `],
    ['suspended', `UPDATE users SET status = 'suspended' WHERE id = `],
    ['deleted', `UPDATE users SET deleted_at = created_at WHERE id = `],
  ])('D-105 the offer of somebody who was %s since is worth nothing', async (_what, statement) => {
    const admin = await houses.member(house.id, 'admin');
    expectStatus(await invite('manager', await houses.bearer(admin)), 201);
    const token = new URL(linkIn(await houses.stack.mail.wait(email, 1), '/accept-invite')).searchParams.get('token') as string;
    await database().script(`${statement} '${admin.id}'`);
    expectRefusal(await accept(token), 410, 'GONE');
    expect(await people()).toBe(0);
  });

  it('D-15 an organization that is gone takes its invitations along', async () => {
    const gone = await houses.house();
    expectStatus(await client().post(at(gone.id), { email, role: 'staff' }, gone.as), 201);
    const mail = await houses.stack.mail.wait(email, 1);
    const token = new URL(linkIn(mail, '/accept-invite')).searchParams.get('token') as string;
    expectStatus(await client().delete(`${organizationsPath}/${gone.id}`, gone.as), 204);
    expectRefusal(await accept(token), 404, 'NOT_FOUND');
  });
});
