// Everything that is stored, as one text for each table: what must not change is compared before and after.
import type { Database } from './database.ts';
import { until } from './mail.ts';

/** Written by whoever merely asks, or beside any request: the record of outcomes, counters, kept mails. */
const beside = new Set([
  'audit_ledger',
  'audit_unsealed',
  'audit_seals',
  'audit_checkpoints',
  'audit_unpublished',
  'rate_counters',
  'captured_mails',
  'schema_migrations',
]);

/** What moves by itself when somebody is seen, or a mail is sent. */
const moving: Record<string, string[]> = {
  sessions: ['last_seen_at', 'expires_at', 'device_classes'],
  outbox: ['status', 'attempts', 'sent_at', 'locked_until', 'next_attempt_at', 'last_error', 'updated_at'],
};

const statement = (text: string) => [text] as unknown as TemplateStringsArray;

async function tables(database: Database): Promise<string[]> {
  const rows = await database.rows(
    statement(
      database.kind === 'postgres'
        ? "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'auth' AND table_type = 'BASE TABLE'"
        : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    ),
  );
  const names = rows.map((row) => row['name'] as string).filter((name) => !beside.has(name) && !name.startsWith('ledger'));
  if (!names.includes('users') || !names.includes('sessions')) throw new Error(`these cannot be all tables: ${names.join()}`);
  return names.sort();
}

/** Foreign hashes are replaced behind the answer of the sign-in that proved them: that has to be over. */
async function rehashed(database: Database): Promise<void> {
  await until('the hashes of those who signed in', 10, async () => {
    const waiting = await database.count`SELECT count(*) FROM users WHERE last_login_at IS NOT NULL AND password_scheme IS NULL`;
    return waiting === 0 ? true : undefined;
  });
}

export async function snapshot(database: Database): Promise<Record<string, string>> {
  await rehashed(database);
  const kept: Record<string, string> = {};
  for (const table of await tables(database)) {
    const rows = await database.rows(statement(`SELECT * FROM ${database.kind === 'postgres' ? 'auth.' : ''}${table}`));
    const told = rows.map((row) => JSON.stringify(Object.entries(row).filter(([column]) => !(moving[table] ?? []).includes(column))));
    kept[table] = told.sort().join('\n');
  }
  return kept;
}
