// Where one request ends and the next begins: what can be read in two ways is refused and the connection closed.
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { loginPath, meDataPath, newPerson, validatePath, type Person } from '../support/people.ts';
import { converse, type Conversation } from '../support/raw.ts';
import { patience } from '../support/settings.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const port = stack.facts.port;
const host = `Host: 127.0.0.1:${port}`;
let person: Person;

// Begun with the file and looked at in its end, since they last as long as the server is patient.
let slow: Promise<number>[] = [];

beforeAll(async () => {
  person = await newPerson(stack);
  slow = [`GET /health HTTP/1.1\r\n${host}\r\nX-A: `, post(['Content-Length: 100'], '{')].map(dripping);
  for (const each of slow) each.catch(() => undefined);
});

/** Sends a byte every two seconds; how many milliseconds until the server gave up. */
function dripping(start: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = Date.now();
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(start));
    const drip = setInterval(() => socket.write('a'), 2000);
    const limit = setTimeout(() => reject(new Error('still open after 75 s')), 75_000 * patience);
    const over = (): void => {
      clearInterval(drip);
      clearTimeout(limit);
      socket.destroy();
      resolve(Date.now() - begun);
    };
    socket.on('data', () => undefined);
    socket.on('end', over);
    socket.on('error', over);
  });
}

const post = (headers: string[], body = '', version = '1.1'): string =>
  [`POST ${validatePath} HTTP/${version}`, host, 'Content-Type: application/json', ...headers, '', body].join('\r\n');
const get = (headers: string[] = [], target = '/health', version = '1.1'): string =>
  [`GET ${target} HTTP/${version}`, host, ...headers, '', ''].join('\r\n');
const chunked = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
const smuggled = get([], '/smuggled');

/** One answer, of this status, in the envelope, and the connection closed: nothing after it is believed. */
function expectRefusedAndClosed(talk: Conversation, status = 400): void {
  expect(talk.answers.map((answer) => answer.status), talk.bytes.slice(0, 600)).toEqual([status]);
  expect(talk.closed, 'the connection is closed').toBe(true);
  expect(talk.bytes).not.toContain('smuggled');
  const answer = talk.answers[0]!;
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(JSON.parse(answer.body)).toMatchObject({ status, requestId: answer.headers['x-request-id'] });
}

describe('lengths and codings that disagree', () => {
  const probes: [string, string][] = [
    ['a length and chunked', post(['Content-Length: 2', 'Transfer-Encoding: chunked'], `${chunked('{}')}${smuggled}`)],
    ['chunked and a length', post(['Transfer-Encoding: chunked', 'Content-Length: 2'], `${chunked('{}')}${smuggled}`)],
    ['gzip and a length', post(['Transfer-Encoding: gzip', 'Content-Length: 2'], `{}${smuggled}`)],
    ['gzip alone', post(['Transfer-Encoding: gzip'], `{}${smuggled}`)],
    ['chunked, gzip', post(['Transfer-Encoding: chunked, gzip'], `${chunked('{}')}${smuggled}`)],
    ['gzip, chunked', post(['Transfer-Encoding: gzip, chunked'], `${chunked('{}')}${smuggled}`)],
    ['chunked twice in a line', post(['Transfer-Encoding: chunked, chunked'], `${chunked('{}')}${smuggled}`)],
    ['two codings in two lines', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `${chunked('{}')}${smuggled}`)],
    ['chunked in two lines', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], `${chunked('{}')}${smuggled}`)],
    ['xchunked and a length', post(['Transfer-Encoding: xchunked', 'Content-Length: 2'], `{}${smuggled}`)],
    ['identity', post(['Transfer-Encoding: identity', 'Content-Length: 2'], `{}${smuggled}`)],
    ['an empty coding', post(['Transfer-Encoding: ', 'Content-Length: 2'], `{}${smuggled}`)],
    ['a quoted coding', post(['Transfer-Encoding: "chunked"'], `${chunked('{}')}${smuggled}`)],
    ['chunked with a parameter', post(['Transfer-Encoding: chunked;q=1'], `${chunked('{}')}${smuggled}`)],
    ['a vertical tab before chunked', post(['Transfer-Encoding: \x0bchunked'], `${chunked('{}')}${smuggled}`)],
    ['chunked in HTTP/1.0', post(['Transfer-Encoding: chunked', 'Connection: keep-alive'], `${chunked('{}')}${smuggled}`, '1.0')],
    ['two different lengths', post(['Content-Length: 2', 'Content-Length: 3'], `{}${smuggled}`)],
    ['the same length twice', post(['Content-Length: 2', 'Content-Length: 2'], `{}${smuggled}`)],
    ['a list of lengths', post(['Content-Length: 2, 2'], `{}${smuggled}`)],
    ['a length with a sign', post(['Content-Length: +2'], `{}${smuggled}`)],
    ['a negative length', post(['Content-Length: -2'], `{}${smuggled}`)],
    ['a hexadecimal length', post(['Content-Length: 0x2'], `{}${smuggled}`)],
    ['a length that is no number', post(['Content-Length: two'], `{}${smuggled}`)],
    ['an empty length', post(['Content-Length: '], `{}${smuggled}`)],
    ['a length past 64 bits', post(['Content-Length: 18446744073709551618'], `{}${smuggled}`)],
    ['a chunk size that is no number', post(['Transfer-Encoding: chunked'], `zz\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['a chunk size with a sign', post(['Transfer-Encoding: chunked'], `+2\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['a chunk size with 0x', post(['Transfer-Encoding: chunked'], `0x2\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['a chunk size past 64 bits', post(['Transfer-Encoding: chunked'], `10000000000000002\r\n{}\r\n0\r\n\r\n${smuggled}`)],
    ['a chunk longer than it says', post(['Transfer-Encoding: chunked'], `1\r\n{}\r\n0\r\n\r\n${smuggled}`)],
  ];
  it.each(probes)('HT-01 %s', async (_what, bytes) => {
    expectRefusedAndClosed(await converse(port, [bytes]));
  });

  it('HT-01 a plain chunked body is read, with the next request after it', async () => {
    const talk = await converse(port, [post(['Transfer-Encoding: chunked'], chunked('{"token":"x"}')), get()], { enough: 2 });
    expect(talk.answers.map((answer) => answer.status)).toEqual([401, 200]);
  });

  it('HT-02 a body where none is wanted is never taken for the next request', async () => {
    const inner = get([], '/smuggled');
    const talk = await converse(port, [get([`Content-Length: ${inner.length}`]), inner, get(['Connection: close'])]);
    const statuses = talk.answers.map((answer) => answer.status);
    expect(statuses.length, talk.bytes.slice(0, 500)).toBeGreaterThan(0);
    expect(statuses, 'the smuggled path was asked').not.toContain(404);
    for (const status of statuses) expect([200, 400, 413, 415]).toContain(status);
  });

  it('HT-03 trailers never become headers', async () => {
    const body = '2\r\n{}\r\n0\r\n';
    for (const trailer of [`Authorization: Bearer ${person.accessToken}`, `Cookie: token=${person.token}`]) {
      const request = [`POST /api/v1/me/encryption-vault/init HTTP/1.1`, host, 'Content-Type: application/json', 'Origin: ' + stack.facts.origin,
        'Transfer-Encoding: chunked', `Trailer: ${trailer.split(':')[0]}`, '', `${body}${trailer}\r\n\r\n`].join('\r\n');
      const talk = await converse(port, [request], { enough: 1 });
      expect([400, 401], talk.bytes.slice(0, 300)).toContain(talk.answers[0]?.status);
    }
  });
});

describe('lines that can be read in two ways', () => {
  const probes: [string, string][] = [
    ['a folded header', get(['X-A: one\r\n two'])],
    ['a folded Transfer-Encoding', post(['Transfer-Encoding:\r\n chunked'], `${chunked('{}')}${smuggled}`)],
    ['a first header that begins with a blank', `GET /health HTTP/1.1\r\n ${host}\r\n\r\n`],
    ['a blank before the colon', get(['X-A : one'])],
    ['a tab before the colon', get(['Content-Length\t: 0'])],
    ['a header without a name', get([': one'])],
    ['a line without a colon', get(['nonsense'])],
    ['a bare CR in a value', get(['X-A: one\rX-B: two'])],
    ['a NUL in a value', get(['X-A: one\u0000two'])],
    ['a NUL in a name', get(['X\u0000A: one'])],
    ['a control character in a value', get(['X-A: one\u0007two'])],
    ['a DEL in a value', get(['X-A: one\u007ftwo'])],
    ['a blank in a name', get(['X A: one'])],
    ['a bracket in a name', get(['X(A): one'])],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['an empty Host line twice', get([host])],
    ['two Hosts that differ', get(['Host: evil.example'])],
    ['a Host with a path', `GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n`],
    ['a Host with user information', `GET /health HTTP/1.1\r\nHost: a@b\r\n\r\n`],
    ['a Host with a blank', `GET /health HTTP/1.1\r\nHost: a b\r\n\r\n`],
    ['a target with raw UTF-8', get([], '/hälth')],
    ['a target with a NUL', get([], '/he\u0000alth')],
    ['a target with a tab', get([], '/he\talth')],
    ['a target that does not begin with a slash', get([], 'health')],
    ['an empty target', `GET  HTTP/1.1\r\n${host}\r\n\r\n`],
    ['a blank too many', `GET  /health  HTTP/1.1\r\n${host}\r\n\r\n`],
    ['two Authorization lines', get([`Authorization: Bearer ${'x'}`, 'Authorization: Bearer y'], meDataPath)],
    ['two Content-Type lines', post(['Content-Type: text/plain', 'Content-Length: 2'], '{}')],
    ['no method', `/health HTTP/1.1\r\n${host}\r\n\r\n`],
    ['a method with a bracket', `G(T /health HTTP/1.1\r\n${host}\r\n\r\n`],
  ];
  it.each(probes)('HT-04 %s', async (_what, bytes) => {
    expectRefusedAndClosed(await converse(port, [Buffer.from(bytes, 'utf8')]));
  });

  it.each([
    ['HTTP/2.0', `GET /health HTTP/2.0\r\n${host}\r\n\r\n`], ['HTTP/0.9', 'GET /health\r\n\r\n'], ['HTTP/1.9', `GET /health HTTP/1.9\r\n${host}\r\n\r\n`],
    ['HTTP/11', `GET /health HTTP/11\r\n${host}\r\n\r\n`], ['http/1.1', `GET /health http/1.1\r\n${host}\r\n\r\n`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n'],
  ])('HT-04 the version %s is not ours', async (_what, bytes) => {
    const talk = await converse(port, [Buffer.from(bytes, 'latin1')]);
    expect(talk.answers.length).toBeLessThanOrEqual(1);
    for (const answer of talk.answers) expect([400, 505]).toContain(answer.status);
    expect(talk.closed).toBe(true);
  });

  it('URL-01 an absolute target names no other host', async () => {
    const talk = await converse(port, [get(['Connection: close'], `http://evil.example/health`)]);
    expect(talk.bytes).not.toContain('evil');
    expect([200, 400, 404, 421]).toContain(talk.answers[0]?.status);
  });
});

describe('sizes', () => {
  it('HT-07 a header line of 64 KiB: 431', async () => {
    expectRefusedAndClosed(await converse(port, [get([`X-A: ${'a'.repeat(65_536)}`])]), 431);
  });

  it('HT-07 a thousand header lines: 431', async () => {
    expectRefusedAndClosed(await converse(port, [get(Array.from({ length: 1000 }, (_, index) => `X-${index}: a`))]), 431);
  });

  it('HT-07 header lines without an end: 431, not memory without an end', async () => {
    const pieces = Array.from({ length: 200 }, () => `X-A: ${'a'.repeat(10_000)}\r\n`);
    expectRefusedAndClosed(await converse(port, [`GET /health HTTP/1.1\r\n${host}\r\n`, ...pieces]), 431);
  });

  it('HT-17 a target of 64 KiB is refused', async () => {
    const talk = await converse(port, [get([], `/${'a'.repeat(65_536)}`)]);
    expect([400, 404, 414, 431]).toContain(talk.answers[0]?.status);
    expect(talk.closed).toBe(true);
  });

  it('HT-07 a declared length of ten terabytes: 413 before a byte of it is read', async () => {
    const talk = await converse(port, [post(['Content-Length: 10000000000000'])]);
    expectRefusedAndClosed(talk, 413);
  });

  it('HT-07 chunks without an end: 413', async () => {
    const piece = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    const talk = await converse(port, [post(['Transfer-Encoding: chunked']), ...Array.from({ length: 40 }, () => piece)]);
    expect(talk.answers[0]?.status).toBe(413);
    expect(talk.closed).toBe(true);
  });

  it('HT-07 a chunk extension without an end is no way around the limit', async () => {
    const talk = await converse(port, [post(['Transfer-Encoding: chunked']), `1;${'a'.repeat(2_000_000)}`]);
    expect([400, 413, 431]).toContain(talk.answers[0]?.status);
    expect(talk.closed).toBe(true);
  });

  it('HT-07 Expect: 100-continue with a length too large is refused at once; with a good one it goes on', async () => {
    const refused = await converse(port, [post(['Content-Length: 10000000', 'Expect: 100-continue'])]);
    expect(refused.answers.at(-1)?.status).toBe(413);
    const body = '{"token":"x"}';
    const good = await converse(port, [post([`Content-Length: ${body.length}`, 'Expect: 100-continue'], body)], { quietMs: 1500 });
    expect(good.answers.at(-1)?.status).toBe(401);
  });
});

describe('one connection, many requests', () => {
  it('HT-13 two hundred requests in one write are answered in order', async () => {
    const requests = Array.from({ length: 200 }, (_, index) => get([], index % 2 === 0 ? '/health' : '/nowhere'));
    const talk = await converse(port, [requests.join('')], { enough: 200, quietMs: 3000 });
    expect(talk.answers).toHaveLength(200);
    for (const [index, answer] of talk.answers.entries()) expect(answer.status, `answer ${index}`).toBe(index % 2 === 0 ? 200 : 404);
    expect(new Set(talk.answers.map((answer) => answer.headers['x-request-id'])).size).toBe(200);
  });

  it('HT-13 a request in single bytes is a request', async () => {
    const talk = await converse(port, [...get(['Connection: close'])], { quietMs: 2000 });
    expect(talk.answers.map((answer) => answer.status)).toEqual([200]);
    expect(talk.closed).toBe(true);
  });

  it('HT-13 Connection: close and HTTP/1.0 end the connection after the answer', async () => {
    for (const bytes of [get(['Connection: close']), get([], '/health', '1.0')]) {
      const talk = await converse(port, [bytes, get()]);
      expect(talk.answers.map((answer) => answer.status)).toEqual([200]);
      expect(talk.closed).toBe(true);
    }
  });

  it('HT-13 an error that leaves the framing intact leaves the connection open', async () => {
    const body = '{"email":';
    const bad = [`POST ${loginPath} HTTP/1.1`, host, 'Content-Type: application/json', `Content-Length: ${body.length}`, '', body].join('\r\n');
    const talk = await converse(port, [bad, get([], '/nowhere'), get()], { enough: 3 });
    expect(talk.answers.map((answer) => answer.status)).toEqual([400, 404, 200]);
  });

  it('CPP-01 a client that vanishes in the middle harms nobody', async () => {
    const whole = post(['Content-Length: 13'], '{"token":"x"}');
    for (let cut = 1; cut < whole.length; cut += 7) {
      await new Promise<void>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1' }, () => {
          socket.write(whole.slice(0, cut), () => {
            socket.resetAndDestroy();
            resolve();
          });
        });
        socket.on('error', () => resolve());
      });
    }
    expect((await stack.client.get('/health')).status).toBe(200);
  });

  it('HT-06 a request that never ends is given up: slow head, slow body', async () => {
    // It keeps sending, a byte every two seconds: what ends it is the time that a head or body may take in all.
    for (const took of await Promise.all(slow)) {
      expect(took, 'not at once: a slow line is no attack').toBeGreaterThan(4_000);
      expect(took, 'the dripping does not prolong it').toBeLessThan(60_000 * patience);
    }
  }, 90_000 * patience);
});
