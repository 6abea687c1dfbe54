// Two servers on one PostgreSQL: one truth, whichever node is asked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import { attempts, events, expectRefusal, expectStatus } from '../support/expectations.ts';
import {
  forgotPath, login, loginPath, logoutPath, meDataPath, newAccount, newAddress, newPassword, newPerson, refreshPath, registerPath, resetPath, sessionsPath,
  validatePath, vaultPath,
} from '../support/people.ts';
import { freePort } from '../support/server.ts';
import { onPostgres } from '../support/settings.ts';
import { startAgain, startStack, stopStacks, type Stack } from '../support/stack.ts';

if (onPostgres) {
  let one: Stack;
  let two: Stack;

  beforeAll(async () => {
    one = await startStack();
    const port = await freePort();
    // The same installation: keys, secrets and public address are shared, only the port differs.
    two = await startAgain({
      ...one.facts, port, origin: `http://127.0.0.1:${port}`, log: one.facts.log.replace('.log', '-second.log'),
      environment: { ...one.facts.environment, GATEHOUSE_LISTEN: `127.0.0.1:${port}` },
    });
  });
  afterAll(stopStacks);

  const version = async (id: string): Promise<number> => Number((await one.database.row`SELECT session_version FROM users WHERE id = ${id}`)['session_version']);

  describe('two nodes', () => {
    it('D-43 what one signs the other knows; what one ends is over on the other at once', async () => {
      for (let round = 0; round < 10; round += 1) {
        const person = await newPerson(one);
        for (const node of [one, two]) {
          expectStatus(await node.client.get(meDataPath, { bearer: person.accessToken }), 200);
          expectStatus(await node.client.post(validatePath, { token: person.token }), 200);
        }
        expectStatus(await two.client.post(logoutPath, {}, { bearer: person.accessToken }), 200);
        for (const node of [one, two]) expectRefusal(await node.client.get(meDataPath, { bearer: person.accessToken }), 401, 'SESSION_INVALID');
      }
    });

    it('M-28 failures on both count together, guesses at both at once get at most five verdicts', async () => {
      const person = await newAccount(one);
      for (let n = 0; n < 5; n += 1) expectStatus(await (n % 2 ? one : two).client.post(loginPath, { email: person.email, password: newPassword() }), 401);
      for (const node of [one, two]) expectRefusal(await node.client.post(loginPath, { email: person.email, password: person.password }), 429, 'ACCOUNT_LOCKED');
      const other = await newAccount(one);
      const answers = await barrier([one, two], 20, (client) => client.post(loginPath, { email: other.email, password: newPassword() }));
      expect(answers.filter((answer) => answer.status === 401).length).toBeLessThanOrEqual(5);
      expect((await attempts(one.database, other.email)).failed).toBe(20);
    });

    it('RT-01 fifty refreshes of one token at both: one successor, then none alive', async () => {
      for (let round = 0; round < 5; round += 1) {
        const person = await newPerson(one);
        const before = await version(person.id);
        const answers = await barrier([one, two], 50, (client) => client.post(refreshPath, { refreshToken: person.refreshToken }));
        expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
        expect(await one.database.count`SELECT count(*) FROM refresh_tokens WHERE user_id = ${person.id} AND is_revoked = ${false}`).toBe(0);
        expect(await version(person.id)).toBe(before + 1);
        expect(await events(one.database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(49);
      }
    });

    it('M-17 thirty registrations of one address at both: one person', async () => {
      const email = newAddress('nodes');
      const password = newPassword(email);
      const answers = await barrier([one, two], 30, (client) => client.post(registerPath, { email, password }));
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array<number>(29).fill(409)]);
      await one.mail.drain();
      await two.mail.drain();
      expect(await one.mail.count(email)).toBe(1);
    });

    it('M-18 twenty vault inits at both: one key', async () => {
      const person = await newPerson(one);
      const answers = await barrier([one, two], 20, (client) => client.post(`${vaultPath}/init`, {}, { bearer: person.accessToken }));
      expect(new Set(answers.map((answer) => answer.json.masterKey)).size).toBe(1);
      expect(await one.database.count`SELECT count(*) FROM encryption_vaults WHERE user_id = ${person.id}`).toBe(1);
    });

    it('OT-01 one reset link used at both: one wins', async () => {
      const person = await newAccount(one);
      await one.client.post(forgotPath, { email: person.email });
      const token = /reset-password\?token=([\w-]+)/.exec((await two.mail.wait(person.email, 1, 'Password Reset')).html)?.[1];
      const answers = await barrier([one, two], 20, (client) => client.post(resetPath, { token, newPassword: newPassword() }));
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    });

    it('D-71 three reset mails an hour, however many nodes are asked', async () => {
      const person = await newAccount(one);
      const answers = await barrier([one, two], 12, (client) => client.post(forgotPath, { email: person.email }));
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(3);
    });

    it('M-19 both publish the same keys', async () => {
      const [first, second] = await Promise.all([one, two].map(async (node) => (await node.client.get('/api/v1/auth/jwks')).json));
      expect(second).toEqual(first);
    });

    it('D-48 a session revoked through one list is gone from the other’s', async () => {
      const person = await newPerson(one);
      const other = await login(two, person);
      expectStatus(await one.client.delete(`${sessionsPath}/${other.sessionId}`, { bearer: person.accessToken }), 200);
      const listed = await two.client.get(sessionsPath, { bearer: person.accessToken });
      expect(listed.json.map((each: { id: string }) => each.id)).toEqual([person.sessionId]);
    });

    it('M-03 each queued mail is sent once, whichever node takes it', async () => {
      const emails = Array.from({ length: 40 }, () => newAddress('once'));
      await Promise.all(emails.map((email, index) => (index % 2 ? one : two).client.post(registerPath, { email, password: newPassword(email) })));
      for (const node of [one, two]) await node.mail.drain();
      for (const email of emails) expect(await one.mail.count(email), email).toBe(1);
    });

    it('OPS-14 when one node goes the other serves on', async () => {
      const person = await newPerson(one);
      await two.server?.stop();
      expectStatus(await one.client.get(meDataPath, { bearer: person.accessToken }), 200);
      await login(one, person);
    });
  });
} else {
  describe('two servers on one SQLite file', () => {
    it('D-43 the second process sees what the first wrote', async () => {
      const first = await startStack();
      const port = await freePort();
      const second = await startAgain({
        ...first.facts, port, origin: `http://127.0.0.1:${port}`, log: first.facts.log.replace('.log', '-second.log'),
        environment: { ...first.facts.environment, GATEHOUSE_LISTEN: `127.0.0.1:${port}` },
      });
      const person = await newPerson(first);
      expectStatus(await second.client.get(meDataPath, { bearer: person.accessToken }), 200);
      expectStatus(await first.client.post(logoutPath, {}, { bearer: person.accessToken }), 200);
      expectStatus(await second.client.get(meDataPath, { bearer: person.accessToken }), 401);
      await stopStacks();
    });
  });
}
