// What people write by hand: Express, bcrypt, jsonwebtoken and PostgreSQL; sessions and refresh tokens in tables.
import { createHash, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import bcrypt from 'bcrypt';
import express from 'express';
import jwt from 'jsonwebtoken';
import pg from 'pg';

const cost = Number(process.env.COST);
// A KeyObject: of a string, jsonwebtoken would try to make a public key each time.
const secret = createSecretKey(randomBytes(32));
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(`
  CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE NOT NULL, name text NOT NULL, hash text NOT NULL);
  CREATE TABLE sessions (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz);
  CREATE TABLE refresh_tokens (hash text PRIMARY KEY, session_id uuid NOT NULL REFERENCES sessions,
    issued_at timestamptz NOT NULL DEFAULT now(), used_at timestamptz)`);

const digest = (text) => createHash('sha256').update(text).digest('hex');
const prepared = (name, text) => (client, ...values) => client.query({ name, text, values });
const insertUser = prepared('user', 'INSERT INTO users (id, email, name, hash) VALUES ($1, $2, $3, $4)');
const findUser = prepared('find', 'SELECT id, hash FROM users WHERE email = $1');
const insertSession = prepared('session', 'INSERT INTO sessions (id, user_id) VALUES ($1, $2)');
const insertToken = prepared('token', 'INSERT INTO refresh_tokens (hash, session_id) VALUES ($1, $2)');
const isLive = prepared('live', 'SELECT user_id FROM sessions WHERE id = $1 AND ended_at IS NULL');
const useToken = prepared('use', 'UPDATE refresh_tokens SET used_at = now() WHERE hash = $1 AND used_at IS NULL RETURNING session_id');
const endSession = prepared('end', 'UPDATE sessions SET ended_at = now() WHERE id = $1 AND ended_at IS NULL');
const endTokens = prepared('endt', 'UPDATE refresh_tokens SET used_at = now() WHERE session_id = $1 AND used_at IS NULL');

async function inTransaction(work) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (problem) {
    await client.query('ROLLBACK');
    throw problem;
  } finally {
    client.release();
  }
}

const accessToken = (user, session) => jwt.sign({ sub: user, sid: session }, secret, { expiresIn: 900 });
const bearer = (request) => jwt.verify((request.headers.authorization ?? '').slice('Bearer '.length), secret, { algorithms: ['HS256'] });

const app = express();
app.disable('x-powered-by');
app.use(express.json());
app.get('/health', (_, response) => response.json({ status: 'ok' }));

app.post('/register', async ({ body }, response) => {
  const id = randomUUID();
  await insertUser(pool, id, body.email, body.name, await bcrypt.hash(body.password, cost));
  response.json({ id });
});

app.post('/login', async ({ body }, response) => {
  const user = (await findUser(pool, body.email)).rows[0];
  if (!user || !(await bcrypt.compare(body.password, user.hash))) return response.status(401).json({ error: 'Invalid credentials' });
  const session = randomUUID();
  const refreshToken = randomBytes(48).toString('base64url');
  await inTransaction(async (client) => {
    await insertSession(client, session, user.id);
    await insertToken(client, digest(refreshToken), session);
  });
  return response.json({ accessToken: accessToken(user.id, session), refreshToken });
});

// With the session, as gatehouse does it.
app.post('/validate', async ({ body }, response) => {
  const payload = jwt.verify(body.token, secret, { algorithms: ['HS256'] });
  const live = (await isLive(pool, payload.sid)).rows.length === 1;
  response.status(live ? 200 : 401).json({ valid: live, payload });
});

// Without: what those do who trust the token until it ends.
app.post('/verify', ({ body }, response) => {
  response.json({ valid: true, payload: jwt.verify(body.token, secret, { algorithms: ['HS256'] }) });
});

app.post('/refresh', async ({ body }, response) => {
  const refreshToken = randomBytes(48).toString('base64url');
  const token = await inTransaction(async (client) => {
    const used = (await useToken(client, digest(body.refreshToken))).rows[0];
    const live = used && (await isLive(client, used.session_id)).rows[0];
    if (!live) return null;
    await insertToken(client, digest(refreshToken), used.session_id);
    return accessToken(live.user_id, used.session_id);
  });
  response.status(token ? 200 : 401).json(token ? { accessToken: token, refreshToken } : { error: 'Sign in again' });
});

app.post('/logout', async (request, response) => {
  const { sid } = bearer(request);
  await inTransaction(async (client) => {
    await endSession(client, sid);
    await endTokens(client, sid);
  });
  response.json({ success: true });
});

app.use((problem, _request, response, _next) => {
  console.error(problem);
  response.status(problem.name === 'JsonWebTokenError' ? 401 : 500).json({ error: problem.name });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
