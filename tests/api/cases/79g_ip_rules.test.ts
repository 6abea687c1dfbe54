// From where an organization is entered: its rules hold at sign-in, at refresh and on every request, and never shut their maker out unasked.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { Houses, type House, type Member } from '../support/houses.ts';
import { loginPath, meDataPath, organizationLoginPath, refreshPath } from '../support/people.ts';
import { onPostgres } from '../support/settings.ts';
import { startStack, stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

const path = '/api/security/ip-rules';
const validatePath = '/api/v1/auth/validate';
const nowhere = '00000000-0000-7000-8000-000000000000';
const office = '198.51.100.7';
const home = '203.0.113.9';
const key = randomBytes(24).toString('hex');

let houses: Houses;
beforeAll(async () => {
  houses = Houses.on('closed', await startStack({ GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1/32', GATEHOUSE_SERVICE_KEY: key }));
});
afterAll(stopStacks);
const client = () => houses.stack.client;
const database = () => houses.stack.database;

/** As a proxy of ours passes it on. */
const at = (address: string, as: Options = {}): Options => ({ ...as, headers: { ...as.headers, 'x-forwarded-for': address } });

interface Owned {
  readonly house: House;
  readonly owner: Member;
}
async function owned(): Promise<Owned> {
  const { house, owner } = await houses.owned();
  await provenFor(database(), house.id, 'ip_rule_change');
  return { house, owner };
}
const make = (of: Owned, body: Json, from = office): Promise<Answer> => client().post(path, body, at(from, of.house.as));
const change = (id: string, of: Owned, body: Json, more: Options = {}, from = office): Promise<Answer> =>
  client().send('PATCH', `${path}/${id}`, { ...at(from, { ...of.house.as, ...more }), body });
const login = (who: Member, from: string, url = organizationLoginPath): Promise<Answer> =>
  client().post(url, { email: who.email, password: who.password, organizationId: who.organizationId }, at(from));
const byHand = (of: Owned, action: string, network: string) =>
  database().run`INSERT INTO ip_rules (organization_id, action, network) VALUES (${of.house.id}, ${action}, ${network})`;
const lastRow = (of: Owned) => database().row`SELECT * FROM audit_ledger WHERE organization_id = ${of.house.id} ORDER BY id DESC LIMIT 1`;

async function made(of: Owned, body: Json, from = office): Promise<Json> {
  const answer = await make(of, body, from);
  expectStatus(answer, 201);
  return answer.json;
}

describe('keeping rules', () => {
  it('IP-01 in order: 401, 403 with a row, 428, 400', async () => {
    const of = await houses.owned();
    const [admin, staff] = [await houses.actor(of.house.id, 'admin'), await houses.actor(of.house.id, 'staff')];
    expectStatus(await client().get(path), 401);
    expectStatus(await client().post(path, {}), 401);
    expectRefusal(await client().get(path, staff.as), 403, 'FORBIDDEN');
    expectStatus(await client().get(path, admin.as), 200);
    const before = await ledgerSize(database());
    expectRefusal(await client().post(path, { action: 'deny', network: home }, admin.as), 403, 'FORBIDDEN');
    expect(await ledgerSize(database())).toBe(before + 1);
    const asked = await client().post(path, {}, of.house.as);
    expectRefusal(asked, 428, 'STEP_UP_REQUIRED');
    expect(asked.json.purpose).toBe('ip_rule_change');
    await provenFor(database(), of.house.id, 'ip_rule_change');
    expectRefusal(await client().post(path, {}, of.house.as), 400, 'VALIDATION');
  });

  it.each<[Json, string]>([
    [{ network: home }, 'action'], [{ action: 'allow' }, 'network'], [{ action: 'Allow', network: home }, 'action'], [{ action: 'deny', network: '' }, 'network'],
    [{ action: 'deny', network: '300.1.1.1' }, 'network'], [{ action: 'deny', network: '10.0.0.0/33' }, 'network'], [{ action: 'deny', network: '::/129' }, 'network'],
    [{ action: 'deny', network: '10.0.0.0/' }, 'network'], [{ action: 'deny', network: '10.0.0.0/-1' }, 'network'], [{ action: 'deny', network: '10.0.0/8' }, 'network'],
    [{ action: 'deny', network: 'example.test' }, 'network'], [{ action: 'deny', network: home, note: 'x'.repeat(201) }, 'note'], [{ action: 'deny', network: home, enabled: 'yes' }, 'enabled'],
  ])('IP-01 %j is 400 and names %s', async (body, member) => {
    const of = await owned();
    const answer = await make(of, body);
    expectRefusal(answer, 400, 'VALIDATION');
    expect(answer.text).toContain(member);
    expect(await database().count`SELECT count(*) FROM ip_rules WHERE organization_id = ${of.house.id}`).toBe(0);
  });

  it('IP-01 made, listed, read, changed and deleted, each with its row and one spelling', async () => {
    const of = await owned();
    const rule = await made(of, { action: 'deny', network: '203.0.113.77/24', note: ' The old office ' });
    expect(rule).toMatchObject({ action: 'deny', network: '203.0.113.0/24', note: 'The old office', enabled: true, createdBy: of.owner.id });
    expect(await lastRow(of)).toMatchObject({ event_type: 'IP_RULE_CREATED', status: 201, resource: 'ip_rule', resource_id: rule.id, actor_id: of.owner.id, details: '{"newValue":"deny 203.0.113.0/24"}' });
    expect((await client().get(path, at(office, of.house.as))).json).toEqual([rule]);
    expectRefusal(await make(of, { action: 'allow', network: '203.0.113.0/24' }), 409, 'CONFLICT');
    const read = await client().get(`${path}/${rule.id}`, at(office, of.house.as));
    expect(read.json).toEqual(rule);
    const tag = read.header('etag')!;
    expectRefusal(await change(rule.id, of, { enabled: false }, { headers: { 'if-match': '"other"' } }), 412, 'PRECONDITION_FAILED');
    const changed = await change(rule.id, of, { enabled: false, note: '' }, { headers: { 'if-match': tag } });
    expectStatus(changed, 200);
    expect(changed.json).toMatchObject({ enabled: false, note: null, network: '203.0.113.0/24' });
    expect(JSON.parse((await lastRow(of))['details'] as string)).toEqual({ oldValue: 'deny 203.0.113.0/24', newValue: 'deny 203.0.113.0/24 (off)' });
    expectRefusal(await change(rule.id, of, { enabled: true }, { headers: { 'if-match': tag } }), 412, 'PRECONDITION_FAILED');
    const mapped = await made(of, { action: 'deny', network: '::ffff:192.0.2.0/120' });
    expect(mapped.network).toBe('192.0.2.0/24');
    expectRefusal(await change(mapped.id, of, { network: '203.0.113.1/24' }), 409, 'CONFLICT');
    expect((await made(of, { action: 'deny', network: '2001:0DB8::1/32' })).network).toBe('2001:db8::/32');
    expectStatus(await client().delete(`${path}/${rule.id}`, at(office, of.house.as)), 204);
    expect(await lastRow(of)).toMatchObject({ event_type: 'IP_RULE_DELETED', status: 204, resource_id: rule.id });
    for (const method of ['GET', 'DELETE'] as const) expectRefusal(await client().send(method, `${path}/${rule.id}`, at(office, of.house.as)), 404, 'NOT_FOUND');
    const foreign = await owned();
    expectRefusal(await client().get(`${path}/${mapped.id}`, at(office, foreign.house.as)), 403, 'FORBIDDEN');
    expectRefusal(await client().get(`${path}/${nowhere}`, at(office, foreign.house.as)), 404, 'NOT_FOUND');
  });

  it('IP-01 100 of them and no more, also when many are made at once', async () => {
    const of = await owned();
    for (let n = 0; n < 97; n += 1) await byHand(of, 'deny', `192.0.2.${n}`);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => make(of, { action: 'deny', network: `192.0.2.${200 + n}` })));
    expect(answers.map((one) => one.status).sort()).toEqual([201, 201, 201, 409, 409, 409, 409, 409]);
    expect(await database().count`SELECT count(*) FROM ip_rules WHERE organization_id = ${of.house.id}`).toBe(100);
  });
});

describe('holding them', () => {
  it('IP-02 a denied network does not enter: sign-in, refresh, every request, validation; right passwords alone are told', async () => {
    const of = await owned();
    const first = await login(of.owner, home);
    expectStatus(first, 200);
    await made(of, { action: 'deny', network: '203.0.113.0/24' });
    const as = { bearer: first.json.token as string };
    for (const [one, url] of [[as, meDataPath], [as, '/api/users/me'], [as, '/api/auth/sessions'], [{ bearer: first.json.accessToken as string }, meDataPath]] as const) {
      const answer = await client().get(url, at(home, one));
      expectRefusal(answer, 403, 'FORBIDDEN');
      expect(answer.json.details).toEqual([{ field: 'ipAddress', problem: expect.any(String) }]);
      expectStatus(await client().get(url, at(office, one)), 200);
    }
    expect(await lastRow(of)).toMatchObject({ event_type: 'PERMISSION_DENIED', status: 403, user_id: of.owner.id, ip_address: home });
    expect(JSON.parse((await lastRow(of))['details'] as string)).toEqual({ cause: 'ipAddress' });
    expectRefusal(await client().post('/api/authz/check', { action: 'users.view' }, at(home, as)), 403, 'FORBIDDEN');
    for (const url of [loginPath, organizationLoginPath]) {
      expectRefusal(await login(of.owner, home, url), 403, 'FORBIDDEN');
      expectRefusal(await login({ ...of.owner, password: 'not it at all' }, home, url), 401, 'INVALID_CREDENTIALS');
      expectStatus(await login(of.owner, office, url), 200);
    }
    expectRefusal(await client().post(refreshPath, { refreshToken: first.json.refreshToken }, at(home)), 403, 'FORBIDDEN');
    expectStatus(await client().post(refreshPath, { refreshToken: first.json.refreshToken }, at(office)), 200);
    expectStatus(await client().post('/api/auth/logout', {}, at(home, as)), 200);
  });

  it('IP-02 an unverified, suspended or unknown address is answered as everywhere', async () => {
    const of = await owned();
    await byHand(of, 'deny', '203.0.113.0/24');
    const gone = await houses.member(of.house.id);
    await database().run`UPDATE users SET status = 'suspended' WHERE id = ${gone.id}`;
    expectRefusal(await login(gone, home), 403, 'ACCOUNT_SUSPENDED');
    expectRefusal(await login({ ...gone, email: 'nobody@suite.example' }, home), 401, 'INVALID_CREDENTIALS');
    expect(await database().count`SELECT count(*) FROM login_attempts WHERE user_id = ${of.owner.id} AND successful = ${false}`).toBe(0);
  });

  it('IP-02 validation: by who asks, by what an application says, and by nothing where it has the service key', async () => {
    const of = await owned();
    const { token } = (await login(of.owner, office)).json as { token: string };
    await byHand(of, 'allow', '198.51.100.0/24');
    const validate = (from: string, body: Json = {}, as: Options = {}): Promise<Answer> => client().post(validatePath, { token, ...body }, at(from, as));
    expectStatus(await validate(office), 200);
    const outside = await validate(home);
    expectStatus(outside, 403);
    expect(outside.json.valid).toBe(false);
    expectStatus(await validate(home, {}, { bearer: key }), 200);
    expectStatus(await validate(home, { ipAddress: office }, { bearer: key }), 200);
    for (const ipAddress of [home, 'nonsense', '']) expectStatus(await validate(home, { ipAddress }, { bearer: key }), 403);
    expectStatus(await validate(office, { ipAddress: home }), 403);
    expectStatus(await validate(home, { ipAddress: office }), 403);
  });

  it('IP-02 where something is allowed nothing else enters, and what is denied within it does not; IPv6 too', async () => {
    const of = await owned();
    await made(of, { action: 'allow', network: '198.51.100.0/24' });
    await made(of, { action: 'allow', network: '2001:db8:1::/48' });
    await made(of, { action: 'deny', network: '198.51.100.128/25' });
    for (const [from, status] of [
      [office, 200], ['198.51.100.127', 200], ['198.51.100.128', 403], ['198.51.101.1', 403], ['2001:db8:1::9', 200], ['2001:DB8:1:ffff::9', 200], ['2001:db8:2::9', 403],
      ['::ffff:198.51.100.9', 200], ['::ffff:198.51.100.200', 403],
    ] as const) {
      expect([from, (await client().get('/api/users/me', at(from, of.house.as))).status]).toEqual([from, status]);
    }
    expectStatus(await client().get('/api/users/me', of.house.as), 403);
  });

  it('IP-02 never by a word of the client: what stands left of the last hop, and headers of others', async () => {
    const of = await owned();
    await byHand(of, 'allow', '198.51.100.0/24');
    for (const header of [`${office}, ${home}`, `${office},garbage`, 'garbage', home]) {
      expectRefusal(await client().get('/api/users/me', at(header, of.house.as)), 403, 'FORBIDDEN');
    }
    for (const name of ['forwarded', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip']) {
      expectStatus(await client().get('/api/users/me', { ...of.house.as, headers: { [name]: office, 'x-forwarded-for': home } }), 403);
    }
    expectStatus(await client().get('/api/users/me', at(`${home}, ${office}`, of.house.as)), 200);
    // Where the proxies stand is no place that a client comes from.
    await byHand(of, 'allow', '127.0.0.0/8');
    for (const header of ['garbage', 'unknown', `${office}, garbage`]) {
      expectRefusal(await client().get('/api/users/me', at(header, of.house.as)), 403, 'FORBIDDEN');
    }
    const bare = await startStack({});
    const direct = Houses.on('closed', bare);
    const mine = await direct.owned();
    await bare.database.run`INSERT INTO ip_rules (organization_id, action, network) VALUES (${mine.house.id}, 'allow', '198.51.100.0/24')`;
    expectStatus(await bare.client.get('/api/users/me', at(office, mine.house.as)), 403);
  });

  it('IP-02 a step-up is neither mailed nor given from outside, with a bearer or a cookie; it stays good, and each refusal leaves a row', async () => {
    const of = await owned();
    const mail = houses.stack.mail;
    const asked = await client().post('/api/security/stepup', { purpose: 'force_logout' }, at(office, of.house.as));
    expectStatus(asked, 201);
    const challengeId = asked.json.challengeId as string;
    const code = /^(\d{6})$/m.exec((await mail.wait(of.owner.email, 1, 'confirmation code')).text)![1]!;
    await byHand(of, 'deny', '203.0.113.0/24');
    const before = await ledgerSize(database());
    const mails = await mail.count(of.owner.email);
    for (const as of [of.house.as, { headers: { cookie: `token=${of.house.as.bearer as string}`, origin: houses.stack.facts.origin } }]) {
      for (const [url, body] of [['send', { challengeId }], ['verify', { challengeId, code }], ['verify', { challengeId, code: '000000' }]] as const) {
        const answer = await client().post(`/api/security/stepup/${url}`, body, at(home, as));
        expectRefusal(answer, 403, 'FORBIDDEN');
        expect(answer.json.details).toEqual([{ field: 'ipAddress', problem: expect.any(String) }]);
      }
    }
    expect(await ledgerSize(database())).toBe(before + 6);
    expect(await lastRow(of)).toMatchObject({ event_type: 'PERMISSION_DENIED', status: 403, user_id: of.owner.id, ip_address: home, resource: '/api/security/stepup/verify' });
    await mail.drain();
    expect(await mail.count(of.owner.email)).toBe(mails);
    const row = await database().row`SELECT * FROM step_up_challenges WHERE id = ${challengeId}`;
    expect([row['satisfied_at'], Number(row['attempts'])]).toEqual([null, 0]);
    expectStatus(await client().post('/api/security/stepup/verify', { challengeId, code }, at(office, of.house.as)), 200);
  });

  it('IP-03 a rule counts on the next request, by SQL too, and one that is off or of others does not', async () => {
    const of = await owned();
    const other = await owned();
    const me = (): Promise<Answer> => client().get('/api/users/me', at(home, of.house.as));
    expectStatus(await me(), 200);
    await byHand(other, 'deny', '0.0.0.0/0');
    expectStatus(await me(), 200);
    await byHand(of, 'deny', '203.0.113.0/24');
    expectStatus(await me(), 403);
    await database().run`UPDATE ip_rules SET enabled = ${false} WHERE organization_id = ${of.house.id}`;
    expectStatus(await me(), 200);
    await database().run`UPDATE ip_rules SET enabled = ${true} WHERE organization_id = ${of.house.id}`;
    expectStatus(await me(), 403);
    await database().run`DELETE FROM ip_rules WHERE organization_id = ${of.house.id}`;
    expectStatus(await me(), 200);
  });

  it('FO-02 rules that cannot be read let nobody in: 503', async () => {
    const of = await owned();
    const before = await login(of.owner, office);
    const rename = (from: string, to: string): Promise<void> =>
      database().script(`${onPostgres ? '' : 'PRAGMA legacy_alter_table = ON; '}ALTER TABLE ${onPostgres ? 'auth.' : ''}${from} RENAME TO ${to}`);
    await rename('ip_rules', 'ip_rules_away');
    try {
      expectRefusal(await client().get('/api/users/me', at(office, of.house.as)), 503, 'SERVICE_UNAVAILABLE');
      expectRefusal(await login(of.owner, office), 503, 'SERVICE_UNAVAILABLE');
      expectRefusal(await client().post(refreshPath, { refreshToken: before.json.refreshToken }, at(office)), 503, 'SERVICE_UNAVAILABLE');
      expectStatus(await client().post(validatePath, { token: of.house.as.bearer }, at(office)), 503);
    } finally {
      await rename('ip_rules_away', 'ip_rules');
    }
    expectStatus(await client().post(refreshPath, { refreshToken: before.json.refreshToken }, at(office)), 200);
    expectStatus(await client().get('/api/users/me', at(office, of.house.as)), 200);
    if (onPostgres) {
      await expect(byHand(of, 'deny', 'nonsense')).rejects.toThrow();
      return;
    }
    await byHand(of, 'deny', 'nonsense');
    expectRefusal(await client().get('/api/users/me', at(office, of.house.as)), 503, 'SERVICE_UNAVAILABLE');
  });
});

describe('shutting oneself out', () => {
  it('IP-04 refused: by denying, by allowing elsewhere, by switching off, by moving, by deleting; done when forced', async () => {
    const of = await owned();
    const before = await ledgerSize(database());
    for (const body of [{ action: 'deny', network: '198.51.100.0/24' }, { action: 'allow', network: home }, { action: 'deny', network: '0.0.0.0/0' }]) {
      const answer = await make(of, body);
      expectRefusal(answer, 409, 'CONFLICT');
      expect(answer.json.message).toContain('force');
    }
    expect(await ledgerSize(database())).toBe(before);
    expectStatus(await make(of, { action: 'deny', network: '198.51.100.0/24', enabled: false }), 201);
    const mine = await made(of, { action: 'allow', network: '198.51.100.0/25' });
    await made(of, { action: 'allow', network: '192.0.2.0/24' });
    expectRefusal(await change(mine.id, of, { enabled: false }), 409, 'CONFLICT');
    expectRefusal(await change(mine.id, of, { network: '198.51.101.0/24' }), 409, 'CONFLICT');
    expectRefusal(await change(mine.id, of, { action: 'deny' }), 409, 'CONFLICT');
    expectRefusal(await client().delete(`${path}/${mine.id}`, at(office, of.house.as)), 409, 'CONFLICT');
    expectRefusal(await client().delete(`${path}/${mine.id}?force=maybe`, at(office, of.house.as)), 400, 'VALIDATION');
    expectStatus(await client().get('/api/users/me', at(office, of.house.as)), 200);
    expectStatus(await client().delete(`${path}/${mine.id}?force=1`, at(office, of.house.as)), 204);
    expect(JSON.parse((await lastRow(of))['details'] as string)).toMatchObject({ forced: true });
    expectStatus(await client().get('/api/users/me', at(office, of.house.as)), 403);
    expectStatus(await client().get('/api/users/me', at('192.0.2.4', of.house.as)), 200);
  });

  it('IP-04 two who would each leave the other in do not both win', async () => {
    const of = await owned();
    const a = await made(of, { action: 'allow', network: '198.51.100.7' });
    const b = await made(of, { action: 'allow', network: '198.51.100.0/28' });
    await made(of, { action: 'allow', network: '192.0.2.0/24' });
    const answers = await Promise.all([a, b].map((one) => client().delete(`${path}/${one.id}`, at(office, of.house.as))));
    expect(answers.map((one) => one.status).sort()).toEqual([204, 409]);
    expectStatus(await client().get('/api/users/me', at(office, of.house.as)), 200);
  });
});
