// More sign-ins than the server can do, for a while: each gets an answer, none for nothing, and afterwards it is as before.
import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import type { Answer } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { insertPerson, loginPath, newPassword, newPerson, validatePath } from '../support/people.ts';
import { inTest, patience, settings } from '../support/settings.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

afterAll(stopStacks);

const residentKilobytes = (stack: Stack): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${stack.server!.pid}/status`, 'utf8'))![1]);

/** `sockets` sign-ins at a time, one after the other on each, for `seconds`. */
async function flood(stack: Stack, emails: string[], password: string, sockets: number, seconds: number): Promise<Answer[]> {
  const wrong = newPassword(); // one for all: the last file looks for every secret in every answer
  const answers: Answer[] = [];
  const end = Date.now() + seconds * 1000;
  const one = async (at: number): Promise<void> => {
    const client = stack.another();
    for (let n = 0; Date.now() < end; n += 1) {
      const right = n % 2 === 0;
      const answer = await client.post(loginPath, { email: emails[at % emails.length], password: right ? password : wrong });
      answers.push(answer);
      // What `Retry-After` asks for would end the flood: this client does not listen.
    }
    client.close();
  };
  await Promise.all(Array.from({ length: sockets }, (_none, at) => one(at)));
  return answers;
}

if (inTest) { // limits can be switched off there alone
  it('F-10 a flood of sign-ins: some are answered, the rest are told when to come again, and it is over when it is over', async () => {
    // One hash takes a twentieth of a second here, so that a queue of eight is full of forty at once.
    const stack = await startStack({
      GATEHOUSE_PASSWORD_HASH: 'bcrypt:9', GATEHOUSE_HASH_THREADS: '1', GATEHOUSE_HASH_QUEUE: '8', GATEHOUSE_RATE_LIMIT: 'off',
    });
    const known = await newPerson(stack);
    const password = 'Xy7kqwzvab';
    const people = await Promise.all(Array.from({ length: 10 }, () => insertPerson(stack, { cost: 9, password })));
    const emails = people.map((person) => person.email);
    await flood(stack, emails, password, 40, 2); // what is allocated once is allocated now
    const before = residentKilobytes(stack);

    const flooding = flood(stack, emails, password, 40, 6);
    const validated = [];
    for (let n = 0; n < 20; n += 1) validated.push((await stack.client.post(validatePath, { token: known.accessToken })).status);
    expect(validated, 'what hashes nothing is answered all the while').toEqual(Array(20).fill(200));
    const answers = await flooding;

    const counted: Record<number, number> = {};
    for (const answer of answers) counted[answer.status] = (counted[answer.status] ?? 0) + 1;
    expect(Object.keys(counted).sort(), JSON.stringify(counted)).toEqual(['200', '401', '503']);
    for (const answer of answers.filter((one) => one.status === 503)) {
      expectRefusal(answer, 503, 'SERVICE_UNAVAILABLE');
      expect(Number(answer.header('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(residentKilobytes(stack) - before, 'kilobytes that it grew by').toBeLessThan(32 * 1024 * (settings.sanitized ? 16 : 1)); // a sanitizer keeps what was freed, up to 256 MB

    await new Promise((resolve) => setTimeout(resolve, 1000 * patience));
    expectStatus(await stack.client.post(loginPath, { email: emails[0], password }), 200);
    // Nobody who was turned away has tried, and every answer that said something has its row.
    const tried = await stack.database.count`SELECT count(*) FROM login_attempts WHERE successful = ${false}`;
    expect(tried).toBeLessThanOrEqual((counted[401] ?? 0) + 40);
  }, 120_000 * patience);
}

it('HT-14 an address that has too many connections gets no further one, and the ones it has are served', async () => {
  const stack = await startStack({ GATEHOUSE_LIMIT_CLIENT_CONNECTIONS: '4' });
  const inside = Array.from({ length: 3 }, () => stack.another());
  for (const client of inside) expectStatus(await client.get('/health'), 200);
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => stack.another().get('/health')));
  expect(outcomes.some((one) => one.status === 'rejected'), 'some are closed').toBe(true);
  for (const client of inside) expectStatus(await client.get('/health'), 200);
});
