// The second wall between tenants: row-level security, its role, and that the server knows when it does not stand.
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asSuperuser, createDatabase, dropDatabase, openDatabase } from '../support/database.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, usersPath, type House, type Member } from '../support/houses.ts';
import { until } from '../support/mail.ts';
import { newAddress } from '../support/people.ts';
import { configuration, runBinary } from '../support/server.ts';
import { onPostgres, settings } from '../support/settings.ts';
import { startStack, stopStacks } from '../support/stack.ts';

const roles: string[] = [];
const databases: string[] = [];

afterAll(async () => {
  await stopStacks();
  await Promise.all(databases.map(dropDatabase));
  for (const role of roles) await asSuperuser(`DROP ROLE IF EXISTS ${role}`);
});

function newRole(): string {
  const role = `gh_wall_${randomBytes(6).toString('hex')}`;
  roles.push(role);
  return role;
}

describe('foreign rows', () => {
  // Sabotaged (tests/controls): without the organization in the WHERE of these queries the wall alone keeps the rows apart.
  it('AZ-18 no list, look-up or change brings a row of another organization', async () => {
    const houses = await Houses.start('closed');
    const { client, database } = houses.stack;
    const invited = async (house: House): Promise<string> => {
      const answer = await client.post(`${organizationsPath}/${house.id}/invitations`, { email: newAddress('invited'), role: 'staff' }, house.as);
      expectStatus(answer, 201);
      return answer.json.id as string;
    };
    const other = await houses.house();
    const stranger: Member = await houses.member(other.id);
    const theirs = await invited(other);
    const mine = await houses.house();
    await database.run`UPDATE organizations SET name = 'My own' WHERE id = ${mine.id}`;
    const colleague = await houses.member(mine.id);
    const own = await invited(mine);

    const people = await client.get(`${organizationsPath}/${mine.id}/users?page=1&limit=100`, mine.as);
    expectStatus(people, 200);
    const organizations = new Set(people.json.data.map((one: { organizationId: string }) => one.organizationId));
    expect([...organizations], 'foreign rows in the list of people').toEqual([mine.id]);
    expect(people.json.total, 'foreign rows in the number of people').toBe(2);
    const csv = await client.get(`${organizationsPath}/${mine.id}/users?format=csv`, mine.as);
    expectStatus(csv, 200);
    expect(csv.text).toContain(colleague.email);
    expect(csv.text, 'foreign rows in the CSV').not.toContain(stranger.email);

    const list = await client.get(`${organizationsPath}/${mine.id}/invitations`, mine.as);
    expectStatus(list, 200);
    expect(list.json.map((one: { id: string }) => one.id), 'foreign rows in the list of invitations').toEqual([own]);

    expectRefusal(await client.get(`${usersPath}/by-email?email=${stranger.email}`, mine.as), 404, 'NOT_FOUND');
    expectRefusal(await client.delete(`${organizationsPath}/${mine.id}/invitations/${theirs}`, mine.as), 403, 'FORBIDDEN');
    expect((await database.row`SELECT revoked_at FROM invitations WHERE id = ${theirs}`)['revoked_at'], 'a foreign row was changed').toBeNull();
    const me = await client.get(`${usersPath}/me`, mine.as);
    expectStatus(me, 200);
    expect(me.json.organization.name, 'a foreign organization').toBe('My own');
  });
});

describe('the name of the role', () => {
  it.each(['', 'none', 'public', 'pg_read_all_data', 'x"; DROP SCHEMA auth CASCADE; --', 'a b', '9lives', 'a'.repeat(64)])(
    'D-104 %j is refused in one line',
    async (role) => {
      const facts = await configuration({ GATEHOUSE_DATABASE_ROLE: role });
      databases.push(facts.databaseUrl);
      const ended = runBinary(['serve'], facts.environment, 10);
      expect(ended.status, ended.output).toBe(2);
      expect(ended.output.trim().split('\n')).toHaveLength(1);
      expect(ended.output).toMatch(/GATEHOUSE_DATABASE_ROLE/);
    },
  );
});

if (onPostgres) {
  describe('the role', () => {
    it('D-104 a user who may not make it is given the SQL; once that has run, the server starts', async () => {
      const role = newRole();
      const user = newRole();
      await asSuperuser(`CREATE ROLE ${user} LOGIN`);
      const url = new URL(await createDatabase());
      databases.push(url.toString());
      await asSuperuser(`ALTER DATABASE ${url.pathname.slice(1)} OWNER TO ${user}`);
      url.username = user;
      const facts = await configuration({ GATEHOUSE_DATABASE_URL: url.toString(), GATEHOUSE_DATABASE_ROLE: role });
      for (const words of [['serve'], ['migrate']]) {
        const ended = runBinary(words, facts.environment, 20);
        expect(ended.status, ended.output).toBe(1);
        expect(ended.output.trim().split('\n').slice(-1)[0]).toContain(`let who may run: CREATE ROLE "${role}" NOLOGIN; GRANT "${role}" TO "${user}";`);
      }
      expect(runBinary(['migrate', '--check'], facts.environment).output).toContain(role);
      await asSuperuser(`CREATE ROLE "${role}" NOLOGIN; GRANT "${role}" TO "${user}";`);
      const stack = await startStack({ GATEHOUSE_DATABASE_URL: url.toString(), GATEHOUSE_DATABASE_ROLE: role });
      expectStatus(await stack.client.get('/ready'), 200);
      const running = openDatabase(url.toString());
      try {
        // What the owner of the tables sees is all of it.
        expect(await running.count`SELECT count(*) FROM signing_keys`).toBeGreaterThan(0);
        expect(await running.count`SELECT count(*) FROM pg_class WHERE relname = 'users' AND relrowsecurity AND NOT relforcerowsecurity`).toBe(1);
      } finally {
        await running.close();
      }
    });

    it('AZ-18 a role that is not bound any more turns /ready red, and the ledger tells', async () => {
      const role = newRole();
      const stack = await startStack({ GATEHOUSE_DATABASE_ROLE: role, GATEHOUSE_SELF_CHECK_SECONDS: '1' });
      expectStatus(await stack.client.get('/ready'), 200);
      expect((await stack.client.get('/ready?verbose=true')).text).toContain('row level security');
      await asSuperuser(`ALTER ROLE ${role} BYPASSRLS`);
      await until('the self-check to see it', 20, async () => ((await stack.client.get('/ready')).status === 503 ? true : undefined));
      expect((await stack.client.get('/ready?verbose=true')).text).toMatch(/row-level security does not bind the server on .*users/);
      await asSuperuser(`ALTER ROLE ${role} NOBYPASSRLS`);
      await until('it to recover', 20, async () => ((await stack.client.get('/ready')).status === 200 ? true : undefined));
      // /ready may see it before the self-check does.
      const rows = await until('both rows', 20, async () => {
        const found = await stack.database.rows`SELECT event_type FROM audit_ledger WHERE resource_id = 'row level security' ORDER BY id`;
        return found.length >= 2 ? found : undefined;
      });
      expect(rows.map((row) => row['event_type'])).toEqual(['CONTROL_DEGRADED', 'CONTROL_RECOVERED']);
    });

    it('D-104 a role that owns the tables is refused', async () => {
      const facts = await configuration({ GATEHOUSE_DATABASE_ROLE: new URL(settings.postgres).username });
      databases.push(facts.databaseUrl);
      const ended = runBinary(['serve'], facts.environment, 20);
      expect(ended.status, ended.output).toBe(1);
      expect(ended.output).toMatch(/superuser.*GATEHOUSE_DATABASE_ROLE/);
    });
  });
}
