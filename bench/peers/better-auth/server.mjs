// better-auth as its documentation sets it up: e-mail and password, SQLite, the session by its cookie.
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';

const address = `http://127.0.0.1:${process.env.PORT}`;
// Node's own SQLite: the other binding would have to be compiled.
const database = new DatabaseSync(process.env.DATABASE_FILE);
database.exec('PRAGMA journal_mode = WAL');
const options = {
  database,
  baseURL: address,
  secret: 'bench-secret-of-more-than-thirty-two-characters',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  session: process.env.COOKIE_CACHE ? { cookieCache: { enabled: true, maxAge: 300 } } : {},
  logger: { level: 'error' },
};
await (await getMigrations(options)).runMigrations();
const handle = toNodeHandler(betterAuth(options));
createServer((request, response) => {
  if (request.url === '/health') {
    response.setHeader('Content-Length', 2);
    response.end('ok');
    return;
  }
  handle(request, response);
}).listen(Number(process.env.PORT), '127.0.0.1');
