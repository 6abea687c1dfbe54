// Reads the catalogue: tables, columns, and every place that holds a value.
import type { Database } from './database.ts';

/** Ordinary tables of the server, views left out. */
export async function tables(database: Database): Promise<string[]> {
  const rows =
    database.kind === 'sqlite'
      ? await database.rows`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
      : await database.rows`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'auth' ORDER BY 1`;
  return rows.map((row) => row['name'] as string);
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

export async function columns(database: Database, table: string): Promise<Column[]> {
  if (database.kind === 'sqlite') {
    const rows = await database.rows`SELECT name, type, "notnull" AS required, pk FROM pragma_table_info(${table})`;
    return rows.map((row) => ({ name: row['name'], type: row['type'], required: row['required'] === 1 || row['pk'] > 0 }));
  }
  const rows = await database.rows`
    SELECT column_name AS name, udt_name AS type, is_nullable FROM information_schema.columns
    WHERE table_schema = 'auth' AND table_name = ${table}`;
  return rows.map((row) => ({ name: row['name'], type: row['type'], required: row['is_nullable'] === 'NO' }));
}

/** `table.column` of every place outside the ledger and the captured mails that holds this very id. */
export async function tablesPointingTo(database: Database, id: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tables(database)) {
    if (table.startsWith('audit_') || table === 'captured_mails') continue;
    for (const column of await columns(database, table)) {
      if (!/^(text|TEXT|varchar)$/.test(column.type)) continue;
      const place = fragment(`SELECT count(*) FROM ${table} WHERE ${column.name} = `);
      if ((await database.count(place, id)) > 0) found.push(`${table}.${column.name}`);
    }
  }
  return found;
}

/** A statement whose identifiers come from the catalogue, with one value at its end. */
export function fragment(text: string): TemplateStringsArray {
  const parts = [text, ''];
  return Object.assign(parts, { raw: parts }) as unknown as TemplateStringsArray;
}

/** A statement without values. */
export function plain(text: string): TemplateStringsArray {
  const parts = [text];
  return Object.assign(parts, { raw: parts }) as unknown as TemplateStringsArray;
}

/** Every row of a table as one text, for looking for what must not be there. */
export async function dump(database: Database, table: string): Promise<string> {
  const rows = await database.rows(plain(`SELECT * FROM ${table}`));
  return rows
    .map((row) =>
      Object.values(row)
        .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : typeof value === 'object' ? JSON.stringify(value) : String(value)))
        .join('\t'),
    )
    .join('\n');
}
