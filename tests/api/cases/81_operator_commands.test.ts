// `gatehouse org …` and `gatehouse user …`: beside a running server, by the rules of the routes, each with its row.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../support/client.ts';
import { dump } from '../support/schema.ts';
import { attempts, events, expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { secretMembers } from '../support/houses.ts';
import {
  insertOrganization, insertPerson, login, loginPath, newAddress, newPassword, organizationLoginPath, refreshPath, type Registered,
} from '../support/people.ts';
import { begin, codeOf, finish, insertWithFactor, wrongCode } from '../support/second_factor.ts';
import { inherited, runBinary } from '../support/server.ts';
import { patience, settings } from '../support/settings.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

const mePath = '/api/users/me';
let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(stopStacks);

interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Nothing but the database is known to it: no key, no public address, no mail. */
async function gatehouse(words: string[], input = '', more: Record<string, string> = {}): Promise<Said> {
  const child = spawn(settings.binary, words, {
    env: { ...inherited(), GATEHOUSE_DATABASE_URL: stack.facts.databaseUrl, GATEHOUSE_PASSWORD_HASH: 'bcrypt:4', ...more },
    timeout: 20_000 * patience,
    cwd: settings.runFolder,
  });
  child.stdin.on('error', () => undefined); // it may end without having read
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [status, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, out, err };
}

/** The one document that a command prints, with nothing secret in it. */
async function told(words: string[], input = ''): Promise<Json> {
  const said = await gatehouse([...words, '--json'], input);
  expect(said, words.join(' ')).toMatchObject({ status: 0, err: '' });
  expect(said.out).not.toMatch(secretMembers);
  return JSON.parse(said.out) as Json;
}

/** Refused in one line, with nothing printed and nothing written. */
async function refused(words: string[], status: number, line: RegExp, input = ''): Promise<void> {
  const before = await ledgerSize(stack.database);
  const said = await gatehouse(words, input);
  expect(said, words.join(' ')).toMatchObject({ status, out: '' });
  expect(said.err.trimEnd().split('\n'), said.err).toHaveLength(1);
  expect(said.err).toMatch(/^gatehouse: /);
  expect(said.err).toMatch(line);
  expect(await ledgerSize(stack.database)).toBe(before);
}

async function rows(userId: string): Promise<Json[]> {
  return stack.database.rows`
    SELECT event_type, outcome, status, actor_id, organization_id, details, ip_address, correlation_id
    FROM audit_ledger WHERE user_id = ${userId} AND actor_id IS NULL AND event_type NOT LIKE 'LOGIN%' AND event_type <> 'ACCOUNT_LOCKED' ORDER BY id`;
}

const tells = (row: Json): Json => JSON.parse(row['details'] as string) as Json;

async function founded(more: string[] = []): Promise<Registered & { answer: Json }> {
  const email = newAddress('founder');
  const password = newPassword(email);
  const answer = await told(['org', 'create', '--name', 'Operated House', '--owner-email', email, '--password-stdin', ...more], `${password}\n`);
  return { id: answer.owner.id, email, password, organizationId: answer.organization.id, answer };
}

describe('gatehouse org create', () => {
  it('makes an organization with an owner who signs in at once, and writes one row for each', async () => {
    const owner = await founded(['--owner-name', 'Ann Owner']);
    expect(owner.answer.organization).toMatchObject({ name: 'Operated House', kind: 'business', ownerId: owner.id });
    expect(owner.answer.owner).toMatchObject({ email: owner.email, role: 'owner', status: 'active', emailVerified: true, organizationId: owner.organizationId });
    expectStatus(await stack.client.post(organizationLoginPath, { email: owner.email, password: owner.password }), 200);
    const signedIn = await stack.client.post(loginPath, { email: owner.email, password: owner.password });
    expectStatus(signedIn, 200);
    expect(signedIn.json.user.name).toBe('Ann Owner');
    const members = await stack.client.get(`/api/organizations/${owner.organizationId}/users`, { bearer: signedIn.json.token });
    expectStatus(members, 200);
    const made = await stack.database.rows`
      SELECT event_type, actor_id, user_id, status, ip_address, details FROM audit_ledger
      WHERE organization_id = ${owner.organizationId} AND event_type IN ('ORGANIZATION_CREATED', 'USER_CREATED') ORDER BY id`;
    expect(made.map((row) => [row['event_type'], row['actor_id'], row['user_id'], row['status'], row['ip_address']])).toEqual([
      ['ORGANIZATION_CREATED', null, null, null, null], ['USER_CREATED', null, owner.id, null, null],
    ]);
    expect(made.map(tells)).toEqual([{ by: 'operator command', wasPersonal: false }, { by: 'operator command', role: 'owner' }]);
    expect(await dump(stack.database, 'audit_ledger')).not.toContain(owner.password);
  });

  it('refuses what the routes refuse, and nothing is made', async () => {
    const email = newAddress();
    const create = (name: string, address: string): string[] => ['org', 'create', '--name', name, '--owner-email', address, '--password-stdin'];
    const password = newPassword();
    await refused(create('A', email), 2, /name must have 2 to 100 characters/, password);
    await refused(create('House', 'no address'), 2, /email/, password);
    await refused(create('House', email), 2, /password does not meet the requirements/, 'short');
    await refused(create('House', email), 2, /no password on standard input/);
    await refused(create('House', email), 2, /more than one line/, `${password}\n${password}\n`);
    await refused(create('House', email), 2, /more than any password/, 'x'.repeat(5000));
    await refused([...create('House', email), '--owner-name', 'a\nb'], 2, /--owner-name/, password);
    await refused([...create('House', email), '--password', password], 2, /--password is no flag/, password);
    await refused(['org', 'create', '--name', 'House', '--owner-email', email], 2, /--password-stdin/, password);
    await refused(['org', 'create', '--name', 'House', '--password-stdin'], 2, /--owner-email is missing/, password);
    await refused(['org', 'create', '--owner-email', email, '--password-stdin'], 2, /--name is missing/, password);
    expect(await stack.database.count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
    expect(await stack.database.count`SELECT count(*) FROM organizations WHERE name = 'House'`).toBe(0);
  });

  it('works while the server serves, and several at once', async () => {
    const person = await insertPerson(stack);
    const [made] = await Promise.all([
      Promise.all([1, 2, 3, 4].map(() => founded())),
      Promise.all([1, 2, 3, 4].map(() => login(stack, person))),
    ]);
    for (const one of made) await login(stack, one);
  });
});

describe('gatehouse org ip-rules', () => {
  it('shows the rules, and lets an organization in again that has shut itself out', async () => {
    const owner = await founded();
    const signIn = async (): Promise<number> => (await stack.client.post(organizationLoginPath, { email: owner.email, password: owner.password })).status;
    for (const network of ['127.0.0.0/8', '192.0.2.0/24', '::/0']) {
      await stack.database.run`INSERT INTO ip_rules (organization_id, action, network) VALUES (${owner.organizationId}, 'deny', ${network})`;
    }
    expect(await signIn()).toBe(403);
    const rules = await told(['org', 'ip-rules', owner.organizationId]);
    expect(rules.map((one: Json) => one.network).sort()).toEqual(['127.0.0.0/8', '192.0.2.0/24', '::/0']);
    const first = rules.find((one: Json) => one.network === '192.0.2.0/24').id as string;
    const left = await told(['org', 'ip-rules', owner.organizationId, '--remove', first]);
    expect(left.map((one: Json) => one.network).sort()).toEqual(['127.0.0.0/8', '::/0']);
    expect(await signIn()).toBe(403);
    expect(await told(['org', 'ip-rules', owner.organizationId, '--remove-all'])).toEqual([]);
    expect(await signIn()).toBe(200);
    const recorded = await stack.database.rows`
      SELECT actor_id, status, ip_address, details FROM audit_ledger WHERE organization_id = ${owner.organizationId} AND event_type = 'IP_RULE_DELETED' ORDER BY id`;
    expect(recorded.map((row) => [row['actor_id'], row['status'], row['ip_address'], tells(row)['by']])).toEqual(Array(3).fill([null, null, null, 'operator command']));
    await refused(['org', 'ip-rules', owner.organizationId, '--remove', first], 1, /no such rule/);
  });

  it('refuses what makes no sense', async () => {
    await refused(['org', 'ip-rules', 'nowhere'], 1, /no such organization/);
    await refused(['org', 'ip-rules'], 2, /name the organization/);
    await refused(['org', 'ip-rules', 'x', '--remove', 'y', '--remove-all'], 2, /exclude each other/);
  });
});

describe('lists', () => {
  it('walk through all organizations and people, page by page', async () => {
    const owner = await founded();
    const ids: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Json = await told(['org', 'list', '--limit', '1', ...(next === '' ? [] : ['--after', next])]);
      expect(page.data.length).toBeLessThanOrEqual(1);
      ids.push(...page.data.map((one: Json) => one.id as string));
      next = page.next as string | null;
    }
    expect(ids).toContain(owner.organizationId);
    expect(ids).toHaveLength(await stack.database.count`SELECT count(*) FROM organizations`);
    expect(new Set(ids).size).toBe(ids.length);

    const everybody = await told(['user', 'list', '--limit', '1000']);
    expect(everybody.next).toBeNull();
    expect(everybody.data).toHaveLength(await stack.database.count`SELECT count(*) FROM users WHERE deleted_at IS NULL`);
    expect((await told(['user', 'list', '--organization', owner.organizationId])).data.map((one: Json) => one.id)).toEqual([owner.id]);
    expect((await told(['user', 'list', '--email', owner.email.toUpperCase()])).data.map((one: Json) => one.id)).toEqual([owner.id]);
    expect(await told(['user', 'list', '--email', newAddress()])).toEqual({ data: [], next: null });
  });

  it('say without --json that there is more, and move no cursor', async () => {
    const name = 'Bell\u0007\u001b[2J House';
    const id = await insertOrganization(stack, name);
    const said = await gatehouse(['org', 'list', '--limit', '1000']);
    expect(said.out).toContain(`${id}\tBell??[2J House\tbusiness`);
    expect((await gatehouse(['org', 'list', '--limit', '1'])).out).toMatch(/there are more: --after \S+\n$/);
  });

  it('refuse what cannot be', async () => {
    await refused(['org', 'list', '--limit', '0'], 2, /--limit must be a whole number from 1 to 1000/);
    await refused(['user', 'list', '--organization', '99999'], 1, /no organization has the id 99999/);
    await refused(['user', 'list', '--email', 'a@suite.example', '--limit', '5'], 2, /--email lists everybody/);
    await refused(['user', 'list', '--organization', ''], 2, /--organization needs a value/);
  });
});

describe('gatehouse user suspend and reactivate', () => {
  it('ends a live session and its refresh token; reactivating lets the person sign in again', async () => {
    const person = await insertPerson(stack);
    const held = await login(stack, person);
    expectStatus(await stack.client.get(mePath, { bearer: held.token }), 200);
    expect(await told(['user', 'suspend', person.id])).toMatchObject({ id: person.id, status: 'suspended' });
    expectStatus(await stack.client.get(mePath, { bearer: held.token }), 401);
    expectStatus(await stack.client.post(refreshPath, { refreshToken: held.refreshToken }), 401);
    expectRefusal(await stack.client.post(loginPath, { email: person.email, password: person.password }), 403, 'ACCOUNT_SUSPENDED');
    expect(await told(['user', 'reactivate', '--email', person.email])).toMatchObject({ id: person.id, status: 'active' });
    await login(stack, person);
    expectStatus(await stack.client.get(mePath, { bearer: held.token }), 401);
    const written = await rows(person.id);
    expect(written.map((row) => [row['event_type'], row['outcome'], row['status'], row['organization_id']])).toEqual([
      ['USER_SUSPENDED', 'success', null, person.organizationId], ['USER_REACTIVATED', 'success', null, person.organizationId],
    ]);
    expect(tells(written[0])).toEqual({ by: 'operator command', oldValue: 'active', newValue: 'suspended' });
  });

  it('I-4 leaves the last active owner, also where two commands hurry', async () => {
    const owner = await founded();
    await refused(['user', 'suspend', owner.id], 1, /last active owner must stay/);
    expect(await events(stack.database, owner.id, 'USER_SUSPENDED')).toBe(0);
    await login(stack, owner);
    const second = await insertPerson(stack, { organizationId: owner.organizationId });
    await stack.database.run`UPDATE users SET role = 'owner' WHERE id = ${second.id}`;
    const said = await Promise.all([owner, second].map((one) => gatehouse(['user', 'suspend', one.id])));
    expect(said.map((one) => one.status).sort()).toEqual([0, 1]);
  });
});

describe('gatehouse user unlock', () => {
  it('M-21 lets the right password in after five failures, whatever organization they named', async () => {
    const person = await insertPerson(stack);
    const other = await insertPerson(stack, { email: person.email });
    for (let n = 0; n < 5; n += 1) {
      const organizationId = n % 2 === 0 ? person.organizationId : other.organizationId;
      expectStatus(await stack.client.post(organizationLoginPath, { email: person.email, password: newPassword(), organizationId }), 401);
    }
    const right = { email: person.email, password: person.password, organizationId: person.organizationId };
    expectStatus(await stack.client.post(organizationLoginPath, right), 429);
    await told(['user', 'unlock', '--email', person.email.toUpperCase(), '--organization', person.organizationId]);
    expect((await attempts(stack.database, person.email)).failed).toBe(0);
    expectStatus(await stack.client.post(organizationLoginPath, right), 200);
    const written = await rows(person.id);
    expect(written.map((row) => row['event_type'])).toEqual(['USER_UPDATED']);
    expect(tells(written[0])).toEqual({ by: 'operator command', changed: 'failed_attempts' });
  });

  it('opens the counters of the second factor too, and of nobody else', async () => {
    const [person, other] = await Promise.all([insertWithFactor(stack), insertWithFactor(stack)]);
    for (const who of [person, other]) {
      const wrong = await wrongCode(who.secret);
      for (let n = 0; n < 5; n += 1) expectStatus(await finish(stack.client, await begin(stack, who), { code: wrong }), 401);
      expectStatus(await finish(stack.client, await begin(stack, who), { code: await codeOf(who.secret) }), 429);
    }
    await told(['user', 'unlock', person.id]);
    expectStatus(await finish(stack.client, await begin(stack, person), { code: await codeOf(person.secret) }), 200);
    expectStatus(await finish(stack.client, await begin(stack, other), { code: await codeOf(other.secret) }), 429);
  });
});

describe('gatehouse user reset-two-factor', () => {
  it('takes secret, codes and waiting sign-ins away; the password alone signs in', async () => {
    const person = await insertWithFactor(stack);
    const waiting = await begin(stack, person);
    expect(await told(['user', 'reset-two-factor', person.id])).toMatchObject({ id: person.id, twoFactorEnabled: false });
    const kept = await stack.database.row`SELECT two_factor_enabled, two_factor_secret, backup_codes FROM users WHERE id = ${person.id}`;
    expect(Boolean(kept['two_factor_enabled'])).toBe(false);
    expect(kept['two_factor_secret']).toBeNull();
    expect([null, '[]']).toContain(Array.isArray(kept['backup_codes']) ? JSON.stringify(kept['backup_codes']) : kept['backup_codes']);
    expectStatus(await finish(stack.client, waiting, { code: await codeOf(person.secret) }), 401);
    await login(stack, person);
    expect((await rows(person.id)).map((row) => row['event_type'])).toEqual(expect.arrayContaining(['TWO_FACTOR_DISABLED']));
    expect(await events(stack.database, person.id, 'TWO_FACTOR_DISABLED')).toBe(1);
    await refused(['user', 'reset-two-factor', person.id], 1, /has no second factor/);
  });
});

describe('whom a command means', () => {
  const verbs = ['suspend', 'reactivate', 'unlock', 'reset-two-factor'];

  it('refuses an unknown id or address, and an address in several organizations with the list of them', async () => {
    const person = await insertPerson(stack);
    const other = await insertPerson(stack, { email: person.email });
    for (const verb of verbs) {
      await refused(['user', verb, '99999'], 1, /nobody has the id 99999/);
      await refused(['user', verb, "' OR 1=1 --"], 1, /nobody has the id/);
      await refused(['user', verb, '--email', newAddress()], 1, /nobody has the address/);
      await refused(['user', verb, person.id, '--organization', other.organizationId], 1, /nobody has the id .* in the organization/);
      const both = new RegExp(`in several organizations.*${person.organizationId}.*${other.organizationId}|in several organizations.*${other.organizationId}.*${person.organizationId}`);
      await refused(['user', verb, '--email', person.email], 1, both);
    }
    expect(await told(['user', 'suspend', '--email', person.email, '--organization', other.organizationId])).toMatchObject({ id: other.id });
    await login(stack, person);
  });

  it('refuses bad words with status 2', async () => {
    const person = await insertPerson(stack);
    for (const verb of verbs) {
      await refused(['user', verb], 2, /by ID or by --email/);
      await refused(['user', verb, person.id, '--email', person.email], 2, /one of both/);
      await refused(['user', verb, person.id, person.id], 2, /one id at a time/);
      await refused(['user', verb, person.id, '--force'], 2, /--force is no flag/);
      await refused(['user', verb, '--email', ''], 2, /--email needs a value/);
    }
    await refused(['user'], 2, /say list, suspend/);
    await refused(['user', 'delete', person.id], 2, /say list, suspend/);
    await refused(['org'], 2, /say `org create`/);
    await refused(['org', 'list', 'all'], 2, /no place for `all`/);
  });

  it('says how it is used', async () => {
    for (const words of [['org', '--help'], ['org', 'create', '--help'], ['user', '--help'], ['user', 'unlock', '--help']]) {
      const said = await gatehouse(words);
      expect(said).toMatchObject({ status: 0, err: '' });
      expect(said.out).toMatch(words[0] === 'org' ? /--owner-email/ : /reset-two-factor/);
    }
  });
});

describe('the database of a command', () => {
  it('is never made by looking at it, and must have the schema of this binary', async () => {
    const missing = join(settings.runFolder, 'no-such-folder', 'gatehouse.db');
    for (const url of [`sqlite:${missing}`, `sqlite:${settings.runFolder}`, 'postgresql://nobody@127.0.0.1:9/none', 'mysql://x']) {
      const said = await gatehouse(['user', 'list'], '', { GATEHOUSE_DATABASE_URL: url });
      expect(said.status, url).toBe(url.startsWith('mysql') ? 2 : 1);
      expect(said.out).toBe('');
      expect(said.err.trimEnd().split('\n'), said.err).toHaveLength(1);
    }
    expect(runBinary(['migrate', '--check'], { ...stack.facts.environment }).status).toBe(0);
  });
});
