// What the suite is told from outside: the binary, the database, the environment it tests.
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export type DatabaseKind = 'sqlite' | 'postgres';
export type Environment = 'test' | 'development';

export interface Settings {
  readonly binary: string;
  readonly database: DatabaseKind;
  readonly environment: Environment;
  readonly postgres: string;
  readonly sanitized: boolean;
  readonly runFolder: string;
  readonly report: string;
  readonly keepStack: boolean;
  readonly repository: string;
}

function oneOf<T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
  const value = process.env[name] ?? fallback;
  if (!allowed.includes(value as T)) throw new Error(`${name}=${value}: must be one of ${allowed.join(', ')}`);
  return value as T;
}

function read(): Settings {
  const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
  const database = oneOf<DatabaseKind>('DATABASE', 'sqlite', ['sqlite', 'postgres']);
  const environment = oneOf<Environment>('SUITE_ENV', 'test', ['test', 'development']);
  const postgres = process.env['GATEHOUSE_TEST_POSTGRES'] ?? '';
  if (database === 'postgres' && postgres === '') {
    throw new Error('GATEHOUSE_TEST_POSTGRES must name a superuser connection, postgresql://user@host:port/postgres');
  }
  // Workers inherit the folder from the process that read the settings first.
  const runFolder =
    process.env['GATEHOUSE_TEST_RUN_FOLDER'] ??
    join(repository, 'build', 'api-runs', `${database}-${environment}-${process.pid}`);
  process.env['GATEHOUSE_TEST_RUN_FOLDER'] = runFolder;
  mkdirSync(runFolder, { recursive: true });
  return {
    binary: resolve(repository, process.env['GATEHOUSE_BINARY'] ?? 'build/release/gatehouse'),
    database,
    environment,
    postgres,
    sanitized: process.env['GATEHOUSE_TEST_SANITIZED'] === '1',
    runFolder,
    report: process.env['GATEHOUSE_TEST_REPORT'] ?? join(runFolder, 'report.json'),
    keepStack: process.env['KEEP_STACK'] === '1',
    repository,
  };
}

export const settings = read();

export const inTest = settings.environment === 'test';
export const onPostgres = settings.database === 'postgres';

/** Waits are longer where the binary carries a sanitizer; expectations stay the same. */
export const patience = settings.sanitized ? 6 : 1;
