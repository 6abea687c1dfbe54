// The view that scores are read through, and how it can break.
import type { Database } from './database.ts';
import { patience } from './settings.ts';

export type Breakage = 'dropped' | 'renamed' | 'revoked' | 'slow' | 'raising';

/** Revoking is PostgreSQL's alone: SQLite has no rights. */
export const breakages = (kind: string): Breakage[] => (kind === 'postgres' ? ['dropped', 'renamed', 'revoked', 'slow', 'raising'] : ['dropped', 'renamed', 'slow', 'raising']);

async function definition(database: Database): Promise<string> {
  if (database.kind === 'postgres') {
    const row = await database.row`SELECT pg_get_viewdef('auth.user_sessions'::regclass) AS sql`;
    return `CREATE VIEW auth.user_sessions WITH (security_invoker = true) AS ${row['sql'] as string}; GRANT SELECT ON auth.user_sessions TO gatehouse_app`;
  }
  return (await database.row`SELECT sql FROM sqlite_master WHERE type = 'view' AND name = 'user_sessions'`)['sql'] as string;
}

/** What a slow view takes at least; whoever waits for it has missed the deadline. */
const seconds = 4 * patience;

/** Breaks it; what is given back mends it. */
export async function breakView(database: Database, how: Breakage): Promise<() => Promise<void>> {
  const whole = await definition(database);
  const onPostgres = database.kind === 'postgres';
  const name = onPostgres ? 'auth.user_sessions' : 'user_sessions';
  if (how === 'revoked') {
    await database.script(`REVOKE SELECT ON ${name} FROM gatehouse_app`);
    return () => database.script(`GRANT SELECT ON ${name} TO gatehouse_app`);
  }
  const kept = whole.replace(name, `${name}_kept`).replace(/ON auth\.user_sessions TO/, 'ON auth.user_sessions_kept TO');
  await database.script(`DROP VIEW ${name}; ${kept}`);
  const grant = onPostgres ? `; GRANT SELECT ON ${name} TO gatehouse_app` : '';
  if (how === 'slow') {
    const slow = onPostgres
      ? `SELECT k.* FROM ${name}_kept k, (SELECT pg_sleep(${seconds})) AS nap`
      : `SELECT * FROM ${name}_kept WHERE (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${15_000_000 * seconds}) SELECT count(*) FROM n) > 0`;
    await database.script(`CREATE VIEW ${name} AS ${slow}${grant}`);
  }
  if (how === 'raising') {
    const raising = onPostgres ? `SELECT * FROM ${name}_kept WHERE 1 / 0 = 1` : `SELECT * FROM ${name}_kept WHERE abs(-9223372036854775807 - 1) > 0`;
    await database.script(`CREATE VIEW ${name} AS ${raising}${grant}`);
  }
  if (how === 'dropped') await database.script(`DROP VIEW ${name}_kept`);
  return async () => {
    await database.script(`DROP VIEW IF EXISTS ${name}; DROP VIEW IF EXISTS ${name}_kept; ${whole}`);
  };
}
