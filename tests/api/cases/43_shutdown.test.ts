// SIGTERM: what was accepted is finished, nothing new begins, the exit is clean.
import { connect } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { until } from '../support/mail.ts';
import { insertPerson, loginPath, newAddress, newPassword, newAccount, registerPath } from '../support/people.ts';
import { patience } from '../support/settings.ts';
import { startAgain, startStack, stopStacks, type Stack } from '../support/stack.ts';

afterAll(stopStacks);

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}

async function ended(stack: Stack): Promise<number> {
  const begun = Date.now();
  expect(await stack.server?.exit()).toBe(0);
  return (Date.now() - begun) / 1000;
}

it('OPS-14 requests in flight are answered, then it ends with 0 within 10 s', async () => {
  const stack = await startStack({ GATEHOUSE_PASSWORD_HASH: 'bcrypt:13', GATEHOUSE_HASH_THREADS: '1', GATEHOUSE_BCRYPT_ENGINE: 'libxcrypt' });
  const person = await insertPerson(stack, { cost: 13 });
  const clients = Array.from({ length: 3 }, () => stack.another());
  await Promise.all(clients.map((client) => client.get('/health')));
  const flying = clients.map((client) => client.post(loginPath, { email: person.email, password: person.password }));
  await until('one password being hashed and two that wait', 10, async () => {
    const found = /^gatehouse_password_queue_depth(?:\{[^}]*\})? (\d+)/m.exec((await stack.client.get('/metrics')).text);
    return found?.[1] === '2' ? true : undefined;
  });
  stack.server?.signal('SIGTERM');
  const answers = await Promise.all(flying);
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  expect(await ended(stack)).toBeLessThan(10 * patience);
  for (const client of clients) client.close();
});

it('OPS-14 new connections are refused, idle ones do not hold it up', async () => {
  const stack = await startStack();
  const idle = Array.from({ length: 20 }, () => connect({ port: stack.facts.port, host: '127.0.0.1' }));
  for (const socket of idle) socket.on('error', () => undefined);
  await stack.client.get('/health');
  stack.server?.signal('SIGTERM');
  await until('refused connections', 10, async () => ((await refused(stack.facts.port)) ? true : undefined));
  expect(await ended(stack)).toBeLessThan(10 * patience);
  for (const socket of idle) socket.destroy();
});

it('OPS-14 a second signal, and SIGINT, are no accident', async () => {
  const stack = await startStack();
  stack.server?.signal('SIGINT');
  stack.server?.signal('SIGTERM');
  await ended(stack);
});

it('OPS-14 after it everything acknowledged is there, and waiting mail is sent by the next start', async () => {
  const stack = await startStack();
  const person = await newAccount(stack);
  const emails = Array.from({ length: 20 }, () => newAddress('leaving'));
  const answers = await Promise.all(emails.map((email) => stack.client.post(registerPath, { email, password: newPassword(email) })));
  stack.server?.signal('SIGTERM');
  await ended(stack);
  const again = await startAgain(stack.facts);
  for (const [index, email] of emails.entries()) {
    expect(answers[index]?.status).toBe(200);
    await again.mail.wait(email, 1, undefined, 30);
  }
  expect((await again.client.post(loginPath, { email: person.email, password: person.password })).status).toBe(200);
});
