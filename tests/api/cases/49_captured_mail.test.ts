// The reading side of captured mail, as far as it is promised to look like Mailpit; and what every mail looks like.
import { networkInterfaces } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { Client, type Json } from '../support/client.ts';
import { time } from '../support/database.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { forgotPath, newAccount, newAddress, newPassword, register, registerPath } from '../support/people.ts';
import { observe } from '../support/rules.ts';
import { freePort } from '../support/server.ts';
import { patience } from '../support/settings.ts';
import { mainStack, startStack, stopStacks } from '../support/stack.ts';

const stack = mainStack();
const { client } = stack;

afterAll(stopStacks);

describe('search and messages', () => {
  it('M-03 a queued mail is readable at once, not with the next look of the sender', async () => {
    const email = newAddress('quick');
    await client.post(registerPath, { email, password: newPassword() });
    await stack.mail.wait(email);
    const row = await stack.database.row`SELECT created_at, sent_at FROM outbox WHERE recipient = ${email}`;
    const took = time(row['sent_at']).getTime() - time(row['created_at']).getTime();
    expect(took).toBeLessThan(1000 * patience);
  });

  it('M-03 lists have the promised shape, newest first', async () => {
    const person = await newAccount(stack);
    await client.post(forgotPath, { email: person.email });
    await stack.mail.wait(person.email, 2);
    for (const path of [`/api/v1/search?query=${encodeURIComponent(`to:${person.email}`)}`, '/api/v1/messages?limit=5']) {
      const answer = await client.get(path);
      expectStatus(answer, 200);
      expect(Object.keys(answer.json).sort()).toEqual(['count', 'messages', 'messages_count', 'start', 'total']);
      expect(answer.json.count).toBe(answer.json.messages.length);
      const one = answer.json.messages[0];
      expect(Object.keys(one).sort()).toEqual(
        ['ID', 'MessageID', 'From', 'To', 'Cc', 'Bcc', 'Subject', 'Created', 'Size', 'Read', 'Tags', 'Attachments', 'Snippet'].sort(),
      );
      expect(one.From).toMatchObject({ Name: expect.any(String), Address: expect.stringContaining('@') });
      expect(one.To).toEqual([{ Name: expect.any(String), Address: person.email }]);
      const times = answer.json.messages.map((each: Json) => Date.parse(each.Created));
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }
    const found = (await client.get(`/api/v1/search?query=${encodeURIComponent(`to:${person.email}`)}`)).json;
    expect(found.messages_count).toBe(2);
    expect(found.messages.map((one: Json) => one.Subject)).toEqual(['Password Reset', 'Verify your e-mail address']);
  });

  it('M-03 start and limit page; from:, subject: and free text find', async () => {
    const person = await newAccount(stack);
    await client.post(forgotPath, { email: person.email });
    await stack.mail.wait(person.email, 2);
    const search = async (query: string, more = ''): Promise<Json> => (await client.get(`/api/v1/search?query=${encodeURIComponent(query)}${more}`)).json;
    const to = `to:${person.email}`;
    const first = await search(to, '&limit=1');
    const second = await search(to, '&limit=1&start=1');
    expect([first.messages[0].Subject, second.messages[0].Subject]).toEqual(['Password Reset', 'Verify your e-mail address']);
    expect((await search(`${to} subject:Reset`)).messages).toHaveLength(1);
    expect((await search(`${to} subject:"Password Reset"`)).messages).toHaveLength(1);
    expect((await search(`from:gatehouse ${to}`)).messages).toHaveLength(2);
    expect((await search(person.email.split('@')[0] as string)).messages.length).toBeGreaterThanOrEqual(2);
    expect((await search(`to:nobody.${person.email}`)).messages).toEqual([]);
    expect((await search(`to:' OR 1=1 --`)).messages).toEqual([]);
    expect((await search('to:%')).messages).toEqual([]);
    for (const bad of ['&limit=x', '&start=-1']) expectRefusal(await client.get(`/api/v1/search?query=x${bad}`), 400, 'VALIDATION');
  });

  it('M-03 one message, the latest, its source', async () => {
    const person = await register(stack);
    const mail = await stack.mail.wait(person.email);
    const answer = await client.get(`/api/v1/message/${mail.id}`);
    expect(Object.keys(answer.json).sort()).toEqual(
      ['ID', 'MessageID', 'From', 'To', 'Cc', 'Bcc', 'ReplyTo', 'Subject', 'Date', 'HTML', 'Text', 'Size', 'Attachments'].sort(),
    );
    const latest = await client.get('/api/v1/message/latest');
    expect(latest.json.ID).toBe(mail.id);
    const raw = await stack.mail.raw(mail.id);
    expectStatus(raw, 200);
    expect(raw.header('content-type')).toMatch(/^(text\/plain|message\/rfc822)/);
    expect(raw.text).toMatch(/^Subject: Verify your e-mail address\r?$/m);
    expectRefusal(await client.get('/api/v1/message/unknown'), 404, 'NOT_FOUND');
    expectRefusal(await client.get('/api/v1/message/unknown/raw'), 404, 'NOT_FOUND');
  });

  it('M-03 emptied on request, on a server of its own', async () => {
    const own = await startStack();
    const person = await register(own);
    await own.mail.wait(person.email);
    expectStatus(await own.client.delete('/api/v1/messages'), 200);
    expect((await own.client.get('/api/v1/messages')).json).toMatchObject({ total: 0, messages: [] });
    expectStatus(await own.client.get('/api/v1/message/latest'), 404);
  });

  it('M-03 capture:PORT moves it to a port of its own', async () => {
    const port = await freePort();
    const own = await startStack({ GATEHOUSE_MAIL: `capture:${port}` });
    const person = await register(own);
    const there = new Client(`http://127.0.0.1:${port}`);
    const deadline = Date.now() + 10_000;
    let found: Json;
    do {
      found = (await there.get(`/api/v1/search?query=${encodeURIComponent(`to:${person.email}`)}`)).json;
    } while (found.messages.length === 0 && Date.now() < deadline);
    expect(found.messages).toHaveLength(1);
    expectRefusal(await own.client.get('/api/v1/messages'), 404, 'NOT_FOUND');
    expect((await there.post(registerPath, { email: newAddress(), password: newPassword() })).status).toBe(404);
    there.close();
  });
});

describe('callers', () => {
  it('M-03 a page in a browser cannot read the mails: no foreign Origin is told that it may', async () => {
    const answer = await client.get('/api/v1/messages', { headers: { origin: 'https://evil.example' } });
    expect(answer.header('access-control-allow-origin')).toBeUndefined();
  });

  it('D-2 in development the server may listen wider, the mails are for loopback callers all the same', async () => {
    const outer = Object.values(networkInterfaces()).flat().find((one) => one !== undefined && one.family === 'IPv4' && !one.internal);
    const port = await freePort();
    const own = await startStack({ GATEHOUSE_ENV: 'development', GATEHOUSE_REFRESH_RETRY_WINDOW: '0', GATEHOUSE_LISTEN: `0.0.0.0:${port}` });
    expectStatus(await own.client.get('/api/v1/messages'), 200);
    if (outer === undefined) return; // a machine without any other address has no outer caller to refuse
    const outside = new Client(`http://${outer.address}:${port}`, observe);
    expectStatus(await outside.get('/health'), 200);
    expectStatus(await outside.get('/api/v1/messages'), 404);
    outside.close();
  });
});

describe('what every mail looks like', () => {
  it('M-03 text and HTML say the same and hold the same link, nothing of the password, nothing foreign', async () => {
    const person = await register(stack, { name: '"><img src=x onerror=alert(1)>' });
    const mail = await stack.mail.wait(person.email);
    expect(mail.html).not.toContain('<img src=x');
    const tokens = (text: string) => [...text.matchAll(/token=([\w-]+)/g)].map((match) => match[1]);
    expect(tokens(mail.text).length).toBeGreaterThan(0);
    expect(new Set([...tokens(mail.text), ...tokens(mail.html)]).size).toBe(1);
    expect(`${mail.html}${mail.text}`).not.toContain(person.password);
    const hosts = [...`${mail.html} ${mail.text}`.matchAll(/https?:\/\/([^/\s"'<>]+)/g)].map((match) => match[1]);
    expect([...new Set(hosts)]).toEqual([new URL(stack.facts.environment['GATEHOUSE_PUBLIC_URL'] as string).host]);
    expect(mail.html).not.toMatch(/<script|<img|<link|<iframe/i);
  });

  it('M-03 the outbox names the ledger row that caused it, and holds no clear link', async () => {
    const person = await register(stack);
    const mail = await stack.mail.wait(person.email);
    await stack.mail.drain();
    const row = await stack.database.row`SELECT * FROM outbox WHERE recipient = ${person.email}`;
    expect(row).toMatchObject({ topic: 'mail', organization_id: person.organizationId, status: 'sent' });
    const cause = await stack.database.row`SELECT event_type FROM audit_ledger WHERE id = ${row['ledger_id']}`;
    expect(cause['event_type']).toBe('REGISTER');
    const token = /token=([\w-]+)/.exec(mail.html)?.[1] as string;
    expect(JSON.stringify(row)).not.toContain(token);
  });
});
