// Brings up the one server that most files share, proves which database it uses, and takes both away again.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createDatabase, dropDatabase } from './database.ts';
import { configuration, migrate, RunningServer, type ServerFacts } from './server.ts';
import { settings } from './settings.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    main: ServerFacts;
  }
}

export default async function bringUp(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(settings.binary)) throw new Error(`no server to test: ${settings.binary} (GATEHOUSE_BINARY)`);
  for (const name of ['answers', 'secrets', 'breaches']) rmSync(join(settings.runFolder, `${name}.jsonl`), { force: true });

  const name = process.env['GATEHOUSE_TEST_DATABASE_NAME'];
  const given = process.env['GATEHOUSE_TEST_DATABASE_URL'];
  const chosen = {
    GATEHOUSE_LISTEN: process.env['GATEHOUSE_TEST_LISTEN'],
    GATEHOUSE_DATABASE_URL: given ?? (name === undefined ? undefined : await createDatabase(name)),
    GATEHOUSE_KEK: process.env['GATEHOUSE_TEST_KEK'],
    GATEHOUSE_PUBLIC_URL: process.env['GATEHOUSE_TEST_PUBLIC_URL'],
    GATEHOUSE_MAIL: process.env['GATEHOUSE_TEST_MAIL'],
  };
  const overrides = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  const facts = await configuration(overrides);
  migrate(facts);
  const server = await RunningServer.start(facts);
  const document = await (await fetch(`${facts.origin}/openapi.json`)).text();
  writeFileSync(join(settings.runFolder, 'openapi.json'), document);
  writeFileSync(join(settings.runFolder, 'server.json'), JSON.stringify({ ...facts, pid: server.pid }, null, 2));
  project.provide('main', facts);

  return async () => {
    await keepMails(facts.origin);
    if (settings.keepStack) {
      server.leave();
      console.log(`KEEP_STACK: process ${server.pid} serves ${facts.origin}; its database is ${facts.databaseUrl}`);
      return;
    }
    await server.stop();
    if (given === undefined) await dropDatabase(facts.databaseUrl);
  };
}

/** Leaves the captured mails beside the server's log, where a red run is looked into. */
async function keepMails(origin: string): Promise<void> {
  const file = join(settings.runFolder, 'mails.json');
  try {
    const answer = await fetch(`${origin}/api/v1/messages?limit=1000`);
    writeFileSync(file, await answer.text());
  } catch (cause) {
    writeFileSync(file, JSON.stringify({ problem: String(cause) }));
  }
}
