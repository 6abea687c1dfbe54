// TLS on the server's own port: 1.2 and newer, HSTS, and nothing else changes.
import { connect as plainConnect } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type Certificate } from '../support/certificates.ts';
import { expectStatus } from '../support/expectations.ts';
import { loginPath, meDataPath, newPerson, verifyPath } from '../support/people.ts';
import { linkIn } from '../support/mail.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

let stack: Stack;
let certificate: Certificate;

beforeAll(async () => {
  certificate = makeCertificate();
  stack = await startStack({ GATEHOUSE_TLS_CERT: certificate.certFile, GATEHOUSE_TLS_KEY: certificate.keyFile }, certificate.cert);
});
afterAll(stopStacks);

function handshake(options: object): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port: stack.facts.port, host: '127.0.0.1', ca: certificate.cert, ...options }, () => {
      resolve(socket.getProtocol() ?? 'none');
      socket.end();
    });
    socket.on('error', (cause) => resolve(`refused: ${cause.message}`));
  });
}

describe('https', () => {
  it('HT-16 the main job works over it, links and cookie included', async () => {
    const person = await newPerson(stack);
    expectStatus(await stack.client.get(meDataPath, { bearer: person.accessToken }), 200);
    const mail = await stack.mail.wait(person.email);
    expect(linkIn(mail, verifyPath)).toMatch(/^https:\/\//);
    const answer = await stack.client.post(loginPath, { email: person.email, password: person.password });
    expect(answer.headers('set-cookie')[0]).toMatch(/Secure/);
    expect(answer.header('strict-transport-security')).toMatch(/max-age=\d{7,}/);
  });

  it('HT-16 TLS 1.2 and 1.3 are spoken, 1.1 and weak ciphers are not', async () => {
    expect(await handshake({ minVersion: 'TLSv1.3' })).toBe('TLSv1.3');
    expect(await handshake({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
    expect(await handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' })).toMatch(/^refused/);
    expect(await handshake({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-SHA:@SECLEVEL=0' })).toMatch(/^refused/);
  });

  it('HT-16 a client that waits for 100 Continue is told to go on', async () => {
    const text = await new Promise<string>((resolve) => {
      let all = '';
      const socket = connect({ port: stack.facts.port, host: '127.0.0.1', ca: certificate.cert }, () => {
        socket.write(`POST ${loginPath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`);
      });
      socket.on('data', (chunk) => {
        all += chunk.toString('latin1');
        if (all === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('{}');
        else socket.end();
      });
      socket.on('close', () => resolve(all));
      socket.on('error', () => resolve(all));
    });
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /);
  });

  it('HT-16 plain HTTP on that port gets no answer that could be followed', async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = plainConnect({ port: stack.facts.port, host: '127.0.0.1' }, () => socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n'));
      let all = '';
      socket.on('data', (chunk) => (all += chunk.toString('latin1')));
      socket.on('close', () => resolve(all));
      socket.on('error', () => resolve(all));
      setTimeout(() => socket.destroy(), 12_000).unref();
    });
    expect(text).not.toMatch(/^HTTP\/1\.1 [23]/);
  });

  it('CPP-01 broken handshakes harm nobody', async () => {
    for (const bytes of ['', '\u0016', '\u0016\u0003\u0001\u0002\u0000', 'x'.repeat(5000)]) {
      await new Promise<void>((resolve) => {
        const socket = plainConnect({ port: stack.facts.port, host: '127.0.0.1' }, () => socket.write(Buffer.from(bytes, 'latin1'), () => socket.destroy()));
        socket.on('close', () => resolve());
        socket.on('error', () => resolve());
      });
    }
    expectStatus(await stack.client.get('/health'), 200);
  });
});
