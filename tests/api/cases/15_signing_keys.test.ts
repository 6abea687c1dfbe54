// `gatehouse keys …` beside running servers: keys turn without a restart, nobody meets an unknown one, an emergency ends a key everywhere.
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../support/client.ts';
import { expectStatus } from '../support/expectations.ts';
import { login, loginPath, meDataPath, newPerson, refreshPath, validatePath, type Person } from '../support/people.ts';
import { freePort, runBinary, type Ended } from '../support/server.ts';
import { inTest, onPostgres, patience } from '../support/settings.ts';
import { startAgain, startStack, stopStacks, type Stack } from '../support/stack.ts';

let one: Stack;
let two: Stack;
let person: Person;

const keySet = async (node: Stack): Promise<Json[]> => (await node.client.get('/.well-known/jwks.json')).json.keys;
const kids = async (node: Stack): Promise<string[]> => (await keySet(node)).map((key) => key['kid'] as string);
const kidOf = (token: string): string => decodeProtectedHeader(token).kid as string;

/** The second server on the same database: keys and secrets are shared, the port differs. */
async function another(stack: Stack): Promise<Stack> {
  const port = await freePort();
  return startAgain({
    ...stack.facts, port, origin: `http://127.0.0.1:${port}`, log: stack.facts.log.replace('.log', '-second.log'),
    environment: { ...stack.facts.environment, GATEHOUSE_LISTEN: `127.0.0.1:${port}` },
  });
}

beforeAll(async () => {
  one = await startStack({ JWT_SECRET: '', GATEHOUSE_SELF_CHECK_SECONDS: '1' });
  two = await another(one);
  person = await newPerson(one);
});
afterAll(stopStacks);

function keys(words: string[], more: Record<string, string> = {}, stack = one): Ended {
  const { PATH, HOME } = process.env as Record<string, string>;
  const named = ['GATEHOUSE_ENV', 'GATEHOUSE_DATABASE_URL', 'GATEHOUSE_KEK', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LLVM_PROFILE_FILE'];
  const known = Object.fromEntries(Object.entries(stack.facts.environment).filter(([name]) => named.includes(name)));
  return runBinary(['keys', ...words], { ...known, PATH, HOME, ...more } as Record<string, string>);
}

function told(words: string[], more: Record<string, string> = {}): Json {
  const said = keys([...words, '--json'], more);
  expect(said.status, said.output).toBe(0);
  expect(said.output, 'nothing private is printed').not.toMatch(/"d"|sealed|PRIVATE/);
  return JSON.parse(said.output) as Json;
}

function refused(words: string[], status: number, line: RegExp, more: Record<string, string> = {}): void {
  const said = keys(words, more);
  expect(said.status, said.output).toBe(status);
  expect(said.output.trimEnd().split('\n'), said.output).toHaveLength(1);
  expect(said.output).toMatch(line);
}

/** As if the published key had been there since long. */
const age = async (): Promise<unknown> =>
  one.database.run`UPDATE signing_keys SET created_at = ${'2025-01-01T00:00:00.000Z'}, not_before = ${'2025-01-01T00:00:00.000Z'} WHERE state = ${'published'}`;

/** Asked every 50 ms; how many milliseconds went by until it held. */
async function until(holds: () => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  while (!(await holds())) {
    expect(performance.now() - begun, 'within a second, and some for a busy machine').toBeLessThan(1000 + 2000 * patience);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return performance.now() - begun;
}

const rows = async (): Promise<Json[]> =>
  one.database.rows`SELECT organization_id, outcome, status, actor_id, resource, resource_id, details, ip_address FROM audit_ledger WHERE event_type = ${'SETTINGS_UPDATED'} ORDER BY id`;

describe('a rotation', () => {
  let first: string;
  let next: string;

  it('KEY-07 list tells what signs, and needs no key-encryption key', async () => {
    first = kidOf(person.accessToken);
    expect(told(['list'], { GATEHOUSE_KEK: '' }).keys).toMatchObject([{ kid: first, algorithm: 'EdDSA', state: 'signing' }]);
    expect(keys(['list']).output).toMatch(new RegExp(`^${first}\tEdDSA\tsigning\tsigns since 20`));
  });

  it('KEY-07 publishes first: both nodes show the key within a second, and sign with the old one', async () => {
    const taken = told(['rotate'], { GATEHOUSE_SIGNING_ALGORITHM: 'ES256' });
    next = taken.kid;
    expect(taken).toMatchObject({ step: 'published', keys: expect.arrayContaining([expect.objectContaining({ kid: next, algorithm: 'ES256', state: 'published' })]) });
    for (const node of [one, two]) {
      await until(async () => (await kids(node)).includes(next));
      expect((await node.client.get('/.well-known/jwks.json')).header('cache-control')).toBe('public, max-age=300');
      expect(kidOf((await login(node, person)).accessToken)).toBe(first);
    }
  });

  it('KEY-07 refuses to sign with it before everybody has seen it, and says from when it is safe', async () => {
    refused(['rotate'], 1, new RegExp(`^gatehouse: keys rotate: the key ${next} was published at 20\\S+Z; it may sign from 20\\S+Z on`));
    const { publishedAt, signsFrom } = told(['list']).keys.find((key: Json) => key['kid'] === next);
    expect(Date.parse(signsFrom) - Date.parse(publishedAt)).toBeGreaterThanOrEqual(300_000);
    expect(await rows()).toHaveLength(1);
  });

  it('KEY-07 then lets it sign on both nodes, and whoever has a stale key set never sees an unknown key', async () => {
    const stale = createLocalJWKSet({ keys: await keySet(two) } as unknown as JSONWebKeySet);
    const old = await login(one, person);
    await age();
    expect(told(['rotate'])).toMatchObject({ step: 'signing', kid: next });
    for (const node of [one, two]) {
      const handed = await login(node, person); // at once: no node signs with a key that retired
      expect(kidOf(handed.accessToken)).toBe(next);
      expect(kidOf(handed.token)).toBe(next);
      for (const token of [handed.accessToken, handed.token, old.accessToken, old.token]) {
        expect((await jwtVerify(token, stale)).payload.sub).toBe(person.id);
        for (const reader of [one, two]) {
          expectStatus(await reader.client.get(meDataPath, { bearer: token }), 200);
          expectStatus(await reader.client.post(validatePath, { token }), 200);
        }
      }
    }
    expect((await kids(two)).sort()).toEqual([first, next].sort());
  });

  it('KEY-07 keeps the retired key for the longest token life, without its private part', async () => {
    refused(['remove', first], 1, /may be removed from 20\S+Z on/);
    const row = await one.database.row`SELECT state, private_sealed, not_after FROM signing_keys WHERE kid = ${first}`;
    expect(row).toMatchObject({ state: 'retiring', private_sealed: null });
    expect(new Date(row['not_after'] as string).getTime() - Date.now()).toBeGreaterThan(30 * 86_400_000 - 60_000 * patience);
    await one.database.run`UPDATE signing_keys SET not_after = ${'2025-01-01T00:00:00.000Z'} WHERE kid = ${first}`;
    expect(told(['remove', first])).toMatchObject({ step: 'removed', kid: first });
    for (const node of [one, two]) await until(async () => (await kids(node)).join() === next);
  });

  it('LOG-02 each step left one row, of nobody and from nowhere, in the chain of the system', async () => {
    const left = await rows();
    expect(left.map((row) => [row['resource_id'], (JSON.parse(row['details'] as string) as Json)['step']])).toEqual([
      [next, 'published'], [next, 'signing'], [first, 'removed'],
    ]);
    for (const row of left) expect(row).toMatchObject({ organization_id: 'system', outcome: 'success', status: null, actor_id: null, resource: 'signing_key', ip_address: null });
  });
});

describe('an emergency', () => {
  it('JWT-17 remove --compromised: tokens of the key are 401 on every node within a second, and a new key signs', async () => {
    const before = await login(one, person);
    const bad = kidOf(before.accessToken);
    refused(['remove', bad], 1, /only a retiring one is removed/);
    for (const node of [one, two]) expectStatus(await node.client.get(meDataPath, { bearer: before.accessToken }), 200);
    const taken = told(['remove', bad, '--compromised']);
    const successor = taken.keys.find((key: Json) => key['state'] === 'signing').kid as string;
    for (const node of [one, two]) {
      const needed = await until(async () => (await node.client.get(meDataPath, { bearer: before.accessToken })).status === 401);
      expect(needed, 'a second, and what asking takes on a busy machine').toBeLessThan(1500 * patience);
      for (const token of [before.accessToken, before.token]) {
        expectStatus(await node.client.post(validatePath, { token }), 401);
        expect((await node.client.get(meDataPath, { bearer: token })).json.code).toBe('INVALID_TOKEN');
      }
      expect(await kids(node)).toEqual([successor]);
    }
    const again = await one.client.post(refreshPath, { refreshToken: before.refreshToken });
    expectStatus(again, 200); // the session goes on: it was the key that was lost
    expect(kidOf(again.json.accessToken)).toBe(successor);
    expectStatus(await two.client.get(meDataPath, { bearer: again.json.accessToken }), 200);
    const last = (await rows()).at(-1) as Json;
    expect(JSON.parse(last['details'] as string)).toEqual({ by: 'operator command', compromised: true, step: 'removed', successor });
  });
});

describe('wrong use', () => {
  it('FO-06 one line and status 2, nothing changed', async () => {
    const before = await one.database.rows`SELECT kid, state FROM signing_keys ORDER BY kid`;
    refused([], 2, /say list, rotate or remove/);
    refused(['turn'], 2, /say list, rotate or remove/);
    refused(['rotate', 'x'], 2, /there is no place for `x`/);
    refused(['rotate', '--compromised'], 2, /is no flag of this command/);
    refused(['remove'], 2, /name the key by its id/);
    refused(['rotate'], 2, /GATEHOUSE_SIGNING_ALGORITHM: must be EdDSA or ES256 or RS256/, { GATEHOUSE_SIGNING_ALGORITHM: 'HS256' });
    // In development one is made where none is given: it is another than that of the nodes.
    refused(['rotate'], inTest ? 2 : 1, /GATEHOUSE_KEK/, { GATEHOUSE_KEK: '' });
    refused(['remove', 'unknown'], 1, /no key has the id unknown/);
    refused(['remove', 'unknown', '--compromised'], 1, /no key has the id unknown/);
    expect(await one.database.rows`SELECT kid, state FROM signing_keys ORDER BY kid`).toEqual(before);
  });

  it('KEY-01 another key-encryption key than that of the nodes makes nothing that they could not open', () => {
    refused(['rotate'], 1, /does not open under this GATEHOUSE_KEK/, { GATEHOUSE_KEK: Buffer.alloc(32, 7).toString('base64') });
    expect(told(['list']).keys).toHaveLength(1);
  });
});

it('D-54 keys out of reach: 503 for minting and validating, not ready, and back without a restart', async () => {
  const handed = await login(one, person);
  const name = onPostgres ? 'auth.signing_keys' : 'signing_keys';
  await one.database.script(`ALTER TABLE ${name} RENAME TO signing_keys_gone`);
  for (const node of [one, two]) {
    await until(async () => (await node.client.post(validatePath, { token: handed.accessToken })).status === 503);
    const validated = await node.client.post(validatePath, { token: handed.accessToken });
    expectStatus(validated, 503);
    expect(validated.json).not.toHaveProperty('valid');
    expectStatus(await node.client.get(meDataPath, { bearer: handed.token }), 503);
    expectStatus(await node.client.post(loginPath, { email: person.email, password: person.password }), 503);
    expectStatus(await node.client.post(refreshPath, { refreshToken: handed.refreshToken }), 503);
    expectStatus(await node.client.get('/.well-known/jwks.json'), 503);
    await until(async () => (await node.client.get('/ready?verbose')).text.includes('signing keys') && (await node.client.get('/ready')).status === 503);
  }
  const back = onPostgres ? 'auth.signing_keys_gone' : 'signing_keys_gone';
  await one.database.script(`ALTER TABLE ${back} RENAME TO signing_keys`);
  for (const node of [one, two]) {
    await until(async () => (await node.client.post(validatePath, { token: handed.accessToken })).status === 200);
    await until(async () => (await node.client.get('/ready')).status === 200);
    expectStatus(await node.client.post(refreshPath, { refreshToken: (await login(node, person)).refreshToken }), 200);
  }
});

it('KEY-07 tokens minted on both nodes while keys turn again and again are good on both', async () => {
  let turns = true;
  const bad: string[] = [];
  const use = async (minting: Stack, reading: Stack): Promise<void> => {
    while (turns) {
      const handed = await login(minting, person);
      for (const node of [minting, reading]) {
        const answer = await node.client.get(meDataPath, { bearer: handed.accessToken });
        if (answer.status !== 200) bad.push(answer.text);
      }
    }
  };
  const using = [use(one, two), use(two, one)];
  for (let n = 0; n < 4; n += 1) {
    expect(told(['rotate']).step).toBe('published');
    const { kid } = (await one.database.row`SELECT kid FROM signing_keys WHERE state = ${'published'}`) as { kid: string };
    await until(async () => (await Promise.all([kids(one), kids(two)])).every((shown) => shown.includes(kid)));
    await age();
    expect(told(['rotate']).step).toBe('signing');
  }
  turns = false;
  await Promise.all(using);
  expect(bad).toEqual([]);
});
