// Starts, watches, stops and kills the built server; knows nothing of its code, only its outside.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { get as getTls } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createDatabase } from './database.ts';
import { patience, settings } from './settings.ts';

export type Overrides = Record<string, string | undefined>;

/** Everything a test needs to reach a server, also from another process than the one that started it. */
export interface ServerFacts {
  readonly origin: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly log: string;
  readonly environment: Record<string, string>;
}

const passedOn = /^(PATH|HOME|LANG|LC_.*|TZ|TMPDIR|(A|UB|L|T)SAN_OPTIONS|LLVM_PROFILE_FILE|SSL_CERT_.*)$/;

export function inherited(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name, value]) => passedOn.test(name) && value !== undefined);
  return Object.fromEntries(kept) as Record<string, string>;
}

export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** The configuration of a server under test; an override of undefined leaves that variable unset. */
export async function configuration(overrides: Overrides = {}): Promise<ServerFacts> {
  const listen = overrides['GATEHOUSE_LISTEN'] ?? `127.0.0.1:${await freePort()}`;
  const port = Number(listen.slice(listen.lastIndexOf(':') + 1));
  const scheme = overrides['GATEHOUSE_TLS_CERT'] === undefined ? 'http' : 'https';
  const databaseUrl = overrides['GATEHOUSE_DATABASE_URL'] ?? (await createDatabase());
  const wanted: Overrides = {
    GATEHOUSE_ENV: settings.environment,
    GATEHOUSE_LISTEN: listen,
    GATEHOUSE_DATABASE_URL: databaseUrl,
    GATEHOUSE_PUBLIC_URL: `${scheme}://127.0.0.1:${port}`,
    GATEHOUSE_MAIL: 'capture',
    GATEHOUSE_KEK: randomBytes(32).toString('base64'),
    JWT_SECRET: randomBytes(36).toString('base64url'),
    GATEHOUSE_PASSWORD_HASH: 'bcrypt:4',
    GATEHOUSE_LIMIT_CLIENT_CREDENTIAL: '1000000',
    GATEHOUSE_LIMIT_CLIENT_REGISTER: '1000000',
    GATEHOUSE_LIMIT_CLIENT_ANONYMOUS: '10000000',
    GATEHOUSE_LOG_LEVEL: 'trace',
    // Strict reuse is the default in test alone; the cases of refresh expect it in both environments.
    GATEHOUSE_REFRESH_RETRY_WINDOW: settings.environment === 'test' ? undefined : '0',
    // A busy machine is no broken scorer; the cases that break it take the default.
    GATEHOUSE_RISK_HISTORY_MILLISECONDS: '5000',
    ...overrides,
  };
  const environment = inherited();
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) environment[name] = value;
  const log = join(settings.runFolder, `server-${port}-${randomBytes(3).toString('hex')}.log`);
  return { origin: `${scheme}://127.0.0.1:${port}`, port, databaseUrl, log, environment };
}

export interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly seconds: number;
}

/** Runs one command of the binary to its end. */
export function runBinary(words: string[], environment: Record<string, string>, limitSeconds = 60): Ended {
  const started = process.hrtime.bigint();
  const ended = spawnSync(settings.binary, words, {
    env: environment,
    encoding: 'utf8',
    timeout: limitSeconds * 1000 * patience,
    cwd: settings.runFolder,
  });
  if (ended.error !== undefined && !('code' in ended.error && ended.error.code === 'ETIMEDOUT')) throw ended.error;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { status: ended.status, output: `${ended.stdout}${ended.stderr}`, seconds };
}

export function migrate(facts: ServerFacts): void {
  const ended = runBinary(['migrate'], facts.environment);
  if (ended.status !== 0) throw new Error(`gatehouse migrate ended with ${ended.status}:\n${ended.output}`);
}

export class RunningServer {
  private constructor(
    readonly facts: ServerFacts,
    private readonly child: ChildProcess,
    private readonly ended: Promise<number | string>,
  ) {}

  static async start(facts: ServerFacts): Promise<RunningServer> {
    const log = openSync(facts.log, 'a');
    const words = openSync(facts.log.replace(/\.log$/, '.out'), 'a');
    // Should this process die in the middle, the kernel asks the server to go as well; a kept stack is to outlive it.
    const child = spawn(settings.keepStack ? settings.binary : 'setpriv', settings.keepStack ? ['serve'] : ['--pdeathsig', 'TERM', '--', settings.binary, 'serve'], {
      env: facts.environment,
      stdio: ['ignore', words, log],
      cwd: settings.runFolder,
      detached: settings.keepStack,
    });
    closeSync(log);
    closeSync(words);
    let over: number | string | undefined;
    const ended = new Promise<number | string>((resolve) => {
      child.on('error', (cause) => resolve((over = cause.message)));
      child.on('exit', (status, signal) => resolve((over = status ?? signal ?? 'unknown')));
    });
    const server = new RunningServer(facts, child, ended);
    const deadline = Date.now() + 20_000 * patience;
    while (!(await answersReady(facts.origin))) {
      if (over !== undefined) throw new Error(`gatehouse serve ended with ${over}:\n${server.log()}`);
      if (Date.now() > deadline) {
        await server.kill();
        throw new Error(`gatehouse serve was not ready in time:\n${server.log()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return server;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the server has no process');
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Lets this process end while the server lives on. */
  leave(): void {
    this.child.unref();
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** How it ended: its exit status, or the name of the signal. */
  exit(): Promise<number | string> {
    return this.ended;
  }

  /** Ends it as an operator would; anything but a clean exit is an error. */
  async stop(): Promise<void> {
    if (this.running) {
      this.child.kill('SIGTERM');
      const overdue = setTimeout(() => this.child.kill('SIGKILL'), 20_000 * patience);
      const how = await this.ended;
      clearTimeout(overdue);
      if (how !== 0) throw new Error(`after SIGTERM the server ended with ${how}:\n${this.log().slice(-4000)}`);
    }
    const report = sanitizerReport(this.log());
    if (report !== undefined) throw new Error(`sanitizer report in ${this.facts.log}:\n${report}`);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  log(): string {
    return readFileSync(this.facts.log, 'utf8');
  }
}

export function sanitizerReport(log: string): string | undefined {
  const at = log.search(/ERROR: (Address|Leak|Memory)Sanitizer|WARNING: ThreadSanitizer|runtime error: |SUMMARY: \w+Sanitizer/);
  return at < 0 ? undefined : log.slice(at, at + 6000);
}

function answersReady(origin: string): Promise<boolean> {
  const ask = origin.startsWith('https:') ? getTls : get;
  return new Promise((resolve) => {
    const outgoing = ask(`${origin}/ready`, { agent: false, rejectUnauthorized: false, timeout: 2000 } as object, (incoming) => {
      incoming.resume();
      incoming.on('end', () => resolve(incoming.statusCode === 200));
      incoming.on('error', () => resolve(false));
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(false));
  });
}
