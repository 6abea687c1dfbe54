// Makes people: registered through the front door, or put into the database as an administrator's script would.
import { randomBytes } from 'node:crypto';
import { hash } from 'bcryptjs';
import type { Answer, Client, Json } from './client.ts';
import { keepSecret } from './evidence.ts';
import { linkIn } from './mail.ts';
import type { Stack } from './stack.ts';

export interface Registered {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly organizationId: string;
}

export interface Credentials {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly token: string;
  readonly sessionId: string;
}

export type Person = Registered & Credentials;

const run = randomBytes(3).toString('hex');
let serial = 0;

/** An address no test of this or an earlier run has used. */
export function newAddress(kind = 'person'): string {
  serial += 1;
  return `${kind}.${run}.${serial}@suite.example`;
}

/** Three kinds of characters, long enough to be looked for in logs without false alarms. */
export function newPassword(owner = ''): string {
  return keepSecret('password', owner, `Pw7${randomBytes(12).toString('hex')}`);
}

export const registerPath = '/api/v1/auth/register';
export const loginPath = '/api/v1/auth/login';
export const validatePath = '/api/v1/auth/validate';
export const logoutPath = '/api/v1/auth/logout';
export const refreshPath = '/api/v1/auth/refresh';
export const forgotPath = '/api/v1/auth/forgot-password';
export const resetPath = '/api/v1/auth/reset-password';
export const resendPath = '/api/v1/auth/resend-verification';
export const sessionsPath = '/api/v1/auth/sessions';
export const verifyPath = '/api/auth/verify-email';
export const organizationLoginPath = '/api/auth/login';
export const organizationLogoutPath = '/api/auth/logout';
export const meDataPath = '/api/v1/me/data';
export const vaultPath = '/api/v1/me/encryption-vault';

/** The whole of a 200 that hands out credentials, its secrets remembered. */
export function credentialsIn(answer: Answer, owner: string): Credentials {
  if (answer.status !== 200) throw new Error(`expected credentials, got ${answer.status}: ${answer.text}`);
  const { accessToken, refreshToken, token, sessionId } = answer.json as Json;
  keepSecret('access', owner, accessToken as string);
  keepSecret('refresh', owner, refreshToken as string);
  keepSecret('token', owner, token as string);
  return { accessToken, refreshToken, token, sessionId };
}

export async function register(stack: Stack, more: Json = {}): Promise<Registered> {
  const email = newAddress();
  const password = newPassword(email);
  const answer = await stack.client.post(registerPath, { email, password, name: 'Suite Person', ...more });
  if (answer.status !== 200) throw new Error(`register answered ${answer.status}: ${answer.text}`);
  const user = answer.json.user;
  return { id: user.id, email: more.email ?? email, password: more.password ?? password, organizationId: user.organizationId };
}

/** Opens the newest mailed link, once there are at least so many mails. */
export async function verify(stack: Stack, email: string, atLeast = 1): Promise<void> {
  const mail = await stack.mail.wait(email.trim(), atLeast);
  const link = new URL(linkIn(mail, verifyPath));
  const answer = await stack.client.get(`${link.pathname}${link.search}`);
  if (answer.status !== 302) throw new Error(`verify answered ${answer.status}: ${answer.text}`);
}

export async function login(stack: Stack, who: { email: string; password: string }, more: Json = {}, client?: Client): Promise<Credentials> {
  const answer = await (client ?? stack.client).post(loginPath, { email: who.email, password: who.password, ...more });
  return credentialsIn(answer, who.email);
}

/** Registered and verified, not signed in. */
export async function newAccount(stack: Stack, more: Json = {}): Promise<Registered> {
  const before = more.email === undefined ? 0 : await stack.mail.count(more.email);
  const person = await register(stack, more);
  await verify(stack, person.email, before + 1);
  return person;
}

/** Registered, verified, signed in. */
export async function newPerson(stack: Stack, more: Json = {}): Promise<Person> {
  const person = await newAccount(stack, more);
  return { ...person, ...(await login(stack, person)) };
}

const hashes = new Map<string, string>();

export async function bcrypt(password: string, cost = 4): Promise<string> {
  const key = `${cost}:${password}`;
  const made = hashes.get(key) ?? (await hash(password, cost));
  hashes.set(key, made);
  return made;
}

/** An organization inserted with its name alone, as outsiders do. */
export async function insertOrganization(stack: Stack, name = 'Fixture House'): Promise<string> {
  const made = await stack.database.row`INSERT INTO organizations (name) VALUES (${name}) RETURNING id`;
  return made['id'] as string;
}

/** A user row as an administrator's script inserts it; everything else is left to the defaults. */
export async function insertPerson(
  stack: Stack,
  wanted: { email?: string; password?: string; organizationId?: string; hash?: string; cost?: number } = {},
): Promise<Registered> {
  const email = wanted.email ?? newAddress('fixture');
  const password = wanted.password ?? newPassword(email);
  const organizationId = wanted.organizationId ?? (await insertOrganization(stack));
  const stored = wanted.hash ?? (await bcrypt(password, wanted.cost ?? 4));
  const made = await stack.database.row`
    INSERT INTO users (email, password_hash, role, organization_id, first_name, last_name)
    VALUES (${email}, ${stored}, 'staff', ${organizationId}, 'Test', 'User') RETURNING id`;
  return { id: made['id'] as string, email, password, organizationId };
}
