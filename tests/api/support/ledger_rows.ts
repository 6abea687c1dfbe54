// Rows of the ledger written behind the server's back, one or hundreds of thousands.
import { createHmac, randomBytes } from 'node:crypto';
import type { Database } from './database.ts';

export interface Written {
  readonly event: string;
  readonly at: string;
  readonly userAgent?: string;
  readonly details?: string;
  readonly personal?: string;
  readonly email?: string;
}

/** What the ledger commits to in the place of what may be erased (docs/ledger-format.md). */
function commitment(salt: Buffer, erasable: (string | null)[]): Buffer {
  const hash = createHmac('sha256', salt);
  for (const text of erasable) {
    const bytes = Buffer.from(text ?? '');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text === null ? 0xffffffff : bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest();
}

export async function write(database: Database, organizationId: string, row: Written): Promise<void> {
  const salt = randomBytes(16);
  const personal = [row.userAgent ?? null, row.email ?? null, row.personal ?? null] as const;
  await database.run`
    INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, user_agent, email, personal, details, pii_salt, pii_commitment)
    VALUES (${organizationId}, ${row.at}, ${row.event}, 'success', ${personal[0]}, ${personal[1]}, ${personal[2]}, ${row.details ?? '{}'},
      ${salt}, ${commitment(salt, [null, ...personal])})`;
}

/** So many sign-ins, a millisecond apart from 2025 on, each of about 400 bytes as CSV that hardly compress. */
export async function writeMany(database: Database, organizationId: string, rows: number): Promise<void> {
  if (!/^[\w-]+$/.test(organizationId)) throw new Error(`${organizationId} is no id`);
  const noise = (part: string): string => (database.kind === 'postgres' ? `md5(n || '${part}')` : `lower(hex(randomblob(16)))`);
  const at =
    database.kind === 'postgres'
      ? `timestamptz '2025-01-01T00:00:00Z' + n * interval '1 millisecond'`
      : `strftime('%Y-%m-%dT%H:%M:%fZ', 1735689600 + n / 1000.0, 'unixepoch')`;
  const numbers =
    database.kind === 'postgres'
      ? `generate_series(1, ${rows}) AS g(n)`
      : `(WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < ${rows}) SELECT n FROM g)`;
  const json = `'{"first":"' || ${noise('a')} || '","second":"' || ${noise('b')} || '","third":"' || ${noise('c')} || '"}'`;
  const bytes = database.kind === 'postgres' ? `'\\x00'` : `x'00'`;
  await database.script(`
    INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, status, user_id, session_id, ip_address, user_agent, correlation_id, details, pii_commitment)
    SELECT '${organizationId}', ${at}, 'LOGIN_SUCCESS', 'success', 200, ${noise('d')}, ${noise('e')}, '192.0.2.1', 'Mozilla/5.0 ' || ${noise('f')}, ${noise('g')}, ${json}, ${bytes}
    FROM ${numbers}`);
}
