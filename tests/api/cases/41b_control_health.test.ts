// Controls that break are noticed by themselves: readiness, metric, ledger and the console's endpoint tell, once, and tell again when it heals.
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../support/client.ts';
import { asSuperuser } from '../support/database.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, type House } from '../support/houses.ts';
import { until } from '../support/mail.ts';
import { newAddress, newPassword, registerPath } from '../support/people.ts';
import { breakView } from '../support/risk.ts';
import { freePort, runBinary, type Overrides } from '../support/server.ts';
import { onPostgres } from '../support/settings.ts';
import { startSmtp } from '../support/smtp.ts';
import { startAgain, startStack, stopStacks, type Stack } from '../support/stack.ts';

const path = '/api/compliance/controls/health';
// Each is to be noticed within 90 s at one round a minute; here a round takes a second.
const noticed = 60;
const often = { GATEHOUSE_SELF_CHECK_SECONDS: '1' };
const closing: Server[] = [];

afterAll(async () => {
  await stopStacks();
  for (const server of closing) server.close();
});

interface Side {
  readonly stack: Stack;
  readonly houses: Houses;
  readonly house: House;
}
async function side(overrides: Overrides = {}): Promise<Side> {
  const stack = await startStack({ ...often, ...overrides });
  const houses = Houses.on('closed', stack);
  return { stack, houses, house: (await houses.owned()).house };
}

const inReady = async ({ stack }: { stack: Stack }, name: string): Promise<Json | undefined> =>
  ((await stack.client.get('/ready?verbose')).json.controls as Json[]).find((one) => one.name === name);
const inMetrics = async ({ stack }: { stack: Stack }, name: string): Promise<number> =>
  Number(new RegExp(`^gatehouse_control_works\\{control="${name}"\\} (\\d)`, 'm').exec((await stack.client.get('/metrics')).text)?.[1] ?? -1);
const inLedger = async ({ stack }: { stack: Stack }, name: string): Promise<string[]> => {
  const rows = await stack.database.rows`SELECT event_type FROM audit_ledger WHERE resource = 'control' AND resource_id = ${name} AND organization_id = 'system' ORDER BY id`;
  return rows.map((row) => row['event_type'] as string);
};
const told = async (of: Side, name: string): Promise<Json> => {
  const answer = await of.stack.client.get(path, of.house.as);
  expectStatus(answer, 200);
  return (answer.json.controls as Json[]).find((one) => one.control === name)!;
};

/** The control holds, breaks within the time, is told by everything that tells, and heals. */
async function breaks(of: Side, name: string, how: () => Promise<() => Promise<void>>, options: { keepsServing?: boolean; ledgerLater?: boolean; sessionsLater?: boolean } = {}): Promise<void> {
  await until(`${name} to hold`, noticed, async () => ((await inReady(of, name))?.state === 'ok' && (await inMetrics(of, name)) === 1 ? true : undefined));
  const before = await until(`the last row about ${name} to say that it holds`, noticed, async () => {
    const rows = await inLedger(of, name);
    return rows.at(-1) === 'CONTROL_DEGRADED' ? undefined : rows.length;
  });
  const began = Date.now();
  const mend = await how();
  try {
    await until(`${name} to be seen in /ready`, noticed, async () => ((await inReady(of, name))!.state !== 'ok' ? true : undefined));
    await until(`${name} to be seen in the metric`, noticed, async () => ((await inMetrics(of, name)) === 0 ? true : undefined));
    if (options.ledgerLater !== true) {
      await until(`${name} to be seen in the ledger`, noticed, async () => ((await inLedger(of, name)).length > before ? true : undefined));
    }
    expect((Date.now() - began) / 1000).toBeLessThan(noticed);
    expect((await of.stack.client.get('/ready')).status).toBe(options.keepsServing === true ? 200 : 503);
    if (options.sessionsLater !== true) {
      const shown = await told(of, name);
      expect(shown).toMatchObject({ state: options.keepsServing === true ? 'degraded' : 'broken', since: expect.any(String), cause: expect.any(String) });
      const inside = (await inReady(of, name))!.detail as string;
      expect(inside).not.toBe('');
      expect(shown.cause, 'the inside is for operators').not.toBe(inside);
      expect(shown.cause).not.toMatch(/127\.0\.0\.1|relation|table|\.db|SELECT/);
    }
    // Some more rounds say nothing new.
    await new Promise((resolve) => setTimeout(resolve, 2500));
  } finally {
    await mend();
  }
  await until(`${name} to hold again`, noticed, async () => ((await inReady(of, name))!.state === 'ok' && (await inMetrics(of, name)) === 1 ? true : undefined));
  await until(`${name} to be told as healed`, noticed, async () => ((await inLedger(of, name)).length >= before + 2 ? true : undefined));
  expect((await inLedger(of, name)).slice(before)).toEqual(['CONTROL_DEGRADED', 'CONTROL_RECOVERED']);
  expect(await told(of, name)).toMatchObject({ state: 'operating', since: null, cause: null, lastCheckedAt: expect.any(String) });
}

const renamed = (of: Side, table: string) => async (): Promise<() => Promise<void>> => {
  const rename = (from: string, to: string): Promise<void> =>
    of.stack.database.script(`${onPostgres ? '' : 'PRAGMA legacy_alter_table = ON; '}ALTER TABLE ${onPostgres ? 'auth.' : ''}${from} RENAME TO ${to}`);
  await rename(table, `${table}_away`);
  return () => rename(`${table}_away`, table);
};

describe('each control, broken while the server runs', { timeout: 4 * noticed * 1000 }, () => {
  let of: Side;
  beforeAll(async () => {
    of = await side();
  });

  it('CH-01 lockout: failed sign-ins cannot be counted', () => breaks(of, 'lockout', renamed(of, 'login_attempts')));
  it('CH-01 ledger: rows cannot be appended; what could not be written is written later', () =>
    breaks(of, 'ledger', async () => {
      const trigger = onPostgres
        ? `CREATE FUNCTION auth.suite_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by the suite'; END $$;
           CREATE TRIGGER suite_refuse BEFORE INSERT ON auth.audit_ledger FOR EACH ROW EXECUTE FUNCTION auth.suite_refuse()`
        : "CREATE TRIGGER suite_refuse BEFORE INSERT ON audit_ledger BEGIN SELECT RAISE(ABORT, 'refused by the suite'); END";
      await of.stack.database.script(trigger);
      return () => of.stack.database.script(onPostgres ? 'DROP TRIGGER suite_refuse ON auth.audit_ledger; DROP FUNCTION auth.suite_refuse()' : 'DROP TRIGGER suite_refuse');
    }, { ledgerLater: true }));
  it('CH-01 ledger: rows no longer wait to be sealed', () =>
    breaks(of, 'ledger', async () => {
      if (onPostgres) {
        await of.stack.database.script('ALTER TABLE auth.audit_ledger DISABLE TRIGGER audit_ledger_waits');
        return () => of.stack.database.script('ALTER TABLE auth.audit_ledger ENABLE TRIGGER audit_ledger_waits');
      }
      const { sql } = await of.stack.database.row`SELECT sql FROM sqlite_master WHERE name = 'audit_ledger_waits'`;
      await of.stack.database.script('DROP TRIGGER audit_ledger_waits');
      return () => of.stack.database.script(sql as string);
    }));
  it.each(['audit_ledger', 'audit_seals', 'audit_checkpoints', 'audit_prunings'])('CH-01 ledger: the database would let %s be changed', (table) =>
    breaks(of, 'ledger', async () => {
      if (onPostgres) {
        await of.stack.database.script(`ALTER TABLE auth.${table} DISABLE TRIGGER ${table}_append_only`);
        return () => of.stack.database.script(`ALTER TABLE auth.${table} ENABLE TRIGGER ${table}_append_only`);
      }
      const { sql } = await of.stack.database.row`SELECT sql FROM sqlite_master WHERE name = ${`${table}_no_delete`}`;
      await of.stack.database.script(`DROP TRIGGER ${table}_no_delete`);
      return () => of.stack.database.script(sql as string);
    }));
  it('CH-01 ledger: what waits to be sealed is out of reach', () => breaks(of, 'ledger', renamed(of, 'audit_unsealed'), { ledgerLater: true }));
  it('CH-01 sealer: the chain cannot be written', () => breaks(of, 'ledger sealer', async () => {
    // Best while nothing waits to be sealed: the sealer itself does not come upon it then, and the canary has to.
    for (let turn = 0; turn < 100 && (await of.stack.database.count`SELECT count(*) FROM audit_unsealed`) > 0; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const mend = await renamed(of, 'audit_seals')();
    return mend;
  }, { keepsServing: true }));
  it('CH-01 scorer: the history cannot be read', () => breaks(of, 'anomaly score', () => breakView(of.stack.database, 'dropped'), { keepsServing: true }));
  it('FO-12 limiter: what is counted is not kept', () => breaks(of, 'limiter', renamed(of, 'rate_counters'), { keepsServing: true }));
  it('CH-01 vault key: what is stored was sealed under another key', () =>
    breaks(of, 'vault key', async () => {
      const { private_sealed } = await of.stack.database.row`SELECT private_sealed FROM audit_keys`;
      await of.stack.database.run`UPDATE audit_keys SET private_sealed = ${randomBytes(60)}`;
      return async () => {
        await of.stack.database.run`UPDATE audit_keys SET private_sealed = ${private_sealed as Uint8Array}`;
      };
    }));
  it('CH-01 vault key: vaults are out of reach', () => breaks(of, 'vault key', renamed(of, 'encryption_vaults')));
  it('CH-01 mail: the outbox cannot be read', () => breaks(of, 'mail', renamed(of, 'outbox'), { keepsServing: true }));
  it('CH-01 mail: no mail can be claimed', () =>
    breaks(of, 'mail', async () => {
      await of.stack.database.script(
        onPostgres ? "ALTER TABLE auth.outbox ADD CONSTRAINT suite_refuses CHECK (status <> 'sending') NOT VALID" : "CREATE TRIGGER suite_refuses BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'refused by the suite'); END",
      );
      const email = newAddress('unclaimed'); // its mail cannot come before it heals
      expectStatus(await of.stack.client.post(registerPath, { email, password: newPassword(email) }), 200);
      return () => of.stack.database.script(onPostgres ? 'ALTER TABLE auth.outbox DROP CONSTRAINT suite_refuses' : 'DROP TRIGGER suite_refuses');
    }, { keepsServing: true }));
  it('CH-01 signing keys: a stored key is another', () => breaks(of, 'signing keys', renamed(of, 'signing_keys'), { sessionsLater: true }));

  it('CH-01 canaries leave no row behind, and count for nobody', async () => {
    for (const table of ['login_attempts', 'rate_counters', 'audit_ledger']) {
      const rows = await of.stack.database.rows([`SELECT * FROM ${onPostgres ? 'auth.' : ''}${table}`] as unknown as TemplateStringsArray);
      expect(JSON.stringify(rows.filter((row) => row['resource'] !== 'control')), table).not.toContain('self-check');
    }
  });
});

describe('what takes a server of its own', () => {
  it('CH-01 mail: a server that goes away, and one that never answers', async () => {
    const port = await freePort();
    let server = await startSmtp({ port });
    const of = await side({ GATEHOUSE_MAIL: `smtp://127.0.0.1:${port}` });
    await breaks(of, 'mail', async () => {
      await server.close();
      return async () => {
        server = await startSmtp({ port });
      };
    }, { keepsServing: true });
    await server.close();
    const silent = createServer(() => undefined);
    closing.push(silent);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const blackhole = await side({ GATEHOUSE_MAIL: `smtp://127.0.0.1:${address.port}` });
    const began = Date.now();
    await until('the silent mail server to be told', 60, async () => ((await inLedger(blackhole, 'mail')).length > 0 ? true : undefined));
    expect((Date.now() - began) / 1000).toBeLessThan(60);
    expect((await inReady(blackhole, 'mail'))!.state).toBe('degraded');
  }, 180_000);

  it('FO-12 limiter: switched off in test, it says so', async () => {
    const of = await side({ GATEHOUSE_ENV: 'test', GATEHOUSE_RATE_LIMIT: 'off' });
    await until('it to be told', noticed, async () => ((await inLedger(of, 'limiter')).length === 1 ? true : undefined));
    expect((await inReady(of, 'limiter'))!.detail).toContain('rate_limit');
  });

  it('CH-01 a control that hangs is a broken one', async () => {
    const of = await side();
    const { database } = of.stack;
    if (!onPostgres) { // everybody waits for the one writer
      await breaks(of, 'lockout', async () => {
        await database.script('BEGIN IMMEDIATE');
        return () => database.script('ROLLBACK');
      }, { ledgerLater: true });
      return;
    }
    const { Client } = (await import('pg')).default;
    const holder = new Client({ connectionString: of.stack.facts.databaseUrl });
    await holder.connect();
    await breaks(of, 'lockout', async () => {
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE auth.login_attempts IN ACCESS EXCLUSIVE MODE');
      return async () => {
        await holder.query('ROLLBACK');
        await holder.end();
      };
    });
  });

  if (onPostgres) {
    it('CH-01 change feed: nothing is heard from other nodes', async () => {
      const role = `suite_${randomBytes(5).toString('hex')}`;
      const of = await side({ GATEHOUSE_ENV: 'development', GATEHOUSE_PASSWORD_HASH: 'bcrypt:4', GATEHOUSE_DATABASE_ROLE: role });
      await breaks(of, 'change feed', async () => {
        // What is connected goes on under its role; who connects anew finds none of this name.
        await asSuperuser(`ALTER ROLE ${role} RENAME TO ${role}_away`);
        await of.stack.database.run`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gatehouse feed' AND datname = current_database()`;
        return () => asSuperuser(`ALTER ROLE ${role}_away RENAME TO ${role}`);
      }, { keepsServing: true });
      await breaks(of, 'change feed', async () => {
        await of.stack.database.script('ALTER TABLE auth.ip_rules DISABLE TRIGGER ip_rules_deleted_told');
        return () => of.stack.database.script('ALTER TABLE auth.ip_rules ENABLE TRIGGER ip_rules_deleted_told');
      }, { keepsServing: true });
      await of.stack.server!.stop();
    }, 180_000);

    it('CH-01 two nodes see one break: one row when it breaks, one when it heals', async () => {
      const of = await side();
      const port = await freePort();
      const other = await startAgain({
        ...of.stack.facts, port, origin: `http://127.0.0.1:${port}`, log: of.stack.facts.log.replace('.log', '-second.log'),
        environment: { ...of.stack.facts.environment, GATEHOUSE_LISTEN: `127.0.0.1:${port}` },
      });
      const mend = await renamed(of, 'login_attempts')();
      for (const node of [of, { stack: other }]) await until('both to see it', noticed, async () => ((await inMetrics(node, 'lockout')) === 0 ? true : undefined));
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await mend();
      for (const node of [of, { stack: other }]) await until('both to see it heal', noticed, async () => ((await inMetrics(node, 'lockout')) === 1 ? true : undefined));
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(await inLedger(of, 'lockout')).toEqual(['CONTROL_DEGRADED', 'CONTROL_RECOVERED']);
    });
  }

  it('CH-01 a server that ended while a control was broken says after its start that it works again', async () => {
    const of = await side();
    const mend = await renamed(of, 'rate_counters')();
    await until('the row', noticed, async () => ((await inLedger(of, 'limiter')).length === 1 ? true : undefined));
    await of.stack.server!.kill();
    await mend();
    const again = await startAgain(of.stack.facts);
    await until('the other row', noticed, async () => ((await inLedger({ stack: again }, 'limiter')).length === 2 ? true : undefined));
    expect(await inLedger({ stack: again }, 'limiter')).toEqual(['CONTROL_DEGRADED', 'CONTROL_RECOVERED']);
    again.server!.signal('SIGTERM');
    await again.server!.exit();
    await again.close();
    await of.stack.close();
  });
});

describe('the endpoint', () => {
  it('CH-02 in order: 401, 403, 200, and without anything of the inside', async () => {
    const { stack, houses, house } = await side();
    expectStatus(await stack.client.get(path), 401);
    for (const role of ['manager', 'staff']) expectRefusal(await stack.client.get(path, (await houses.actor(house.id, role)).as), 403, 'FORBIDDEN');
    for (const role of ['admin', 'owner']) expectStatus(await stack.client.get(path, (await houses.actor(house.id, role)).as), 200);
    const { json } = await until('a first round', noticed, async () => {
      const answer = await stack.client.get(path, house.as);
      return answer.json.status === 'operating' ? answer : undefined;
    });
    const controls = (json.controls as Json[]).map((one) => one.control);
    for (const name of ['lockout', 'ledger', 'ledger sealer', 'anomaly score', 'limiter', 'mail', 'vault key', 'signing keys']) expect(controls).toContain(name);
    for (const one of json.controls as Json[]) expect(one).toMatchObject({ state: 'operating', since: null, cause: null, lastCheckedAt: expect.any(String) });
  });
});

describe('how often', () => {
  it('CH-03 every minute unless it is set to be more often, and never less', async () => {
    const { stack } = await side({ GATEHOUSE_SELF_CHECK_SECONDS: undefined });
    expect(runBinary(['config', 'print'], stack.facts.environment).output).toMatch(/self.check.seconds[^\n]*\b60\b/i);
    for (const seconds of ['0', '61', '86400', 'never']) {
      const ended = runBinary(['serve'], { ...stack.facts.environment, GATEHOUSE_SELF_CHECK_SECONDS: seconds, GATEHOUSE_LISTEN: `127.0.0.1:${await freePort()}` });
      expect([seconds, ended.status === 0]).toEqual([seconds, false]);
      expect(ended.output).toContain('SELF_CHECK_SECONDS');
    }
  });
});
