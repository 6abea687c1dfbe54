// Layer 1, schema: what every later layer takes for granted in the tables.
import { describe, expect, it } from 'vitest';
import { flag, time } from '../support/database.ts';
import { expectStatus } from '../support/expectations.ts';
import { insertOrganization, insertPerson, login, newAddress, newPassword, register } from '../support/people.ts';
import { columns } from '../support/schema.ts';
import { onPostgres } from '../support/settings.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

async function names(table: string): Promise<string[]> {
  return (await columns(database, table)).map((column) => column.name);
}

describe('layer 1, schema', () => {
  it('TC-DB-001 the columns of users', async () => {
    expect(await names('users')).toEqual(
      expect.arrayContaining(['id', 'email', 'password_hash', 'first_name', 'last_name', 'role', 'organization_id', 'created_at', 'updated_at']),
    );
  });

  it('TC-DB-002 the columns of organizations', async () => {
    expect(await names('organizations')).toEqual(expect.arrayContaining(['id', 'name', 'owner_id', 'created_at', 'updated_at']));
  });

  it('TC-DB-003 four roles, and a fifth is rejected by the database', async () => {
    const organization = await insertOrganization(stack);
    for (const role of ['owner', 'admin', 'manager', 'staff']) {
      await database.run`INSERT INTO users (email, role, organization_id) VALUES (${newAddress(role)}, ${role}, ${organization})`;
    }
    for (const role of ['superadmin', 'Owner', 'staff ', '']) {
      await expect(database.run`INSERT INTO users (email, role, organization_id) VALUES (${newAddress()}, ${role}, ${organization})`).rejects.toThrow();
    }
    if (onPostgres) {
      const row = await database.row`SELECT array_to_string(enum_range(NULL::auth.user_role), ' ') AS roles`;
      expect(row['roles']).toBe('owner admin manager staff');
    }
  });

  it('TC-DB-004 nobody without an organization that exists', async () => {
    await expect(database.run`INSERT INTO users (email, organization_id) VALUES (${newAddress()}, 'no-such-organization')`).rejects.toThrow(/foreign key/i);
  });

  it('TC-DB-005 an address once in an organization, in any letter case', async () => {
    const email = newAddress('Twice');
    const one = await insertPerson(stack, { email });
    await expect(insertPerson(stack, { email, organizationId: one.organizationId })).rejects.toThrow(/unique/i);
    await expect(insertPerson(stack, { email: email.toUpperCase(), organizationId: one.organizationId })).rejects.toThrow(/unique/i);
    await insertPerson(stack, { email });
  });

  it('TC-DB-006 a bare insert is staff, active, verified, made now', async () => {
    const organization = await insertOrganization(stack);
    const email = newAddress();
    await database.run`INSERT INTO users (email, organization_id) VALUES (${email}, ${organization})`;
    const row = await database.row`SELECT role, status, email_verified, created_at FROM users WHERE email = ${email}`;
    expect([row['role'], row['status'], flag(row['email_verified'])]).toEqual(['staff', 'active', true]);
    expect(Math.abs(time(row['created_at']).getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('TC-DB-007 no clear password in a stored person', async () => {
    const password = newPassword();
    const person = await register(stack, { password });
    const row = await database.row`SELECT password_hash FROM users WHERE id = ${person.id}`;
    expect(row['password_hash']).toMatch(/^\$2b\$/);
    expect(row['password_hash']).not.toContain(password);
  });

  it('TC-DB-008 created_at and updated_at are times of now', async () => {
    const person = await insertPerson(stack);
    const row = await database.row`SELECT created_at, updated_at FROM users WHERE id = ${person.id}`;
    for (const at of [row['created_at'], row['updated_at']]) expect(Math.abs(time(at).getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('TC-DB-009 an organization takes its people and their sessions along', async () => {
    const person = await insertPerson(stack);
    const { token } = await login(stack, person);
    await database.run`DELETE FROM organizations WHERE id = ${person.organizationId}`;
    expect(await database.count`SELECT count(*) FROM users WHERE id = ${person.id}`).toBe(0);
    expect(await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(0);
    expectStatus(await client.get('/api/users/me', { bearer: token }), 401);
  });

  it('TC-DB-010 indexes on users that begin with the address and with the organization', async () => {
    const rows = onPostgres
      ? await database.rows`SELECT indexdef AS text FROM pg_indexes WHERE schemaname = 'auth' AND tablename = 'users'`
      : await database.rows`SELECT sql AS text FROM sqlite_master WHERE type = 'index' AND tbl_name = 'users' AND sql IS NOT NULL`;
    const texts = rows.map((row) => String(row['text']).replace(/\s+/g, ' '));
    expect(texts.some((text) => /\(email\)/.test(text)), texts.join('\n')).toBe(true);
    expect(texts.some((text) => /\(organization_id[),]/.test(text)), texts.join('\n')).toBe(true);
  });
});
