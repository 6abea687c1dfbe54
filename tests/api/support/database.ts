// Reads and writes the server's tables behind its back, with the same statements on both databases.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import pg from 'pg';
import { settings, type DatabaseKind } from './settings.ts';

export type Value = string | number | bigint | boolean | null | Date | Uint8Array;
// A row is whatever the statement selects; each test names the columns it reads.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Row = Record<string, any>;

pg.types.setTypeParser(20, Number);
pg.types.setTypeParser(1114, (text) => new Date(`${text}Z`));

export interface Database {
  readonly kind: DatabaseKind;
  readonly url: string;
  rows(text: TemplateStringsArray, ...values: Value[]): Promise<Row[]>;
  row(text: TemplateStringsArray, ...values: Value[]): Promise<Row>;
  count(text: TemplateStringsArray, ...values: Value[]): Promise<number>;
  run(text: TemplateStringsArray, ...values: Value[]): Promise<number>;
  script(text: string): Promise<void>;
  close(): Promise<void>;
}

abstract class Common {
  abstract rows(text: TemplateStringsArray, ...values: Value[]): Promise<Row[]>;

  async row(text: TemplateStringsArray, ...values: Value[]): Promise<Row> {
    const found = await this.rows(text, ...values);
    if (found.length !== 1) throw new Error(`expected one row, found ${found.length}: ${text.join('?')}`);
    return found[0] as Row;
  }

  async count(text: TemplateStringsArray, ...values: Value[]): Promise<number> {
    return Number(Object.values(await this.row(text, ...values))[0]);
  }
}

class Postgres extends Common implements Database {
  readonly kind = 'postgres';
  private readonly pool: pg.Pool;

  constructor(readonly url: string) {
    super();
    this.pool = new pg.Pool({ connectionString: url, max: 4, idleTimeoutMillis: 1000, allowExitOnIdle: true });
    // A test may cut every connection of the database; the pool then makes new ones.
    this.pool.on('error', () => undefined);
  }

  async rows(text: TemplateStringsArray, ...values: Value[]): Promise<Row[]> {
    return (await this.pool.query(numbered(text), values.map(forPostgres))).rows as Row[];
  }

  async run(text: TemplateStringsArray, ...values: Value[]): Promise<number> {
    return (await this.pool.query(numbered(text), values.map(forPostgres))).rowCount ?? 0;
  }

  async script(text: string): Promise<void> {
    await this.pool.query(text);
  }

  async close(): Promise<void> {
    if (!this.pool.ended) await this.pool.end();
  }
}

class Sqlite extends Common implements Database {
  readonly kind = 'sqlite';
  private readonly handle: DatabaseSync;

  constructor(readonly url: string) {
    super();
    this.handle = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 10_000 });
  }

  async rows(text: TemplateStringsArray, ...values: Value[]): Promise<Row[]> {
    return this.handle.prepare(text.join('?')).all(...values.map(forSqlite)) as Row[];
  }

  async run(text: TemplateStringsArray, ...values: Value[]): Promise<number> {
    return Number(this.handle.prepare(text.join('?')).run(...values.map(forSqlite)).changes);
  }

  async script(text: string): Promise<void> {
    this.handle.exec(text);
  }

  async close(): Promise<void> {
    if (this.handle.isOpen) this.handle.close();
  }
}

function numbered(text: TemplateStringsArray): string {
  return text.reduce((sum, part, index) => `${sum}$${index}${part}`);
}

function forPostgres(value: Value): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

function forSqlite(value: Value): SQLInputValue {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value;
}

export function openDatabase(url: string): Database {
  return url.startsWith('sqlite:') ? new Sqlite(url) : new Postgres(url);
}

/** A fresh, empty database of the kind under test; `dropDatabase` takes it away again. */
export async function createDatabase(name = `gh_suite_${randomBytes(6).toString('hex')}`): Promise<string> {
  const kind: DatabaseKind = settings.database;
  if (kind === 'sqlite') return `sqlite:${join(settings.runFolder, `${name}.db`)}`;
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`${name} is no name for a database`);
  await asSuperuser(`CREATE DATABASE ${name}`);
  const url = new URL(settings.postgres);
  url.pathname = `/${name}`;
  return url.toString();
}

export async function dropDatabase(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) return; // its file lives in the run folder, which a green run removes
  await asSuperuser(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

export async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: settings.postgres });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A stored time as a Date, whichever database it came from. */
export function time(value: unknown): Date {
  const date = value instanceof Date ? value : new Date(String(value));
  if (Number.isNaN(date.getTime())) throw new Error(`not a time: ${String(value)}`);
  return date;
}

/** A stored truth value, whichever database it came from. */
export function flag(value: unknown): boolean {
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  throw new Error(`not a truth value: ${String(value)}`);
}

/** A stored JSON value, whichever database it came from. */
export function json(value: unknown): Row {
  return (typeof value === 'string' ? JSON.parse(value) : value) as Row;
}

/** Now plus so many seconds, for times written by SQL. */
export function fromNow(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}
