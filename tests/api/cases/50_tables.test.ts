// What outsiders rely on in the tables: names, defaults, constraints, cascades, views, an append-only ledger.
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { flag, fromNow, json, time, type Row } from '../support/database.ts';
import { expectStatus } from '../support/expectations.ts';
import { insertOrganization, insertPerson, login, loginPath, meDataPath, newAccount, newAddress, newPassword, newPerson } from '../support/people.ts';
import { columns, tables } from '../support/schema.ts';
import { onPostgres } from '../support/settings.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

const promised: Record<string, string> = {
  organizations: 'id name kind owner_id industry size plan settings created_at updated_at',
  users:
    'id organization_id email email_verified mailbox_proven_at self_registered pending_email name first_name last_name profile_picture role custom_role_id status password_hash password_scheme session_version two_factor_enabled two_factor_secret two_factor_last_step backup_codes reset_token reset_token_expires password_changed_at last_login_at created_at updated_at deleted_at',
  sessions:
    'id organization_id user_id session_version surface ip_address user_agent device_fingerprint device_id device_name country city auth_methods risk_score degraded device_classes remember_me created_at last_seen_at expires_at absolute_expires_at logged_out_at revoked_at revoke_reason revoked_by',
  refresh_tokens:
    'id organization_id user_id session_id token_hash family_id parent_id replaced_by_token_id successor_sealed device_fingerprint issued_at expires_at is_revoked revoked_at revoke_reason suspicious_reuse_at',
  login_attempts: 'id email user_id organization_id ip_address successful throttled method attempted_at',
  one_time_tokens: 'id organization_id user_id purpose token_hash payload created_at expires_at used_at requested_ip',
  reset_requests: 'id email user_id ip_address throttled requested_at',
  encryption_vaults:
    'user_id organization_id wrapped_mk wrap_iv wrap_version format_version kek_id mk_check recovery_wrapped_mk recovery_iv recovery_set_at zero_knowledge created_at updated_at',
  outbox: 'id organization_id topic dedupe_key recipient payload_sealed ledger_id status attempts next_attempt_at locked_until last_error created_at sent_at',
  audit_ledger:
    'id organization_id v created_at event_type outcome status actor_id user_id session_id resource resource_id correlation_id details ip_address user_agent email personal pii_salt pii_commitment',
  audit_seals: 'organization_id chain_seq ledger_id prev_hash row_hash',
  audit_checkpoints: 'organization_id chain_seq head_hash batch_root kid signature created_at',
  notifications: 'id organization_id user_id kind data created_at cleared_at',
  signing_keys: 'kid alg state public_jwk private_sealed not_before not_after',
  schema_migrations: 'version checksum applied_at',
};

describe('names', () => {
  it.each(Object.entries(promised))('D-5 table %s has the promised columns', async (table, names) => {
    const found = (await columns(database, table)).map((column) => column.name);
    expect(names.split(' ').filter((name) => !found.includes(name))).toEqual([]);
  });

  it('D-83 the three views show the ledger with the promised columns', async () => {
    const person = await newPerson(stack);
    await client.post('/api/v1/me/encryption-vault/init', {}, { bearer: person.accessToken });
    const views: Record<string, string> = {
      security_events: 'id organization_id user_id event_type ip_address user_agent metadata created_at',
      audit_logs: 'id organization_id tenant_id user_id action resource resource_id metadata old_value new_value correlation_id ip_address user_agent created_at',
      encryption_vault_audit: 'id user_id action status ip user_agent context created_at',
    };
    for (const [view, names] of Object.entries(views)) {
      const rows = await columns(database, view);
      expect(names.split(' ').filter((name) => !rows.some((column) => column.name === name)), view).toEqual([]);
    }
    expect(await database.count`SELECT count(*) FROM audit_logs WHERE user_id = ${person.id} AND action = 'REGISTER'`).toBe(1);
  });

  it('TC-DB-010 the plain indexes readers look for', async () => {
    const rows = onPostgres
      ? await database.rows`SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'auth'`
      : await database.rows`SELECT name FROM sqlite_master WHERE type = 'index'`;
    const found = rows.map((row) => row['name'] as string);
    for (const name of ['users_email_idx', 'users_organization_id_idx', 'users_email_canonical_idx', 'idx_user_sessions_tenant_user', 'idx_refresh_tokens_active', 'idx_refresh_tokens_family', 'idx_refresh_tokens_session']) {
      expect(found).toContain(name);
    }
  });

  if (onPostgres) {
    it('A-12 token_hash is unique by a constraint, not only by an index', async () => {
      const row = await database.row`SELECT contype::text AS kind FROM pg_constraint WHERE conname = 'refresh_tokens_token_hash_unique'`;
      expect(row['kind']).toBe('u');
    });

    it('M-30a the attempts take their number from the sequence', async () => {
      const row = await database.row`
        SELECT column_default FROM information_schema.columns WHERE table_schema = 'auth' AND table_name = 'login_attempts' AND column_name = 'id'`;
      expect(row['column_default']).toContain('login_attempts_id_seq');
    });
  }
});

describe('defaults for rows that others write', () => {
  it('TC-DB-006 a user inserted with the least is active, verified, staff, and can sign in', async () => {
    const person = await insertPerson(stack);
    const row = await database.row`SELECT * FROM users WHERE id = ${person.id}`;
    expect(row).toMatchObject({ role: 'staff', status: 'active', session_version: 1 });
    expect(flag(row['email_verified'])).toBe(true);
    expect(flag(row['self_registered'])).toBe(false);
    expect(flag(row['two_factor_enabled'])).toBe(false);
    for (const name of ['created_at', 'updated_at']) expect(Math.abs(time(row[name]).getTime() - Date.now())).toBeLessThan(60_000);
    await login(stack, person);
  });

  it('TC-DB-006 an organization inserted by name alone', async () => {
    const row = await database.row`SELECT * FROM organizations WHERE id = ${await insertOrganization(stack, 'By name')}`;
    expect(row).toMatchObject({ name: 'By name', kind: 'business', plan: 'free', owner_id: null });
    expect(json(row['settings'])).toEqual({});
  });

  it('TC-DB-003 roles are exactly four', async () => {
    const organizationId = await insertOrganization(stack);
    for (const role of ['owner', 'admin', 'manager', 'staff']) {
      await database.run`INSERT INTO users (email, role, organization_id) VALUES (${newAddress()}, ${role}, ${organizationId})`;
    }
    for (const role of ['superadmin', 'Admin', 'admin ', '']) {
      await expect(database.run`INSERT INTO users (email, role, organization_id) VALUES (${newAddress()}, ${role}, ${organizationId})`).rejects.toThrow();
    }
  });

  it('TC-DB-004 a user of an unknown organization, a status nobody knows: refused by the database', async () => {
    await expect(database.run`INSERT INTO users (email, organization_id) VALUES (${newAddress()}, 'unknown')`).rejects.toThrow(/foreign key/i);
    const person = await insertPerson(stack);
    await expect(database.run`UPDATE users SET status = 'asleep' WHERE id = ${person.id}`).rejects.toThrow(/check/i);
  });

  it('TC-DB-005 one live row per organization and address, in any case; a deleted one frees it', async () => {
    const person = await insertPerson(stack);
    const again = (email: string) => database.run`INSERT INTO users (email, organization_id) VALUES (${email}, ${person.organizationId})`;
    await expect(again(person.email.toUpperCase())).rejects.toThrow(/unique/i);
    await database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${person.id}`;
    await again(person.email.toUpperCase());
  });

  it('M-17 one self-registered live row per address', async () => {
    const person = await newAccount(stack);
    const organizationId = await insertOrganization(stack);
    await expect(
      database.run`INSERT INTO users (email, organization_id, self_registered) VALUES (${person.email.toUpperCase()}, ${organizationId}, ${true})`,
    ).rejects.toThrow(/unique/i);
  });

  if (!onPostgres) {
    it('TC-DB-008 times written by defaults have the fixed width that makes text order time order', async () => {
      const person = await insertPerson(stack);
      const row = await database.row`SELECT created_at FROM users WHERE id = ${person.id}`;
      expect(row['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      for (const table of await tables(database)) {
        for (const column of await columns(database, table)) {
          if (!column.name.endsWith('_at')) continue;
          const parts = [`SELECT DISTINCT ${column.name} AS value FROM ${table} WHERE ${column.name} IS NOT NULL LIMIT 200`];
          const rows = await database.rows(Object.assign(parts, { raw: parts }) as unknown as TemplateStringsArray);
          for (const each of rows) expect(String(each['value']), `${table}.${column.name}`).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        }
      }
    });
  }
});

describe('cascades', () => {
  it('TC-DB-009 an organization deleted by SQL takes its people and their sessions, the ledger stays', async () => {
    const person = await newPerson(stack);
    const ledger = await database.count`SELECT count(*) FROM audit_ledger WHERE user_id = ${person.id}`;
    await database.run`DELETE FROM organizations WHERE id = ${person.organizationId}`;
    for (const [what, left] of [
      ['users', await database.count`SELECT count(*) FROM users WHERE id = ${person.id}`],
      ['sessions', await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`],
      ['refresh tokens', await database.count`SELECT count(*) FROM refresh_tokens WHERE user_id = ${person.id}`],
    ] as const) expect(left, what).toBe(0);
    expect(await database.count`SELECT count(*) FROM audit_ledger WHERE user_id = ${person.id}`).toBe(ledger);
    expectStatus(await client.get(meDataPath, { bearer: person.accessToken }), 401);
  });

  it('M-14 a session row deleted by SQL takes its refresh tokens', async () => {
    const person = await newPerson(stack);
    await database.run`DELETE FROM sessions WHERE id = ${person.sessionId}`;
    expect(await database.count`SELECT count(*) FROM refresh_tokens WHERE session_id = ${person.sessionId}`).toBe(0);
  });

  it('M-14 a row cannot point into another organization, even by SQL', async () => {
    const person = await newPerson(stack);
    const other = await newPerson(stack);
    await expect(
      database.run`INSERT INTO sessions (id, organization_id, user_id) VALUES ('crossed', ${other.organizationId}, ${person.id})`,
    ).rejects.toThrow(/foreign key/i);
  });
});

describe('the ledger', () => {
  it('D-83 nothing in it can be changed or removed, not even by the owner of the tables', async () => {
    const person = await newAccount(stack);
    const before = await database.rows`SELECT * FROM audit_ledger WHERE user_id = ${person.id} ORDER BY id`;
    await expect(database.run`UPDATE audit_ledger SET event_type = 'LOGOUT' WHERE user_id = ${person.id}`).rejects.toThrow();
    await expect(database.run`UPDATE audit_ledger SET ip_address = '10.0.0.1' WHERE user_id = ${person.id}`).rejects.toThrow();
    await expect(database.run`DELETE FROM audit_ledger WHERE user_id = ${person.id}`).rejects.toThrow();
    if (onPostgres) await expect(database.run`TRUNCATE audit_ledger`).rejects.toThrow();
    expect(await database.rows`SELECT * FROM audit_ledger WHERE user_id = ${person.id} ORDER BY id`).toEqual(before);
  });

  it('D-83 DELETE on the views succeeds and removes nothing; INSERT and UPDATE raise', async () => {
    const person = await newAccount(stack);
    const before = await database.count`SELECT count(*) FROM audit_ledger`;
    await database.run`DELETE FROM security_events WHERE user_id = ${person.id}`;
    await database.run`DELETE FROM audit_logs WHERE user_id = ${person.id}`;
    await database.run`DELETE FROM encryption_vault_audit WHERE user_id = ${person.id}`;
    expect(await database.count`SELECT count(*) FROM audit_ledger`).toBe(before);
    await expect(database.run`UPDATE security_events SET event_type = 'X' WHERE user_id = ${person.id}`).rejects.toThrow();
    await expect(database.run`INSERT INTO security_events (event_type, user_id) VALUES ('X', ${person.id})`).rejects.toThrow();
    await expect(database.run`UPDATE audit_logs SET action = 'X' WHERE user_id = ${person.id}`).rejects.toThrow();
  });

  it('D-85 personal columns are committed to as described: pii_commitment can be recomputed', async () => {
    const person = await newPerson(stack);
    await client.post(loginPath, { email: person.email, password: newPassword() });
    const rows = await database.rows`SELECT * FROM audit_ledger WHERE user_id = ${person.id}`;
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) {
      const salt = Buffer.from(row['pii_salt'] as Uint8Array);
      expect(salt).toHaveLength(16);
      const mac = createHmac('sha256', salt);
      for (const name of ['ip_address', 'user_agent', 'email', 'personal']) mac.update(encoded(row, name));
      expect(mac.digest('hex'), row['event_type']).toBe(Buffer.from(row['pii_commitment'] as Uint8Array).toString('hex'));
    }
    expect(new Set(rows.map((row) => Buffer.from(row['pii_salt'] as Uint8Array).toString('hex'))).size).toBe(rows.length);
  });

  it('D-85 details hold nothing personal and are canonical JSON', async () => {
    const rows = await database.rows`SELECT event_type, details, personal FROM audit_ledger ORDER BY id DESC LIMIT 500`;
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      expect(row['details'], row['event_type']).not.toMatch(/@|127\.0\.0\.1|gatehouse-suite/);
      for (const name of ['details', 'personal']) if (row[name] !== null) expect(row[name]).toBe(canonical(JSON.parse(row[name] as string)));
    }
  });
});

/** 4-byte big-endian length and UTF-8; FF FF FF FF for NULL. */
function encoded(row: Row, name: string): Buffer {
  if (row[name] === null) return Buffer.from('ffffffff', 'hex');
  const text = Buffer.from(row[name] as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

it('D-60 what is stored of a token is the SHA-256 of what was handed out', async () => {
  const person = await newPerson(stack);
  const row = await database.row`SELECT token_hash, expires_at FROM refresh_tokens WHERE session_id = ${person.sessionId}`;
  expect(row['token_hash']).toBe(createHash('sha256').update(person.refreshToken).digest('hex'));
  expect(time(row['expires_at']).getTime()).toBeGreaterThan(fromNow(86_400).getTime());
});
