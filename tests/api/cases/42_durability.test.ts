// kill -9 under load: what was acknowledged is there afterwards, and what was ended stays ended.
import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { events, expectStatus } from '../support/expectations.ts';
import { until } from '../support/mail.ts';
import {
  credentialsIn, login, loginPath, logoutPath, meDataPath, newAccount, newAddress, newPassword, newPerson, refreshPath, registerPath, type Credentials, type Registered,
} from '../support/people.ts';
import { onPostgres, patience } from '../support/settings.ts';
import { configuration, RunningServer } from '../support/server.ts';
import { startAgain, startStack, stopStacks } from '../support/stack.ts';

afterAll(stopStacks);

describe('kill -9', () => {
  it('F-01 during 200 registrations, logins and logouts: every acknowledged one holds after the restart', async () => {
    const before = await startStack();
    const people: (Registered & Credentials)[] = [];
    for (let n = 0; n < 12; n += 1) people.push(await newPerson(before));

    const registered: { email: string; password: string; id: string }[] = [];
    const signedIn: (Credentials & { email: string })[] = [];
    const loggedOut: Credentials[] = [];
    const asked: string[] = [];
    let killed = false;

    const registering = async (): Promise<void> => {
      while (!killed && asked.length < 200) {
        const email = newAddress('load');
        const password = newPassword(email);
        asked.push(email);
        const answer = await before.client.post(registerPath, { email, password });
        if (answer.status === 200) registered.push({ email, password, id: answer.json.user.id });
      }
    };
    const signing = async (index: number): Promise<void> => {
      const person = people[index] as Registered;
      for (let n = 0; !killed && n < 60; n += 1) {
        const handed = credentialsIn(await before.client.post(loginPath, { email: person.email, password: person.password }), person.email);
        signedIn.push({ ...handed, email: person.email });
        if (n % 2 === 0) {
          const answer = await before.client.post(logoutPath, {}, { bearer: handed.accessToken });
          if (answer.status === 200) loggedOut.push(handed);
        }
      }
    };
    // Requests in flight die with the server; what they report is not an acknowledgement.
    const workers = [
      ...Array.from({ length: 8 }, () => registering().catch(() => undefined)),
      ...Array.from({ length: 12 }, (_, index) => signing(index).catch(() => undefined)),
    ];
    await until('enough load', 60, async () => (registered.length >= 60 && loggedOut.length >= 30 ? true : undefined));
    killed = true;
    await before.server?.kill();
    await Promise.all(workers);

    const after = await startAgain(before.facts);
    for (const one of registered) {
      const row = await after.database.row`SELECT id, email_verified FROM users WHERE email = ${one.email}`;
      expect(row['id']).toBe(one.id);
      expect(await events(after.database, one.id, 'REGISTER')).toBe(1);
      await after.mail.wait(one.email, 1, undefined, 90);
      await after.database.run`UPDATE users SET email_verified = ${true} WHERE id = ${one.id}`;
      await login(after, one);
    }
    for (const handed of loggedOut) {
      expectStatus(await after.client.get(meDataPath, { bearer: handed.accessToken }), 401);
      expectStatus(await after.client.post(refreshPath, { refreshToken: handed.refreshToken }), 401);
    }
    const ended = new Set(loggedOut.map((handed) => handed.sessionId));
    for (const handed of signedIn) {
      const row = await after.database.row`SELECT logged_out_at FROM sessions WHERE id = ${handed.sessionId}`;
      // A logout whose answer was lost may have happened; an acknowledged login may not be lost.
      if (ended.has(handed.sessionId)) expect(row['logged_out_at']).not.toBeNull();
    }
    // A mail that was being sent when the server died is sent again when the dead sender's claim ends.
    await after.mail.drain(90);
    for (const email of asked) {
      const rows = await after.database.count`SELECT count(*) FROM users WHERE email = ${email}`;
      expect(rows).toBeLessThanOrEqual(1);
      expect(await after.mail.count(email), `${email}: a person and a mail go together`).toBeGreaterThanOrEqual(rows);
      if (rows === 0) expect(await after.mail.count(email)).toBe(0);
    }
    const orphans = await after.database.count`SELECT count(*) FROM organizations WHERE kind = 'personal' AND id NOT IN (SELECT organization_id FROM users)`;
    expect(orphans, 'half a registration').toBe(0);
  }, 240_000 * patience);

  it('RT-03 a token rotated before the kill is a reuse after it', async () => {
    const before = await startStack();
    const person = await newPerson(before);
    const rotated = await before.client.post(refreshPath, { refreshToken: person.refreshToken });
    expectStatus(rotated, 200);
    await before.server?.kill();
    const after = await startAgain(before.facts);
    expectStatus(await after.client.get(meDataPath, { bearer: rotated.json.accessToken }), 200);
    expectStatus(await after.client.post(refreshPath, { refreshToken: person.refreshToken }), 401);
    expectStatus(await after.client.get(meDataPath, { bearer: rotated.json.accessToken }), 401);
    expect(await events(after.database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(1);
  });

  it('RL-05 four failures before the kill and one after it close the address', async () => {
    const before = await startStack();
    const person = await newAccount(before);
    for (let n = 0; n < 4; n += 1) await before.client.post(loginPath, { email: person.email, password: newPassword() });
    await before.server?.kill();
    const after = await startAgain(before.facts);
    expectStatus(await after.client.post(loginPath, { email: person.email, password: newPassword() }), 401);
    expectStatus(await after.client.post(loginPath, { email: person.email, password: person.password }), 429);
  });

  it('M-12 the vault opens to the same key after it', async () => {
    const before = await startStack();
    const person = await newPerson(before);
    const key = (await before.client.post('/api/v1/me/encryption-vault/init', {}, { bearer: person.accessToken })).json.masterKey;
    await before.server?.kill();
    const after = await startAgain(before.facts);
    const answer = await after.client.get('/api/v1/me/encryption-vault/key', { bearer: person.accessToken });
    expectStatus(answer, 200);
    expect(answer.json.masterKey).toBe(key);
  });
});

if (!onPostgres) {
  it('D-5 a shell that opens the file, reads and closes it takes nothing away from the running server', async () => {
    const before = await startStack();
    const file = before.facts.databaseUrl.slice('sqlite:'.length);
    const shell = (statement: string): string => execFileSync('sqlite3', ['-cmd', '.timeout 10000', file, statement], { encoding: 'utf8' }).trim();
    // The suite's own connection would keep the file open and hide what a lonely shell does.
    await before.database.close();
    const people: (Registered & Credentials)[] = [];
    for (let n = 0; n < 5; n += 1) {
      const email = newAddress('shell');
      const password = newPassword(email);
      const answer = await before.client.post(registerPath, { email, password });
      expectStatus(answer, 200);
      shell(`UPDATE users SET email_verified = 1 WHERE email = '${email}'`);
      const { id, organizationId } = answer.json.user;
      people.push({ id, organizationId, email, password, ...(await login(before, { email, password })) });
      expectStatus(await before.client.get('/ready'), 200);
      expect(shell(`SELECT count(*) FROM sessions WHERE user_id = '${id}'`), 'the shell sees what the server wrote').toBe('1');
      for (const person of people) expectStatus(await before.client.get(meDataPath, { bearer: person.accessToken }), 200);
    }
    await before.server?.kill();
    expect(shell('PRAGMA integrity_check')).toBe('ok');
    expect(shell(`SELECT count(*) FROM sessions`)).toBe('5');
  });
}

it('OPS-04 servers that start at once on a database never migrated agree on one schema', async () => {
  const facts = await Promise.all([0, 1, 2].map(() => configuration()));
  const url = facts[0]!.databaseUrl;
  const servers = await Promise.all(
    facts.map((each) =>
      RunningServer.start({
        ...each, databaseUrl: url,
        environment: { ...each.environment, GATEHOUSE_DATABASE_URL: url, GATEHOUSE_KEK: facts[0]!.environment['GATEHOUSE_KEK'] as string },
      }),
    ),
  );
  for (const server of servers) expect((await fetch(`${server.facts.origin}/ready`)).status).toBe(200);
  for (const server of servers) await server.stop();
});
