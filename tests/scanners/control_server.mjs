// A server that is broken on purpose: every value of a request ends up inside an SQL text. A scanner that finds
// nothing here has found nothing anywhere. usage: node control_server.mjs PORT
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(':memory:');
database.exec("CREATE TABLE people (id TEXT, name TEXT, secret TEXT); INSERT INTO people VALUES ('1', 'ann', 'x'), ('2', 'ben', 'y')");

const look = (value) => database.prepare(`SELECT id, name FROM people WHERE name = '${value}'`).all();

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length === 0 ? {} : JSON.parse(Buffer.concat(parts).toString());
}

/** The one value of the request that reaches the database, chosen by the first segment of its path. */
async function value(request, url) {
  switch (url.pathname.split('/')[1]) {
    case 'query':
      return url.searchParams.get('search') ?? '';
    case 'path':
      return decodeURIComponent(url.pathname.split('/')[2] ?? '');
    case 'body':
      return (await body(request)).email ?? '';
    case 'agent':
      return request.headers['user-agent'] ?? '';
    case 'cookie':
      return decodeURIComponent((request.headers.cookie ?? '').replace(/^token=/, ''));
    case 'forwarded':
      return request.headers['x-forwarded-for'] ?? '';
    default:
      return '';
  }
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://control');
  value(request, url)
    .then((text) => {
      response.setHeader('content-type', 'application/json');
      try {
        response.end(JSON.stringify(look(text)));
      } catch (cause) {
        response.statusCode = 500;
        response.end(JSON.stringify({ error: String(cause) }));
      }
    })
    .catch((cause) => {
      response.statusCode = 400;
      response.end(JSON.stringify({ error: String(cause) }));
    });
}).listen(Number(process.argv[2]), '127.0.0.1');
