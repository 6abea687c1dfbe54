// Sends requests exactly as told and keeps nothing between them: no cookies, no redirects, no retries.
import { Agent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { patience } from './settings.ts';

// Answers are whatever the server sent; each test says what it expects in them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Answer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly bytes: Buffer;
  readonly text: string;
  /** The parsed body; undefined when the body is not JSON. */
  readonly json: Json;
  header(name: string): string | undefined;
  headers(name: string): string[];
}

export interface Options {
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  bytes?: Buffer | string;
  bearer?: string;
  cookie?: string;
  headers?: Record<string, string | string[]>;
}

export type Observer = (answer: Answer) => void;

export class Client {
  private readonly agent: Agent | TlsAgent;
  private readonly tls: boolean;

  constructor(
    readonly origin: string,
    private readonly observe: Observer = () => undefined,
    connection: { sockets?: number; ca?: string } = {},
  ) {
    this.tls = origin.startsWith('https:');
    const shared = { keepAlive: true, maxSockets: connection.sockets ?? 64, scheduling: 'fifo' as const };
    this.agent = this.tls ? new TlsAgent({ ...shared, ca: connection.ca }) : new Agent(shared);
  }

  get(path: string, options: Options = {}): Promise<Answer> {
    return this.send('GET', path, options);
  }

  post(path: string, body: unknown, options: Options = {}): Promise<Answer> {
    return this.send('POST', path, { body, ...options });
  }

  delete(path: string, options: Options = {}): Promise<Answer> {
    return this.send('DELETE', path, options);
  }

  async send(method: string, path: string, options: Options = {}): Promise<Answer> {
    const answer = await this.exchange(method, path, options);
    this.observe(answer);
    return answer;
  }

  close(): void {
    this.agent.destroy();
  }

  private exchange(method: string, path: string, options: Options): Promise<Answer> {
    const headers: Record<string, string | string[]> = { 'user-agent': 'gatehouse-suite' };
    let payload: Buffer | undefined;
    if (options.bytes !== undefined) payload = Buffer.from(options.bytes as string);
    else if (options.body !== undefined) payload = Buffer.from(JSON.stringify(options.body));
    if (payload !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(payload.length);
    }
    if (options.bearer !== undefined) headers['authorization'] = `Bearer ${options.bearer}`;
    if (options.cookie !== undefined) headers['cookie'] = options.cookie;
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      if (value === '' && name in headers) delete headers[name];
      else headers[name] = value;
    }
    const url = new URL(this.origin);
    return new Promise((resolve, reject) => {
      const send = this.tls ? tlsRequest : plainRequest;
      // The path goes out as it stands; a URL object would tidy it up.
      const outgoing = send(
        { host: url.hostname, port: url.port, method, path, headers, agent: this.agent, timeout: 60_000 * patience },
        (incoming) => collect(incoming, method, path, resolve, reject),
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer in time`)));
      outgoing.on('error', (cause) => reject(new Error(`${method} ${path}: ${cause.message}`, { cause })));
      outgoing.end(payload);
    });
  }
}

function collect(
  incoming: IncomingMessage,
  method: string,
  path: string,
  resolve: (answer: Answer) => void,
  reject: (cause: Error) => void,
): void {
  const parts: Buffer[] = [];
  incoming.on('data', (part: Buffer) => parts.push(part));
  incoming.on('error', reject);
  incoming.on('end', () => {
    if (!incoming.complete) reject(new Error(`${method} ${path}: answer cut off`));
    else resolve(makeAnswer(method, path, incoming.statusCode ?? 0, pairs(incoming.rawHeaders), Buffer.concat(parts)));
  });
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) found.push([flat[at] as string, flat[at + 1] as string]);
  return found;
}

export function makeAnswer(
  method: string,
  path: string,
  status: number,
  rawHeaders: [string, string][],
  bytes: Buffer,
): Answer {
  const text = bytes.toString('utf8');
  const headers = (name: string): string[] =>
    rawHeaders.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  const isJson = (headers('content-type')[0] ?? '').startsWith('application/json');
  return {
    method,
    path,
    status,
    rawHeaders,
    bytes,
    text,
    json: isJson && text !== '' ? (JSON.parse(text) as Json) : undefined,
    header: (name) => headers(name)[0],
    headers,
  };
}
