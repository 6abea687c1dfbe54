// The lockout, exactly: when it closes, for how long, on both surfaces, for known and unknown addresses alike.
import { describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer } from '../support/client.ts';
import { fromNow } from '../support/database.ts';
import { attempts, events, expectRefusal, expectStatus } from '../support/expectations.ts';
import {
  login, loginPath, newAccount, newAddress, newPassword, organizationLoginPath, type Registered,
} from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

const wrong = (email: string, path = loginPath): Promise<Answer> => client.post(path, { email, password: newPassword() });
const right = (person: Registered, path = loginPath): Promise<Answer> =>
  client.post(path, { email: person.email, password: person.password });

/** Failures as the server would have written them, so many seconds ago, oldest first. */
async function failuresAt(person: Registered, secondsAgo: readonly number[], throttled = false): Promise<void> {
  for (const ago of secondsAgo) {
    await database.run`
      INSERT INTO login_attempts (email, user_id, successful, throttled, attempted_at)
      VALUES (${person.email.toLowerCase()}, ${person.id}, ${false}, ${throttled}, ${fromNow(-ago)})`;
  }
}

describe('the two bands', () => {
  it('TC-LOGIN-007 organization surface: failures 1–5 are 401, 5–9 close with 429, from the tenth 423', async () => {
    const person = await newAccount(stack);
    for (let n = 1; n <= 5; n += 1) expectRefusal(await wrong(person.email, organizationLoginPath), 401, 'INVALID_CREDENTIALS');
    for (let n = 6; n <= 10; n += 1) {
      expectRefusal(await wrong(person.email, organizationLoginPath), 429, 'RATE_LIMITED', 'Too many failed login attempts');
    }
    expectRefusal(await right(person, organizationLoginPath), 423, 'ACCOUNT_LOCKED', 'Account locked');
    expect(await attempts(database, person.email)).toEqual({ failed: 11, throttled: 6, successful: 0 });
  });

  it('TC-LOGIN-007 account surface: 429 "Account locked" in both bands', async () => {
    const person = await newAccount(stack);
    for (let n = 1; n <= 5; n += 1) expectRefusal(await wrong(person.email), 401, 'INVALID_CREDENTIALS');
    for (let n = 6; n <= 12; n += 1) expectRefusal(await wrong(person.email), 429, 'ACCOUNT_LOCKED', 'Account locked');
    expectRefusal(await right(person), 429, 'ACCOUNT_LOCKED', 'Account locked');
  });

  it('D-1 both surfaces share one counter', async () => {
    const person = await newAccount(stack);
    for (const path of [loginPath, organizationLoginPath, loginPath, organizationLoginPath, loginPath]) {
      expectRefusal(await wrong(person.email, path), 401, 'INVALID_CREDENTIALS');
    }
    expectRefusal(await right(person, organizationLoginPath), 429, 'RATE_LIMITED', 'Too many failed login attempts');
    expectRefusal(await right(person), 429, 'ACCOUNT_LOCKED', 'Account locked');
  });

  it.each([loginPath, organizationLoginPath])('D-27 %s: an unknown address goes through the same answers', async (path) => {
    const person = await newAccount(stack);
    const unknown = newAddress('nobody');
    for (let n = 1; n <= 12; n += 1) {
      const known = await wrong(person.email, path);
      const other = await wrong(unknown, path);
      expect([other.status, other.json.code, other.json.error], `try ${n}`).toEqual([known.status, known.json.code, known.json.error]);
    }
    expect((await attempts(database, unknown)).failed).toBe(12);
  });

  it('RL-03 case and blanks make no new counter', async () => {
    const person = await newAccount(stack);
    const spellings = [person.email, person.email.toUpperCase(), ` ${person.email}`, `${person.email} `, `\t${person.email.toUpperCase()}`];
    for (const email of spellings) expectRefusal(await wrong(email), 401, 'INVALID_CREDENTIALS');
    expectRefusal(await right(person), 429, 'ACCOUNT_LOCKED');
  });
});

describe('the waiting time', () => {
  it('RL-08 remainingSeconds counts down from 30 minutes after the last evaluated failure', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 5; n += 1) await wrong(person.email);
    const first = await right(person);
    expectRefusal(first, 429, 'ACCOUNT_LOCKED');
    expect(first.json.remainingSeconds).toBeGreaterThan(1780);
    expect(first.json.remainingSeconds).toBeLessThanOrEqual(1800);
    expect(first.json.message).toMatch(/30 minutes/);
    await database.run`UPDATE login_attempts SET attempted_at = ${fromNow(-600)} WHERE email = ${person.email} AND throttled = ${false}`;
    const later = await right(person);
    expect(Math.abs(later.json.remainingSeconds - 1200)).toBeLessThanOrEqual(2);
  });

  it('D-24 refused tries extend nothing', async () => {
    const person = await newAccount(stack);
    await failuresAt(person, [1750, 1740, 1735, 1730, 1720]);
    const first = await wrong(person.email);
    expectRefusal(first, 429, 'ACCOUNT_LOCKED');
    for (let n = 0; n < 6; n += 1) await wrong(person.email);
    const last = await wrong(person.email);
    expectRefusal(last, 429, 'ACCOUNT_LOCKED');
    expect(last.json.remainingSeconds).toBeLessThanOrEqual(first.json.remainingSeconds);
    expect(Math.abs(last.json.remainingSeconds - 80)).toBeLessThanOrEqual(5);
  });

  it('D-24 when the time is over the address opens by itself', async () => {
    const person = await newAccount(stack);
    await failuresAt(person, [1810, 1808, 1806, 1804, 1802]);
    expectStatus(await right(person), 200);
  });

  it('D-24 one second before the end it is still closed, with at least one second to wait', async () => {
    const person = await newAccount(stack);
    await failuresAt(person, [1802, 1801, 1800, 1799, 1798]);
    const answer = await right(person);
    expectRefusal(answer, 429, 'ACCOUNT_LOCKED');
    expect([1, 2]).toContain(answer.json.remainingSeconds);
  });

  it('D-24 five failures spread over more than 15 minutes do not close', async () => {
    const person = await newAccount(stack);
    await failuresAt(person, [905, 600, 400, 200, 1]);
    expectStatus(await right(person), 200);
  });

  it('D-24 five failures within 15 minutes do, at the edge too', async () => {
    const person = await newAccount(stack);
    await failuresAt(person, [899, 600, 400, 200, 1]);
    expectRefusal(await right(person), 429, 'ACCOUNT_LOCKED');
  });

  it('D-24 four failures do not close, the fifth does', async () => {
    const person = await newAccount(stack);
    await failuresAt(person, [40, 30, 20, 10]);
    expectRefusal(await wrong(person.email), 401, 'INVALID_CREDENTIALS');
    expectRefusal(await right(person), 429, 'ACCOUNT_LOCKED');
  });

  it('D-24 throttled rows are no evaluated failures', async () => {
    const person = await newAccount(stack);
    await failuresAt(person, [50, 40, 30], true);
    await failuresAt(person, [20, 10, 5, 4]);
    expectStatus(await right(person), 200);
  });

  it('D-24 the count toward ten starts at the fifth newest evaluated failure', async () => {
    const person = await newAccount(stack);
    // Six older failures lie before the window's five: they do not count toward ten.
    await failuresAt(person, [5000, 4900, 4800, 4700, 4600, 4500]);
    await failuresAt(person, [50, 40, 30, 20, 10]);
    expectRefusal(await right(person, organizationLoginPath), 429, 'RATE_LIMITED', 'Too many failed login attempts');
    for (let n = 7; n <= 10; n += 1) expect((await right(person, organizationLoginPath)).status, `try ${n}`).toBe(429);
    expectRefusal(await right(person, organizationLoginPath), 423, 'ACCOUNT_LOCKED', 'Account locked');
  });
});

describe('what reopens, what does not count', () => {
  it('TC-SEC-043 three failures, then the right password: in, and the counter is clear', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 3; n += 1) await wrong(person.email);
    expectStatus(await right(person), 200);
    expect(await attempts(database, person.email)).toEqual({ failed: 0, throttled: 0, successful: 1 });
    for (let n = 0; n < 4; n += 1) await wrong(person.email);
    expectStatus(await right(person), 200);
  });

  it('D-28 malformed bodies, unverified and suspended people count for nothing', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 6; n += 1) await client.post(loginPath, { email: person.email, password: ['x'] });
    for (let n = 0; n < 6; n += 1) await client.post(loginPath, { email: person.email, password: '' });
    await database.run`UPDATE users SET email_verified = ${false} WHERE id = ${person.id}`;
    for (let n = 0; n < 6; n += 1) expectRefusal(await right(person), 403, 'EMAIL_NOT_VERIFIED');
    await database.run`UPDATE users SET email_verified = ${true}, status = 'suspended' WHERE id = ${person.id}`;
    for (let n = 0; n < 6; n += 1) expectRefusal(await right(person), 403, 'ACCOUNT_SUSPENDED');
    await database.run`UPDATE users SET status = 'active' WHERE id = ${person.id}`;
    expectStatus(await right(person), 200);
    expect((await attempts(database, person.email)).failed).toBe(0);
  });

  it('D-26 a person who is made again starts clean', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 6; n += 1) await wrong(person.email);
    await database.run`DELETE FROM users WHERE id = ${person.id}`;
    expect((await attempts(database, person.email)).failed, 'the history goes with the user').toBe(0);
    const again = await newAccount(stack, { email: person.email });
    expectStatus(await right(again), 200);
  });

  it('D-26 failures from before the registration do not count against the person', async () => {
    const email = newAddress('early');
    for (let n = 0; n < 7; n += 1) await wrong(email);
    const person = await newAccount(stack, { email });
    expectStatus(await right(person), 200);
  });

  it('D-26 a row without the person’s id counts only while nobody has the address', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 6; n += 1) {
      await database.run`INSERT INTO login_attempts (email, successful) VALUES (${person.email}, ${false})`;
    }
    expectStatus(await right(person), 200);
    const unknown = newAddress('nobody');
    for (let n = 0; n < 5; n += 1) await database.run`INSERT INTO login_attempts (email, successful) VALUES (${unknown}, ${false})`;
    expectRefusal(await wrong(unknown), 429, 'ACCOUNT_LOCKED');
  });

  it('D-86 failures of other methods are another bucket', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 6; n += 1) {
      await database.run`INSERT INTO login_attempts (email, user_id, successful, method) VALUES (${person.email}, ${person.id}, ${false}, 'totp')`;
    }
    expectStatus(await right(person), 200);
    expect((await attempts(database, person.email)).failed).toBe(6);
  });

  it('RL-06 one’s own success does not open somebody else’s address', async () => {
    const mine = await newAccount(stack);
    const victim = await newAccount(stack);
    for (let n = 0; n < 5; n += 1) {
      await wrong(victim.email);
      await login(stack, mine);
    }
    expectRefusal(await right(victim), 429, 'ACCOUNT_LOCKED');
  });

  it('RL-01 forwarded addresses and other agents make no new counter', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 5; n += 1) {
      await client.post(loginPath, { email: person.email, password: newPassword() }, {
        headers: { 'x-forwarded-for': `203.0.113.${n}`, 'x-real-ip': `203.0.113.${n}`, 'user-agent': `kube-probe/${n}` },
      });
    }
    expectRefusal(await right(person), 429, 'ACCOUNT_LOCKED');
    const addresses = await database.rows`SELECT DISTINCT ip_address FROM login_attempts WHERE user_id = ${person.id}`;
    expect(addresses).toEqual([{ ip_address: '127.0.0.1' }]);
  });
});

describe('what a refused try leaves', () => {
  it('M-21 one throttled attempt and one ACCOUNT_LOCKED row each, at once', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 5; n += 1) await wrong(person.email);
    for (let n = 1; n <= 3; n += 1) {
      await right(person);
      expect(await attempts(database, person.email)).toEqual({ failed: 5 + n, throttled: n, successful: 0 });
      expect(await events(database, person.id, 'ACCOUNT_LOCKED')).toBe(n);
    }
    expect(await events(database, person.id, 'LOGIN_FAILURE')).toBe(5);
    expect(await database.count`SELECT count(*) FROM sessions WHERE user_id = ${person.id}`).toBe(0);
  });

  it('D-25 a closed address is refused without hashing', async () => {
    const person = await newAccount(stack);
    for (let n = 0; n < 5; n += 1) await wrong(person.email);
    const answer = await client.post(loginPath, { email: person.email, password: 'a'.repeat(100_000) });
    expectRefusal(answer, 429, 'ACCOUNT_LOCKED');
  });
});

describe('exact under concurrency', () => {
  it('M-28 of twenty parallel guesses at an unknown address at most five get a verdict, twenty rows', async () => {
    const email = newAddress('nobody');
    const answers = await barrier(stack, 20, (one) => one.post(loginPath, { email, password: newPassword() }));
    const verdicts = answers.filter((answer) => answer.status === 401);
    expect(verdicts.length).toBeLessThanOrEqual(5);
    for (const answer of answers) if (answer.status !== 401) expectRefusal(answer, 429, 'ACCOUNT_LOCKED');
    expect((await attempts(database, email)).failed).toBe(20);
  });

  it('D-30 nine wrong and one right at once: either the right one came in time, or the address is closed to it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const person = await newAccount(stack);
      const answers = await barrier(stack, 10, (one, index) =>
        one.post(loginPath, { email: person.email, password: index === 5 ? person.password : newPassword() }),
      );
      const success = answers.filter((answer) => answer.status === 200);
      expect(success.length).toBeLessThanOrEqual(1);
      for (const [index, answer] of answers.entries()) {
        if (answer.status === 200) expect(index).toBe(5);
        else if (index === 5) expectRefusal(answer, 429, 'ACCOUNT_LOCKED');
        else expect([401, 429]).toContain(answer.status);
      }
      const kept = await attempts(database, person.email);
      expect(kept.successful).toBe(success.length);
      expect(await events(database, person.id, 'LOGIN_SUCCESS')).toBe(success.length);
      const failures = (await events(database, person.id, 'LOGIN_FAILURE')) + (await events(database, person.id, 'ACCOUNT_LOCKED'));
      expect(failures + success.length).toBe(10);
    }
  });
});
