// One server with everything a test holds in its hands: client, database, mailbox, people.
import { inject } from 'vitest';
import { Client } from './client.ts';
import { dropDatabase, openDatabase, type Database } from './database.ts';
import { Mailbox } from './mail.ts';
import { observe } from './rules.ts';
import { configuration, migrate, RunningServer, type Overrides, type ServerFacts } from './server.ts';

export class Stack {
  readonly client: Client;
  readonly database: Database;
  readonly mail: Mailbox;

  constructor(
    readonly facts: ServerFacts,
    readonly server?: RunningServer,
    ca?: string,
  ) {
    this.client = new Client(facts.origin, observe, { ca });
    this.database = openDatabase(facts.databaseUrl);
    this.mail = new Mailbox(this.client, this.database, this.environment === 'test');
  }

  get environment(): string {
    return this.facts.environment['GATEHOUSE_ENV'] ?? 'production';
  }

  get kek(): Buffer {
    return Buffer.from(this.facts.environment['GATEHOUSE_KEK'] ?? '', 'base64');
  }

  get jwtSecret(): string {
    return this.facts.environment['JWT_SECRET'] ?? '';
  }

  /** A client with connections of its own, for requests that must not share any. */
  another(sockets = 1): Client {
    return new Client(this.facts.origin, observe, { sockets });
  }

  async close(): Promise<void> {
    this.client.close();
    await this.database.close();
  }
}

let shared: Stack | undefined;

/** The server that most files share. */
export function mainStack(): Stack {
  shared ??= new Stack(inject('main'));
  return shared;
}

const own: Stack[] = [];

/** A server of one's own, with a fresh migrated database unless the overrides name one. */
export async function startStack(overrides: Overrides = {}, ca?: string): Promise<Stack> {
  const facts = await configuration(overrides);
  migrate(facts);
  const stack = new Stack(facts, await RunningServer.start(facts), ca);
  own.push(stack);
  return stack;
}

/** Another process on the same facts: after a kill, or as a second node with its own port. */
export async function startAgain(facts: ServerFacts, ca?: string): Promise<Stack> {
  const stack = new Stack(facts, await RunningServer.start(facts), ca);
  own.push(stack);
  return stack;
}

/** For afterAll of every file that started servers: ends them all and complains if one ended badly. */
export async function stopStacks(): Promise<void> {
  const problems: unknown[] = [];
  const ending: (Promise<unknown> | undefined)[] = [];
  const databases = new Set<string>();
  for (const stack of own.splice(0)) {
    databases.add(stack.facts.databaseUrl);
    await stack.close();
    ending.push(stack.server?.stop().catch((cause: unknown) => problems.push(cause)));
  }
  await Promise.all(ending);
  await Promise.all([...databases].map(dropDatabase));
  if (problems.length > 0) throw new AggregateError(problems, problems.map(String).join('\n'));
}
