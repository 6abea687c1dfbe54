// Who may look inside: health and readiness for all, metrics and details for the operator, test switches for test.
import { afterAll, describe, expect, it } from 'vitest';
import { Client } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { loginPath, newAddress, newPassword, registerPath } from '../support/people.ts';
import { observe } from '../support/rules.ts';
import { freePort } from '../support/server.ts';
import { onPostgres, settings } from '../support/settings.ts';
import { mainStack, startStack, stopStacks } from '../support/stack.ts';

const stack = mainStack();
const { client } = stack;

afterAll(stopStacks);

describe('health and readiness', () => {
  it('OPS-13 health says it lives, readiness that it serves', async () => {
    const health = await client.get('/health');
    expectStatus(health, 200);
    expect(health.json).toMatchObject({ status: 'ok', service: 'gatehouse' });
    expect(Math.abs(Date.parse(health.json.timestamp) - Date.now())).toBeLessThan(5000);
    const ready = await client.get('/ready');
    expectStatus(ready, 200);
    expect(Object.keys(ready.json)).toEqual(['status']);
  });

  it('OPS-13 the details name the database driver of this run', async () => {
    const verbose = await client.get('/ready?verbose');
    expectStatus(verbose, 200);
    expect(verbose.text).toMatch(onPostgres ? /postgres/i : /sqlite/i);
    expect(verbose.text).not.toMatch(onPostgres ? /sqlite/i : /postgres/i);
    expect(verbose.text).toMatch(/bcrypt lanes/);
    const email = newAddress();
    await client.post(registerPath, { email, password: newPassword() });
    expect(await stack.database.count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(1);
  });
});

describe('the schema', () => {
  it('OPS-13 a schema that fell behind is not ready, and says so to the operator', async () => {
    const own = await startStack();
    const version = (await own.database.row`SELECT max(version) AS version FROM schema_migrations`)['version'];
    const held = await own.database.row`SELECT checksum FROM schema_migrations WHERE version = ${version}`;
    await own.database.run`DELETE FROM schema_migrations WHERE version = ${version}`;
    expectStatus(await own.client.get('/ready'), 503);
    expect((await own.client.get('/ready?verbose=true')).text).toMatch(/schema/);
    await own.database.run`INSERT INTO schema_migrations (version, checksum) VALUES (${version}, ${held['checksum']})`;
    expectStatus(await own.client.get('/ready'), 200);
  });
});

describe('the operator listener', () => {
  it('D-103 answers operations and nothing else: nobody signs in through it', async () => {
    const port = await freePort();
    await startStack({ GATEHOUSE_OPERATOR_LISTEN: `127.0.0.1:${port}` });
    const operators = new Client(`http://127.0.0.1:${port}`, observe);
    for (const path of ['/health', '/ready', '/metrics']) expectStatus(await operators.get(path), 200);
    for (const path of ['/openapi.json', '/__test/outbox', '/api/v1/auth/jwks']) expectStatus(await operators.get(path), 404);
    expectStatus(await operators.post(loginPath, { email: newAddress(), password: newPassword() }), 404);
    operators.close();
  });
});

describe('metrics', () => {
  it('LOG-08 on the main listener in development and test, in the Prometheus form, without people in it', async () => {
    const email = newAddress('metric');
    await client.post(loginPath, { email, password: newPassword() });
    const answer = await client.get('/metrics');
    expectStatus(answer, 200);
    expect(answer.header('content-type')).toMatch(/^text\/plain/);
    expect(answer.text).toMatch(/^# TYPE gatehouse_\w+ (counter|gauge|histogram)$/m);
    expect(answer.text).not.toContain('@');
    expect(answer.text).not.toContain(email);
    for (const line of answer.text.split('\n')) if (line !== '' && !line.startsWith('#')) expect(line).toMatch(/^[a-zA-Z_:][\w:]*(\{[^}]*\})? [-+0-9.eEInfNa]+$/);
  });

  it('LOG-08 labels are a closed set: a thousand paths make no thousand series', async () => {
    const count = async (): Promise<number> => (await client.get('/metrics')).text.split('\n').length;
    await client.get('/first-unknown');
    const before = await count();
    for (let n = 0; n < 100; n += 1) await client.get(`/unknown-${n}`);
    for (const method of ['FOO', 'BAR', 'BAZ']) await client.send(method, '/health');
    expect((await count()) - before).toBeLessThan(20);
  });
});

describe('the operator listener', () => {
  it('D-103 in production metrics, details, captured mails and the drain are not on the main port', async () => {
    const operator = await freePort();
    const own = await startStack({
      GATEHOUSE_ENV: 'production', GATEHOUSE_PUBLIC_URL: 'https://id.suite.example', GATEHOUSE_MAIL: `spool:${settings.runFolder}/spool`,
      GATEHOUSE_OPERATOR_LISTEN: `127.0.0.1:${operator}`,
    });
    for (const path of ['/metrics', '/__test/outbox?drain=1', '/api/v1/messages', '/api/v1/search?query=to:x', '/api/v1/message/latest']) {
      expectRefusal(await own.client.get(path), 404, 'NOT_FOUND');
    }
    expectStatus(await own.client.delete('/api/v1/messages'), 404);
    const outside = await own.client.get('/ready?verbose');
    expectStatus(outside, 200);
    expect(Object.keys(outside.json)).toEqual(['status']);
    const inside = new Client(`http://127.0.0.1:${operator}`);
    expect((await inside.get('/metrics')).status).toBe(200);
    const verbose = await inside.get('/ready?verbose');
    expect(verbose.status).toBe(200);
    expect(Object.keys(verbose.json).length).toBeGreaterThan(1);
    const health = await own.client.get('/health');
    expect(health.header('strict-transport-security'), 'https is what the public sees').toMatch(/max-age=\d+/);
    inside.close();
  });

  it('D-103 beside it development and test keep them on the main port', async () => {
    const operator = await freePort();
    const own = await startStack({ GATEHOUSE_OPERATOR_LISTEN: `127.0.0.1:${operator}` });
    expectStatus(await own.client.get('/metrics'), 200);
    const inside = new Client(`http://127.0.0.1:${operator}`);
    expect((await inside.get('/metrics')).status).toBe(200);
    inside.close();
  });
});
