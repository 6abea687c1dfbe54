// Mail over SMTP to a real server: with and without authentication, with STARTTLS, with wrong credentials, after an outage.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { expectStatus } from '../support/expectations.ts';
import { until } from '../support/mail.ts';
import { forgotPath, newAddress, newPassword, registerPath, verifyPath } from '../support/people.ts';
import { freePort } from '../support/server.ts';
import { patience, settings } from '../support/settings.ts';
import { readMessage, startSmtp, type Delivered, type SmtpRun, type SmtpWishes } from '../support/smtp.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

const running: SmtpRun[] = [];

async function smtp(wishes: SmtpWishes = {}): Promise<SmtpRun> {
  const server = await startSmtp(wishes);
  running.push(server);
  return server;
}

// Two scenarios wait for the sender to try again; they run beside the other tests and are looked at in the end.
let outage: Promise<number>;
let temporary: Promise<Delivered>;

beforeAll(() => {
  outage = afterAnOutage();
  temporary = afterATemporaryRefusal();
  for (const each of [outage, temporary]) each.catch(() => undefined);
});
afterAll(async () => {
  await Promise.allSettled([outage, temporary]);
  await stopStacks();
  for (const server of running) await server.close();
});

/** Nobody listens, then somebody does: how often the mail arrived. */
async function afterAnOutage(): Promise<number> {
  const port = await freePort();
  const stack = await startStack({ GATEHOUSE_MAIL: `smtp://127.0.0.1:${port}` });
  const email = await registered(stack);
  await until('the failed try', 30, async () => {
    const found = await stack.database.row`SELECT attempts FROM outbox WHERE recipient = ${email}`;
    return Number(found['attempts']) > 0 ? true : undefined;
  });
  const server = await smtp({ port });
  await arrived(server, email, 60);
  await stack.mail.drain();
  return server.delivered.filter((one) => one.to.includes(email)).length;
}

async function afterATemporaryRefusal(): Promise<Delivered> {
  const server = await smtp({ failFirst: 1 });
  const stack = await startStack({ GATEHOUSE_MAIL: `smtp://127.0.0.1:${server.port}` });
  return arrived(server, await registered(stack), 60);
}

async function registered(stack: Stack): Promise<string> {
  const email = newAddress('smtp');
  expectStatus(await stack.client.post(registerPath, { email, password: newPassword() }), 200);
  return email;
}

const arrived = (server: SmtpRun, email: string, seconds = 20): Promise<Delivered> =>
  until(`mail to ${email}`, seconds, async () => server.delivered.find((one) => one.to.includes(email)));

describe('delivery', () => {
  it('M-30h without authentication: the link arrives and works', async () => {
    const server = await smtp();
    const stack = await startStack({ GATEHOUSE_MAIL: `smtp://127.0.0.1:${server.port}` });
    const email = await registered(stack);
    const mail = await arrived(server, email);
    expect(mail.to).toEqual([email]);
    const { headers, body } = readMessage(mail.text);
    expect(headers['to']).toHaveLength(1);
    expect(headers['subject']).toEqual(['Verify your e-mail address']);
    expect(headers['from']).toHaveLength(1);
    expect(headers['date']).toHaveLength(1);
    expect(headers['message-id']?.[0]).toMatch(/^<[^<>\s]+@[^<>\s]+>$/);
    expect(headers['mime-version']).toEqual(['1.0']);
    expect(headers['content-type']?.[0]).toMatch(/^multipart\/alternative/);
    expect(mail.text).toMatch(/^Content-Type: text\/plain; charset=utf-8/im);
    expect(mail.text).toMatch(/^Content-Type: text\/html; charset=utf-8/im);
    expect(mail.text.split('\r\n').every((line) => line.length <= 998)).toBe(true);
    const token = /verify-email\?token=([\w-]+)/.exec(body)?.[1];
    const opened = await stack.client.get(`${verifyPath}?token=${token}`);
    expect(opened.header('location')).toMatch(/verified=1/);
    const row = await stack.database.row`SELECT status, payload_sealed, sent_at FROM outbox WHERE recipient = ${email}`;
    expect(row['status']).toBe('sent');
    expect(row['payload_sealed'], 'the link is wiped after sending').toBeNull();
    expect(row['sent_at']).not.toBeNull();
  });

  it('M-30h with authentication', async () => {
    const server = await smtp({ user: 'gate', password: 'pass:w@rd/1' });
    const stack = await startStack({ GATEHOUSE_MAIL: `smtp://gate:${encodeURIComponent('pass:w@rd/1')}@127.0.0.1:${server.port}` });
    const mail = await arrived(server, await registered(stack));
    expect(mail.user).toBe('gate');
  });

  it('M-30h STARTTLS is used where it is offered, to loopback whoever the certificate is from', async () => {
    const server = await smtp({ user: 'gate', password: 'secret-word-7', tls: makeCertificate() });
    const stack = await startStack({ GATEHOUSE_MAIL: `smtp://gate:secret-word-7@127.0.0.1:${server.port}` });
    expect(await arrived(server, await registered(stack))).toMatchObject({ secure: true, user: 'gate' });
  });

  const refusals: [string, (port: number) => string, boolean][] = [
    ['smtps with a certificate nobody vouches for', (port) => `smtps://gate:secret-word-8@127.0.0.1:${port}`, true],
    // 0.0.0.0 leads here as well, but is no loopback address: what is true of it is true of any host.
    ['a host beyond loopback that offers no TLS', (port) => `smtp://gate:secret-word-8@0.0.0.0:${port}`, false],
  ];
  it.each(refusals)('M-30h %s hears no password; the error is seen', async (_what, mail, secure) => {
    const server = await smtp({ user: 'gate', password: 'secret-word-8', ...(secure ? { tls: makeCertificate(), options: { secure } } : {}) });
    const stack = await startStack({ GATEHOUSE_MAIL: mail(server.port) });
    const email = await registered(stack);
    const row = await until('the failed try', 30, async () => {
      const found = await stack.database.row`SELECT attempts, last_error, status FROM outbox WHERE recipient = ${email}`;
      return found['last_error'] === null ? undefined : found;
    });
    expect(String(row['last_error'])).toMatch(/certificate|SSL|TLS/i);
    expect(row['status']).not.toBe('sent');
    expect(server.passwordsHeard()).toBe(0);
    expect(server.delivered).toEqual([]);
  });

  it('M-30h smtps with a certificate that mail_ca_file vouches for', async () => {
    const tls = makeCertificate();
    const server = await smtp({ user: 'gate', password: 'secret-word-9', tls, options: { secure: true } });
    const stack = await startStack({ GATEHOUSE_MAIL: `smtps://gate:secret-word-9@127.0.0.1:${server.port}`, GATEHOUSE_MAIL_CA_FILE: tls.certFile });
    expect(await arrived(server, await registered(stack))).toMatchObject({ secure: true, user: 'gate' });
  });

  it('M-30g wrong credentials: no mail, and everybody who looks sees why', async () => {
    const server = await smtp({ user: 'gate', password: 'right-word' });
    const stack = await startStack({ GATEHOUSE_MAIL: `smtp://gate:wrong-word-9@127.0.0.1:${server.port}` });
    const email = await registered(stack);
    const row = await until('the failed try', 30, async () => {
      const found = await stack.database.row`SELECT * FROM outbox WHERE recipient = ${email}`;
      return Number(found['attempts']) > 0 && found['last_error'] !== null ? found : undefined;
    });
    expect(server.delivered).toEqual([]);
    expect(server.refusedLogins()).toBeGreaterThan(0);
    expect(row['status']).not.toBe('sent');
    expect(String(row['last_error'])).toMatch(/login|auth|credential|denied/i);
    const log = stack.server?.log() ?? '';
    expect(log).toMatch(/mail/i);
    expect(log, 'the log never shows the password').not.toContain('wrong-word-9');
    const verbose = await stack.client.get('/ready?verbose');
    expect(verbose.text, 'readiness tells of the transport').toMatch(/mail/i);
    expect(verbose.text).not.toContain('wrong-word-9');
    expect(verbose.text).toMatch(/degraded|failing|failed|broken/i);
  });
});

describe('what a mail may hold', () => {
  it('INJ-07 names and addresses make no further header, recipient or part', async () => {
    const server = await smtp();
    const stack = await startStack({ GATEHOUSE_MAIL: `smtp://127.0.0.1:${server.port}` });
    const email = newAddress('inject');
    const name = 'Ann\r\nBcc: evil@suite.example\r\n\r\n<h1>x</h1>\r\n.\r\nMAIL FROM:<x>';
    const answer = await stack.client.post(registerPath, { email, password: newPassword(), name });
    if (answer.status === 400) return expect(answer.text).toContain('name');
    const mail = await arrived(server, email);
    expect(mail.to).toEqual([email]);
    const { headers } = readMessage(mail.text);
    expect(headers['bcc']).toBeUndefined();
    expect(headers['to']).toHaveLength(1);
    expect(headers['subject']).toHaveLength(1);
    return expect(server.delivered).toHaveLength(1);
  });

  it('INJ-07 an address with letters outside ASCII, a very long local part: accepted and delivered, or refused at the door', async () => {
    const server = await smtp();
    const stack = await startStack({ GATEHOUSE_MAIL: `smtp://127.0.0.1:${server.port}` });
    for (const email of [`${'l'.repeat(64)}@suite.example`, `"quoted local"@suite.example`, `o'neil+tag@suite.example`]) {
      const answer = await stack.client.post(registerPath, { email, password: newPassword() });
      expect([200, 400], `${email}: ${answer.text}`).toContain(answer.status);
      if (answer.status === 200) await arrived(server, email);
    }
  });
});

it('M-03 spool: one file each, readable as a mail, nobody else may read it', async () => {
  const folder = join(settings.runFolder, `spool-${Date.now()}`);
  mkdirSync(folder);
  const stack = await startStack({ GATEHOUSE_MAIL: `spool:${folder}` });
  const email = await registered(stack);
  const file = await until('the spooled mail', 20, async () =>
    readdirSync(folder).find((name) => !name.startsWith('.') && readFileSync(join(folder, name), 'utf8').includes(email)),
  );
  const { headers, body } = readMessage(readFileSync(join(folder, file), 'utf8').replace(/\r?\n/g, '\r\n'));
  expect(headers['subject']).toEqual(['Verify your e-mail address']);
  expect(body).toMatch(/verify-email\?token=[\w-]+/);
  expectStatus(await stack.client.post(forgotPath, { email }), 200);
});

describe('tried again', () => {
  it('FO-11 nobody listens: registration succeeds, the mail waits, and comes exactly once when the server is back', async () => {
    expect(await outage).toBe(1);
  }, 120_000 * patience);

  it('FO-11 a temporary refusal is tried again', async () => {
    expect((await temporary).to).toHaveLength(1);
  }, 120_000 * patience);
});
