// Each control is broken on purpose while the server runs: the answer is 503, never a silent pass, and it heals.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json } from '../support/client.ts';
import { asSuperuser } from '../support/database.ts';
import { attempts, events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath } from '../support/houses.ts';
import { until } from '../support/mail.ts';
import {
  forgotPath, login, loginPath, logoutPath, meDataPath, newAccount, newAddress, newPassword, newPerson, organizationLoginPath, refreshPath, registerPath,
  resetPath, sessionsPath, validatePath, vaultPath,
} from '../support/people.ts';
import { onPostgres } from '../support/settings.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ GATEHOUSE_SELF_CHECK_SECONDS: '1' });
});
afterAll(stopStacks);

function expectUnavailable(answer: Answer): void {
  expectRefusal(answer, 503, 'SERVICE_UNAVAILABLE');
  expect(answer.headers('set-cookie')).toEqual([]);
}

/** While `broken` holds the table has another name; afterwards it is itself again, whatever happened. */
async function without(table: string, broken: () => Promise<void>): Promise<void> {
  const rename = async (from: string, to: string): Promise<void> => {
    // SQLite would rewrite the references of other tables and views along with the name.
    if (!onPostgres) await stack.database.script('PRAGMA legacy_alter_table = ON');
    await stack.database.script(`ALTER TABLE ${onPostgres ? 'auth.' : ''}${from} RENAME TO ${to}`);
  };
  await rename(table, `${table}_away`);
  try {
    await broken();
  } finally {
    await rename(`${table}_away`, table);
  }
}

/** While `broken` holds, writing into the table (these rows of it) raises. */
async function refusing(table: string, when: string, broken: () => Promise<void>): Promise<void> {
  if (onPostgres) {
    await stack.database.script(`
      CREATE FUNCTION auth.suite_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by the suite'; END $$;
      CREATE TRIGGER suite_refuse BEFORE INSERT ON auth.${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION auth.suite_refuse()`);
  } else {
    await stack.database.script(`CREATE TRIGGER suite_refuse BEFORE INSERT ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'refused by the suite'); END`);
  }
  try {
    await broken();
  } finally {
    if (onPostgres) await stack.database.script(`DROP TRIGGER suite_refuse ON auth.${table}; DROP FUNCTION auth.suite_refuse()`);
    else await stack.database.script('DROP TRIGGER suite_refuse');
  }
}

const logSince = (start: number): string => (stack.server?.log() ?? '').slice(start);
const logNow = (): number => (stack.server?.log() ?? '').length;

describe('attempts', () => {
  it('M-30i with the attempts table unreadable a right password gets 503 and an alarm, never a session', async () => {
    const person = await newAccount(stack);
    const mark = logNow();
    await without('login_attempts', async () => {
      for (const path of [loginPath, organizationLoginPath]) {
        expectUnavailable(await stack.client.post(path, { email: person.email, password: person.password }));
        expectUnavailable(await stack.client.post(path, { email: person.email, password: newPassword() }));
        expectUnavailable(await stack.client.post(path, { email: newAddress('nobody'), password: newPassword() }));
      }
      expect(logSince(mark), 'the log names the cause').toMatch(/login_attempts/);
      expect(logSince(mark)).toMatch(/"level":"error"/i);
      await until('the self-check to see it', 20, async () => {
        const ready = await stack.client.get('/ready?verbose');
        return /degraded|failing|failed|broken/i.test(ready.text) ? true : undefined;
      });
    });
    expect(await stack.database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(0);
    expect(await events(stack.database, person.id, 'LOGIN_SUCCESS')).toBe(0);
    expect(await stack.database.count`SELECT count(*) FROM audit_ledger WHERE event_type = 'CONTROL_DEGRADED'`).toBeGreaterThan(0);
    await login(stack, person);
  });

  it('M-30i attempts readable but not writable: 503, no verdict, no row of any kind', async () => {
    const person = await newAccount(stack);
    await refusing('login_attempts', 'true', async () => {
      expectUnavailable(await stack.client.post(loginPath, { email: person.email, password: newPassword() }));
      expectUnavailable(await stack.client.post(loginPath, { email: person.email, password: person.password }));
    });
    expect(await attempts(stack.database, person.email)).toEqual({ failed: 0, throttled: 0, successful: 0 });
    expect(await events(stack.database, person.id, 'LOGIN_FAILURE')).toBe(0);
    expect(await stack.database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(0);
  });
});

describe('ledger', () => {
  it('FO-09 no ledger row, no change: register, login, wrong login, logout, refresh, reset, vault', async () => {
    const person = await newPerson(stack);
    const other = await newAccount(stack);
    const email = newAddress();
    await stack.client.post(forgotPath, { email: other.email });
    const link = /reset-password\?token=([\w-]+)/.exec((await stack.mail.wait(other.email, 1, 'Password Reset')).html) as RegExpExecArray;
    const sessions = await stack.database.count`SELECT count(*) FROM sessions`;
    await refusing('audit_ledger', 'true', async () => {
      expectUnavailable(await stack.client.post(registerPath, { email, password: newPassword() }));
      expectUnavailable(await stack.client.post(loginPath, { email: other.email, password: other.password }));
      expectUnavailable(await stack.client.post(loginPath, { email: other.email, password: newPassword() }));
      expectUnavailable(await stack.client.post(logoutPath, {}, { bearer: person.accessToken }));
      expectUnavailable(await stack.client.post(refreshPath, { refreshToken: person.refreshToken }));
      expectUnavailable(await stack.client.post(resetPath, { token: link[1], newPassword: newPassword() }));
      expectUnavailable(await stack.client.post(`${vaultPath}/init`, {}, { bearer: person.accessToken }));
      expectUnavailable(await stack.client.delete(`${sessionsPath}/${person.sessionId}`, { bearer: person.accessToken }));
    });
    expect(await stack.database.count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
    expect(await stack.database.count`SELECT count(*) FROM sessions`).toBe(sessions);
    expect(await stack.database.count`SELECT count(*) FROM encryption_vaults WHERE user_id = ${person.id}`).toBe(0);
    expect((await attempts(stack.database, other.email)).failed).toBe(0);
    await stack.mail.drain();
    expect(await stack.mail.count(email)).toBe(0);
    expectStatus(await stack.client.get(meDataPath, { bearer: person.accessToken }), 200);
    expectStatus(await stack.client.post(refreshPath, { refreshToken: person.refreshToken }), 200);
    expectStatus(await stack.client.post(resetPath, { token: link[1], newPassword: newPassword() }), 200);
  });

  it('FO-09 the vault’s fetch needs its row: no key leaves without one', async () => {
    const person = await newPerson(stack);
    const init = await stack.client.post(`${vaultPath}/init`, {}, { bearer: person.accessToken });
    await refusing('audit_ledger', "new.event_type LIKE 'VAULT%'", async () => {
      const answer = await stack.client.get(`${vaultPath}/key`, { bearer: person.accessToken });
      expectUnavailable(answer);
      expect(answer.text).not.toContain(init.json.masterKey);
    });
    expectStatus(await stack.client.get(`${vaultPath}/key`, { bearer: person.accessToken }), 200);
  });
});

describe('look-ups', () => {
  it('D-54 sessions out of reach: 503, never 401 and never valid:false', async () => {
    const person = await newPerson(stack);
    await without('sessions', async () => {
      expectUnavailable(await stack.client.get(meDataPath, { bearer: person.accessToken }));
      const validated = await stack.client.post(validatePath, { token: person.accessToken });
      expectStatus(validated, 503);
      expect(validated.json.valid).not.toBe(false);
      expectUnavailable(await stack.client.post(loginPath, { email: person.email, password: person.password }));
      expectUnavailable(await stack.client.post(refreshPath, { refreshToken: person.refreshToken }));
    });
    expectStatus(await stack.client.get(meDataPath, { bearer: person.accessToken }), 200);
  });

  it('D-54 refresh tokens out of reach: 503, and the token is good afterwards', async () => {
    const person = await newPerson(stack);
    await without('refresh_tokens', async () => {
      expectUnavailable(await stack.client.post(refreshPath, { refreshToken: person.refreshToken }));
      expectUnavailable(await stack.client.post(loginPath, { email: person.email, password: person.password }));
    });
    expectStatus(await stack.client.post(refreshPath, { refreshToken: person.refreshToken }), 200);
    expect(await events(stack.database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(0);
  });

  it('M-30e vault table out of reach: 503, no 404', async () => {
    const person = await newPerson(stack);
    await without('encryption_vaults', async () => {
      expectUnavailable(await stack.client.post(`${vaultPath}/init`, {}, { bearer: person.accessToken }));
      expectUnavailable(await stack.client.get(`${vaultPath}/key`, { bearer: person.accessToken }));
    });
  });

  it('FO-02 one-time tokens out of reach: a link is not called invalid', async () => {
    await without('one_time_tokens', async () => {
      const answer = await stack.client.post(resetPath, { token: 'A'.repeat(43), newPassword: newPassword() });
      expectUnavailable(answer);
      const link = await stack.client.get('/api/auth/verify-email?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
      expectStatus(link, 503);
    });
  });

  it('FO-02 step-up challenges out of reach: nothing that needs one is done, none is asked for, and none is called wrong', async () => {
    const houses = Houses.on('closed', stack);
    const { house, owner } = await houses.owned();
    const heir = await houses.member(house.id);
    const transfer = (): Promise<Answer> => stack.client.post(`${organizationsPath}/${house.id}/transfer`, { newOwnerId: heir.id }, house.as);
    const asked = await transfer();
    expectStatus(asked, 428);
    const challengeId = asked.json.challengeId as string;
    const code = /^(\d{6})$/m.exec((await stack.mail.wait(owner.email, 1, 'confirmation code')).text)![1]!;
    await without('step_up_challenges', async () => {
      expectUnavailable(await transfer());
      expectUnavailable(await stack.client.post('/api/security/stepup', { purpose: 'data_export' }, house.as));
      for (const as of [house.as, {}]) {
        expectUnavailable(await stack.client.post('/api/security/stepup/send', { challengeId }, as));
        expectUnavailable(await stack.client.post('/api/security/stepup/verify', { challengeId, code }, as));
      }
    });
    expect((await stack.database.row`SELECT role FROM users WHERE id = ${heir.id}`)['role']).toBe('staff');
    expectStatus(await stack.client.post('/api/security/stepup/verify', { challengeId, code }, house.as), 200);
    expectStatus(await transfer(), 200);
  });

  it('FO-02 a sign-in that would need a step-up, without a place for it: 503 and no session', async () => {
    const person = await newAccount(stack);
    const from = (more: Json): Promise<Answer> => stack.client.post(loginPath, { email: person.email, password: person.password, ...more });
    expectStatus(await from({ deviceFingerprint: 'home', country: 'DE', city: 'Berlin' }), 200);
    const abroad = { deviceFingerprint: 'abroad', country: 'JP', city: 'Osaka' };
    await without('step_up_challenges', async () => expectUnavailable(await from(abroad)));
    expect(await stack.database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(1);
    expectRefusal(await from(abroad), 428, 'STEP_UP_REQUIRED');
  });

  it('FO-02 the notice of a new device cannot be queued: 503 and no session, never a sign-in that nobody is told of', async () => {
    const person = await newAccount(stack);
    const from = (device: string): Promise<Answer> => stack.client.post(loginPath, { email: person.email, password: person.password, deviceFingerprint: device });
    expectStatus(await from('home'), 200);
    await without('outbox', async () => {
      expectUnavailable(await from('away'));
      expectStatus(await from('home'), 200); // nobody is to be told of that one
    });
    expect(await stack.database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id} AND device_fingerprint = 'away'`).toBe(0);
    expectStatus(await from('away'), 200);
    await stack.mail.wait(person.email, 1, 'New sign-in');
  });

  it('FO-02 reset requests out of reach: 503, not an unlimited number of mails', async () => {
    const person = await newAccount(stack);
    await without('reset_requests', async () => {
      expectUnavailable(await stack.client.post(forgotPath, { email: person.email }));
    });
    await stack.mail.drain();
    expect((await stack.mail.list(person.email)).filter((mail) => String(mail.Subject).includes('Reset'))).toHaveLength(0);
  });

  it('FO-11 the outbox out of reach: a registration that could not mail is no registration', async () => {
    const email = newAddress();
    await without('outbox', async () => {
      expectUnavailable(await stack.client.post(registerPath, { email, password: newPassword() }));
    });
    expect(await stack.database.count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
  });

  it('A-01 the view of the scorer gone: nobody of this surface is kept out', async () => {
    const person = await newAccount(stack);
    await stack.database.script(`DROP VIEW ${onPostgres ? 'auth.' : ''}user_sessions`);
    expect(await login(stack, person)).toHaveProperty('accessToken');
  });
});

if (onPostgres) {
  describe('the whole database', () => {
    it('OPS-13 unreachable: alive but not ready, everything that needs it 503, and it heals by itself', async () => {
      const own = await startStack();
      const person = await newPerson(own);
      const name = new URL(own.facts.databaseUrl).pathname.slice(1);
      await asSuperuser(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
      await asSuperuser(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
      try {
        expectStatus(await own.client.get('/health'), 200);
        expectStatus(await own.client.get('/ready'), 503);
        expectUnavailable(await own.client.get(meDataPath, { bearer: person.accessToken }));
        expectStatus(await own.client.post(validatePath, { token: person.accessToken }), 503);
        expectUnavailable(await own.client.post(loginPath, { email: person.email, password: person.password }));
        expectUnavailable(await own.client.post(loginPath, { email: newAddress('nobody'), password: newPassword() }));
        expectUnavailable(await own.client.post(registerPath, { email: newAddress(), password: newPassword() }));
      } finally {
        await asSuperuser(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
      }
      await until('readiness', 30, async () => ((await own.client.get('/ready')).status === 200 ? true : undefined));
      expectStatus(await own.client.get(meDataPath, { bearer: person.accessToken }), 200);
      // Ready means every connection, not only the one that was asked.
      await Promise.all(Array.from({ length: 12 }, () => login(own, person)));
    });
  });
} else {
  describe('the whole database', () => {
    it('OPS-08 a writer that never ends: writes are 503 in bounded time, reads go on, and it heals', async () => {
      const person = await newPerson(stack);
      const other = await newAccount(stack);
      await stack.database.script('BEGIN IMMEDIATE');
      try {
        expectStatus(await stack.client.get(meDataPath, { bearer: person.accessToken }), 200);
        expectUnavailable(await stack.client.post(loginPath, { email: other.email, password: other.password }));
      } finally {
        await stack.database.script('ROLLBACK');
      }
      await login(stack, other);
    });
  });
}
