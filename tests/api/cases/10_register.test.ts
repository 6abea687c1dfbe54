// Registration and the proof of the mailbox: what is stored, what is refused, what a link can do.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import { flag, fromNow, time } from '../support/database.ts';
import { events, expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { linkIn } from '../support/mail.ts';
import {
  insertPerson, login, loginPath, newAccount, newAddress, newPassword, register, registerPath, resendPath, verify, verifyPath,
} from '../support/people.ts';
import { inTest } from '../support/settings.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

describe('what a registration leaves', () => {
  it('D-13 the person owns a personal organization', async () => {
    const person = await register(stack);
    const organization = await database.row`SELECT kind, owner_id FROM organizations WHERE id = ${person.organizationId}`;
    expect(organization).toMatchObject({ kind: 'personal', owner_id: person.id });
    const user = await database.row`SELECT * FROM users WHERE id = ${person.id}`;
    expect(user['role']).toBe('owner');
    expect(user['status']).toBe('active');
    expect(flag(user['self_registered'])).toBe(true);
    expect(flag(user['email_verified'])).toBe(false);
    expect(user['mailbox_proven_at']).toBeNull();
    expect(user['organization_id']).toBe(person.organizationId);
  });

  it('D-37 the stored hash is bcrypt and nothing of the password', async () => {
    const person = await register(stack);
    const user = await database.row`SELECT password_hash, password_scheme FROM users WHERE id = ${person.id}`;
    expect(user['password_hash']).toMatch(/^\$2b\$04\$.{53}$/);
    expect(user['password_scheme']).toBe('bcrypt');
    expect(user['password_hash']).not.toContain(person.password);
  });

  it('M-02 the REGISTER row names person, organization and outcome, and holds the client only where it may be erased', async () => {
    const person = await register(stack);
    const row = await database.row`SELECT * FROM audit_ledger WHERE user_id = ${person.id} AND event_type = 'REGISTER'`;
    expect(row).toMatchObject({ organization_id: person.organizationId, outcome: 'success', status: 200 });
    expect(row['ip_address']).toBe('127.0.0.1');
    expect(row['user_agent']).toBe('gatehouse-suite');
    expect(row['details']).not.toContain('@');
    expect(row['details']).not.toContain('127.0.0.1');
  });

  it('M-02 a client that sends no user agent is registered and recorded all the same', async () => {
    const email = newAddress();
    const answer = await client.post(registerPath, { email, password: newPassword() }, { headers: { 'user-agent': '' } });
    expectStatus(answer, 200);
    const row = await database.row`SELECT user_agent FROM audit_ledger WHERE user_id = ${answer.json.user.id} AND event_type = 'REGISTER'`;
    expect(row['user_agent']).toBeNull();
  });

  it('M-01 the answer has exactly the promised members', async () => {
    const answer = await client.post(registerPath, { email: newAddress(), password: newPassword() });
    expect(Object.keys(answer.json).sort()).toEqual(['token', 'user']);
    expect(Object.keys(answer.json.user).sort()).toEqual(
      ['createdAt', 'email', 'emailVerified', 'id', 'image', 'name', 'organizationId', 'updatedAt'].sort(),
    );
  });

  it('M-01 without a name the local part serves', async () => {
    const email = newAddress('local-part');
    const answer = await client.post(registerPath, { email, password: newPassword() });
    expect(answer.json.user.name).toBe(email.split('@')[0]);
  });

  it('D-11 the address is trimmed, its case kept, and compared without case', async () => {
    const address = newAddress('MiXed');
    const answer = await client.post(registerPath, { email: `  ${address}  `, password: newPassword() });
    expectStatus(answer, 200);
    expect(answer.json.user.email).toBe(address);
    const again = await client.post(registerPath, { email: address.toUpperCase(), password: newPassword() });
    expectRefusal(again, 409, 'EMAIL_ALREADY_REGISTERED');
  });

  it('D-91 a name full of markup is stored literally and escaped on the wire and in the mail', async () => {
    const name = `<b>"O'Hara"</b> & {{1337*1337}} \${1337*1337} 会計 🚀`;
    const person = await register(stack, { name });
    expect((await database.row`SELECT name FROM users WHERE id = ${person.id}`)['name']).toBe(name);
    const mail = await stack.mail.wait(person.email);
    expect(mail.html).not.toContain('<b>"O');
    expect(mail.html).not.toContain('1787569');
  });
});

describe('what a registration refuses', () => {
  const refused: [string, (good: object) => unknown, string, RegExp][] = [
    ['no address', (good) => ({ ...good, email: undefined }), 'VALIDATION', /email/],
    ['an empty address', (good) => ({ ...good, email: '' }), 'VALIDATION', /email/],
    ['no password', (good) => ({ ...good, password: undefined }), 'VALIDATION', /password/],
    ['an address with a script tag', (good) => ({ ...good, email: '<script>@suite.example' }), 'VALIDATION', /email/],
    ['an address with a line break', (good) => ({ ...good, email: 'a@suite.example\r\nBcc: x@suite.example' }), 'VALIDATION', /email/],
    ['two addresses in one', (good) => ({ ...good, email: 'a@suite.example,b@suite.example' }), 'VALIDATION', /email/],
    ['an address of 400 characters', (good) => ({ ...good, email: `${'a'.repeat(385)}@suite.example` }), 'VALIDATION', /email/],
    ['a password of one kind', (good) => ({ ...good, password: 'aaaabbbb' }), 'WEAK_PASSWORD', /password does not meet the requirements/],
    ['a password of two kinds', (good) => ({ ...good, password: 'abcd12345' }), 'WEAK_PASSWORD', /password does not meet the requirements/],
    ['a common password', (good) => ({ ...good, password: 'Password123' }), 'WEAK_PASSWORD', /password does not meet the requirements/],
    ['a number for a password', (good) => ({ ...good, password: 12345678 }), 'VALIDATION', /password/],
    ['a list for an address', (good) => ({ ...good, email: ['a@suite.example', 'b@suite.example'] }), 'VALIDATION', /email/],
    ['an object for a name', (good) => ({ ...good, name: {} }), 'VALIDATION', /name/],
    ['a NUL in the name', (good) => ({ ...good, name: 'a\u0000b' }), 'VALIDATION', /name/],
    ['a name of 201 characters', (good) => ({ ...good, name: 'n'.repeat(201) }), 'VALIDATION', /name/],
    ['a callback to a foreign place', (good) => ({ ...good, callbackURL: 'https://evil.example/x' }), 'VALIDATION', /callbackURL/],
    ['a callback that is a script', (good) => ({ ...good, callbackURL: 'javascript:alert(1)' }), 'VALIDATION', /callbackURL/],
  ];
  it.each(refused)('M-25 %s: 400, no row of any kind', async (_what, spoil, code, error) => {
    const email = newAddress();
    const size = await ledgerSize(database);
    const answer = await client.post(registerPath, spoil({ email, password: newPassword() }));
    expectRefusal(answer, 400, code, error);
    expect(await database.count`SELECT count(*) FROM users WHERE email = ${email}`).toBe(0);
    expect(await ledgerSize(database)).toBe(size);
  });

  it('D-39 eight characters of three kinds, sixteen of one, and 128 are enough', async () => {
    for (const password of ['Xy7kqwzv', 'correct horse battery staple', `Q7${'z'.repeat(126)}`, 'パスワード長い長い長い長い長い長い']) {
      const answer = await client.post(registerPath, { email: newAddress(), password });
      expect(answer.status, `${password}: ${answer.text}`).toBe(200);
    }
  });

  it('D-9 the address of somebody an administrator merely put in elsewhere can be registered', async () => {
    const fixture = await insertPerson(stack);
    const answer = await client.post(registerPath, { email: fixture.email, password: newPassword() });
    expectStatus(answer, 200);
  });

  it('D-99 the address of somebody who has proven it cannot, whoever put them in', async () => {
    const fixture = await insertPerson(stack);
    await database.run`UPDATE users SET mailbox_proven_at = ${fromNow(-60)} WHERE id = ${fixture.id}`;
    const answer = await client.post(registerPath, { email: fixture.email, password: newPassword() });
    expectRefusal(answer, 409, 'EMAIL_ALREADY_REGISTERED');
  });

  it('D-15 the address of a deleted person is free again', async () => {
    const person = await newAccount(stack);
    await database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${person.id}`;
    const answer = await client.post(registerPath, { email: person.email, password: newPassword() });
    expectStatus(answer, 200);
    expect(answer.json.user.id).not.toBe(person.id);
  });
});

describe('one registration each, however many ask', () => {
  it('OPS-02 fifty parallel registrations of one address make one person, one organization, one row, one mail', async () => {
    const email = newAddress('crowd');
    const password = newPassword(email);
    const organizations = await database.count`SELECT count(*) FROM organizations`;
    const answers = await barrier(stack, 50, (one) => one.post(registerPath, { email, password }));
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([200, ...Array<number>(49).fill(409)]);
    const user = await database.row`SELECT id FROM users WHERE email = ${email}`;
    expect(await events(database, user['id'], 'REGISTER')).toBe(1);
    expect(await database.count`SELECT count(*) FROM organizations`).toBe(organizations + 1);
    await stack.mail.drain();
    expect(await stack.mail.count(email)).toBe(1);
  });
});

describe('the verification link', () => {
  it('OT-17 only the SHA-256 of the token is stored, for 24 hours', async () => {
    const person = await register(stack);
    const token = new URL(linkIn(await stack.mail.wait(person.email), verifyPath)).searchParams.get('token') as string;
    const row = await database.row`SELECT * FROM one_time_tokens WHERE user_id = ${person.id}`;
    expect(row['purpose']).toBe('verify_email');
    expect(row['token_hash']).toBe(createHash('sha256').update(token).digest('hex'));
    const life = (time(row['expires_at']).getTime() - time(row['created_at']).getTime()) / 3_600_000;
    expect(life).toBeCloseTo(24, 1);
  });

  it('M-05 it proves the mailbox and leaves one EMAIL_VERIFIED row, twenty openings or one', async () => {
    const person = await register(stack);
    const link = new URL(linkIn(await stack.mail.wait(person.email), verifyPath));
    const answers = await barrier(stack, 20, (one) => one.get(`${link.pathname}${link.search}`));
    for (const answer of answers) expectStatus(answer, 302);
    const row = await database.row`SELECT email_verified, mailbox_proven_at FROM users WHERE id = ${person.id}`;
    expect(flag(row['email_verified'])).toBe(true);
    expect(Math.abs(time(row['mailbox_proven_at']).getTime() - Date.now())).toBeLessThan(60_000);
    expect(await events(database, person.id, 'EMAIL_VERIFIED')).toBe(1);
  });

  it('M-05 a callback of the own origin is followed, a foreign one never', async () => {
    const own = `${stack.facts.environment['GATEHOUSE_PUBLIC_URL']}/welcome`;
    const person = await register(stack, { callbackURL: own });
    const mail = await stack.mail.wait(person.email);
    const link = new URL(linkIn(mail, verifyPath));
    expect(link.search.startsWith('?token=')).toBe(true);
    const opened = await client.get(`${link.pathname}${link.search}`);
    expect(opened.header('location')).toBe(own);
    for (const target of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', `${own}@evil.example`]) {
      const other = await register(stack);
      const token = new URL(linkIn(await stack.mail.wait(other.email), verifyPath)).searchParams.get('token') as string;
      const bent = await client.get(`${verifyPath}?token=${token}&callbackURL=${encodeURIComponent(target)}`);
      expectStatus(bent, 302);
      const place = new URL(bent.header('location') as string, stack.facts.origin);
      expect(place.origin, `${target} → ${bent.header('location')}`).toBe(stack.facts.origin);
    }
  });

  it('M-26 no token, an empty one, an over-long one: 302 with an error', async () => {
    for (const query of ['', '?token=', `?token=${'a'.repeat(5000)}`, '?token=a%26b', '?token=../..']) {
      const answer = await client.get(`${verifyPath}${query}`);
      expect(answer.status, query.slice(0, 40)).toBe(302);
      expect(answer.header('location')).toMatch(/[?&]error=TOKEN_INVALID\b/);
    }
  });

  it('M-26 a token of bytes that are no text is refused one way or the other', async () => {
    for (const query of ['?token=%00', '?token=%ff%fe', '?token=%', '?token=%zz']) {
      const answer = await client.get(`${verifyPath}${query}`);
      expect([302, 400], `${query}: ${answer.status}`).toContain(answer.status);
    }
  });

  it('URL-01 its origin comes from the configuration, whatever the request says', async () => {
    const email = newAddress();
    const headers = {
      'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example;proto=https', 'x-forwarded-proto': 'gopher',
      'x-forwarded-port': '6666', 'x-original-url': '/evil', 'x-forwarded-prefix': '/evil',
    };
    expectStatus(await client.post(registerPath, { email, password: newPassword() }, { headers }), 200);
    const mail = await stack.mail.wait(email);
    expect(`${mail.html}${mail.text}`).not.toMatch(/evil|gopher|6666/);
    expect(new URL(linkIn(mail, verifyPath)).origin).toBe(new URL(stack.facts.environment['GATEHOUSE_PUBLIC_URL'] as string).origin);
  });

  it('URL-01 a foreign Host is not believed either', async () => {
    const email = newAddress();
    const answer = await client.post(registerPath, { email, password: newPassword() }, { headers: { host: 'evil.example' } });
    if (answer.status !== 200) return expectStatus(answer, 421);
    const mail = await stack.mail.wait(email);
    return expect(`${mail.html}${mail.text}`).not.toContain('evil');
  });
});

describe('sending it again', () => {
  it('M-24 the same answer for everybody; mail only for a live unverified account', async () => {
    const unverified = await register(stack);
    await stack.mail.wait(unverified.email);
    const verified = await newAccount(stack);
    const deleted = await register(stack);
    await stack.mail.wait(deleted.email);
    await database.run`UPDATE users SET deleted_at = ${new Date()} WHERE id = ${deleted.id}`;
    const unknown = newAddress('nobody');
    const bodies = new Set<string>();
    for (const email of [unverified.email, verified.email, deleted.email, unknown, 'not an address']) {
      const answer = await client.post(resendPath, { email });
      expectStatus(answer, 200);
      bodies.add(answer.text.replace(/"requestId":"[^"]*"/, ''));
    }
    expect(bodies.size, [...bodies].join('\n')).toBe(1);
    await stack.mail.wait(unverified.email, 2);
    await stack.mail.drain();
    expect(await stack.mail.count(verified.email)).toBe(1);
    expect(await stack.mail.count(deleted.email)).toBe(1);
    expect(await stack.mail.count(unknown)).toBe(0);
    expect(await events(database, unverified.id, 'VERIFICATION_RESENT')).toBe(1);
  });

  it('M-24 both links work, the first and the one sent again', async () => {
    for (const which of ['first', 'second']) {
      const person = await register(stack);
      const first = await stack.mail.wait(person.email);
      await client.post(resendPath, { email: person.email });
      const second = await stack.mail.wait(person.email, 2);
      const link = new URL(linkIn(which === 'first' ? first : second, verifyPath));
      await client.get(`${link.pathname}${link.search}`);
      expectStatus(await client.post(loginPath, { email: person.email, password: person.password }), 200);
    }
  });

  it('M-24 five times an hour, the sixth is 429, for known and unknown alike', async () => {
    const person = await register(stack);
    for (const email of [person.email, newAddress('nobody')]) {
      for (let n = 1; n <= 5; n += 1) expectStatus(await client.post(resendPath, { email }), 200);
      expectRefusal(await client.post(resendPath, { email }), 429, 'RATE_LIMITED', 'Too many requests');
    }
    await stack.mail.drain();
    expect(await stack.mail.count(person.email)).toBe(6);
  });

  it('M-24 without an address: 400', async () => {
    expectRefusal(await client.post(resendPath, {}), 400, 'VALIDATION', /email/);
    expectRefusal(await client.post(resendPath, { email: '' }), 400, 'VALIDATION', /email/);
  });

  it('M-24 a verified person may sign in right away on both surfaces', async () => {
    const person = await register(stack);
    await verify(stack, person.email);
    await login(stack, person);
    expectStatus(await client.post('/api/auth/login', { email: person.email, password: person.password }), 200);
  });
});

if (inTest) {
  it('M-03 the drain says when nothing is waiting', async () => {
    await register(stack);
    await stack.mail.drain();
    const answer = await client.get('/__test/outbox?drain=1');
    expectStatus(answer, 200);
    expect(answer.json).toEqual({ pending: 0 });
  });
} else {
  it('D-2 the drain does not exist outside test', async () => {
    expectRefusal(await client.get('/__test/outbox?drain=1'), 404, 'NOT_FOUND');
  });
}
