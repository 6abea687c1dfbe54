// A real SMTP server that keeps what it is sent, with or without authentication and STARTTLS.
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Delivered {
  readonly from: string;
  readonly to: string[];
  readonly text: string;
  readonly user: string | undefined;
  readonly secure: boolean;
}

export interface SmtpRun {
  readonly port: number;
  readonly delivered: Delivered[];
  readonly refusedLogins: () => number;
  /** How often somebody said a password, right or wrong. */
  readonly passwordsHeard: () => number;
  close(): Promise<void>;
}

export interface SmtpWishes {
  user?: string;
  password?: string;
  tls?: { key: string; cert: string };
  /** Answers so many messages with a temporary error first. */
  failFirst?: number;
  options?: SMTPServerOptions;
  port?: number;
}

export function startSmtp(wishes: SmtpWishes = {}): Promise<SmtpRun> {
  const delivered: Delivered[] = [];
  let refused = 0;
  let heard = 0;
  let toFail = wishes.failFirst ?? 0;
  const disabled = [...(wishes.user === undefined ? ['AUTH'] : []), ...(wishes.tls === undefined ? ['STARTTLS'] : [])];
  const server = new SMTPServer({
    disabledCommands: disabled,
    authOptional: wishes.user === undefined,
    allowInsecureAuth: wishes.tls === undefined,
    ...(wishes.tls ?? {}),
    logger: false,
    disableReverseLookup: true,
    onAuth(auth, _session, done) {
      heard += 1;
      if (auth.username === wishes.user && auth.password === wishes.password) return done(null, { user: auth.username });
      refused += 1;
      return done(new Error('535 wrong user or password'));
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (toFail > 0) {
          toFail -= 1;
          return done(Object.assign(new Error('try again later'), { responseCode: 451 }));
        }
        delivered.push({
          from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map((one) => one.address),
          text: Buffer.concat(parts).toString('utf8'),
          user: session.user,
          secure: session.secure,
        });
        return done();
      });
    },
    ...wishes.options,
  });
  server.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(wishes.port ?? 0, '127.0.0.1', () => {
      const { port } = server.server.address() as AddressInfo;
      resolve({
        port,
        delivered,
        refusedLogins: () => refused,
        passwordsHeard: () => heard,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}

/** The text parts of a message, decoded, and its headers unfolded. */
export function readMessage(raw: string): { headers: Record<string, string[]>; body: string } {
  const [head, ...rest] = raw.split('\r\n\r\n');
  const headers: Record<string, string[]> = {};
  for (const line of (head ?? '').replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    (headers[line.slice(0, colon).toLowerCase()] ??= []).push(line.slice(colon + 1).trim());
  }
  return { headers, body: decodeParts(rest.join('\r\n\r\n')) };
}

/** Undoes quoted-printable and base64 of every part; what is neither stays as it is. */
function decodeParts(body: string): string {
  const quoted = body
    .replace(/=\r\n/g, '')
    .replace(/(?:=[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString('utf8'));
  const coded = [...body.matchAll(/(?:^[A-Za-z0-9+/]{20,}={0,2}\r?$\n?)+/gm)].map((match) => Buffer.from(match[0], 'base64').toString('utf8'));
  return [quoted, ...coded].join('\n');
}
