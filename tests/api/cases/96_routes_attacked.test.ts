// Every route of the document under one attack after another: forged requests, odd verbs, tokens in the query, hidden neighbours.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, type Answer, type Options } from '../support/client.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, usersPath, type House, type Member } from '../support/houses.ts';
import { document, type Operation } from '../support/openapi.ts';
import { organizationLoginPath } from '../support/people.ts';
import { converse } from '../support/raw.ts';
import { emptyBody, guarded, isUnsafe, nameOf, pathOf } from '../support/routes.ts';
import { settings } from '../support/settings.ts';
import { snapshot } from '../support/snapshot.ts';
import { stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

let houses: Houses;
let house: House;
let owner: Member;
let token: string;
let other: Member;

beforeAll(async () => {
  houses = await Houses.start('closed');
  ({ house, owner, token } = await houses.owned());
  other = await houses.member(house.id);
  await provenFor(houses.stack.database, house.id, 'data_export'); // being asked to step up leaves a challenge
});
afterAll(stopStacks);

const client = () => houses.stack.client;
const database = () => houses.stack.database;
const ownOrigin = () => houses.stack.facts.environment['GATEHOUSE_PUBLIC_URL'] as string;
const filled = (operation: Operation) => pathOf(operation, { organization: house.id, user: other.id });
const send = (operation: Operation, options: Options, path = filled(operation)) => client().send(operation.method, path, options);

describe('CS-01 every state-changing route by cookie', () => {
  const forged: [string, Record<string, string>][] = [
    ['a foreign origin', { origin: 'https://evil.example' }], ['the origin null', { origin: 'null' }], ['neither origin nor site', {}],
    ['a foreign origin that calls itself same-origin', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }], ['a same-site fetch', { 'sec-fetch-site': 'same-site' }], ['no fetch at all', { 'sec-fetch-site': 'none' }],
    ['a made-up double-submit header', { 'x-csrf-token': 'x' }], ['a referer alone', { referer: 'https://own.example/' }], ['a sibling of the own host', { origin: 'sibling' }],
  ];
  const bodies: [string, Options][] = [
    ['JSON', { body: {} }], ['JSON called text', { bytes: '{}', headers: { 'content-type': 'text/plain' } }],
    ['a form', { bytes: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['multipart', { bytes: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } }], ['nothing', {}],
  ];

  it('CS-01 403 CSRF, whatever the body, nothing changed', async () => {
    const before = await snapshot(database());
    let asked = 0;
    for (const [turn, operation] of guarded().filter(isUnsafe).entries()) {
      for (const [index, [what, forgery]] of forged.entries()) {
        const proof = forgery['origin'] === 'sibling' ? { origin: ownOrigin().replace('://', '://sibling.') } : forgery;
        const [kind, body] = bodies[(turn + index) % bodies.length] as [string, Options]; // each forgery meets each body at some route
        asked += 1;
        const answer = await send(operation, { ...body, cookie: `token=${token}`, headers: { ...body.headers, ...proof } });
        expect([answer.status, answer.json?.code], `${nameOf(operation)}, ${what}, ${kind}: ${answer.text}`).toEqual([403, 'CSRF']);
      }
    }
    expect(asked).toBeGreaterThan(200);
    expect(await snapshot(database())).toEqual(before);
  });

  it('CS-01 the own origin, a same-origin fetch and the double-submit token go on to the next check', async () => {
    const proofs: Options[] = [
      { headers: { origin: ownOrigin() } }, { headers: { 'sec-fetch-site': 'same-origin' } }, { headers: { 'x-csrf-token': 'abc123' }, cookie: '; csrf=abc123' },
    ];
    // What would end the session, or has an effect without any body, is proven beside the cookie's own cases.
    const judged = guarded().filter((operation) => isUnsafe(operation) && document().requestSchema(operation) !== undefined && !/logout/.test(operation.template));
    expect(judged.length).toBeGreaterThan(15);
    for (const operation of judged) {
      for (const proof of proofs) {
        const answer = await send(operation, { bytes: '[]', headers: proof.headers, cookie: `token=${token}${proof.cookie ?? ''}` });
        expect(answer.json?.code, `${nameOf(operation)}: ${answer.text}`).not.toBe('CSRF');
        expect([401, 500, 503]).not.toContain(answer.status);
      }
    }
  });
});

it('CS-03 no GET and no HEAD changes anything', async () => {
  const before = await snapshot(database());
  for (const operation of document().operations.filter((one) => one.method === 'GET')) {
    for (const path of [filled(operation), pathOf(operation)]) {
      for (const method of ['GET', 'HEAD']) await client().send(method, path, house.as);
      await client().send('GET', `${path}?_method=DELETE&action=delete&id=${other.id}`, house.as);
    }
  }
  expect(await snapshot(database())).toEqual(before);
});

it('CS-05 method overrides are heard by no route', async () => {
  const before = await snapshot(database());
  for (const operation of guarded().filter(isUnsafe)) {
    const headers = Object.fromEntries(['x-http-method-override', 'x-http-method', 'x-method-override'].map((name) => [name, operation.method]));
    for (const method of ['GET', 'POST'].filter((one) => one !== operation.method)) {
      const known = document().find(method, filled(operation));
      if (method === 'POST' && known !== undefined) continue; // a route of its own
      const answer = await client().send(method, `${filled(operation)}?_method=${operation.method}`, { ...house.as, headers, ...(method === 'POST' ? { body: { _method: operation.method } } : {}) });
      if (known === undefined) expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED');
      else expect([200, 400, 404], `${nameOf(operation)}: ${answer.text}`).toContain(answer.status);
    }
  }
  expect(await snapshot(database())).toEqual(before);
});

it('SES-15 no route takes a token in its query', async () => {
  const names = ['token', 'access_token', 'accessToken', 'bearer', 'authorization', 'Authorization', 'auth', 'jwt', 'session', 'sid', 'api_key'];
  for (const operation of guarded()) {
    for (const name of names) {
      const answer = await send(operation, emptyBody(operation), `${filled(operation)}?${name}=${token}`);
      expect(answer.status, `${nameOf(operation)} ?${name}`).toBe(401);
    }
  }
});

const getters = () => guarded().filter((operation) => operation.method === 'GET');

it('XSS-10 what a credential opens is kept by nobody', async () => {
  let opened = 0;
  for (const operation of getters()) {
    const answer = await send(operation, house.as);
    if (answer.status !== 200) continue;
    opened += 1;
    // A picture's address changes with the picture, and it is private to who may see it.
    if (/profile-picture/.test(operation.template)) expect(answer.header('cache-control')).toMatch(/private|no-store/);
    else expect(answer.header('cache-control'), nameOf(operation)).toContain('no-store');
  }
  expect(opened).toBeGreaterThan(5);
});

it('XSS-11 no suffix makes a private answer look like a file that may be kept', async () => {
  for (const operation of getters()) {
    for (const suffix of ['/x.css', ';.js', '%2fa.png', '.json', '/..%2fx.css', '%3fx.css', '/', '%0ax.css', '%00.css']) {
      const answer = await send(operation, house.as, `${filled(operation)}${suffix}`);
      expect([400, 403, 404, 405], `${operation.template}${suffix}: ${answer.status}`).toContain(answer.status);
    }
  }
  for (const path of ['/api/users/me/x.css', '/api/users/me;.js', '/api/users/me%2fa.png']) expectRefusal(await client().get(path, house.as), 404, 'NOT_FOUND');
});

it('XSS-08 no answer can be framed, and none is a page without saying so', async () => {
  for (const operation of document().operations.filter((one) => one.method === 'GET')) {
    for (const options of [{}, house.as]) {
      const answer = await send(operation, options);
      expect(answer.headers('x-frame-options'), nameOf(operation)).toEqual(['DENY']);
      if (/html/.test(answer.header('content-type') ?? '')) expect(answer.header('content-security-policy'), nameOf(operation)).toMatch(/frame-ancestors 'none'/);
    }
  }
});

describe('AZ-14 verbs', () => {
  const templates = () => [...new Set(document().operations.map((operation) => operation.template))];
  const example = (template: string) => template.replace('/api/organizations/{id}', `/api/organizations/${house.id}`).replace('/api/users/{id}', `/api/users/${other.id}`).replace(/\{[^}]+\}/g, 'unknown');
  const bare = (answer: Answer) => [answer.status, answer.header('content-type')];

  it('AZ-14 HEAD is judged like GET and shows nothing', async () => {
    const { as: staff } = await houses.actor(house.id);
    for (const operation of getters()) {
      for (const options of [{}, { bearer: 'invalid' }, staff, house.as]) {
        const [head, get] = [await client().send('HEAD', filled(operation), options), await send(operation, options)];
        expect(bare(head), nameOf(operation)).toEqual(bare(get));
        expect(head.bytes.length).toBe(0);
      }
    }
  });

  it('AZ-14 OPTIONS says which methods there are, to everybody alike, and nothing else', async () => {
    for (const template of templates()) {
      const [anonymous, signedIn] = [await client().send('OPTIONS', example(template)), await client().send('OPTIONS', example(template), house.as)];
      for (const answer of [anonymous, signedIn]) {
        expect([204, 404], template).toContain(answer.status);
        if (answer.status === 204) expect(answer.bytes.length).toBe(0);
        expect(answer.header('access-control-allow-origin')).toBeUndefined();
      }
      expect(anonymous.header('allow')).toBe(signedIn.header('allow'));
    }
  });

  it('AZ-14 TRACE, CONNECT-like, WebDAV, made-up and lower-case verbs: 405 on every path, with a credential too', async () => {
    const before = await snapshot(database());
    const verbs = ['TRACE', 'TRACK', 'PROPFIND', 'MKCOL', 'COPY', 'MOVE', 'LINK', 'SEARCH', 'FOO', 'get', 'Get', 'post', 'delete', 'GETX', 'POSTS'];
    for (const template of templates()) {
      const pieces = verbs.map((verb) => `${verb} ${example(template)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\nX-Mark: do-not-echo\r\n\r\n`);
      const said = await converse(houses.stack.facts.port, pieces, { enough: verbs.length, quietMs: 1500 });
      expect(said.answers.map((answer) => answer.status), template).toEqual(verbs.map(() => 405));
      expect(said.bytes).not.toContain('do-not-echo');
    }
    expect(await snapshot(database())).toEqual(before);
  });
});

describe('AZ-19 no route beside the document', () => {
  it('AZ-19 every route that a feature declares is in the document, and none of the document is elsewhere', () => {
    const declared = new Set<string>();
    const walk = (folder: string): void => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) walk(path);
        else if (/\.(cpp|h)$/.test(entry.name) && !/_test\.cpp$/.test(entry.name)) {
          for (const match of readFileSync(path, 'utf8').matchAll(/\.method = http::Method::(\w+),\s*\.path = "([^"]+)"/g)) {
            declared.add(`${(match[1] as string).toUpperCase().replace('REMOVE', 'DELETE')} ${(match[2] as string).replace(/:(\w+)/g, '{$1}')}`);
          }
        }
      }
    };
    walk(join(settings.repository, 'src', 'features'));
    expect(declared.size).toBeGreaterThan(40);
    const known = new Set(document().operations.map(nameOf));
    expect([...declared].filter((name) => !known.has(name))).toEqual([]);
  });

  it('AZ-19 ten thousand names, in each folder that has routes, find nothing else', async () => {
    const words = new Set([
      'admin', 'administrator', 'debug', 'internal', 'private', 'test', 'dev', 'staging', 'console', 'actuator', 'env', 'heapdump', 'trace', 'dump', 'backup', 'config', 'swagger',
      'swagger.json', 'api-docs', 'graphql', 'graphiql', 'phpinfo.php', 'server-status', '.env', '.git', '.git/HEAD', '.svn', '.htaccess', '.DS_Store', 'robots.txt', 'favicon.ico',
      'sitemap.xml', 'wp-admin', 'login', 'logout', 'register', 'me', 'v2', 'v3', 'v0', 'root', 'shell', 'exec', 'eval', 'cmd', 'sql', 'db', 'database', 'metrics', 'pprof', 'vars',
      'status', 'info', 'ping', 'version', 'stats', 'secrets', 'keys', 'jwks', 'token', 'introspect', 'revoke', 'impersonate', 'sudo', 'su', 'users', 'user', 'organizations', 'export',
      'import', 'upload', 'download', 'files', 'static', 'assets', 'public', 'cgi-bin', 'manager', 'jmx', 'jolokia', 'health', 'ready', 'openapi.json', 'openapi.yaml', '__test', '__debug',
    ]);
    // The words that our own authors use are the likeliest names of something hidden.
    for (const folder of ['features', 'http', 'domain', 'app', 'storage/sql']) {
      for (const entry of readdirSync(join(settings.repository, 'src', folder), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
        for (const word of text.match(/[A-Za-z][A-Za-z0-9_]{2,24}/g) ?? []) words.add(word.replaceAll('_', '-').toLowerCase());
      }
    }
    // The console stands beside the document: its pages by their own list, its few files by name.
    const pages = readFileSync(join(settings.repository, 'src', 'features', 'console', 'pages.h'), 'utf8');
    const ofTheConsole = new Set(['/', '/robots.txt', ...[...pages.matchAll(/\{"(\/[^"]*)", "page/g)].map(([, path]) => path as string)]);
    expect(ofTheConsole.size).toBeGreaterThan(20);
    const folders = ['/', '/api/', '/api/v1/', '/api/auth/', '/api/v1/auth/', '/api/v1/me/', '/__test/', '/.well-known/', `${organizationsPath}/${house.id}/`, `${usersPath}/${other.id}/`];
    const paths = folders.flatMap((folder) => [...words].map((word) => `${folder}${word}`)).filter((path) => !document().knowsPath(path) && !ofTheConsole.has(path));
    expect(paths.length).toBeGreaterThan(10_000);
    const chosen = paths.filter((_path, index) => index % Math.ceil(paths.length / 12_000) === 0 || index < 500);
    // Straight, without the rules' book-keeping for so many answers of one kind.
    const quick = new Client(houses.stack.facts.origin, () => undefined, { sockets: 8 });
    const found: string[] = [];
    const ask = async (part: number): Promise<void> => {
      for (let at = part; at < chosen.length; at += 8) {
        const path = chosen[at] as string;
        const answer = await quick.get(path, house.as);
        if (answer.status !== 404) found.push(`${path} → ${answer.status}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, part) => ask(part)));
    quick.close();
    expect(found).toEqual([]);
  }, 240_000);
});

it('CS-08 cookie of one and bearer of another: the bearer counts, and a bad one is refused', async () => {
  const { who, as } = await houses.actor(house.id);
  expect((await client().get(`${usersPath}/me`, { ...as, cookie: `token=${token}` })).json.id).toBe(who.id);
  expect((await client().get(`${usersPath}/me`, { bearer: token, cookie: `token=${as.bearer}` })).json.id).toBe(owner.id);
  expectStatus(await client().get(`${usersPath}/me`, { bearer: 'invalid', cookie: `token=${token}` }), 401);
});

it('CS-06 a second cookie of the name, before or behind: refused on both surfaces', async () => {
  const { as } = await houses.actor(house.id);
  for (const path of [`${usersPath}/me`, '/api/v1/me/data', '/api/auth/sessions']) {
    for (const cookie of [`token=${token}; token=${as.bearer}`, `token=${as.bearer}; token=${token}`, `token=${token}; a=b; token=`, `token=${token}; token=${token}`]) {
      expectStatus(await client().get(path, { cookie }), 401);
    }
    expectStatus(await client().get(path, { cookie: `other=1; token=${token}` }), 200);
  }
  expectStatus(await client().post(organizationLoginPath, { email: owner.email, password: owner.password }, { cookie: `token=${token}; token=x` }), 200);
});
