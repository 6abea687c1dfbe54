// The vault: one key per person, however many ask; its cryptography; recovery and zero-knowledge.
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer, Json } from '../support/client.ts';
import { flag, type Row } from '../support/database.ts';
import { keepSecret } from '../support/evidence.ts';
import { events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { newPerson, vaultPath, type Person } from '../support/people.ts';
import { mainStack, startStack, stopStacks } from '../support/stack.ts';
import { masterKeyCheck, unwrap } from '../support/vault.ts';

const stack = mainStack();
const { client, database } = stack;

afterAll(stopStacks);

const post = (person: Person, path: string, body: Json = {}): Promise<Answer> => client.post(`${vaultPath}/${path}`, body, { bearer: person.accessToken });
const key = (person: Person): Promise<Answer> => client.get(`${vaultPath}/key`, { bearer: person.accessToken });
const rowOf = (person: Person): Promise<Row> => database.row`SELECT * FROM encryption_vaults WHERE user_id = ${person.id}`;
const audit = async (person: Person): Promise<string[]> =>
  (await database.rows`SELECT action FROM encryption_vault_audit WHERE user_id = ${person.id} ORDER BY id`).map((row) => row['action'] as string);

async function opened(): Promise<{ person: Person; masterKey: string }> {
  const person = await newPerson(stack);
  const answer = await post(person, 'init');
  expectStatus(answer, 200);
  return { person, masterKey: keepSecret('master-key', person.email, answer.json.masterKey) };
}

function recovery(owner: string): Json {
  return {
    recoveryWrappedMk: keepSecret('recovery', owner, randomBytes(48).toString('base64')),
    recoveryIv: randomBytes(12).toString('base64'),
  };
}

async function zeroKnowledge(): Promise<{ person: Person; masterKey: string; wrap: Json }> {
  const { person, masterKey } = await opened();
  const wrap = recovery(person.email);
  expectStatus(await post(person, 'recovery-wrap', wrap), 200);
  expectStatus(await post(person, 'zero-knowledge', { enable: true }), 200);
  return { person, masterKey, wrap };
}

describe('init and key', () => {
  it('M-11 the row opens under the KEK for this person alone, as described', async () => {
    const { person, masterKey } = await opened();
    const row = await rowOf(person);
    expect(row['wrapped_mk']).toHaveLength(64);
    expect(Buffer.from(row['wrap_iv'], 'base64')).toHaveLength(12);
    expect(row).toMatchObject({ wrap_version: 2, format_version: 1, organization_id: person.organizationId, mk_check: masterKeyCheck(masterKey) });
    expect(flag(row['zero_knowledge'])).toBe(false);
    expect(unwrap(row, stack.kek, person.id)).toBe(masterKey);
    expect(() => unwrap(row, stack.kek, `${person.id}x`)).toThrow();
    expect(JSON.stringify(row)).not.toContain(masterKey);
  });

  it('M-11 no-store; one audit row each: init says 201, then 200', async () => {
    const { person } = await opened();
    const again = await post(person, 'init');
    expect(again.header('cache-control')).toContain('no-store');
    expect((await key(person)).header('cache-control')).toContain('no-store');
    const rows = await database.rows`SELECT action, status FROM encryption_vault_audit WHERE user_id = ${person.id} ORDER BY id`;
    expect(rows).toEqual([{ action: 'init', status: 201 }, { action: 'init', status: 200 }, { action: 'fetch', status: 200 }]);
    expect(await events(database, person.id, 'VAULT_INIT')).toBe(2);
    expect(await events(database, person.id, 'VAULT_FETCH')).toBe(1);
  });

  it('M-12 before init: 404, and the failed fetch is on record', async () => {
    const person = await newPerson(stack);
    expectRefusal(await key(person), 404, 'VAULT_NOT_INITIALISED');
    const rows = await database.rows`SELECT action, status FROM encryption_vault_audit WHERE user_id = ${person.id}`;
    expect(rows).toEqual([{ action: 'failed_fetch', status: 404 }]);
  });

  it('M-18 fifty inits and fetches at once: one key', async () => {
    const person = await newPerson(stack);
    const answers = await barrier(stack, 50, (one, index) =>
      index % 2 === 0
        ? one.post(`${vaultPath}/init`, {}, { bearer: person.accessToken })
        : one.get(`${vaultPath}/key`, { bearer: person.accessToken }),
    );
    const keys = new Set(answers.filter((answer) => answer.status === 200).map((answer) => answer.json.masterKey));
    expect(keys.size).toBe(1);
    for (const [index, answer] of answers.entries()) expect(index % 2 === 0 ? [200] : [200, 404]).toContain(answer.status);
    for (const one of keys) keepSecret('master-key', person.email, one);
    const statuses = await database.rows`SELECT status FROM encryption_vault_audit WHERE user_id = ${person.id} AND action = 'init'`;
    expect(statuses.filter((row) => row['status'] === 201)).toHaveLength(1);
    expect(statuses).toHaveLength(25);
  });

  it('M-12 two people never share a key', async () => {
    const one = await opened();
    const other = await opened();
    expect(one.masterKey).not.toBe(other.masterKey);
  });

  it('KEY-03 a row moved to somebody else does not open: no key leaves, and nobody says 404', async () => {
    // On a server of its own: the shared one is to end its run without a word at level error.
    const own = await startStack();
    const one = await newPerson(own);
    const other = await newPerson(own);
    const keyOf = async (person: Person, path: string): Promise<Answer> =>
      own.client.send(path === 'key' ? 'GET' : 'POST', `${vaultPath}/${path}`, path === 'key' ? { bearer: person.accessToken } : { bearer: person.accessToken, body: {} });
    const masterKey = (await keyOf(one, 'init')).json.masterKey;
    await keyOf(other, 'init');
    const row = await own.database.row`SELECT * FROM encryption_vaults WHERE user_id = ${one.id}`;
    await own.database.run`
      UPDATE encryption_vaults SET wrapped_mk = ${row['wrapped_mk']}, wrap_iv = ${row['wrap_iv']}, mk_check = ${row['mk_check']}
      WHERE user_id = ${other.id}`;
    const answer = await keyOf(other, 'key');
    expect(answer.status, answer.text).toBe(503);
    expect(answer.text).not.toContain(masterKey);
    expect(answer.json).not.toHaveProperty('masterKey');
  });

  it('TC-SEC-030 every vault route needs a credential', async () => {
    for (const [method, path] of [
      ['POST', 'init'], ['GET', 'key'], ['GET', 'status'], ['POST', 'rotate'], ['POST', 'recovery-wrap'], ['DELETE', 'recovery-wrap'], ['POST', 'zero-knowledge'],
    ] as const) {
      expectRefusal(await client.send(method, `${vaultPath}/${path}`, method === 'POST' ? { body: {} } : {}), 401, 'UNAUTHORIZED');
    }
  });

  it('M-11 the status never shows a key', async () => {
    const person = await newPerson(stack);
    const before = await client.get(`${vaultPath}/status`, { bearer: person.accessToken });
    expectStatus(before, 200);
    const init = await post(person, 'init');
    keepSecret('master-key', person.email, init.json.masterKey);
    const after = await client.get(`${vaultPath}/status`, { bearer: person.accessToken });
    expectStatus(after, 200);
    expect(after.text).not.toBe(before.text);
    expect(after.text).not.toMatch(/masterKey|wrap_iv|wrappedMk"/i);
  });
});

describe('rotate', () => {
  it('M-12 a new key and check, the recovery wrap dropped, one audit row', async () => {
    const { person, masterKey } = await opened();
    expectStatus(await post(person, 'recovery-wrap', recovery(person.email)), 200);
    const answer = await post(person, 'rotate');
    expectStatus(answer, 200);
    const fresh = keepSecret('master-key', person.email, answer.json.masterKey as string);
    expect(Buffer.from(fresh, 'base64')).toHaveLength(32);
    expect(fresh).not.toBe(masterKey);
    expect((await key(person)).json.masterKey).toBe(fresh);
    const row = await rowOf(person);
    expect(row).toMatchObject({ mk_check: masterKeyCheck(fresh), recovery_wrapped_mk: null, recovery_iv: null });
    expect(unwrap(row, stack.kek, person.id)).toBe(fresh);
    expect(await audit(person)).toEqual(['init', 'recovery_set', 'rotate', 'fetch']);
  });

  it('M-12 with no vault it acts as init', async () => {
    const person = await newPerson(stack);
    const answer = await post(person, 'rotate');
    expectStatus(answer, 200);
    keepSecret('master-key', person.email, answer.json.masterKey);
    expect((await key(person)).json.masterKey).toBe(answer.json.masterKey);
  });

  it('KEY-04 twenty rotations never repeat an initialisation vector', async () => {
    const { person } = await opened();
    const seen = new Set<string>();
    for (let n = 0; n < 20; n += 1) {
      const answer = await post(person, 'rotate');
      keepSecret('master-key', person.email, answer.json.masterKey);
      seen.add((await rowOf(person))['wrap_iv'] as string);
    }
    expect(seen.size).toBe(20);
  });
});

describe('recovery wrap', () => {
  it('M-12 set, replaced, cleared; each with its audit row; the key stays as it is', async () => {
    const { person, masterKey } = await opened();
    const first = recovery(person.email);
    const second = recovery(person.email);
    expectStatus(await post(person, 'recovery-wrap', first), 200);
    expect(await rowOf(person)).toMatchObject({ recovery_wrapped_mk: first.recoveryWrappedMk, recovery_iv: first.recoveryIv });
    expect((await rowOf(person))['recovery_set_at']).not.toBeNull();
    expectStatus(await post(person, 'recovery-wrap', second), 200);
    expect(await rowOf(person)).toMatchObject({ recovery_wrapped_mk: second.recoveryWrappedMk });
    expectStatus(await client.delete(`${vaultPath}/recovery-wrap`, { bearer: person.accessToken }), 200);
    expect(await rowOf(person)).toMatchObject({ recovery_wrapped_mk: null, recovery_iv: null });
    expect((await key(person)).json.masterKey).toBe(masterKey);
    expect(await audit(person)).toEqual(['init', 'recovery_set', 'recovery_set', 'recovery_clear', 'fetch']);
  });

  it('M-12 without a vault: 404', async () => {
    const person = await newPerson(stack);
    expectRefusal(await post(person, 'recovery-wrap', recovery(person.email)), 404, 'VAULT_NOT_INITIALISED');
    expectRefusal(await client.delete(`${vaultPath}/recovery-wrap`, { bearer: person.accessToken }), 404, 'VAULT_NOT_INITIALISED');
    expectRefusal(await post(person, 'zero-knowledge', { enable: true }), 404, 'VAULT_NOT_INITIALISED');
  });

  it.each([
    ['nothing', {}],
    ['no iv', { recoveryWrappedMk: randomBytes(48).toString('base64') }],
    ['no wrap', { recoveryIv: randomBytes(12).toString('base64') }],
    ['no base64', { recoveryWrappedMk: '***', recoveryIv: randomBytes(12).toString('base64') }],
    ['an iv of 8 bytes', { recoveryWrappedMk: randomBytes(48).toString('base64'), recoveryIv: randomBytes(8).toString('base64') }],
    ['a wrap of 8 bytes', { recoveryWrappedMk: randomBytes(8).toString('base64'), recoveryIv: randomBytes(12).toString('base64') }],
    ['numbers', { recoveryWrappedMk: 1, recoveryIv: 2 }],
  ])('M-12 %s: 400, nothing stored', async (_what, body) => {
    const { person } = await opened();
    expectRefusal(await post(person, 'recovery-wrap', body), 400, 'VALIDATION', /recovery/);
    expect((await rowOf(person))['recovery_wrapped_mk']).toBeNull();
  });
});

describe('zero-knowledge', () => {
  it('M-12 on: the server’s wrap is gone, /key answers the recovery pair alone', async () => {
    const { person, masterKey, wrap } = await zeroKnowledge();
    const row = await rowOf(person);
    expect(row).toMatchObject({ wrapped_mk: null, wrap_iv: null, mk_check: masterKeyCheck(masterKey) });
    expect(flag(row['zero_knowledge'])).toBe(true);
    const answer = await key(person);
    expectStatus(answer, 200);
    expect(answer.json).toEqual({ requiresRecoveryCode: true, ...wrap, formatVersion: 1 });
    expect(answer.header('cache-control')).toContain('no-store');
    expect(await audit(person)).toEqual(['init', 'recovery_set', 'zk_enable', 'fetch']);
  });

  it('M-12 on needs a recovery wrap', async () => {
    const { person, masterKey } = await opened();
    const answer = await post(person, 'zero-knowledge', { enable: true });
    expect([400, 409], answer.text).toContain(answer.status);
    expect((await key(person)).json.masterKey).toBe(masterKey);
  });

  it('M-12 on: rotating and clearing the wrap are refused, init hands out nothing', async () => {
    const { person, masterKey } = await zeroKnowledge();
    expectRefusal(await post(person, 'rotate'), 409, 'ZK_ROTATE_FORBIDDEN');
    expectRefusal(await client.delete(`${vaultPath}/recovery-wrap`, { bearer: person.accessToken }), 409, 'ZK_ACTIVE');
    const init = await post(person, 'init');
    expect(init.json).not.toHaveProperty('masterKey');
    expect(init.text).not.toContain(masterKey);
    expect(flag((await rowOf(person))['zero_knowledge'])).toBe(true);
  });

  it('M-12 off: only the right key is taken back; then it is the key again', async () => {
    const { person, masterKey } = await zeroKnowledge();
    for (const wrong of [randomBytes(32).toString('base64'), '', 'x', randomBytes(31).toString('base64'), undefined]) {
      const answer = await post(person, 'zero-knowledge', { enable: false, masterKey: wrong });
      expect(answer.status, answer.text).toBe(400);
      expect(flag((await rowOf(person))['zero_knowledge'])).toBe(true);
    }
    expectStatus(await post(person, 'zero-knowledge', { enable: false, masterKey }), 200);
    expect((await key(person)).json.masterKey).toBe(masterKey);
    const row = await rowOf(person);
    expect(unwrap(row, stack.kek, person.id)).toBe(masterKey);
    expect(await audit(person)).toEqual(['init', 'recovery_set', 'zk_enable', 'zk_disable', 'fetch']);
  });

  it('M-12 on while on and off while off change nothing', async () => {
    const { person, wrap } = await zeroKnowledge();
    const before = await rowOf(person);
    expectStatus(await post(person, 'zero-knowledge', { enable: true }), 200);
    expect({ ...(await rowOf(person)), updated_at: null }).toEqual({ ...before, updated_at: null });
    expect((await key(person)).json).toMatchObject(wrap);
    const plain = await opened();
    const still = await rowOf(plain.person);
    expectStatus(await post(plain.person, 'zero-knowledge', { enable: false }), 200);
    expect({ ...(await rowOf(plain.person)), updated_at: null }).toEqual({ ...still, updated_at: null });
  });

  it('M-12 ten at once, on and off, leave a vault that opens', async () => {
    const { person, masterKey } = await opened();
    expectStatus(await post(person, 'recovery-wrap', recovery(person.email)), 200);
    const answers = await barrier(stack, 10, (one, index) =>
      one.post(`${vaultPath}/zero-knowledge`, index % 2 === 0 ? { enable: true } : { enable: false, masterKey }, { bearer: person.accessToken }),
    );
    for (const answer of answers) expectStatus(answer, 200);
    await post(person, 'zero-knowledge', { enable: false, masterKey });
    expect((await key(person)).json.masterKey).toBe(masterKey);
  });

  it.each([[{}], [{ enable: 'yes' }], [{ enable: 1 }], [{ enable: null }]])('M-12 %j: 400', async (body) => {
    const { person } = await opened();
    expectRefusal(await post(person, 'zero-knowledge', body), 400, 'VALIDATION', /enable/);
  });
});

it('M-11 rows that break a vault rule are refused by the database itself', async () => {
  const { person } = await opened();
  const broken = [
    () => database.run`UPDATE encryption_vaults SET wrapped_mk = NULL, wrap_iv = NULL WHERE user_id = ${person.id}`,
    () => database.run`UPDATE encryption_vaults SET wrap_iv = NULL WHERE user_id = ${person.id}`,
    () => database.run`UPDATE encryption_vaults SET zero_knowledge = ${true} WHERE user_id = ${person.id}`,
    () => database.run`UPDATE encryption_vaults SET recovery_wrapped_mk = 'x' WHERE user_id = ${person.id}`,
  ];
  for (const [index, one] of broken.entries()) await expect(one(), `rule ${index}`).rejects.toThrow(/constraint/i);
});
