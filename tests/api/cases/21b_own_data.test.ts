// Everything that is kept about a person, for that person: complete, of nobody else, without what opens anything.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { sha256 } from '../support/archives.ts';
import { json } from '../support/database.ts';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, type House, type Member } from '../support/houses.ts';
import { stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

const path = '/api/v1/me/data/export';
const sections = [
  'user', 'organization', 'permissions', 'sessions', 'refreshTokens', 'loginAttempts', 'resetRequests', 'mailedLinks', 'stepUps', 'encryptionVault', 'pictures',
  'assignments', 'createdResources', 'sentInvitations', 'accessReviews', 'notifications', 'mails', 'events',
];

let houses: Houses;
let house: House;
beforeAll(async () => {
  houses = await Houses.start('closed');
  house = await houses.house();
});
afterAll(stopStacks);
const client = () => houses.stack.client;
const database = () => houses.stack.database;

async function exported(as: Options): Promise<Answer> {
  const answer = await client().get(path, as);
  expectStatus(answer, 200);
  return answer;
}

/** Somebody of whom every table knows something. */
async function lived(word: string): Promise<{ who: Member; as: Options }> {
  const { who, as } = await houses.actor(house.id, 'admin');
  expectStatus(await client().post('/api/auth/login', { email: who.email, password: 'not it at all', organizationId: who.organizationId }), 401);
  expectStatus(await client().post('/api/auth/forgot-password', { email: who.email }), 200);
  expectStatus(await client().post('/api/v1/me/encryption-vault/init', {}, as), 200);
  expectStatus(await client().post('/api/security/stepup', { purpose: 'change_role' }, as), 201);
  expectStatus(await client().post('/api/clients', { name: `Client of ${word}` }, as), 201);
  expectStatus(await client().post(`/api/organizations/${house.id}/invitations`, { email: `guest.${word}@suite.example`, role: 'staff' }, as), 201);
  await database().run`INSERT INTO user_permissions (organization_id, user_id, permission_id) VALUES (${house.id}, ${who.id}, ${`grants.${word}`})`;
  await database().run`INSERT INTO notifications (organization_id, user_id, kind, data) VALUES (${house.id}, ${who.id}, 'assignment', ${`{"word":"${word}"}`})`;
  await database().run`INSERT INTO user_pictures (organization_id, user_id, variant, content_type, bytes) VALUES (${house.id}, ${who.id}, 'small', 'image/png', ${Buffer.from(word)})`;
  const review = `review-${word}`;
  await database().run`INSERT INTO access_reviews (id, organization_id, name, created_by, created_at) VALUES (${review}, ${house.id}, 'Spring', ${who.id}, ${'2026-01-02T00:00:00.000Z'})`;
  await database().run`INSERT INTO access_review_items (organization_id, review_id, user_id, role, status, permissions) VALUES (${house.id}, ${review}, ${who.id}, 'admin', 'active', '')`;
  return { who, as };
}

describe('one’s own data', () => {
  it('is whole: a section for each table that knows somebody, every row of it, as an attachment', async () => {
    const { who, as } = await lived('whole');
    const answer = await exported(as);
    expect(answer.header('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.header('content-disposition')).toBe('attachment; filename="gatehouse-data.json"');
    expect(answer.header('cache-control')).toBe('no-store');
    expect(Object.keys(answer.json)).toEqual(['formatVersion', 'exportId', 'exportedAt', ...sections]);
    for (const section of sections) expect(answer.json[section].length, section).toBeGreaterThan(0);
    expect(answer.json.user).toEqual([expect.objectContaining({ id: who.id, email: who.email, role: 'admin', emailVerified: true })]);
    expect(answer.json.organization).toEqual([expect.objectContaining({ id: house.id, isOwner: false })]);
    for (const [section, table] of [['sessions', 'sessions'], ['refreshTokens', 'refresh_tokens'], ['loginAttempts', 'login_attempts'], ['resetRequests', 'reset_requests'],
      ['mailedLinks', 'one_time_tokens'], ['stepUps', 'step_up_challenges'], ['assignments', 'assignments'], ['notifications', 'notifications']] as const) {
      const rows = await database().rows([`SELECT count(*) AS n FROM ${table} WHERE user_id = `, ''] as unknown as TemplateStringsArray, who.id);
      expect(answer.json[section], section).toHaveLength(Number(rows[0]!['n']));
    }
    expect(answer.json.events.map((one: Json) => one.event)).toEqual(expect.arrayContaining(['LOGIN_SUCCESS', 'LOGIN_FAILURE', 'PASSWORD_RESET_REQUESTED', 'VAULT_INIT', 'DATA_EXPORT_STARTED']));
    expect(answer.json.createdResources).toEqual([{ id: expect.any(String), type: 'client', createdAt: expect.any(String) }]);
    expect(answer.json.sentInvitations).toEqual([expect.objectContaining({ role: 'staff' })]);
    expect(answer.json.notifications.map((one: Json) => one.data.word)).toContain('whole');
    expect(answer.json.loginAttempts.map((one: Json) => one.successful).sort()).toEqual([false, true]);
  });

  it('holds no hash, secret, token, code or key, and nothing of anybody else', async () => {
    const other = await lived('somebody-else');
    const { who, as } = await lived('secrets');
    await database().run`UPDATE users SET two_factor_secret = 'SECRETSECRET', reset_token = 'reset-reset' WHERE id = ${who.id}`;
    const answer = await exported(as);
    const keep = await database().rows`
      SELECT password_hash AS one, two_factor_secret AS two, reset_token AS three, wrapped_mk AS four, mk_check AS five
      FROM users u JOIN encryption_vaults v ON v.user_id = u.id WHERE u.id = ${who.id}`;
    const digests = await database().rows`
      SELECT token_hash AS one FROM refresh_tokens WHERE user_id = ${who.id} UNION ALL SELECT token_hash FROM one_time_tokens WHERE user_id = ${who.id}
      UNION ALL SELECT code_hash FROM step_up_challenges WHERE user_id = ${who.id} AND code_hash IS NOT NULL`;
    for (const row of [...keep, ...digests]) for (const secret of Object.values(row)) expect(answer.text).not.toContain(secret);
    expect(answer.text).not.toContain(as.bearer);
    expect(answer.text).not.toMatch(/"\w*([hH]ash|[sS]ecret|[sS]ealed|backupCode\w*|payload)"\s*:/);
    for (const word of ['somebody-else', other.who.id, other.who.email]) expect(answer.text).not.toContain(word);
  });

  it('holds nothing of others in what is about the person: addresses, networks, devices, reasons, what they wrote', async () => {
    const { who, as } = await lived('nosy');
    const admin = await houses.member(house.id, 'owner');
    const from = { 'user-agent': 'Browser-of-the-admin' };
    const signed = await client().post('/api/auth/login', { email: admin.email, password: admin.password, organizationId: house.id }, { headers: from });
    const theirs: Options = { bearer: signed.json.token as string, headers: from };
    await provenFor(database(), house.id, 'security_settings');
    await provenFor(database(), house.id, 'impersonate');
    expectStatus(await client().send('PATCH', `/api/users/${who.id}`, { ...theirs, body: { email: `moved.${who.email}` } }), 200);
    expectStatus(await client().post('/api/security/legal-holds', { userId: who.id, reason: 'Told-by-an-informant' }, theirs), 201);
    const acted = await client().post('/api/security/impersonate', { userId: who.id, reason: 'Ticket 7' }, theirs);
    expectStatus(acted, 201);
    expectStatus(await client().post('/api/clients', { name: 'Made in their name' }, { bearer: acted.json.token as string, headers: from }), 201);
    await database().run`UPDATE sessions SET ip_address = '203.0.113.77', user_agent = 'Browser-of-the-admin' WHERE id = ${acted.json.sessionId as string}`;
    await database().run`INSERT INTO outbox (organization_id, topic, recipient, created_at) VALUES (${house.id}, 'mail', ${`moved.${who.email}`}, ${'2020-01-02T00:00:00.000Z'})`;
    await database().run`UPDATE resources SET name = 'Renamed-by-others' WHERE created_by = ${who.id}`;
    const answer = await exported(as);
    for (const word of ['Browser-of-the-admin', '203.0.113.77', 'Told-by-an-informant', admin.email, 'guest.nosy', 'Renamed-by-others']) expect(answer.text, word).not.toContain(word);
    const events = answer.json.events as Json[];
    const moved = events.find((one) => one['event'] === 'EMAIL_CHANGED')!;
    expect(moved).toMatchObject({ actorId: admin.id, ipAddress: null, userAgent: null, personal: { oldValue: who.email, newValue: `moved.${who.email}` } });
    expect(events.find((one) => one['event'] === 'LOGIN_SUCCESS')).toMatchObject({ actorId: expect.toSatisfy((id) => id === null || id === who.id), ipAddress: expect.any(String) });
    expect(answer.json.sessions.find((one: Json) => one.id === acted.json.sessionId)).toMatchObject({ impersonatedBy: admin.id, ipAddress: null, userAgent: null });
    expect(answer.json.mails.filter((one: Json) => String(one.createdAt).startsWith('2020'))).toEqual([]); // somebody else's, before them
  });

  it('is read to its end however much it is, in the order in which it was written', async () => {
    const { who, as } = await houses.actor(house.id, 'staff');
    for (let at = 0; at < 450; at += 1) await database().run`INSERT INTO notifications (id, organization_id, user_id, kind) VALUES (${`${who.id}-${String(at).padStart(3, '0')}`}, ${house.id}, ${who.id}, 'assignment')`;
    const ids = (await exported(as)).json.notifications.map((one: Json) => one.id);
    expect(ids).toHaveLength(450);
    expect(new Set(ids).size).toBe(450);
  });

  it('leaves STARTED and COMPLETED with its digest; needs a live session', async () => {
    const { who, as } = await houses.actor(house.id, 'staff');
    const answer = await exported(as);
    const rows = await database().rows`SELECT event_type, resource_id, details FROM audit_ledger WHERE user_id = ${who.id} AND event_type LIKE 'DATA_EXPORT%' ORDER BY id`;
    expect(rows.map((row) => [row['event_type'], row['resource_id']])).toEqual([['DATA_EXPORT_STARTED', answer.json.exportId], ['DATA_EXPORT_COMPLETED', answer.json.exportId]]);
    expect(json(rows[0]!['details'])).toEqual({ export: 'personal data', format: 'json' });
    expect(json(rows[1]!['details']).files['gatehouse-data.json']).toMatchObject({ sha256: sha256(answer.bytes), bytes: answer.bytes.length });
    expectRefusal(await client().get(path), 401, 'UNAUTHORIZED');
    expectStatus(await client().post('/api/auth/logout', {}, as), 200);
    expectStatus(await client().get(path, as), 401);
  });
});
