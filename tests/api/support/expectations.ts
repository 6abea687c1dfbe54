// What the suite says again and again: an error envelope, a row count that moves by exactly so much.
import { expect } from 'vitest';
import type { Answer } from './client.ts';
import type { Database } from './database.ts';
import { envelopeProblems } from './rules.ts';

/** The whole error envelope, with its status, code and (when given) its fixed text. */
export function expectRefusal(answer: Answer, status: number, code: string, error?: string | RegExp): void {
  expect(answer.status, `${answer.method} ${answer.path}: ${answer.text}`).toBe(status);
  expect(envelopeProblems(answer), answer.text).toEqual([]);
  expect(answer.json.code, answer.text).toBe(code);
  if (typeof error === 'string') expect(answer.json.error).toBe(error);
  else if (error !== undefined) expect(answer.json.error).toMatch(error);
}

export function expectStatus(answer: Answer, status: number): void {
  expect(answer.status, `${answer.method} ${answer.path}: ${answer.text}`).toBe(status);
}

/** Ledger rows of one kind about one person. */
export async function events(database: Database, userId: string, type: string): Promise<number> {
  return database.count`SELECT count(*) FROM security_events WHERE user_id = ${userId} AND event_type = ${type}`;
}

/** All ledger rows about one person, oldest first. */
export async function eventTypes(database: Database, userId: string): Promise<string[]> {
  const rows = await database.rows`SELECT event_type FROM audit_ledger WHERE user_id = ${userId} ORDER BY id`;
  return rows.map((row) => row['event_type'] as string);
}

export interface Tally {
  readonly failed: number;
  readonly throttled: number;
  readonly successful: number;
}

/** The attempts kept for an address. */
export async function attempts(database: Database, email: string): Promise<Tally> {
  const rows = await database.rows`
    SELECT successful, throttled, count(*) AS n FROM login_attempts
    WHERE lower(email) = ${email.trim().toLowerCase()} GROUP BY successful, throttled`;
  const sum = (successful: boolean, throttled?: boolean): number =>
    rows
      .filter((row) => Boolean(row['successful']) === successful && (throttled === undefined || Boolean(row['throttled']) === throttled))
      .reduce((total, row) => total + Number(row['n']), 0);
  return { failed: sum(false), throttled: sum(false, true), successful: sum(true) };
}

/** The ledger's size, for "nothing was written". */
export async function ledgerSize(database: Database): Promise<number> {
  return database.count`SELECT count(*) FROM audit_ledger`;
}
