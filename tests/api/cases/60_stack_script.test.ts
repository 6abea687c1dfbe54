// The stack script, as a developer or the build runs it: beside a running stack, on addresses of one's choice.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { dropDatabase, openDatabase } from '../support/database.ts';
import { configuration, freePort, migrate } from '../support/server.ts';
import { onPostgres, patience, settings } from '../support/settings.ts';
import { mainStack } from '../support/stack.ts';

const run = promisify(execFile);

interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly seconds: number;
}

async function script(more: Record<string, string>, ...words: string[]): Promise<Outcome> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    // What this run was told or told its workers is not for the stack that starts beside it.
    if (value !== undefined && !/^(GATEHOUSE_TEST_(RUN_FOLDER|REPORT|LISTEN|DATABASE_NAME|DATABASE_URL|KEK)|VITEST.*|SUITE_ENV|KEEP_STACK)$/.test(name)) environment[name] = value;
  }
  const begun = Date.now();
  const finished = (status: number, output: string): Outcome => ({ status, output, seconds: (Date.now() - begun) / 1000 });
  try {
    const { stdout, stderr } = await run(join(settings.repository, 'scripts/run-integration-tests.sh'), ['--reporter=default', '--reporter=json', ...words], {
      env: { ...environment, DATABASE: settings.database, GATEHOUSE_BINARY: settings.binary, GATEHOUSE_TEST_POSTGRES: settings.postgres, NO_COLOR: '1', ...more },
      timeout: 170_000 * patience,
      maxBuffer: 1 << 26,
    });
    return finished(0, `${stdout}${stderr}`);
  } catch (cause) {
    const failed = cause as { code?: number; stdout?: string; stderr?: string };
    return finished(failed.code ?? 1, `${failed.stdout ?? ''}${failed.stderr ?? ''}`);
  }
}

describe('scripts/run-integration-tests.sh', () => {
  it('M-31 a test stack starts beside a running one, on the address and database it is told, and leaves nothing behind', async () => {
    const port = await freePort();
    const folder = join(settings.runFolder, 'beside');
    const outcome = await script({
      GATEHOUSE_TEST_LISTEN: `127.0.0.1:${port}`, GATEHOUSE_TEST_DATABASE_NAME: `stack_beside_${process.pid}`, GATEHOUSE_TEST_RUN_FOLDER: folder,
    });
    expect(outcome.status, outcome.output.slice(-4000)).toBe(0);
    expect(outcome.output).toMatch(/Tests\s+(\d+) passed \(\1\)/);
    expect(outcome.seconds, 'seconds with start').toBeLessThan(30 * patience);
    expect(existsSync(folder), 'a green run leaves no folder').toBe(false);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    expect((await mainStack().client.get('/ready')).status, 'the other stack never noticed').toBe(200);
  }, 180_000 * patience);

  it('M-31 a red run keeps the server’s log and the captured mails', async () => {
    const folder = join(settings.runFolder, 'red');
    // Mail that goes nowhere makes M-03 red; it need not wait the whole of its time for that.
    const nowhere = `smtp://127.0.0.1:${await freePort()}`;
    const outcome = await script({ GATEHOUSE_TEST_RUN_FOLDER: folder, GATEHOUSE_TEST_MAIL: nowhere }, '-t', 'M-0[1-3]', '--testTimeout=3000');
    expect(outcome.status).not.toBe(0);
    expect(outcome.output).toContain(folder);
    const facts = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as { log: string };
    expect(readFileSync(facts.log, 'utf8')).toMatch(/mail/);
    expect(existsSync(join(folder, 'mails.json'))).toBe(true);
    rmSync(folder, { recursive: true });
  }, 180_000 * patience);

  it('M-31 all M cases pass twice in a row on the same database', async () => {
    const facts = await configuration();
    migrate(facts);
    for (const time of ['first', 'second']) {
      const outcome = await script({ GATEHOUSE_TEST_DATABASE_URL: facts.databaseUrl, GATEHOUSE_TEST_KEK: facts.environment['GATEHOUSE_KEK'] as string });
      expect(outcome.status, `${time} time: ${outcome.output.slice(-4000)}`).toBe(0);
    }
    const database = openDatabase(facts.databaseUrl);
    expect(await database.count`SELECT count(*) FROM audit_ledger WHERE event_type = 'REGISTER'`).toBeGreaterThan(20);
    await database.close();
    await dropDatabase(facts.databaseUrl);
  }, 240_000 * patience);

  if (!onPostgres) {
    it('M-31 KEEP_STACK=1 leaves it up', async () => {
      const folder = join(settings.runFolder, 'kept');
      const outcome = await script({ KEEP_STACK: '1', GATEHOUSE_TEST_RUN_FOLDER: folder });
      expect(outcome.status, outcome.output.slice(-4000)).toBe(0);
      const facts = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as { origin: string; pid: number };
      try {
        expect((await fetch(`${facts.origin}/ready`)).status).toBe(200);
        expect(outcome.output).toContain(`kill ${facts.pid}`);
      } finally {
        process.kill(facts.pid, 'SIGTERM');
      }
    }, 180_000 * patience);
  }
});
