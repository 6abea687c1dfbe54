// Reports: asking, waiting, downloading; who may see what, and what a killed server leaves behind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json } from '../support/client.ts';
import { json, time } from '../support/database.ts';
import { expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { until } from '../support/mail.ts';
import { startAgain, stopStacks } from '../support/stack.ts';
import { roles, World, type Actor, type Role } from '../support/worlds.ts';

afterAll(stopStacks);

let world: World;
beforeAll(async () => {
  world = await World.start();
});

const reports = '/api/reports';
const of = (role: Role): Actor => world.own.people[role];
const wanted = { type: 'user-access', format: 'csv' };
const stored = async (id: string) => world.stack.database.row`SELECT name, data, updated_at FROM resources WHERE id = ${id}`;
const rows = (id: string): Promise<number> => world.stack.database.count`SELECT count(*) FROM audit_ledger WHERE resource_id = ${id}`;

async function asked(body: Json, actor: Actor): Promise<string> {
  const answer = await world.post(reports, body, actor);
  expectStatus(answer, 201);
  return answer.json.id as string;
}

async function finished(id: string, actor: Actor): Promise<Json> {
  return until(`report ${id}`, 20, async () => {
    const answer = await world.get(`${reports}/${id}`, actor);
    expectStatus(answer, 200);
    return answer.json.status === 'generating' ? undefined : answer.json;
  });
}

async function downloaded(id: string, actor: Actor): Promise<Answer> {
  expect((await finished(id, actor)).status).toBe('ready');
  const answer = await world.get(`${reports}/${id}/download`, actor);
  expectStatus(answer, 200);
  return answer;
}

describe('asking for a report', () => {
  it.each([
    ['no type', { format: 'csv' }, /type/],
    ['no format', { type: 'sessions' }, /format/],
    ['an unknown type', { type: 'everything', format: 'csv' }, /type/],
    ['a type in capitals', { type: 'SESSIONS', format: 'csv' }, /type/],
    ['an unknown format', { type: 'sessions', format: 'xml' }, /format/],
    ['a list of types', { type: ['sessions'], format: 'csv' }, /type/],
    ['an empty name', { ...wanted, name: '  ' }, /name/],
    ['a name beyond 100 characters', { ...wanted, name: 'x'.repeat(101) }, /name/],
    ['a name that is no text', { ...wanted, name: 1 }, /name/],
    ['an organization that is no text', { ...wanted, organizationId: {} }, /organizationId/],
  ])('refuses %s', async (_, body, error) => {
    const before = await world.stack.database.count`SELECT count(*) FROM resources`;
    expectRefusal(await world.post(reports, body, of('owner')), 400, 'VALIDATION', error);
    expect(await world.stack.database.count`SELECT count(*) FROM resources`).toBe(before);
  });

  it('refuses who may not create reports before it looks at the body', async () => {
    const answer = await world.post(reports, { nonsense: true }, of('staff'));
    expectRefusal(answer, 403, 'FORBIDDEN');
    expect(answer.json.details[0].field).toBe('reports.create');
  });

  it('refuses another organization before the matrix, and an unknown one', async () => {
    for (const role of roles) {
      expectRefusal(await world.post(reports, { ...wanted, organizationId: world.other.id }, of(role)), 403, 'FORBIDDEN');
      expectRefusal(await world.post(reports, { ...wanted, organizationId: 'nowhere' }, of(role)), 404, 'NOT_FOUND');
    }
  });

  it.each([
    ['sessions', 'sessions.view'],
    ['login-history', 'SETTINGS_SECURITY_VIEW'],
  ])('gives a manager no %s, which they may not see themselves', async (type, permission) => {
    const answer = await world.post(reports, { type, format: 'json' }, of('manager'));
    expectRefusal(answer, 403, 'FORBIDDEN');
    expect(answer.json.details[0].field).toBe(permission);
  });

  it('gives nothing to who may create reports and see nobody', async () => {
    const { who, as } = await world.houses.actor(world.own.id, 'staff');
    await world.stack.database.run`
      INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${world.own.id}, ${who.id}, ${'reports.create'})`;
    for (const type of ['user-access', 'sessions', 'login-history'])
      expectRefusal(await world.post(reports, { type, format: 'csv' }, { who, as }), 403, 'FORBIDDEN');
  });

  it('answers 201 at once, assigns the creator and leaves one row', async () => {
    const answer = await world.post(reports, { ...wanted, name: 'Who may what', organizationId: world.own.id }, of('manager'));
    expectStatus(answer, 201);
    expect(answer.json).toMatchObject({
      ...wanted, name: 'Who may what', status: 'generating', problem: null, organizationId: world.own.id, createdBy: of('manager').who.id,
    });
    const id = answer.json.id as string;
    expect(await world.stack.database.count`
      SELECT count(*) FROM assignments WHERE resource_id = ${id} AND resource_type = 'report' AND user_id = ${of('manager').who.id}`).toBe(1);
    await finished(id, of('manager'));
    expect(await world.stack.database.count`SELECT count(*) FROM audit_ledger WHERE resource_id = ${id} AND event_type = 'RESOURCE_CREATED'`).toBe(1);
    expect(await rows(id)).toBe(1);
  });

  it('names what has no name by type and day', async () => {
    const answer = await world.post(reports, { type: 'sessions', format: 'json' }, of('owner'));
    expect(answer.json.name).toMatch(/^sessions \d{4}-\d\d-\d\d$/);
  });
});

describe('what stands in it', () => {
  it('user-access: a line for each live person, safe for spreadsheets', async () => {
    const side = await World.side(world.houses, 'House with formulas');
    await world.stack.database.run`UPDATE users SET first_name = ${'=1+1'}, last_name = ${'a "b", c'} WHERE id = ${side.people.staff.who.id}`;
    await world.stack.database.run`UPDATE users SET deleted_at = updated_at WHERE id = ${side.people.admin.who.id}`;
    const id = await asked(wanted, side.people.owner);
    const file = await downloaded(id, side.people.owner);
    expect(file.header('content-type')).toBe('text/csv; charset=utf-8');
    expect(file.header('content-disposition')).toBe('attachment; filename="user-access.csv"');
    expect(file.header('cache-control')).toBe('no-store');
    const lines = file.text.split('\r\n');
    expect(lines.pop()).toBe('');
    expect(lines.shift()).toBe('id,email,firstName,lastName,role,status,emailVerified,twoFactorEnabled,permissions,lastLoginAt,createdAt');
    expect(lines.map((line) => line.split(',')[0]).sort()).toEqual(['owner', 'manager', 'staff'].map((role) => side.people[role as Role].who.id).sort());
    const staff = lines.find((line) => line.startsWith(side.people.staff.who.id)) as string;
    expect(staff).toContain(`,'=1+1,"a ""b"", c",staff,active,true,false,`);
    expect(staff).toContain(' clients.view=a ');
    expect(staff).not.toContain('users.view');
    expect(file.text).not.toMatch(/\$2b\$|House of/);
  });

  it('user-access as JSON counts what was granted beside the role', async () => {
    const side = await World.side(world.houses, 'House of grants');
    await world.stack.database.run`
      INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${side.id}, ${side.people.staff.who.id}, ${'users.view'})`;
    const id = await asked({ type: 'user-access', format: 'json' }, side.people.owner);
    const file = await downloaded(id, side.people.owner);
    expect(file.header('content-type')).toBe('application/json; charset=utf-8');
    expect(file.header('content-disposition')).toBe('attachment; filename="user-access.json"');
    expect(file.json).toHaveLength(4);
    const staff = file.json.find((row: Json) => row.id === side.people.staff.who.id);
    expect(staff).toMatchObject({ email: side.people.staff.who.email, role: 'staff', emailVerified: true, lastLoginAt: expect.any(String) });
    expect(staff.permissions.split(' ')).toContain('users.view=1');
  });

  it('sessions: the live ones of the own organization alone', async () => {
    const side = await World.side(world.houses, 'House of sessions');
    await world.stack.database.run`UPDATE sessions SET logged_out_at = created_at WHERE user_id = ${side.people.staff.who.id}`;
    await world.stack.database.run`UPDATE sessions SET user_agent = ${'@evil,"agent"'} WHERE user_id = ${side.people.manager.who.id}`;
    const id = await asked({ type: 'sessions', format: 'csv' }, side.people.admin);
    const file = await downloaded(id, side.people.admin);
    const lines = file.text.trimEnd().split('\r\n').slice(1);
    expect(lines).toHaveLength(3);
    expect(file.text).toContain(`,"'@evil,""agent""",`);
    expect(file.text).not.toContain(side.people.staff.who.id);
    expect(file.text).not.toContain(world.other.people.owner.who.id);
  });

  it('login-history: what the ledger has of the last 30 days, failures too', async () => {
    const side = await World.side(world.houses, 'House of history');
    await world.stack.client.post('/api/auth/login', { email: side.people.staff.who.email, password: 'not the password' });
    const id = await asked({ type: 'login-history', format: 'json' }, side.people.owner);
    const file = await downloaded(id, side.people.owner);
    const events = file.json.map((row: Json) => `${row.event} ${row.email}`);
    for (const role of roles) expect(events).toContain(`LOGIN_SUCCESS ${side.people[role].who.email}`);
    expect(events).toContain(`LOGIN_FAILURE ${side.people.staff.who.email}`);
    expect(events).toHaveLength(5);
  });
});

describe('who sees it', () => {
  it('staff list, see, rename and download what is assigned and nothing else', async () => {
    const side = await World.side(world.houses, 'House of assigned reports');
    const mine = await asked(wanted, side.people.owner);
    const other = await asked({ type: 'login-history', format: 'csv' }, side.people.owner);
    await finished(mine, side.people.owner);
    await world.assign(side, 'report', mine, side.people.staff.who.id);
    const staff = side.people.staff;
    expect((await world.get(reports, staff)).json.map((row: Json) => row.id)).toEqual([mine]);
    expect((await world.get(`${reports}?limit=1`, staff)).json).toMatchObject({ total: 1, pages: 1 });
    await downloaded(mine, staff);
    expectStatus(await world.patch(`${reports}/${mine}`, { name: 'Renamed' }, staff), 200);
    for (const path of [`${reports}/${other}`, `${reports}/${other}/download`]) expectRefusal(await world.get(path, staff), 403, 'FORBIDDEN');
    expectRefusal(await world.delete(`${reports}/${mine}`, staff), 403, 'FORBIDDEN');
    expect((await world.get(reports, side.people.manager)).json.map((row: Json) => row.id)).toEqual([mine, other]);
  });

  it('is 403 from another organization whatever the role, 404 where there is none', async () => {
    const id = await asked(wanted, of('owner'));
    const client = await world.resource(world.own, 'client');
    for (const role of roles) {
      const stranger = world.other.people[role];
      for (const path of [`${reports}/${id}`, `${reports}/${id}/download`]) {
        expectRefusal(await world.get(path, stranger), 403, 'FORBIDDEN');
        expectRefusal(await world.get(path.replace(id, client), of(role)), 404, 'NOT_FOUND');
        expectRefusal(await world.get(path.replace(id, encodeURIComponent("' OR 1=1")), of(role)), 404, 'NOT_FOUND');
      }
      expectRefusal(await world.patch(`${reports}/${id}`, { name: 'Taken' }, stranger), 403, 'FORBIDDEN');
      expectRefusal(await world.delete(`${reports}/${id}`, stranger), 403, 'FORBIDDEN');
    }
    expectRefusal(await world.get(`/api/clients/${id}`, of('owner')), 404, 'NOT_FOUND');
    expect((await stored(id))['name']).not.toBe('Taken');
  });

  it('needs a credential', async () => {
    expectRefusal(await world.stack.client.get(reports), 401, 'UNAUTHORIZED');
    expectRefusal(await world.stack.client.post(reports, wanted), 401, 'UNAUTHORIZED');
    expectRefusal(await world.stack.client.get(`${reports}/x/download`), 401, 'UNAUTHORIZED');
  });
});

describe('changing it', () => {
  it('renames, refuses another organization and what is no name', async () => {
    const id = await asked(wanted, of('owner'));
    await finished(id, of('owner'));
    const before = await rows(id);
    const answer = await world.patch(`${reports}/${id}`, { organizationId: world.other.id, name: 'Moved' }, of('owner'));
    expectRefusal(answer, 403, 'IMMUTABLE_FIELD', /organizationId/);
    expectRefusal(await world.patch(`${reports}/${id}`, { organizationId: null }, of('owner')), 403, 'IMMUTABLE_FIELD', /organizationId/);
    expectRefusal(await world.patch(`${reports}/${id}`, { name: '' }, of('owner')), 400, 'VALIDATION', /name/);
    const renamed = await world.patch(`${reports}/${id}`, { name: ' Ünïcode ', type: 'sessions', status: 'generating', format: 'json' }, of('owner'));
    expectStatus(renamed, 200);
    expect(renamed.json).toMatchObject({ name: 'Ünïcode', ...wanted, status: 'ready' });
    // Two refusals about the field, one row of the change.
    expect(await rows(id)).toBe(before + 1);
    expect(await world.stack.database.count`SELECT count(*) FROM audit_ledger WHERE resource_id = ${id} AND event_type = 'RESOURCE_UPDATED'`).toBe(1);
  });

  it('deletes it with its file and its assignments, once', async () => {
    const id = await asked(wanted, of('admin'));
    await finished(id, of('admin'));
    expectRefusal(await world.delete(`${reports}/${id}`, of('manager')), 403, 'FORBIDDEN');
    expectStatus(await world.delete(`${reports}/${id}`, of('admin')), 204);
    expectRefusal(await world.delete(`${reports}/${id}`, of('admin')), 404, 'NOT_FOUND');
    expect(await world.stack.database.count`SELECT count(*) FROM report_files WHERE report_id = ${id}`).toBe(0);
    expect(await world.stack.database.count`SELECT count(*) FROM assignments WHERE resource_id = ${id}`).toBe(0);
    expect(await world.stack.database.count`SELECT count(*) FROM audit_ledger WHERE resource_id = ${id} AND event_type = 'RESOURCE_DELETED'`).toBe(1);
  });
});

describe('the list', () => {
  it('searches, sorts and pages like every list of resources', async () => {
    const side = await World.side(world.houses, 'House of lists');
    for (const name of ['Beta', 'alpha', 'Gamma']) await asked({ ...wanted, name }, side.people.owner);
    const named = async (query: string) => (await world.get(`${reports}${query}`, side.people.owner)).json;
    expect((await named('?search=ALPHA')).map((row: Json) => row.name)).toEqual(['alpha']);
    expect((await named('?order=desc')).map((row: Json) => row.name)).toEqual(['Gamma', 'alpha', 'Beta']);
    expect(await named('?sort=name&page=2&limit=2')).toMatchObject({ total: 3, page: 2, pages: 2, limit: 2 });
    for (const query of ['?limit=0', '?limit=101', '?page=0', '?sort=status', '?order=up'])
      expectRefusal(await world.get(`${reports}${query}`, side.people.owner), 400, 'VALIDATION');
  });
});

describe('what does not come to an end', () => {
  const sqlReport = async (data: Json, creator: string | null): Promise<string> => {
    const made = await world.stack.database.row`
      INSERT INTO resources (organization_id, type, name, data, created_by)
      VALUES (${world.own.id}, 'report', 'By SQL', ${JSON.stringify(data)}, ${creator}) RETURNING id`;
    return made['id'] as string;
  };
  const generating = { type: 'user-access', format: 'csv', status: 'generating' };

  it('is 409 while somebody writes it, and nobody else begins', async () => {
    const id = await sqlReport({ ...generating, claimedAt: new Date().toISOString() }, of('owner').who.id);
    const size = await ledgerSize(world.stack.database);
    expectRefusal(await world.get(`${reports}/${id}/download`, of('owner')), 409, 'CONFLICT');
    expect((await world.get(`${reports}/${id}`, of('owner'))).json.status).toBe('generating');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await world.stack.database.count`SELECT count(*) FROM report_files WHERE report_id = ${id}`).toBe(0);
    expect(await ledgerSize(world.stack.database)).toBe(size);
  });

  it.each([
    ['nobody began', {}],
    ['whoever began is gone', { claimedAt: '2026-01-01T00:00:00.000Z', attempts: 1 }],
    ['its file is lost', { status: 'ready' }],
  ])('is written for who asks where %s', async (_, more) => {
    const id = await sqlReport({ ...generating, ...more }, of('owner').who.id);
    expectRefusal(await world.get(`${reports}/${id}/download`, of('owner')), 409, 'CONFLICT');
    await until('the file', 20, async () => {
      const answer = await world.get(`${reports}/${id}/download`, of('owner'));
      return answer.status === 200 ? true : undefined;
    });
    expect(json((await stored(id))['data'])).toEqual({ type: 'user-access', format: 'csv', status: 'ready' });
    expect(await rows(id)).toBe(0);
  });

  it.each([
    ['a type that does not exist', { ...generating, type: 'everything' }, true],
    ['nobody who asked for it', generating, false],
    ['too many attempts', { ...generating, attempts: 5 }, true],
  ])('fails with a reason for %s', async (_, data, hasCreator) => {
    const id = await sqlReport(data, hasCreator ? of('owner').who.id : null);
    const end = await finished(id, of('owner'));
    expect(end).toMatchObject({ status: 'failed', problem: expect.stringMatching(/\w+ \w+/) });
    expectRefusal(await world.get(`${reports}/${id}/download`, of('owner')), 409, 'CONFLICT', 'The report failed');
  });

  it('is refused beyond 50,000 rows, never cut', async () => {
    const side = await World.side(world.houses, 'House of many');
    await world.stack.database.run`
      INSERT INTO users (email, organization_id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50001)
      SELECT 'many' || i || '@example.test', ${side.id} FROM n`;
    const id = await asked(wanted, side.people.owner);
    const end = await finished(id, side.people.owner);
    expect(end).toMatchObject({ status: 'failed', problem: expect.stringContaining('50000 rows') });
  });

  it('survives kill -9: whoever asks afterwards gets it', async () => {
    const own = await World.start();
    const owner = own.own.people.owner;
    const answers = await Promise.all(Array.from({ length: 20 }, () => own.post(reports, wanted, owner)));
    await own.stack.server?.kill();
    const after = await startAgain(own.stack.facts);
    // Those that died with the server may be claimed anew after a minute: as if it had passed.
    await after.database.run`UPDATE resources SET data = ${JSON.stringify(generating)} WHERE NOT EXISTS (SELECT 1 FROM report_files f WHERE f.report_id = resources.id)`;
    for (const answer of answers) {
      expectStatus(answer, 201);
      await until('the file', 30, async () => {
        const file = await after.client.get(`${reports}/${answer.json.id as string}/download`, owner.as);
        return file.status === 200 ? true : undefined;
      });
      const row = await after.database.row`SELECT created_at, updated_at FROM resources WHERE id = ${answer.json.id as string}`;
      expect(time(row['updated_at']).getTime()).toBeGreaterThanOrEqual(time(row['created_at']).getTime());
    }
  });
});
