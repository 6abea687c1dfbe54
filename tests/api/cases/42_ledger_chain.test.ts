// The ledger's chain as operators meet it: sealed within a second, verified beside the running server, kept outside as well.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../support/client.ts';
import { until } from '../support/mail.ts';
import { newAccount, newPerson } from '../support/people.ts';
import { freePort, runBinary, type Ended } from '../support/server.ts';
import { inTest, onPostgres, patience } from '../support/settings.ts';
import { startAgain, startStack, stopStacks, type Stack } from '../support/stack.ts';

let folder: string;
let kept: string;
let stack: Stack;
let second: Stack | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-checkpoints-'));
  kept = join(folder, 'kept');
  await mkdir(kept);
  stack = await startStack({ GATEHOUSE_AUDIT_CHECKPOINTS: `dir:${kept}`, GATEHOUSE_SELF_CHECK_SECONDS: '1' });
});
afterAll(async () => {
  await stopStacks();
  await rm(folder, { recursive: true, force: true });
});

function audit(words: string[], more: Record<string, string> = {}): Ended {
  const { PATH, HOME } = process.env as Record<string, string>;
  const named = ['GATEHOUSE_ENV', 'GATEHOUSE_DATABASE_URL', 'GATEHOUSE_KEK', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LLVM_PROFILE_FILE'];
  const known = Object.fromEntries(Object.entries(stack.facts.environment).filter(([name]) => named.includes(name)));
  return runBinary(['audit', ...words], { ...known, PATH, HOME, ...more } as Record<string, string>);
}

function verified(words: string[] = [], status = 0): Json {
  const said = audit(['verify', ...words, '--json']);
  expect(said.status, said.output).toBe(status);
  return JSON.parse(said.output) as Json;
}

const waiting = async (): Promise<number> => stack.database.count`SELECT count(*) FROM audit_unsealed`;
const sealed = async (): Promise<void> => {
  await until('the sealer', 5, async () => ((await waiting()) === 0 ? true : undefined));
};
const control = async (name: string): Promise<string> => {
  const ready = await stack.client.get('/ready?verbose');
  const found = (ready.json['controls'] as Json[]).find((one) => one['name'] === name);
  return found?.['state'] as string;
};

describe('the chain', () => {
  it('every row is in it within a second of its commit, and all of it verifies', async () => {
    const person = await newPerson(stack);
    const begun = performance.now();
    await sealed();
    expect(performance.now() - begun).toBeLessThan(1000 * patience);
    const of = await stack.database.count`SELECT count(*) FROM audit_seals WHERE organization_id = ${person.organizationId}`;
    const all = verified();
    expect(all['verified']).toBe(true);
    const chain = (all['chains'] as Json[]).find((one) => one['organizationId'] === person.organizationId);
    expect(chain).toMatchObject({ rows: of, unsealed: 0, finding: null });
    expect(of).toBeGreaterThan(0);
  });

  it('two nodes seal one chain', async () => {
    const port = await freePort();
    const two = await startAgain({
      ...stack.facts, port, origin: `http://127.0.0.1:${port}`, log: stack.facts.log.replace('.log', '-second.log'),
      environment: { ...stack.facts.environment, GATEHOUSE_LISTEN: `127.0.0.1:${port}` },
    });
    for (let round = 0; round < 3; round++) await Promise.all([newAccount(stack), newAccount(two), newAccount(stack), newAccount(two)]);
    await sealed();
    expect(verified()['verified']).toBe(true);
    second = two;
  });

  it('checkpoints are kept outside, and a tail that is cut with its checkpoints is found by them', async () => {
    const person = await newPerson(stack);
    await sealed();
    await until('the checkpoints', 5, async () => ((await stack.database.count`SELECT count(*) FROM audit_unpublished`) === 0 ? true : undefined));
    expect(verified(['--checkpoints', kept])['verified']).toBe(true);
    expect(await control('ledger sealer')).toBe('ok');
    expect(await control('ledger checkpoints')).toBe('ok');
    const chain = person.organizationId;
    const [last] = await stack.database.rows`SELECT max(chain_seq) AS seq FROM audit_seals WHERE organization_id = ${chain}`;
    await unlocked(['audit_ledger', 'audit_seals', 'audit_checkpoints'].map((table) => `DELETE FROM ${table} WHERE organization_id = '${chain}'`).join(';'));
    expect(Number(last?.['seq'])).toBeGreaterThan(0);
    expect(verified()['verified']).toBe(true);
    const found = verified(['--checkpoints', kept], 1);
    expect((found['chains'] as Json[]).find((one) => one['organizationId'] === chain)?.['finding']).toMatchObject({ seq: 1 });
  });

  it('a changed row is named', async () => {
    const person = await newPerson(stack);
    await sealed();
    const [row] = await stack.database.rows`SELECT s.chain_seq, l.id FROM audit_seals s JOIN audit_ledger l ON l.id = s.ledger_id WHERE l.user_id = ${person.id} AND l.event_type = ${'LOGIN_SUCCESS'}`;
    await unlocked(`UPDATE audit_ledger SET ip_address = '192.0.2.1' WHERE id = ${Number(row?.['id'])}`);
    const said = audit(['verify', '--organization', person.organizationId]);
    expect(said.status).toBe(1);
    expect(said.output).toContain(`BAD row ${row?.['chain_seq']} (id ${row?.['id']})`);
  });

  it('whose key it is matters: another KEK believes nothing, a named key is enough', async () => {
    const [key] = await stack.database.rows`SELECT kid FROM audit_keys`;
    const person = await newPerson(stack);
    await sealed();
    const words = ['verify', '--organization', person.organizationId];
    expect(audit(words, { GATEHOUSE_KEK: Buffer.alloc(32, 7).toString('base64') }).status).toBe(1);
    expect(audit(words, { GATEHOUSE_KEK: '' }).status).toBe(inTest ? 2 : 1); // in development one is made
    expect(audit([...words, '--kid', key?.['kid'] as string], { GATEHOUSE_KEK: '' }).status).toBe(0);
    expect(audit(['verify', join(folder, 'nothing')]).status).toBe(1);
    expect(audit(['check']).status).toBe(2);
  });

  it('the key is rotated beside a running server, which signs with the next one, and whoever knows one of them knows both', async () => {
    const before = await newPerson(stack);
    await sealed();
    const said = audit(['rotate-key', '--json']);
    expect(said.status, said.output).toBe(0);
    const rotated = JSON.parse(said.output) as { kid: string; previousKid: string };
    const after = await newPerson(stack);
    await sealed();
    const signed = async (id: string) => (await stack.database.rows`SELECT DISTINCT kid FROM audit_checkpoints WHERE organization_id = ${id}`).map((row) => row['kid']);
    expect(await signed(before.organizationId)).toEqual([rotated.previousKid]);
    expect(await signed(after.organizationId)).toEqual([rotated.kid]);
    for (const person of [before, after])
      for (const kid of [rotated.kid, rotated.previousKid])
        expect(audit(['verify', '--organization', person.organizationId, '--kid', kid], { GATEHOUSE_KEK: '' }).status).toBe(0);
    expect(await stack.database.count`SELECT count(*) FROM audit_ledger WHERE resource = ${'audit_key'} AND resource_id = ${rotated.kid}`).toBe(1);
    expect(audit(['rotate-key'], { GATEHOUSE_KEK: Buffer.alloc(32, 7).toString('base64') }).status).toBe(1);
  });

  it('a place outside that is gone keeps nobody out, is told, and gets what waited', async () => {
    await rm(kept, { recursive: true });
    await newAccount(stack);
    await until('it to be told', 20, async () => ((await control('ledger checkpoints')) === 'degraded' ? true : undefined));
    expect((await stack.client.get('/ready')).status).toBe(200);
    await mkdir(kept);
    await until('it to work again', 20, async () => ((await control('ledger checkpoints')) === 'ok' ? true : undefined));
    await until('what waited to be there', 20, async () => ((await stack.database.count`SELECT count(*) FROM audit_unpublished`) === 0 ? true : undefined));
  });

  it('history that is cut off and put back is not sealed anew, and that is told', async () => {
    // Which of two nodes would seal next is chance; what the other one knows by then, tests/stores/sealing_test.cpp shows.
    await second?.server?.stop();
    const person = await newPerson(stack);
    await sealed();
    const chain = person.organizationId;
    await unlocked(
      `INSERT INTO audit_unsealed (organization_id, ledger_id) SELECT organization_id, ledger_id FROM audit_seals WHERE organization_id = '${chain}';` +
      ['audit_seals', 'audit_checkpoints'].map((table) => `DELETE FROM ${table} WHERE organization_id = '${chain}'`).join(';'),
    );
    await until('it to be told', 40, async () => ((await control('ledger history')) === 'degraded' ? true : undefined));
    expect(await stack.database.count`SELECT count(*) FROM audit_seals WHERE organization_id = ${chain}`).toBe(0);
    await until('its row', 20, async () =>
      ((await stack.database.count`SELECT count(*) FROM audit_ledger WHERE event_type = ${'CONTROL_DEGRADED'} AND resource_id = ${'ledger history'}`) === 1 ? true : undefined));
    expect((await stack.client.get('/ready')).status).toBe(200);
  }, 90_000);
});

/** As whoever may do everything with the database: at once, or the server would see that its ledger stands open, and say so. */
async function unlocked(work: string): Promise<void> {
  if (onPostgres) {
    const each = (how: string): string => ['audit_ledger', 'audit_seals', 'audit_checkpoints'].map((table) => `ALTER TABLE ${table} ${how} TRIGGER USER`).join(';');
    return stack.database.script(`${each('DISABLE')};${work};${each('ENABLE')}`); // one transaction, as it is one text
  }
  const triggers = await stack.database.rows`SELECT name, sql FROM sqlite_master
    WHERE type = 'trigger' AND (name LIKE 'audit_%_no_delete' OR name LIKE 'audit_%_no_update')`;
  const dropped = triggers.map(({ name }) => `DROP TRIGGER ${name as string}`).join(';');
  return stack.database.script(`BEGIN IMMEDIATE;${dropped};${work};${triggers.map(({ sql }) => sql as string).join(';')};COMMIT`);
}
