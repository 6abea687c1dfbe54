// Speaks to the server byte by byte, for what no well-behaved client can say.
import { connect, type Socket } from 'node:net';
import { patience } from './settings.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Conversation {
  /** Every answer that came, in order. */
  readonly answers: RawAnswer[];
  /** Whether the server closed the connection. */
  readonly closed: boolean;
  readonly bytes: string;
}

/**
 * Sends the pieces, each after the one before was handed to the kernel, and listens until the server closes or is
 * quiet for a while. `expected` ends the wait early: so many whole answers are all that a sound server sends.
 */
export function converse(port: number, pieces: (string | Buffer)[], more: { quietMs?: number; enough?: number } = {}): Promise<Conversation> {
  const quiet = (more.quietMs ?? 700) * patience;
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received = Buffer.alloc(0);
    let closed = false;
    let timer: NodeJS.Timeout;
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const bytes = received.toString('latin1');
      try {
        resolve({ answers: parse(bytes), closed, bytes });
      } catch (cause) {
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      }
    };
    const rest = (): void => {
      clearTimeout(timer);
      timer = setTimeout(finish, quiet);
    };
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (more.enough !== undefined && parse(received.toString('latin1'), true).length >= more.enough) return finish();
      rest();
    });
    socket.on('end', () => {
      closed = true;
      finish();
    });
    socket.on('error', () => {
      // A reset is a way of closing; what came before it counts.
      closed = true;
      finish();
    });
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece);
      rest();
    });
    timer = setTimeout(finish, 30_000 * patience);
  });
}

function parse(bytes: string, lenient = false): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const lines = end < 0 ? [] : rest.slice(0, end).split('\r\n');
    const status = /^HTTP\/1\.[01] (\d{3}) /.exec(`${lines[0] ?? ''} `);
    if (status === null) {
      if (lenient) break;
      throw new Error(`not an answer: ${JSON.stringify(rest.slice(0, 200))}`);
    }
    const headers: Record<string, string> = {};
    for (const line of lines.slice(1)) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const code = Number(status[1]);
    const length = code < 200 || code === 204 ? 0 : Number(headers['content-length'] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (lenient && body.length < length) break;
    answers.push({ status: code, headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}
