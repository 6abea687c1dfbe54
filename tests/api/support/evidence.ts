// Keeps on disk what a run saw and made: every answer, every secret, every breach of a rule that holds everywhere.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { settings } from './settings.ts';

export interface Seen {
  test: string;
  method: string;
  path: string;
  status: number;
  headers: string;
  body: string;
}

export interface Secret {
  kind: 'password' | 'access' | 'token' | 'refresh' | 'link' | 'master-key' | 'recovery' | 'configuration' | 'factor' | 'temp';
  owner: string;
  value: string;
}

export interface Breach {
  test: string;
  rule: string;
  what: string;
  sample: string;
}

const answers = join(settings.runFolder, 'answers.jsonl');
const secrets = join(settings.runFolder, 'secrets.jsonl');
const breaches = join(settings.runFolder, 'breaches.jsonl');
const known = new Set<string>();

export function currentTest(): string {
  return expect.getState().currentTestName ?? '(outside a test)';
}

function write(file: string, value: object): void {
  appendFileSync(file, `${JSON.stringify(value)}\n`);
}

function all<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export function saw(answer: Omit<Seen, 'test'>): void {
  write(answers, { test: currentTest(), ...answer });
}

/** Remembers a value that may appear nowhere but in the answer it was handed out in. */
export function keepSecret<T extends string>(kind: Secret['kind'], owner: string, value: T): T {
  if (value.length >= 12 && !known.has(value)) {
    known.add(value);
    write(secrets, { kind, owner, value });
  }
  return value;
}

/** `what` is the same for the same kind of breach; `sample` shows one. */
export function breach(rule: string, what: string, sample: string): void {
  write(breaches, { test: currentTest(), rule, what, sample: sample.slice(0, 500) });
}

export const allAnswers = (): Seen[] => all<Seen>(answers);
export const allSecrets = (): Secret[] => all<Secret>(secrets);
export const allBreaches = (): Breach[] => all<Breach>(breaches);
