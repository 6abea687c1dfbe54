// What the server refuses to start with: at once, in one line that names the setting and the mend.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase, openDatabase } from '../support/database.ts';
import { expectStatus } from '../support/expectations.ts';
import { newPerson } from '../support/people.ts';
import { configuration, freePort, inherited, migrate, runBinary, type Overrides, type ServerFacts } from '../support/server.ts';
import { onPostgres, patience, settings } from '../support/settings.ts';
import { startStack, stopStacks } from '../support/stack.ts';
import { plain, tables } from '../support/schema.ts';

const databases: string[] = [];

afterAll(async () => {
  await stopStacks();
  await Promise.all(databases.map(dropDatabase));
});

let untouched: ServerFacts | undefined;

/** A configuration that would start, on a migrated database that nobody changes. */
async function sound(overrides: Overrides = {}): Promise<Record<string, string>> {
  untouched ??= await migratedFacts();
  return changed(untouched.environment, overrides);
}

/** The same on a database of its own, for tests that change it. */
async function migrated(overrides: Overrides = {}): Promise<Record<string, string>> {
  return changed((await migratedFacts()).environment, overrides);
}

async function migratedFacts(): Promise<ServerFacts> {
  const facts = await configuration();
  databases.push(facts.databaseUrl);
  migrate(facts);
  return facts;
}

function changed(base: Record<string, string>, overrides: Overrides): Record<string, string> {
  const environment = { ...base };
  for (const [name, value] of Object.entries(overrides)) {
    if (value === undefined) delete environment[name];
    else environment[name] = value;
  }
  return environment;
}

/** It ends by itself, with a status other than 0, within a second, and says why in one line. */
function expectRefusedStart(environment: Record<string, string>, names: RegExp, words = ['serve']): void {
  const ended = runBinary(words, environment, 10);
  expect(ended.status, `${JSON.stringify(words)} should refuse to start:\n${ended.output}`).not.toBeNull();
  expect(ended.status, ended.output).not.toBe(0);
  expect(ended.seconds, 'seconds until it gave up').toBeLessThan(1 * patience);
  const lines = ended.output.split('\n').filter((line) => line !== '');
  expect(lines, ended.output).toHaveLength(1);
  expect(lines[0]).toMatch(names);
}

const production: Overrides = {
  GATEHOUSE_ENV: 'production',
  GATEHOUSE_PUBLIC_URL: 'https://id.suite.example',
  GATEHOUSE_MAIL: 'smtp://127.0.0.1:9',
};

describe('refused starts', () => {
  const refused: [string, Overrides, RegExp][] = [
    ['M-30d no KEK in test', { GATEHOUSE_ENV: 'test', GATEHOUSE_KEK: undefined }, /GATEHOUSE_KEK/],
    ['M-30d no KEK in production', { ...production, GATEHOUSE_KEK: undefined }, /GATEHOUSE_KEK/],
    ['D-88 a KEK of zeroes in production', { ...production, GATEHOUSE_KEK: Buffer.alloc(32).toString('base64') }, /GATEHOUSE_KEK/],
    ['D-88 a KEK of 31 bytes', { GATEHOUSE_KEK: randomBytes(31).toString('base64') }, /GATEHOUSE_KEK/],
    ['D-88 a KEK of 33 bytes', { GATEHOUSE_KEK: randomBytes(33).toString('base64') }, /GATEHOUSE_KEK/],
    ['D-88 a KEK that is no base64', { GATEHOUSE_KEK: '*'.repeat(44) }, /GATEHOUSE_KEK/],
    ['D-2 an unknown environment', { GATEHOUSE_ENV: 'staging' }, /GATEHOUSE_ENV/],
    ['D-2 an environment in other case', { GATEHOUSE_ENV: 'Test' }, /GATEHOUSE_ENV/],
    ['D-2 an empty environment', { GATEHOUSE_ENV: '' }, /GATEHOUSE_ENV/],
    ['D-2 test on all addresses', { GATEHOUSE_ENV: 'test', GATEHOUSE_LISTEN: '0.0.0.0:8099' }, /GATEHOUSE_LISTEN/],
    ['D-2 test on a private address', { GATEHOUSE_ENV: 'test', GATEHOUSE_LISTEN: '10.1.2.3:8099' }, /GATEHOUSE_LISTEN/],
    ['D-2 test on all IPv6 addresses', { GATEHOUSE_ENV: 'test', GATEHOUSE_LISTEN: '[::]:8099' }, /GATEHOUSE_LISTEN/],
    ['D-2 open provisioning in development', { GATEHOUSE_ENV: 'development', GATEHOUSE_PROVISIONING: 'open' }, /GATEHOUSE_PROVISIONING/],
    ['D-2 open provisioning in production', { ...production, GATEHOUSE_PROVISIONING: 'open' }, /GATEHOUSE_PROVISIONING/],
    ['D-2 readable reset tokens in development', { GATEHOUSE_ENV: 'development', GATEHOUSE_RESET_TOKEN_STORAGE: 'column' }, /GATEHOUSE_RESET_TOKEN_STORAGE/],
    ['D-2 readable reset tokens in production', { ...production, GATEHOUSE_RESET_TOKEN_STORAGE: 'column' }, /GATEHOUSE_RESET_TOKEN_STORAGE/],
    ['D-2 no limits in development', { GATEHOUSE_ENV: 'development', GATEHOUSE_RATE_LIMIT: 'off' }, /GATEHOUSE_RATE_LIMIT/],
    ['D-2 no limits in production', { ...production, GATEHOUSE_RATE_LIMIT: 'off' }, /GATEHOUSE_RATE_LIMIT/],
    ['D-2 captured mail in production', { ...production, GATEHOUSE_MAIL: 'capture' }, /GATEHOUSE_MAIL/],
    ['D-75 a public address without TLS in production', { ...production, GATEHOUSE_PUBLIC_URL: 'http://id.suite.example' }, /GATEHOUSE_PUBLIC_URL/],
    ['D-75 no public address in production', { ...production, GATEHOUSE_PUBLIC_URL: undefined }, /GATEHOUSE_PUBLIC_URL/],
    ['D-44 a short JWT_SECRET in production', { ...production, JWT_SECRET: 'x'.repeat(31) }, /JWT_SECRET/],
    ['D-44 a short JWT_SECRET in development', { GATEHOUSE_ENV: 'development', JWT_SECRET: 'short' }, /JWT_SECRET/],
    ['D-3 an unknown variable', { GATEHOUSE_RATE_LIMITS: 'on' }, /GATEHOUSE_RATE_LIMITS/],
    ['D-3 a misspelt one', { GATEHOUSE_KEKK: 'x' }, /GATEHOUSE_KEKK/],
    ['D-3 a listen address without a port', { GATEHOUSE_LISTEN: '127.0.0.1' }, /GATEHOUSE_LISTEN/],
    ['D-3 a port past 65535', { GATEHOUSE_LISTEN: '127.0.0.1:70000' }, /GATEHOUSE_LISTEN/],
    ['D-3 an unknown database', { GATEHOUSE_DATABASE_URL: 'mysql://x' }, /GATEHOUSE_DATABASE_URL/],
    ['D-3 an unknown mail transport', { GATEHOUSE_MAIL: 'pigeon' }, /GATEHOUSE_MAIL/],
    ['D-3 a mail transport without a host', { GATEHOUSE_MAIL: 'smtp://' }, /GATEHOUSE_MAIL/],
    ['D-3 an unknown hash', { GATEHOUSE_PASSWORD_HASH: 'md5' }, /GATEHOUSE_PASSWORD_HASH/],
    ['D-3 a bcrypt cost of 3', { GATEHOUSE_PASSWORD_HASH: 'bcrypt:3' }, /GATEHOUSE_PASSWORD_HASH/],
    ['D-3 a bcrypt cost of 99', { GATEHOUSE_PASSWORD_HASH: 'bcrypt:99' }, /GATEHOUSE_PASSWORD_HASH/],
    ['D-3 an unknown bcrypt engine', { GATEHOUSE_BCRYPT_ENGINE: 'fast' }, /GATEHOUSE_BCRYPT_ENGINE/],
    ['D-3 a number that is none', { GATEHOUSE_SESSIONS_MAX_ACTIVE_PER_USER: 'many' }, /GATEHOUSE_SESSIONS_MAX_ACTIVE_PER_USER/],
    ['D-3 a negative number', { GATEHOUSE_HASH_QUEUE: '-1' }, /GATEHOUSE_HASH_QUEUE/],
    ['D-3 a number with a tail', { GATEHOUSE_LIMIT_CLIENT_REGISTER: '10x' }, /GATEHOUSE_LIMIT_CLIENT_REGISTER/],
    ['D-3 a certificate without its key', { GATEHOUSE_TLS_CERT: '/nowhere.pem' }, /GATEHOUSE_TLS_(KEY|CERT)/],
    ['D-3 a certificate that is not there', { GATEHOUSE_TLS_CERT: '/nowhere.pem', GATEHOUSE_TLS_KEY: '/nowhere.key' }, /GATEHOUSE_TLS_CERT|nowhere\.pem/],
    ['D-3 an unknown log level', { GATEHOUSE_LOG_LEVEL: 'loud' }, /GATEHOUSE_LOG_LEVEL/],
    ['D-3 a configuration file that is not there', { GATEHOUSE_CONFIG: '/nowhere.toml' }, /nowhere\.toml/],
    ['D-3 a retry window that is no number', { GATEHOUSE_REFRESH_RETRY_WINDOW: 'soon' }, /GATEHOUSE_REFRESH_RETRY_WINDOW/],
    ['D-3 a proxy that is no address', { GATEHOUSE_TRUSTED_PROXIES: 'nonsense' }, /GATEHOUSE_TRUSTED_PROXIES/],
  ];
  it.each(refused)('%s', async (_what, overrides, names) => {
    expectRefusedStart(await sound(overrides), names);
  });

  it('D-3 an unknown flag, an unknown command', async () => {
    const environment = await sound();
    expectRefusedStart(environment, /--nonsense/, ['serve', '--nonsense=1']);
    expectRefusedStart(environment, /nonsense/, ['nonsense']);
  });

  it('D-3 an unknown key, a bad value and a broken line of the file', async () => {
    const environment = await sound();
    for (const [text, names] of [
      ['nonsense = "x"\n', /nonsense/], ['[limit]\nclient_registre = 5\n', /client_registre/], ['hash_queue = "x"\n', /hash_queue/], ['listen = \n', /line 1/],
      ['hash_queue = 1.5\n', /hash_queue/],
    ] as const) {
      const file = join(settings.runFolder, `${randomBytes(4).toString('hex')}.toml`);
      writeFileSync(file, text);
      expectRefusedStart(environment, names, ['serve', '--config', file]);
    }
  });

  it('D-3 a port that is taken', async () => {
    const stack = await startStack();
    const environment = await sound({ GATEHOUSE_LISTEN: `127.0.0.1:${stack.facts.port}` });
    expectRefusedStart(environment, new RegExp(`${stack.facts.port}`));
  });


  it('OPS-04 a newer schema, an altered migration', async () => {
    const environment = await migrated();
    const database = openDatabase(environment['GATEHOUSE_DATABASE_URL'] as string);
    await database.script("UPDATE schema_migrations SET checksum = 'altered' WHERE version = (SELECT max(version) FROM schema_migrations)");
    expectRefusedStart(environment, /migration|schema/i);
    const other = await migrated();
    const newer = openDatabase(other['GATEHOUSE_DATABASE_URL'] as string);
    await newer.script("INSERT INTO schema_migrations (version, checksum, applied_at) SELECT max(version) + 1, 'x', max(applied_at) FROM schema_migrations");
    expectRefusedStart(other, /newer|schema/i);
    await database.close();
    await newer.close();
  });

  it('M-30e without the vault tables there is no start', async () => {
    const environment = await migrated();
    const database = openDatabase(environment['GATEHOUSE_DATABASE_URL'] as string);
    await database.script('DROP TABLE encryption_vaults');
    await database.close();
    expectRefusedStart(environment, /encryption_vaults/);
  });

  let lacking: Record<string, string> | undefined;

  it.each(['users', 'sessions', 'refresh_tokens', 'login_attempts', 'one_time_tokens', 'outbox', 'audit_ledger', 'signing_keys'])(
    'OPS-04 without the table %s there is no start', async (table) => {
      lacking ??= await migrated();
      const database = openDatabase(lacking['GATEHOUSE_DATABASE_URL'] as string);
      // On SQLite the references of others are not to follow the new name.
      if (!onPostgres) await database.script('PRAGMA legacy_alter_table = ON; PRAGMA foreign_keys = OFF');
      await database.script(`ALTER TABLE ${table} RENAME TO away`);
      expectRefusedStart(lacking, new RegExp(table));
      await database.script(`ALTER TABLE away RENAME TO ${table}`);
      await database.close();
    },
  );

  it('KEY-01 another KEK than the one the keys were sealed with', async () => {
    const stack = await startStack();
    await newPerson(stack);
    expectRefusedStart({ ...stack.facts.environment, GATEHOUSE_KEK: randomBytes(32).toString('base64'), GATEHOUSE_LISTEN: `127.0.0.1:${await freePort()}` }, /KEK/);
  });

  it('OPS-04 a database out of reach', async () => {
    const environment = await sound({
      GATEHOUSE_DATABASE_URL: onPostgres ? `postgresql://gatehouse@127.0.0.1:${await freePort()}/x` : `sqlite:${settings.binary}/below/a/file.db`,
    });
    const ended = runBinary(['serve'], environment, 30);
    expect(ended.status).not.toBe(0);
    expect(ended.status).not.toBeNull();
    expect(ended.output).not.toBe('');
  });

  it('FO-07 a refusal never shows the secret that was set', async () => {
    const secret = randomBytes(20).toString('hex');
    for (const overrides of [{ GATEHOUSE_KEK: secret }, { GATEHOUSE_ENV: 'development', JWT_SECRET: secret.slice(0, 20) }, { GATEHOUSE_MAIL: `pigeon://user:${secret}@x` }]) {
      expect(runBinary(['serve'], await sound(overrides), 10).output).not.toContain(secret.slice(0, 20));
    }
  });
});

describe('what is accepted', () => {
  it('D-3 every knob by its name: environment, flag and file, in this order of precedence', async () => {
    const file = join(settings.runFolder, `${randomBytes(4).toString('hex')}.toml`);
    writeFileSync(file, 'hash_queue = 33\nhash_threads = 3\npassword_hash = "bcrypt:6"\n[limit]\nclient_register = 44\n');
    const environment = { ...(await sound()), GATEHOUSE_CONFIG: file, GATEHOUSE_HASH_THREADS: '2' };
    delete (environment as Record<string, string | undefined>)['GATEHOUSE_PASSWORD_HASH'];
    delete (environment as Record<string, string | undefined>)['GATEHOUSE_LIMIT_CLIENT_REGISTER'];
    const printed = runBinary(['config', 'print', '--hash-queue=55', '--password-hash', 'bcrypt:5'], environment).output;
    expect(printed).toMatch(/hash_queue\s*=\s*"?55/);
    expect(printed).toMatch(/hash_threads\s*=\s*"?2/);
    expect(printed).toMatch(/password_hash\s*=\s*"?bcrypt:5/);
    expect(printed).toMatch(/client_register\s*=\s*"?44/);
  });

  it('D-3 the names that are promised are known', async () => {
    const known = runBinary(['config', 'print'], await sound()).output;
    const promised = [
      'env', 'listen', 'database_url', 'public_url', 'mail', 'kek', 'provisioning', 'reset_token_storage', 'rate_limit', 'sessions_max_active_per_user',
      'operator_listen', 'database_role', 'limit_client_credential', 'limit_client_register', 'limit_client_anonymous', 'tls_cert', 'tls_key', 'hash_threads',
      'hash_queue', 'key_dir', 'log_level', 'refresh_retry_window', 'password_hash', 'trusted_proxies', 'jwt_secret', 'bcrypt_engine', 'connections', 'limit_client_connections',
    ];
    expect(promised.filter((name) => !new RegExp(`^\\s*${name}\\b`, 'm').test(known)), 'names that the server does not know').toEqual([]);
  });

  it('FO-07 config print hides every secret', async () => {
    const environment = await sound({ GATEHOUSE_MAIL: 'smtp://user:hidden-mail-word@127.0.0.1:25' });
    const ended = runBinary(['config', 'print'], environment);
    expect(ended.status).toBe(0);
    expect(ended.output).not.toContain(environment['GATEHOUSE_KEK']);
    expect(ended.output).not.toContain(environment['JWT_SECRET']);
    expect(ended.output).not.toContain('hidden-mail-word');
  });

  it('D-3 every command explains itself', () => {
    for (const words of [['--help'], ['serve', '--help'], ['migrate', '--help'], ['version', '--help'], ['config', 'print', '--help']]) {
      const ended = runBinary(words, inherited());
      expect(ended.status, words.join(' ')).toBe(0);
      expect(ended.output).toMatch(/gatehouse/);
    }
    expect(runBinary(['version'], inherited()).output).toMatch(/\d+\.\d+/);
  });

  it('OPS-04 migrate says what it would do, does it once, and twice changes nothing', async () => {
    const facts = await configuration();
    databases.push(facts.databaseUrl);
    expect(runBinary(['migrate', '--check'], facts.environment).status, 'before').not.toBe(0);
    expect(runBinary(['migrate'], facts.environment).status).toBe(0);
    const database = openDatabase(facts.databaseUrl);
    const first = await database.rows`SELECT * FROM schema_migrations ORDER BY version`;
    expect(runBinary(['migrate', '--check'], facts.environment).status, 'after').toBe(0);
    expect(runBinary(['migrate'], facts.environment).status).toBe(0);
    expect(await database.rows`SELECT * FROM schema_migrations ORDER BY version`).toEqual(first);
    expect(await tables(database)).toContain('audit_ledger');
    await database.close();
  });

  it('OPS-04 several nodes may migrate at once', async () => {
    const facts = await configuration();
    databases.push(facts.databaseUrl);
    const { spawn } = await import('node:child_process');
    const statuses = await Promise.all(
      Array.from({ length: 4 }, () => new Promise((resolve) => spawn(settings.binary, ['migrate'], { env: facts.environment, stdio: 'ignore' }).on('exit', resolve))),
    );
    expect(statuses).toEqual([0, 0, 0, 0]);
    const database = openDatabase(facts.databaseUrl);
    const versions = await database.rows(plain('SELECT version, count(*) AS n FROM schema_migrations GROUP BY version HAVING count(*) > 1'));
    expect(versions).toEqual([]);
    await database.close();
  });

  it('D-88 development makes a KEK of its own, keeps it, and lets nobody else read it', async () => {
    const folder = join(settings.runFolder, `keys-${randomBytes(4).toString('hex')}`);
    mkdirSync(folder);
    const overrides = { GATEHOUSE_ENV: 'development', GATEHOUSE_KEK: undefined, JWT_SECRET: undefined, GATEHOUSE_KEY_DIR: folder };
    const stack = await startStack(overrides);
    await newPerson(stack);
    const { readdirSync } = await import('node:fs');
    const kept = readdirSync(folder);
    expect(kept.length).toBeGreaterThan(0);
    for (const name of kept) expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
    const before = kept.map((name) => readFileSync(join(folder, name)).toString('hex'));
    const again = await startStack({ ...overrides, GATEHOUSE_DATABASE_URL: stack.facts.databaseUrl });
    expect(readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('hex'))).toEqual(before);
    await newPerson(again);
  });

  it('FO-07 two fresh installations share no key', async () => {
    const url = await createDatabase();
    const one = await startStack({ GATEHOUSE_DATABASE_URL: url });
    const two = await startStack();
    const key = async (stack: typeof one) => (await stack.client.get('/api/v1/auth/jwks')).json.keys[0];
    expect((await key(one)).x).not.toBe((await key(two)).x);
    expect((await key(one)).kid).not.toBe((await key(two)).kid);
  });

  it('D-44 without JWT_SECRET the session token is signed like the access token', async () => {
    const stack = await startStack({ JWT_SECRET: undefined });
    const person = await newPerson(stack);
    const { decodeProtectedHeader } = await import('jose');
    expect(decodeProtectedHeader(person.token)).toMatchObject({ alg: 'EdDSA' });
    expectStatus(await stack.client.get('/api/v1/me/data', { bearer: person.token }), 200);
  });

  it('D-36 rate_limit=off (test) refuses nothing by count and still records', async () => {
    const stack = await startStack({ GATEHOUSE_ENV: 'test', GATEHOUSE_RATE_LIMIT: 'off' });
    const person = await newPerson(stack);
    for (let n = 0; n < 8; n += 1) expectStatus(await stack.client.post('/api/v1/auth/login', { email: person.email, password: 'wrong-Password1' }), 401);
    expect(await stack.database.count`SELECT count(*) FROM login_attempts WHERE email = ${person.email} AND successful = ${false}`).toBe(8);
    expectStatus(await stack.client.post('/api/v1/auth/login', { email: person.email, password: person.password }), 200);
    for (let n = 0; n < 5; n += 1) expectStatus(await stack.client.post('/api/v1/auth/forgot-password', { email: person.email }), 200);
  });

  it('D-72 reset_token_storage=column (test) shows the usable token, and a throttled request a decoy', async () => {
    const stack = await startStack({ GATEHOUSE_ENV: 'test', GATEHOUSE_RESET_TOKEN_STORAGE: 'column' });
    const person = await newPerson(stack);
    const shown = async (): Promise<string> => (await stack.database.row`SELECT reset_token FROM users WHERE id = ${person.id}`)['reset_token'] as string;
    const seen = new Set<string>();
    const mailed: string[] = [];
    for (let n = 1; n <= 10; n += 1) {
      expectStatus(await stack.client.post('/api/v1/auth/forgot-password', { email: person.email }), n <= 3 ? 200 : 429);
      seen.add(await shown());
      if (n <= 3) mailed.push(await shown());
    }
    expect(seen.size).toBe(10);
    const decoy = await shown();
    expectStatus(await stack.client.post('/api/v1/auth/reset-password', { token: decoy, newPassword: 'Xy7decoyword' }), 400);
    expectStatus(await stack.client.post('/api/v1/auth/reset-password', { token: mailed[0], newPassword: 'Xy7mailedword' }), 200);
  });
});
