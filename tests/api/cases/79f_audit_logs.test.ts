// The ledger as an organization reads it: its own rows, by every filter, counted, and each decision explained.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json } from '../support/client.ts';
import { fromNow } from '../support/database.ts';
import { expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { Houses } from '../support/houses.ts';
import { organizationLoginPath } from '../support/people.ts';
import { onPostgres } from '../support/settings.ts';
import { stopStacks } from '../support/stack.ts';
import { World, type Side } from '../support/worlds.ts';

const path = '/api/security/audit-logs';
const summaryPath = '/api/security/audit-summary';
const decisionPath = '/api/security/decisions';
const nowhere = '00000000-0000-7000-8000-000000000000';

let houses: Houses;
let world: World;
beforeAll(async () => {
  houses = await Houses.start('closed');
  world = await World.on(houses);
});
afterAll(stopStacks);
const client = () => houses.stack.client;
const database = () => houses.stack.database;
const list = (query: string, of = world.own): Promise<Answer> => world.get(path + query, of.people.owner);
const side = (): Promise<Side> => World.side(houses, 'House of rows');

/** A row by hand, so that every column is known. */
async function row(of: Side, more: Json = {}): Promise<number> {
  const it = {
    event_type: 'USER_UPDATED', outcome: 'success', status: 200, user_id: null, actor_id: null, resource: null, resource_id: null, details: '{}', ip_address: null,
    user_agent: null, email: null, personal: null, created_at: fromNow(-5), ...more,
  };
  const made = await database().row`
    INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, status, user_id, actor_id, resource, resource_id, details, ip_address, user_agent, email, personal, pii_commitment)
    VALUES (${of.id}, ${it.created_at}, ${it.event_type}, ${it.outcome}, ${it.status}, ${it.user_id}, ${it.actor_id}, ${it.resource}, ${it.resource_id}, ${it.details},
      ${it.ip_address}, ${it.user_agent}, ${it.email}, ${it.personal}, ${Buffer.from('x')}) RETURNING id`;
  return Number(made['id']);
}
const ids = (answer: Answer): number[] => (Array.isArray(answer.json) ? answer.json : answer.json.data).map((one: Json) => one.id as number);

describe('listing', () => {
  it.each([path, summaryPath])('AU-01 %s: 401 without a credential, 403 for managers and staff with a row each', async (of) => {
    expectStatus(await client().get(of), 401);
    for (const role of ['manager', 'staff'] as const) {
      const before = await ledgerSize(database());
      const answer = await world.get(of, world.own.people[role]);
      expectRefusal(answer, 403, 'FORBIDDEN');
      expect(answer.json.details[0].field).toBe('SETTINGS_SECURITY_VIEW');
      expect(await ledgerSize(database())).toBe(before + 1);
    }
    expectStatus(await world.get(of, world.own.people.admin), 200);
  });

  it('AU-01 the own organization alone, newest first, and reading leaves no row', async () => {
    const before = await ledgerSize(database());
    const answer = await list('');
    expectStatus(answer, 200);
    const own = await database().rows`SELECT id FROM audit_ledger WHERE organization_id = ${world.own.id} ORDER BY created_at DESC, id DESC`;
    expect(ids(answer)).toEqual(own.map((one) => Number(one['id'])));
    expect(answer.header('cache-control')).toBe('no-store');
    expect(await ledgerSize(database())).toBe(before);
  });

  it.each([
    'event=NOTHING', 'event=login_success', 'group=CC1', 'group=', 'outcome=good', 'ipAddress=here', 'from=yesterday', 'to=2026-13-01', 'from=2026-11-22&to=2026-11-01',
    'order=up', 'page=0', 'page=-1', 'limit=0', 'limit=101', 'limit=ten',
  ])('AU-01 %s is 400', async (query) => {
    expectRefusal(await list(`?${query}`), 400, 'VALIDATION');
    if (/from|to/.test(query)) expectRefusal(await world.get(`${summaryPath}?${query}`, world.own.people.owner), 400, 'VALIDATION');
  });

  it('AU-02 by event, group, outcome, person, actor, resource, address and search', async () => {
    const of = await side();
    const one = await row(of, {
      event_type: 'ROLE_CHANGED', user_id: 'u-1', actor_id: 'u-2', resource: 'user', resource_id: 'r-1', ip_address: '203.0.113.7', user_agent: 'Kitchen Browser',
      email: 'One@Example.test', details: '{"newValue":"admin","oldValue":"staff"}', personal: '{"city":"Lyon"}',
    });
    const two = await row(of, { event_type: 'STEP_UP_FAILED', outcome: 'failure', status: 401, user_id: 'u-1', ip_address: '2001:db8::1' });
    const three = await row(of, { event_type: 'PERMISSION_DENIED', outcome: 'denied', status: 403, user_id: 'u-3', actor_id: 'u-3', resource: '/api/users/:id', details: '{"permission":"users.edit"}' });
    const found = async (query: string): Promise<number[]> => ids(await list(`?${query}&order=asc`, of)).filter((id) => [one, two, three].includes(id));
    expect(await found('event=ROLE_CHANGED')).toEqual([one]);
    expect(await found('group=CC6')).toEqual([one, three]);
    expect(await found('group=CC7')).toEqual([two]);
    expect(await found('group=CC7&event=ROLE_CHANGED')).toEqual([]);
    expect(await found('outcome=failure')).toEqual([two]);
    expect(await found('outcome=denied')).toEqual([three]);
    expect(await found('userId=u-1')).toEqual([one, two]);
    expect(await found('actorId=u-2')).toEqual([one]);
    expect(await found('resource=user&resourceId=r-1')).toEqual([one]);
    expect(await found('ipAddress=203.0.113.7')).toEqual([one]);
    expect(await found('ipAddress=2001:0db8:0:0:0:0:0:1')).toEqual([two]);
    for (const search of ['kitchen', 'ONE@EXAMPLE', 'lyon', 'r-1', 'role_changed']) expect(await found(`search=${encodeURIComponent(search)}`), search).toEqual([one]);
    expect(await found("search=%27%20OR%201%3D1%20--")).toEqual([]);
    expect(await found('search=%25')).toEqual([]);
    const shown = (await list('?event=ROLE_CHANGED', of)).json[0];
    expect(shown).toMatchObject({
      id: one, event: 'ROLE_CHANGED', groups: ['CC6'], outcome: 'success', status: 200, actorId: 'u-2', userId: 'u-1', resource: 'user', resourceId: 'r-1', ipAddress: '203.0.113.7',
      oldValue: 'staff', newValue: 'admin', metadata: { oldValue: 'staff', newValue: 'admin', city: 'Lyon', email: 'One@Example.test' },
    });
    expect(JSON.stringify(shown)).not.toMatch(/salt|commitment/i);
  });

  it('AU-02 30 days where none are named; dates are whole days, and `to` belongs to them', async () => {
    const of = await side();
    const old = await row(of, { created_at: fromNow(-40 * 86_400) });
    const day = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10);
    expect(ids(await list('', of))).not.toContain(old);
    expect(ids(await list(`?from=${day}&to=${day}`, of))).toEqual([old]);
    expect(ids(await list(`?to=${day}`, of))).toEqual([old]);
    expect(ids(await list(`?from=${day}`, of))).toContain(old);
  });

  it('AU-02 moments that nothing of ours is from are refused, not answered with an empty list', async () => {
    const of = await side();
    await row(of, {});
    for (const query of ['?to=9999-12-31', '?from=0000-01-01', '?to=0000-01-10', '?from=1969-12-31', '?from=2020-01-01&to=9999-12-31T23:59:59.999Z']) {
      expectRefusal(await list(query, of), 400, 'VALIDATION');
    }
    expect(ids(await list('?from=1970-01-01&to=2099-12-31', of)).length).toBeGreaterThan(0);
  });

  it('AU-02 pages: totals after the filter, and where the rest is', async () => {
    const of = await side();
    const made: number[] = [];
    for (let at = 0; at < 5; at += 1) made.push(await row(of, { event_type: 'BILLING_CHANGED', created_at: fromNow(-10 + at) }));
    const newest = [...made].reverse();
    const page = await list('?event=BILLING_CHANGED&page=2&limit=2', of);
    expect(page.json).toMatchObject({ total: 5, page: 2, pages: 3, limit: 2 });
    expect(ids(page)).toEqual(newest.slice(2, 4));
    const link = /<([^>]+)>/.exec(page.header('link')!)![1]!;
    expect(ids(await world.get(link, of.people.owner))).toEqual(newest.slice(4));
    expect(ids(await list('?event=BILLING_CHANGED&page=9&limit=2', of))).toEqual([]);
  });

  it('FO-02 a ledger that cannot be read is an outage: 503, never an empty list', async () => {
    const rename = (from: string, to: string): Promise<void> =>
      database().script(`${onPostgres ? '' : 'PRAGMA legacy_alter_table = ON; '}ALTER TABLE ${onPostgres ? 'auth.' : ''}${from} RENAME TO ${to}`);
    await rename('audit_ledger', 'audit_ledger_away');
    try {
      for (const of of [path, summaryPath, `${decisionPath}/1`]) expectRefusal(await world.get(of, world.own.people.owner), 503, 'SERVICE_UNAVAILABLE');
    } finally {
      await rename('audit_ledger_away', 'audit_ledger');
    }
    expectStatus(await list(''), 200);
  });
});

describe('counting', () => {
  it('AU-03 by event, group, outcome and day; an event of two groups counts in both', async () => {
    const of = await side();
    const then = new Date(Date.now() - 50 * 86_400_000);
    const day = then.toISOString().slice(0, 10);
    const at = (hour: number): string => `${day}T0${hour}:00:00.000Z`;
    await row(of, { event_type: 'ANOMALY_SCORE_HIGH', outcome: 'denied', created_at: at(1) });
    await row(of, { event_type: 'LOGIN_FAILURE', outcome: 'failure', created_at: at(2) });
    await row(of, { event_type: 'LOGIN_FAILURE', outcome: 'failure', created_at: at(3) });
    await row(of, { event_type: 'USER_UPDATED', created_at: at(4) });
    const answer = await world.get(`${summaryPath}?from=${day}&to=${day}`, of.people.admin);
    expectStatus(answer, 200);
    expect(answer.json).toEqual({
      from: `${day}T00:00:00.000Z`, to: new Date(Date.parse(day) + 86_400_000).toISOString(), rows: 4,
      outcomes: { success: 1, failure: 2, denied: 1, skipped: 0 },
      groups: [
        { group: 'CC6', rows: 2, outcomes: { success: 0, failure: 2, denied: 0, skipped: 0 } },
        { group: 'CC8', rows: 1, outcomes: { success: 0, failure: 0, denied: 1, skipped: 0 } },
        { group: 'CC9', rows: 1, outcomes: { success: 0, failure: 0, denied: 1, skipped: 0 } },
      ],
      events: [
        { event: 'ANOMALY_SCORE_HIGH', rows: 1, outcomes: { success: 0, failure: 0, denied: 1, skipped: 0 } },
        { event: 'LOGIN_FAILURE', rows: 2, outcomes: { success: 0, failure: 2, denied: 0, skipped: 0 } },
        { event: 'USER_UPDATED', rows: 1, outcomes: { success: 1, failure: 0, denied: 0, skipped: 0 } },
      ],
      days: [{ day, rows: 4, unsuccessful: 3 }],
    });
  });
});

describe('explaining', () => {
  const explain = (id: string | number, actor = world.own.people.owner): Promise<Answer> => world.get(`${decisionPath}/${id}`, actor);

  it('AU-04 what is no decision of the own organization: 404 for everybody', async () => {
    const foreign = await row(world.other, { event_type: 'PERMISSION_DENIED', outcome: 'denied' });
    const other = await row(world.own);
    for (const id of [nowhere, '0', '-1', '1e3', '99999999999999999999', foreign, other, `%27`]) {
      for (const role of ['owner', 'staff'] as const) expectRefusal(await explain(id, world.own.people[role]), 404, 'NOT_FOUND');
    }
  });

  it('AU-04 the risk of a sign-in, with a sentence', async () => {
    const who = await houses.member(world.own.id);
    const login = (more: Json): Promise<Answer> => client().post(organizationLoginPath, { email: who.email, password: who.password, organizationId: who.organizationId, ...more });
    expectStatus(await login({ deviceFingerprint: 'home', country: 'DE', city: 'Berlin' }), 200);
    expectStatus(await login({ deviceFingerprint: 'new', country: 'DE', city: 'Bonn' }), 200);
    const rows = await database().rows`SELECT id FROM audit_ledger WHERE user_id = ${who.id} AND event_type = 'LOGIN_SUCCESS' ORDER BY id`;
    const answer = await explain(Number(rows[1]!['id']));
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ kind: 'risk', permission: null, denial: null, risk: { id: Number(rows[1]!['id']), event: 'LOGIN_SUCCESS', userId: who.id, risk: { score: 40 } } });
    expect(answer.json.sentence).toMatch(/let through with a score of 40: .*NEW_DEVICE 30.*NEW_CITY 10|NEW_CITY 10.*NEW_DEVICE 30/);
    for (const role of ['manager', 'staff'] as const) expectRefusal(await explain(Number(rows[1]!['id']), world.own.people[role]), 403, 'FORBIDDEN');
  });

  it('AU-04 a denied request, and which right was missing', async () => {
    const { staff } = world.own.people;
    expectStatus(await world.get(path, staff), 403);
    const denied = await database().row`SELECT id FROM audit_ledger WHERE user_id = ${staff.who.id} AND event_type = 'PERMISSION_DENIED' ORDER BY id DESC LIMIT 1`;
    const answer = await explain(Number(denied['id']), world.own.people.admin);
    expect(answer.json).toMatchObject({ kind: 'denial', denial: { userId: staff.who.id, route: path, permission: 'SETTINGS_SECURITY_VIEW' } });
    expect(answer.json.sentence).toContain('SETTINGS_SECURITY_VIEW was missing');
  });

  it('AU-04 a decision about a right, as /api/authz explains it', async () => {
    const asked = await world.post('/api/authz/check', { subject: { id: world.own.people.manager.who.id }, action: 'users.view' }, world.own.people.owner);
    const id = asked.json.decisionId as string;
    const answer = await explain(id);
    expect(answer.json).toMatchObject({ kind: 'permission', risk: null, permission: { allowed: true, permission: 'users.view' } });
    expect(answer.json.sentence).toBe(answer.json.permission.sentence);
    expectRefusal(await explain(id, world.own.people.staff), 403, 'FORBIDDEN');
    expectRefusal(await explain(id, world.other.people.owner), 403, 'FORBIDDEN');
    expectRefusal(await explain(`${id}x`), 404, 'NOT_FOUND');
  });
});
