// What an organization asks of everybody in it: kept by its owners, and held on the next request, not merely stored.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { fromNow, time } from '../support/database.ts';
import { expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { Houses, organizationsPath, usersPath, type House, type Member } from '../support/houses.ts';
import { meDataPath, organizationLoginPath, refreshPath } from '../support/people.ts';
import { codeOf } from '../support/second_factor.ts';
import { stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

const path = '/api/security/policy';
let houses: Houses;
beforeAll(async () => {
  houses = await Houses.start('closed');
});
afterAll(stopStacks);
const client = () => houses.stack.client;
const database = () => houses.stack.database;

interface Owned {
  readonly house: House;
  readonly owner: Member;
}
async function owned(): Promise<Owned> {
  const { house, owner } = await houses.owned();
  await provenFor(database(), house.id);
  return { house, owner };
}
const change = (of: Owned, body: Json, more: Options = {}): Promise<Answer> => client().send('PATCH', path, { ...of.house.as, ...more, body });
async function changed(of: Owned, body: Json): Promise<Json> {
  const answer = await change(of, body);
  expectStatus(answer, 200);
  return answer.json;
}
const login = (who: Member, more: Json = {}): Promise<Answer> =>
  client().post(organizationLoginPath, { email: who.email, password: who.password, organizationId: who.organizationId, ...more });
const sessionOf = (id: string) => database().row`SELECT * FROM sessions WHERE id = ${id}`;
const minutesAhead = (value: unknown): number => Math.round((time(value).getTime() - Date.now()) / 60_000);
const lastRow = (of: Owned) => database().row`SELECT * FROM audit_ledger WHERE organization_id = ${of.house.id} ORDER BY id DESC LIMIT 1`;

describe('keeping it', () => {
  it('SP-01 in order: 401, 403 with a row, 428, 400', async () => {
    const { house } = await houses.owned();
    const [admin, staff] = [await houses.actor(house.id, 'admin'), await houses.actor(house.id, 'staff')];
    expectStatus(await client().get(path), 401);
    expectRefusal(await client().get(path, staff.as), 403, 'FORBIDDEN');
    expectStatus(await client().get(path, admin.as), 200);
    const before = await ledgerSize(database());
    expectRefusal(await client().send('PATCH', path, { ...admin.as, body: {} }), 403, 'FORBIDDEN');
    expect(await ledgerSize(database())).toBe(before + 1);
    const asked = await client().send('PATCH', path, { ...house.as, body: { stepUp: 'x' } });
    expectRefusal(asked, 428, 'STEP_UP_REQUIRED');
    expect(asked.json.purpose).toBe('security_settings');
  });

  it.each<[Json, string]>([
    [{ stepUp: ['everything'] }, 'stepUp'], [{ stepUp: ['data_export'] }, 'stepUp'], [{ stepUp: ['security_verification'] }, 'stepUp'], [{ stepUp: 'change_role' }, 'stepUp'],
    [{ secondFactorRequired: 'yes' }, 'secondFactorRequired'], [{ sessionIdleMinutes: 4 }, 'sessionIdleMinutes'], [{ sessionIdleMinutes: '60' }, 'sessionIdleMinutes'],
    [{ sessionIdleMinutes: 43201 }, 'sessionIdleMinutes'], [{ sessionAbsoluteMinutes: 0 }, 'sessionAbsoluteMinutes'], [{ sessionAbsoluteMinutes: 1.5 }, 'sessionAbsoluteMinutes'],
  ])('SP-01 %j is 400, names %s, and changes nothing', async (body, member) => {
    const of = await owned();
    const answer = await change(of, body);
    expectRefusal(answer, 400, 'VALIDATION');
    expect(answer.text).toContain(member);
    expect((await client().get(path, of.house.as)).json).toMatchObject({ secondFactorRequired: false, sessionIdleMinutes: null, sessionAbsoluteMinutes: null });
  });

  it('SP-01 shown, changed in parts, with its version and its row; other settings stay', async () => {
    const of = await owned();
    await database().run`UPDATE organizations SET settings = ${'{"theme":"dark"}'} WHERE id = ${of.house.id}`;
    const read = await client().get(path, of.house.as);
    expect(read.json).toEqual({
      stepUp: {
        always: ['data_export', 'force_logout', 'revoke_session', 'impersonate', 'ip_rule_change', 'security_settings'], also: [],
        mayAlso: ['change_role', 'change_permissions', 'billing_change'],
      },
      secondFactorRequired: false, sessionIdleMinutes: null, sessionAbsoluteMinutes: null,
    });
    const tag = read.header('etag')!;
    const first = await change(of, { sessionIdleMinutes: 60, stepUp: ['billing_change', 'change_role', 'change_role'] }, { headers: { 'if-match': tag } });
    expectStatus(first, 200);
    expect(first.json).toMatchObject({ stepUp: { also: ['change_role', 'billing_change'] }, sessionIdleMinutes: 60, sessionAbsoluteMinutes: null });
    expect(await lastRow(of)).toMatchObject({ event_type: 'SETTINGS_UPDATED', status: 200, actor_id: of.owner.id, resource: 'security_policy', resource_id: of.house.id });
    expect(JSON.parse((await lastRow(of))['details'] as string)).toMatchObject({ fields: 'stepUp sessionIdleMinutes', oldValue: '{}' });
    expectRefusal(await change(of, { sessionIdleMinutes: null }, { headers: { 'if-match': tag } }), 412, 'PRECONDITION_FAILED');
    expect(await changed(of, { sessionAbsoluteMinutes: 480 })).toMatchObject({ stepUp: { also: ['change_role', 'billing_change'] }, sessionIdleMinutes: 60, sessionAbsoluteMinutes: 480 });
    expect(await changed(of, { stepUp: [], sessionIdleMinutes: null, sessionAbsoluteMinutes: null })).toMatchObject({ stepUp: { also: [] }, sessionIdleMinutes: null });
    const settings = (await database().row`SELECT settings FROM organizations WHERE id = ${of.house.id}`)['settings'];
    expect(typeof settings === 'string' ? JSON.parse(settings) : settings).toEqual({ theme: 'dark', security: {} });
    const foreign = await owned();
    expect((await client().get(path, foreign.house.as)).json.sessionIdleMinutes).toBeNull();
  });

  it('FO-02 a policy that cannot be understood is not taken for none: 503', async () => {
    const of = await owned();
    for (const security of ['[]', '"x"', '{"secondFactorRequired":"yes"}', '{"somethingNewer":true}', '{"sessionIdleSeconds":0}', '{"stepUp":["everything"]}']) {
      await database().run`UPDATE organizations SET settings = ${`{"security":${security}}`} WHERE id = ${of.house.id}`;
      expectRefusal(await client().get('/api/users/me', of.house.as), 503, 'SERVICE_UNAVAILABLE');
      expectRefusal(await login(of.owner), 503, 'SERVICE_UNAVAILABLE');
    }
    await database().run`UPDATE organizations SET settings = ${'{}'} WHERE id = ${of.house.id}`;
    expectStatus(await client().get('/api/users/me', of.house.as), 200);
  });
});

describe('further step-ups', () => {
  it('SP-02 change_role, change_permissions and billing_change are asked for where they are wanted, after the permission, and nowhere else', async () => {
    const of = await owned();
    const other = await owned();
    const staff = await houses.member(of.house.id);
    const role = await client().post(`${organizationsPath}/${of.house.id}/roles`, { name: 'Auditors', permissions: [] }, of.house.as);
    expectStatus(role, 201);
    const asks: [string, () => Promise<Answer>][] = [
      ['change_role', () => houses.patch(`${usersPath}/${staff.id}/role`, { role: 'manager' }, of.house.as)],
      ['change_permissions', () => client().post(`${organizationsPath}/${of.house.id}/roles`, { name: 'More', permissions: [] }, of.house.as)],
      ['change_permissions', () => houses.patch(`${organizationsPath}/${of.house.id}/roles/${role.json.id as string}`, { name: 'Less' }, of.house.as)],
      ['change_permissions', () => houses.patch(`${usersPath}/${staff.id}/custom-role`, { customRoleId: null }, of.house.as)],
      ['change_permissions', () => client().delete(`${organizationsPath}/${of.house.id}/roles/${role.json.id as string}`, of.house.as)],
      ['billing_change', () => houses.patch('/api/billing/subscription', { plan: 'pro' }, of.house.as)],
    ];
    await changed(of, { stepUp: ['change_role', 'change_permissions', 'billing_change'] });
    for (const [purpose, ask] of asks) {
      const answer = await ask();
      expectRefusal(answer, 428, 'STEP_UP_REQUIRED');
      expect(answer.json.purpose).toBe(purpose);
    }
    const preview = await client().post(`${organizationsPath}/${of.house.id}/roles?dryRun=1`, { name: 'Preview', permissions: [] }, of.house.as);
    expectStatus(preview, 200);
    const manager = await houses.actor(of.house.id, 'manager');
    expectRefusal(await houses.patch('/api/billing/subscription', { plan: 'pro' }, manager.as), 403, 'FORBIDDEN');
    expectStatus(await houses.patch('/api/billing/subscription', { plan: 'pro' }, other.house.as), 200);
    for (const purpose of ['change_role', 'change_permissions', 'billing_change']) await provenFor(database(), of.house.id, purpose);
    for (const [, ask] of asks) expect((await ask()).status).toBeLessThan(300);
  });
});

describe('a second factor of everybody', () => {
  const enforce = async (of: Owned): Promise<void> => {
    await database().run`UPDATE organizations SET settings = ${'{"security":{"secondFactorRequired":true}}'} WHERE id = ${of.house.id}`;
  };

  it('SP-03 whoever asks for it has one', async () => {
    const of = await owned();
    expectRefusal(await change(of, { secondFactorRequired: true }), 409, 'CONFLICT');
    await database().run`UPDATE users SET two_factor_enabled = ${true} WHERE id = ${of.owner.id}`;
    expect(await changed(of, { secondFactorRequired: true })).toMatchObject({ secondFactorRequired: true });
    expect((await client().get(path, of.house.as)).json.secondFactorRequired).toBe(true);
  });

  it('SP-03 without one: signed in, but to set one up and nothing else; then everything is open', async () => {
    const of = await owned();
    const who = await houses.member(of.house.id);
    const first = await login(who);
    expectStatus(first, 200);
    await enforce(of);
    const again = await login(who);
    expectStatus(again, 200);
    for (const one of [first, again]) {
      const as = { bearer: one.json.token as string };
      for (const [method, url] of [['GET', meDataPath], ['GET', '/api/auth/sessions'], ['GET', '/api/v1/me/encryption-vault/status'], ['POST', '/api/authz/check'], ['PATCH', `${usersPath}/${who.id}`]] as const) {
        const answer = await client().send(method, url, method === 'GET' ? as : { ...as, body: {} });
        expectRefusal(answer, 403, 'FORBIDDEN');
        expect(answer.json.details).toEqual([{ field: 'twoFactor', problem: 'must be set up' }]);
      }
      expectStatus(await client().get('/api/users/me', as), 200);
    }
    const refused = await client().post('/api/v1/auth/validate', { token: again.json.token });
    expectStatus(refused, 403);
    expect(refused.json.valid).toBe(false);
    const as = { bearer: again.json.token as string };
    const begun = await client().post('/api/me/two-factor/enable', { password: who.password }, as);
    expectStatus(begun, 200);
    const secret = /secret=([A-Z2-7]+)/.exec(begun.json.totpURI as string)![1]!;
    expectStatus(await client().get(meDataPath, as), 403);
    expectStatus(await client().post('/api/me/two-factor/verify-totp', { code: await codeOf(secret) }, as), 200);
    expectStatus(await client().get(meDataPath, as), 200);
    expectStatus(await client().post('/api/v1/auth/validate', { token: again.json.token }), 200);
    expect((await login(who)).status).toBe(202);
  });

  it('SP-03 whoever is shut in may leave', async () => {
    const of = await owned();
    const { as } = await houses.actor(of.house.id);
    await enforce(of);
    expectStatus(await client().post('/api/auth/logout', {}, as), 200);
  });
});

describe('shorter sessions', () => {
  it('SP-04 at the next sign-in both ends come earlier, rememberMe or not; elsewhere they do not', async () => {
    const of = await owned();
    const who = await houses.member(of.house.id);
    await changed(of, { sessionIdleMinutes: 30, sessionAbsoluteMinutes: 120 });
    for (const rememberMe of [false, true]) {
      const answer = await login(who, { rememberMe });
      const row = await sessionOf(answer.json.sessionId as string);
      expect(minutesAhead(row['expires_at'])).toBe(30);
      expect(minutesAhead(row['absolute_expires_at'])).toBe(120);
      expect(answer.headers('set-cookie')[0]).toMatch(/Max-Age=7200/);
    }
    const other = await owned();
    const elsewhere = await sessionOf((await login(other.owner)).json.sessionId as string);
    expect(minutesAhead(elsewhere['expires_at'])).toBe(7 * 24 * 60);
  });

  it('SP-04 at the next refresh; never later than it was, and over where it has lived so long already', async () => {
    const of = await owned();
    const who = await houses.member(of.house.id);
    const [one, old] = [await login(who), await login(who)];
    await changed(of, { sessionIdleMinutes: 30, sessionAbsoluteMinutes: 120 });
    expect(minutesAhead((await sessionOf(one.json.sessionId as string))['expires_at'])).toBe(7 * 24 * 60);
    expectStatus(await client().post(refreshPath, { refreshToken: one.json.refreshToken }), 200);
    const row = await sessionOf(one.json.sessionId as string);
    expect([minutesAhead(row['expires_at']), minutesAhead(row['absolute_expires_at'])]).toEqual([30, 120]);
    await database().run`UPDATE sessions SET created_at = ${fromNow(-3 * 3600)} WHERE id = ${old.json.sessionId as string}`;
    expectRefusal(await client().post(refreshPath, { refreshToken: old.json.refreshToken }), 401, 'TOKEN_EXPIRED');
  });

  it('SP-04 use moves the idle end on, so that who works stays', async () => {
    const of = await owned();
    const who = await houses.member(of.house.id);
    await changed(of, { sessionIdleMinutes: 30 });
    const answer = await login(who);
    const id = answer.json.sessionId as string;
    await database().run`UPDATE sessions SET expires_at = ${fromNow(600)}, last_seen_at = ${fromNow(-1200)} WHERE id = ${id}`;
    expectStatus(await client().get('/api/users/me', { bearer: answer.json.token as string }), 200);
    const end = Date.now() + 8000;
    let ahead = 0;
    while (ahead < 29 && Date.now() < end) ahead = minutesAhead((await sessionOf(id))['expires_at']);
    expect(ahead).toBe(30);
    await database().run`UPDATE sessions SET expires_at = ${fromNow(-1)} WHERE id = ${id}`;
    expectRefusal(await client().get('/api/users/me', { bearer: answer.json.token as string }), 401, 'TOKEN_EXPIRED');
  });
});
