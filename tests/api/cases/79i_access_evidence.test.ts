// Who could do what at a past moment, told from the ledger; and campaigns that review it: frozen, decided, signed off.
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imported, sha256 } from '../support/archives.ts';
import type { Answer, Json, Options } from '../support/client.ts';
import { json } from '../support/database.ts';
import { eventTypes, expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, usersPath, type House, type Member } from '../support/houses.ts';
import { stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

const matrixPath = '/api/compliance/access/matrix';
const reviewsPath = '/api/compliance/access-reviews';
let houses: Houses;
let house: House;
let owner: Member;

beforeAll(async () => {
  houses = await Houses.start('closed');
});
afterAll(stopStacks);
const client = () => houses.stack.client;
const database = () => houses.stack.database;

async function proven(...more: string[]): Promise<void> {
  ({ house, owner } = await houses.owned());
  for (const purpose of ['data_export', ...more]) await provenFor(database(), house.id, purpose);
}
/** A moment between what was done and what will be. */
async function moment(): Promise<string> {
  await setTimeout(5);
  const at = new Date().toISOString();
  await setTimeout(5);
  return at;
}
const matrix = (query = '', as: Options = house.as): Promise<Answer> => client().get(`${matrixPath}${query}`, as);
async function could(permission: string, at: string): Promise<string[]> {
  const answer = await matrix(`?permission=${permission}&at=${at}`);
  expectStatus(answer, 200);
  return (answer.json.rows as Json[]).map((row) => row['user_id'] as string);
}
async function standing(who: Member, at: string): Promise<Json | undefined> {
  const answer = await matrix(`?at=${at}`);
  expectStatus(answer, 200);
  return (answer.json.rows as Json[]).find((row) => row['user_id'] === who.id);
}
const patched = async (path: string, body: Json): Promise<Json> => {
  const answer = await client().send('PATCH', path, { ...house.as, body });
  expectStatus(answer, 200);
  return answer.json;
};
const sorted = (...who: Member[]): string[] => who.map((one) => one.id).sort();

describe('who could do what', () => {
  it('"who could delete clients then?" is answered for every moment, whatever came after', async () => {
    await proven();
    const ann = await houses.member(house.id, 'staff');
    const bea = await houses.member(house.id, 'admin');
    const t0 = await moment();
    await patched(`${usersPath}/${ann.id}/role`, { role: 'admin' });
    const t1 = await moment();
    await patched(`${usersPath}/${bea.id}/status`, { status: 'suspended' });
    const t2 = await moment();
    await patched(`${usersPath}/${ann.id}/role`, { role: 'staff' });
    await patched(`${usersPath}/${bea.id}/status`, { status: 'active' });
    const t3 = await moment();
    expectStatus(await client().send('DELETE', `${usersPath}/${bea.id}`, house.as), 204);
    const t4 = await moment();
    const clients = 'clients.delete';
    expect(await could(clients, t0)).toEqual(sorted(owner, bea));
    expect(await could(clients, t1)).toEqual(sorted(owner, ann, bea));
    expect(await could(clients, t2)).toEqual(sorted(owner, ann));
    expect(await could(clients, t3)).toEqual(sorted(owner, bea));
    expect(await could(clients, t4)).toEqual(sorted(owner));

    const rows = await database().rows`SELECT id, event_type FROM audit_ledger WHERE organization_id = ${house.id} AND user_id = ${ann.id} AND event_type = 'ROLE_CHANGED' ORDER BY id`;
    expect(await standing(ann, t0)).toMatchObject({ role: 'staff', status: 'active', role_seq: null });
    expect(await standing(ann, t1)).toMatchObject({ role: 'admin', role_seq: Number(rows[0]!['id']) });
    expect(await standing(ann, t4)).toMatchObject({ role: 'staff', role_seq: Number(rows[1]!['id']) });
    expect(await standing(bea, t2)).toMatchObject({ role: 'admin', status: 'suspended' });
    expect(await standing(bea, t4)).toBeUndefined();
    expect(await standing(ann, '2020-01-01')).toBeUndefined();
  });

  it('an organization that was given away: its heir and its giver, before and after', async () => {
    await proven();
    const heir = await houses.member(house.id, 'manager');
    const t0 = await moment();
    await provenFor(database(), house.id);
    expectStatus(await client().post(`/api/organizations/${house.id}/transfer`, { newOwnerId: heir.id }, house.as), 200);
    const t1 = await moment();
    const boss = await houses.bearer(heir);
    await provenFor(database(), house.id, 'data_export');
    house = { ...house, as: boss };
    await patched(`${usersPath}/${owner.id}/role`, { role: 'staff' });
    const t2 = await moment();
    const [given] = await database().rows`SELECT id FROM audit_ledger WHERE organization_id = ${house.id} AND event_type = 'ORGANIZATION_TRANSFERRED'`;
    expect(await standing(owner, t0)).toMatchObject({ role: 'owner', role_seq: null });
    expect(await standing(heir, t0)).toMatchObject({ role: 'manager', role_seq: null });
    expect(await standing(owner, t1)).toMatchObject({ role: 'admin', role_seq: Number(given!['id']) });
    expect(await standing(heir, t1)).toMatchObject({ role: 'owner', role_seq: Number(given!['id']) });
    expect(await standing(owner, t2)).toMatchObject({ role: 'staff' });
    expect(await standing(heir, t2)).toMatchObject({ role: 'owner' });
  });

  it('more roles than the interface lets there be, put in by SQL, are all compared', async () => {
    await proven();
    const ann = await houses.member(house.id, 'staff');
    for (let at = 0; at < 120; at += 1) await database().run`INSERT INTO custom_roles (organization_id, name) VALUES (${house.id}, ${`Role ${at}`})`;
    for (const name of ['Role 0', 'Role 119', 'Role 99']) {
      const { id } = await database().row`SELECT id FROM custom_roles WHERE organization_id = ${house.id} AND name = ${name}`;
      await database().run`UPDATE users SET custom_role_id = ${id} WHERE id = ${ann.id}`;
      expect(await standing(ann, await moment())).toMatchObject({ custom_role: name });
    }
  });

  it('a denied sign-in that suspended somebody is one of the rows that say so', async () => {
    await proven();
    const ann = await houses.member(house.id, 'admin');
    const sign = (device: string): Promise<Answer> => client().post('/api/auth/login', { email: ann.email, password: ann.password, organizationId: house.id, deviceFingerprint: device });
    const home = { bearer: (await sign('home')).json.token as string };
    const away = await sign('away');
    const t0 = await moment();
    await patched(`${usersPath}/${ann.id}`, { email: `moved.${ann.email}` }); // so nobody knows whose the mailbox is
    expectStatus(await client().post(`/api/auth/sessions/${away.json.sessionId as string}/not-me`, {}, home), 200);
    const t1 = await moment();
    await patched(`${usersPath}/${ann.id}/status`, { status: 'active' });
    const t2 = await moment();
    const [denied] = await database().rows`SELECT id FROM audit_ledger WHERE user_id = ${ann.id} AND event_type = 'FORCE_LOGOUT'`;
    expect(await standing(ann, t0)).toMatchObject({ status: 'active', status_seq: null });
    expect(await standing(ann, t1)).toMatchObject({ status: 'suspended', status_seq: Number(denied!['id']) });
    expect(await standing(ann, t2)).toMatchObject({ status: 'active' });
    expect(await could('clients.delete', t1)).toEqual(sorted(owner));
  });

  it('people whose row is gone: deleted and erased, or deleted by SQL; with what they were', async () => {
    await proven();
    const added = async (role: string): Promise<Member> => {
      const answer = await houses.add(house, { email: `gone.${role}.${crypto.randomUUID()}@suite.example`, password: 'Correct-Horse-42-Gone', role });
      expectStatus(answer, 201);
      return { id: answer.json.id as string, email: answer.json.email as string, password: '', organizationId: house.id, role };
    };
    const [ann, bea, cat] = [await added('admin'), await added('staff'), await houses.member(house.id, 'manager')];
    await patched(`${usersPath}/${bea.id}/role`, { role: 'admin' });
    const t0 = await moment();
    for (const who of [ann, cat]) expectStatus(await client().send('DELETE', `${usersPath}/${who.id}`, house.as), 204);
    const t1 = await moment();
    await database().run`DELETE FROM users WHERE id IN (${ann.id}, ${bea.id}, ${cat.id})`;
    const t2 = await moment();
    expect(await could('clients.delete', t0)).toEqual(sorted(owner, ann, bea));
    expect(await could('clients.delete', t1)).toEqual(sorted(owner, bea));
    expect(await could('clients.delete', t2)).toEqual(sorted(owner));
    expect(await standing(ann, t0)).toMatchObject({ role: 'admin', status: 'active', email: ann.email });
    expect(await standing(bea, t1)).toMatchObject({ role: 'admin', status: 'active' });
    expect(await standing(cat, t0)).toMatchObject({ role: 'manager' }); // as they left
    for (const who of [ann, bea, cat]) expect(await standing(who, t2)).toBeUndefined();
  });

  it('custom roles count as they were: before they were given, widened, and deleted', async () => {
    await proven();
    const ann = await houses.member(house.id, 'staff');
    const roles = `/api/organizations/${house.id}/roles`;
    const t0 = await moment();
    const made = await client().post(roles, { name: 'Keepers', permissions: [{ id: 'workflows.delete', cell: '1' }] }, house.as);
    expectStatus(made, 201);
    const role = made.json.id as string;
    await patched(`${usersPath}/${ann.id}/custom-role`, { customRoleId: role });
    const t1 = await moment();
    await patched(`${roles}/${role}`, { permissions: ['workflows.delete', 'clients.delete'].map((id) => ({ id, cell: '1' })) });
    const t2 = await moment();
    expectStatus(await client().send('DELETE', `${roles}/${role}`, house.as), 204);
    const t3 = await moment();
    const who = async (at: string) => [(await could('workflows.delete', at)).includes(ann.id), (await could('clients.delete', at)).includes(ann.id)];
    expect(await who(t0)).toEqual([false, false]);
    expect(await who(t1)).toEqual([true, false]);
    expect(await who(t2)).toEqual([true, true]);
    expect(await who(t3)).toEqual([false, false]);
    expect(await standing(ann, t2)).toMatchObject({ custom_role_id: role });
    expect(await standing(ann, t3)).toMatchObject({ custom_role_id: null });
  });

  it('as JSON and CSV with count and hash, in portions by cursor, and it leaves what exports leave', async () => {
    await proven();
    for (let one = 0; one < 6; one += 1) await houses.member(house.id, one % 2 === 0 ? 'manager' : 'staff');
    const all = (await matrix()).json;
    expect(all.count).toBe(7);
    expect(all.rows.find((row: Json) => row['user_id'] === owner.id)).toMatchObject({ email: owner.email, role: 'owner', permissions: expect.stringContaining('clients.delete=1') });
    const met: string[] = [];
    let path: string | undefined = `${matrixPath}?permission=clients.view&limit=3&format=csv`;
    while (path !== undefined) {
      const answer: Answer = await client().get(path, house.as);
      expectStatus(answer, 200);
      expect(answer.header('x-evidence-sha256')).toBe(sha256(answer.bytes));
      const rows = imported(answer.bytes);
      expect(answer.header('x-evidence-rows')).toBe(String(rows.length));
      met.push(...rows.map((row) => row['user_id']!));
      path = /^<([^>]+)>; rel="next"$/.exec(answer.header('link') ?? '')?.[1];
    }
    expect(met).toEqual(await could('clients.view', new Date().toISOString()));
    expect(new Set(met).size).toBe(met.length);
    const types = await eventTypes(database(), owner.id);
    expect(types.filter((type) => type === 'DATA_EXPORT_STARTED').length).toBe(types.filter((type) => type === 'DATA_EXPORT_COMPLETED').length);
    expect(types).toContain('DATA_EXPORT_STARTED');
  });

  it('in order: 401, 403 with DATA_EXPORT_DENIED, 428, 400; and nobody of another organization', async () => {
    ({ house, owner } = await houses.owned());
    const { who, as } = await houses.actor(house.id, 'manager');
    expectStatus(await client().get(`${matrixPath}?at=x`), 401);
    expectRefusal(await matrix('?at=x', as), 403, 'FORBIDDEN');
    expect(await eventTypes(database(), who.id)).toContain('DATA_EXPORT_DENIED');
    expectRefusal(await matrix('?at=x'), 428, 'STEP_UP_REQUIRED');
    await provenFor(database(), house.id, 'data_export');
    for (const query of ['at=x', 'at=2026-02-30', 'permission=nothing.known', 'limit=0', 'format=xml']) expectRefusal(await matrix(`?${query}`), 400, 'VALIDATION', new RegExp(query.split('=')[0]!));
    const other = (await houses.owned()).owner;
    expect((await matrix()).text).not.toContain(other.id);
  });
});

const begun = async (name = 'Spring'): Promise<string> => {
  const answer = await client().post(reviewsPath, { name }, house.as);
  expectStatus(answer, 201);
  return answer.json.id as string;
};
const decide = (review: string, who: Member, decision: string, reason = 'As it should be', as: Options = house.as): Promise<Answer> =>
  client().post(`${reviewsPath}/${review}/decisions`, { userId: who.id, decision, reason }, as);
const signOff = (review: string, as: Options = house.as): Promise<Answer> => client().post(`${reviewsPath}/${review}/sign-off`, {}, as);
async function items(review: string): Promise<Json[]> {
  const answer = await client().get(`${reviewsPath}/${review}/items`, house.as);
  expectStatus(answer, 200);
  return answer.json.rows as Json[];
}

describe('access reviews', () => {
  it('are not signed off while anything is open, however many try at once; the last decision lets one of them', async () => {
    await proven();
    const people = [owner, await houses.member(house.id, 'admin'), await houses.member(house.id, 'staff')];
    const review = await begun();
    for (const who of people.slice(0, 2)) {
      for (const answer of await Promise.all([signOff(review), signOff(review)])) expectRefusal(answer, 409, 'CONFLICT');
      expectStatus(await decide(review, who, 'keep'), 200);
    }
    const together = await Promise.all([signOff(review), decide(review, people[2]!, 'keep'), signOff(review), signOff(review)]);
    expectStatus(together[1]!, 200);
    const signed = [together[0]!, together[2]!, together[3]!].filter((answer) => answer.status === 200).length;
    expect(signed).toBeLessThanOrEqual(1);
    const last = await signOff(review);
    expect(last.status).toBe(signed === 1 ? 409 : 200);
    expect((await client().get(`${reviewsPath}/${review}`, house.as)).json).toMatchObject({ kept: 3, undecided: 0, signedOffBy: owner.id });
    expect((await items(review)).every((item) => item['decision'] === 'keep')).toBe(true);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE resource_id = ${review} AND details LIKE ${'%review signed off%'}`).toBe(1);
  });

  it('are neither decided nor signed nor read by somebody of another organization, who is no item of them', async () => {
    await proven('force_logout');
    const [mine, review] = [house, await begun()];
    const [me, bea] = [owner, await houses.member(house.id, 'staff')];
    await proven('force_logout');
    const [foreign, stranger] = [house.as, owner];
    for (const decision of ['keep', 'revoke']) expectRefusal(await decide(review, me, decision, 'From afar', foreign), 403, 'FORBIDDEN');
    expectRefusal(await signOff(review, foreign), 403, 'FORBIDDEN');
    for (const path of ['', '/items']) expectRefusal(await client().get(`${reviewsPath}/${review}${path}`, foreign), 403, 'FORBIDDEN');
    house = mine;
    expect((await items(review)).map((item) => [item['user_id'], item['decision']])).toEqual([[me.id, null]]);
    for (const who of [stranger, bea]) expectRefusal(await decide(review, who, 'keep'), 404, 'NOT_FOUND'); // not frozen
    expectStatus(await client().get('/api/users/me', foreign), 200); // nobody was suspended
  });

  it('freeze what stands, SQL too, whatever the ledger told before', async () => {
    await proven();
    const ann = await houses.member(house.id, 'staff');
    await patched(`${usersPath}/${ann.id}/role`, { role: 'admin' });
    await database().run`UPDATE users SET role = 'manager' WHERE id = ${ann.id}`;
    const frozen = await items(await begun());
    expect(frozen.find((item) => item['user_id'] === ann.id)).toMatchObject({ role: 'manager' });
  });

  it('freeze who could do what, take decisions with reasons, and end when everybody was decided about', async () => {
    await proven('force_logout');
    const ann = await houses.member(house.id, 'admin');
    const { who: bea, as: beasToken } = await houses.actor(house.id, 'staff');
    const review = await begun();
    await patched(`${usersPath}/${ann.id}/role`, { role: 'staff' });
    await houses.member(house.id, 'staff'); // who came later is none of it
    const frozen = await items(review);
    expect(frozen.map((item) => item['user_id'])).toEqual(sorted(owner, ann, bea));
    expect(frozen.find((item) => item['user_id'] === ann.id)).toMatchObject({ role: 'admin', decision: null, permissions: expect.stringContaining('clients.delete=1') });

    expectStatus(await decide(review, owner, 'keep'), 200);
    expectStatus(await decide(review, ann, 'keep'), 200);
    expectRefusal(await signOff(review), 409, 'CONFLICT');
    expectStatus(await client().get('/api/users/me', beasToken), 200);
    const revoked = await decide(review, bea, 'revoke', 'Left the company');
    expectStatus(revoked, 200);
    expect(revoked.json).toMatchObject({ people: 3, kept: 2, revoked: 1, undecided: 0, signedOffAt: null });
    expectStatus(await client().get('/api/users/me', beasToken), 401);
    const [suspended] = await database().rows`SELECT actor_id, details FROM audit_ledger WHERE user_id = ${bea.id} AND event_type = 'USER_SUSPENDED'`;
    expect(suspended).toMatchObject({ actor_id: owner.id });
    expect(json(suspended!['details'])).toMatchObject({ accessReview: review, oldValue: 'active', newValue: 'suspended' });
    expectRefusal(await decide(review, bea, 'keep'), 409, 'CONFLICT');

    const ended = await Promise.all([signOff(review), signOff(review), signOff(review)]);
    expect(ended.map((answer) => answer.status).sort()).toEqual([200, 409, 409]);
    expectRefusal(await decide(review, ann, 'revoke'), 409, 'CONFLICT');
    expect((await client().get(`${reviewsPath}/${review}`, house.as)).json).toMatchObject({ name: 'Spring', createdBy: owner.id, signedOffBy: owner.id, undecided: 0 });
    const csv = await client().get(`${reviewsPath}/${review}/items?format=csv`, house.as);
    expect(imported(csv.bytes).map((row) => [row['user_id'], row['decision'], row['reason'], row['decided_by']])).toEqual(
      (await items(review)).map((item) => [item['user_id'], item['decision'], item['reason'], owner.id]),
    );
    const left = await database().rows`SELECT details FROM audit_ledger WHERE organization_id = ${house.id} AND resource = 'access_review' AND resource_id = ${review} ORDER BY id`;
    expect(left.map((row) => json(row['details']).change)).toEqual(['review begun', 'access reviewed', 'access reviewed', 'review signed off']);
  });

  it('revoking asks for a step-up of its own, and for what suspending asks', async () => {
    await proven();
    const { as } = await houses.actor(house.id, 'admin');
    const bea = await houses.member(house.id, 'staff');
    await provenFor(database(), house.id, 'data_export');
    const review = await begun();
    const asked = await decide(review, bea, 'revoke');
    expectRefusal(asked, 428, 'STEP_UP_REQUIRED');
    expect(asked.json.purpose).toBe('force_logout');
    await provenFor(database(), house.id, 'force_logout');
    expectRefusal(await decide(review, owner, 'revoke', 'No reason', as), 403, 'FORBIDDEN'); // above an admin
    expectRefusal(await decide(review, owner, 'revoke'), 400, 'SELF_ACTION');
    expect((await items(review)).every((item) => item['decision'] === null)).toBe(true);
    expectStatus(await decide(review, bea, 'revoke', 'Left', as), 200);
  });

  it('who is gone by now is decided about all the same', async () => {
    await proven('force_logout');
    const bea = await houses.member(house.id, 'staff');
    const review = await begun();
    expectStatus(await client().send('DELETE', `${usersPath}/${bea.id}`, house.as), 204);
    expectStatus(await decide(review, bea, 'revoke', 'Gone'), 200);
    expect((await items(review)).find((item) => item['user_id'] === bea.id)).toMatchObject({ decision: 'revoke', reason: 'Gone' });
  });

  it.each<[string, Json]>([
    ['no reason', { decision: 'keep', reason: ' ' }], ['a long reason', { decision: 'keep', reason: 'x'.repeat(501) }], ['another decision', { decision: 'maybe', reason: 'x' }],
    ['no decision', { reason: 'x' }],
  ])('%s: 400, and nothing is decided', async (_what, body) => {
    await proven();
    const review = await begun();
    expectRefusal(await client().post(`${reviewsPath}/${review}/decisions`, { userId: owner.id, ...body }, house.as), 400, 'VALIDATION');
    expect((await items(review))[0]).toMatchObject({ decision: null });
    for (const name of ['', ' ', 'x'.repeat(121)]) expectRefusal(await client().post(reviewsPath, { name }, house.as), 400, 'VALIDATION');
  });

  it('are their organization’s alone, at most ten are open, and lists go on', async () => {
    await proven();
    const foreign = await begun();
    await proven();
    expectRefusal(await client().get(`${reviewsPath}/${foreign}`, house.as), 403, 'FORBIDDEN');
    expectRefusal(await signOff(foreign), 403, 'FORBIDDEN');
    expectRefusal(await client().get(`${reviewsPath}/unknown`, house.as), 404, 'NOT_FOUND');
    const made: string[] = [];
    for (let one = 0; one < 10; one += 1) made.unshift(await begun(`Review ${one}`));
    expectRefusal(await client().post(reviewsPath, { name: 'One more' }, house.as), 409, 'CONFLICT');
    expectStatus(await decide(made[0]!, owner, 'keep'), 200);
    expectStatus(await signOff(made[0]!), 200);
    made.unshift(await begun('One more'));
    const listed: string[] = [];
    for (const page of [1, 2, 3]) {
      const answer = await client().get(`${reviewsPath}?page=${page}&limit=4`, house.as);
      expectStatus(answer, 200);
      expect(answer.header('x-total-count')).toBe('11');
      listed.push(...(answer.json as unknown as Json[]).map((one) => one['id'] as string));
    }
    expect(listed).toEqual(made);
    expectRefusal(await decide(made[1]!, { ...owner, id: 'nobody' }, 'keep'), 404, 'NOT_FOUND');
  });
});
