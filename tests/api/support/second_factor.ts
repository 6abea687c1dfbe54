// A second factor as an authenticator app holds it, computed by somebody else's code.
import { randomBytes } from 'node:crypto';
import { authenticator } from 'otplib';
import type { Answer, Client, Json } from './client.ts';
import { keepSecret } from './evidence.ts';
import { credentialsIn, insertPerson, organizationLoginPath, type Credentials, type Registered } from './people.ts';
import type { Stack } from './stack.ts';

export const secondStepPath = '/api/auth/verify-2fa';
export const twoFactorPath = '/api/v1/auth/two-factor';
export const myTwoFactorPath = '/api/me/two-factor';

export interface WithFactor extends Registered {
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

/** The code of so many steps after the present one; waits first where the step is about to end. */
export async function codeOf(secret: string, steps = 0): Promise<string> {
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 5_000) await new Promise((resolve) => setTimeout(resolve, left + 50));
  return authenticator.clone({ epoch: Date.now() + steps * 30_000 }).generate(secret);
}

/** Six digits that are the code of no step near now. */
export async function wrongCode(secret: string): Promise<string> {
  const near = await Promise.all([-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps)));
  for (let number = 100_000; ; number += 1) if (!near.includes(String(number))) return String(number);
}

/** A person inserted by SQL with a plain base32 secret and plain backup codes, as an import leaves them. */
export async function insertWithFactor(stack: Stack): Promise<WithFactor> {
  const person = await insertPerson(stack);
  // Not kept as secrets: until their first use they stand in the table as they were imported.
  const secret = authenticator.generateSecret(20);
  const backupCodes = [1, 2, 3].map(() => randomBytes(6).toString('hex'));
  const list = stack.database.kind === 'postgres' ? `{${backupCodes.join(',')}}` : JSON.stringify(backupCodes);
  await stack.database.run`
    UPDATE users SET two_factor_enabled = ${true}, two_factor_secret = ${secret}, backup_codes = ${list} WHERE id = ${person.id}`;
  return { ...person, secret, backupCodes };
}

/** The first step of a sign-in, which must ask for the second. */
export async function begin(stack: Stack, who: Registered, path = organizationLoginPath, more: Json = {}): Promise<string> {
  const answer = await stack.client.post(path, { email: who.email, password: who.password, ...more });
  if (answer.status !== 202) throw new Error(`expected to be asked for a second factor, got ${answer.status}: ${answer.text}`);
  return keepSecret('temp', who.email, answer.json.tempToken as string);
}

export function finish(client: Client, tempToken: string, proof: { code?: string; backupCode?: string }): Promise<Answer> {
  return client.post(secondStepPath, { tempToken, ...proof });
}

export async function finished(stack: Stack, who: WithFactor, steps = 0): Promise<Credentials> {
  const answer = await finish(stack.client, await begin(stack, who), { code: await codeOf(who.secret, steps) });
  return credentialsIn(answer, who.email);
}

/** The backup codes as the database keeps them. */
export async function storedCodes(stack: Stack, id: string): Promise<string[]> {
  const { backup_codes: stored } = await stack.database.row`SELECT backup_codes FROM users WHERE id = ${id}`;
  return (typeof stored === 'string' ? JSON.parse(stored) : stored) as string[];
}
