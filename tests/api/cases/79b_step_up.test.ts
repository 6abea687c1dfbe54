// Proving once more who one is: asked for after the permission, counted for one purpose and ten minutes, bound to person and session.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticator } from 'otplib';
import { barrier } from '../support/barrier.ts';
import type { Answer, Options } from '../support/client.ts';
import { fromNow } from '../support/database.ts';
import { eventTypes, expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath, usersPath, type House, type Member } from '../support/houses.ts';
import { codeOf, wrongCode } from '../support/second_factor.ts';
import { inTest } from '../support/settings.ts';
import { startStack, stopStacks } from '../support/stack.ts';

const askPath = '/api/security/stepup';
const sendPath = `${askPath}/send`;
const verifyPath = `${askPath}/verify`;
const nowhere = '00000000-0000-7000-8000-000000000000';

let houses: Houses;
let house: House;
let owner: Member;
let heir: Member;

beforeAll(async () => {
  houses = await Houses.start('closed');
});
afterAll(stopStacks);
const client = () => houses.stack.client;
const database = () => houses.stack.database;
const mail = () => houses.stack.mail;

async function fresh(): Promise<void> {
  ({ house, owner } = await houses.owned());
  heir = await houses.member(house.id, 'staff');
}
const transfer = (as: Options = house.as, body: object = { newOwnerId: heir.id }, id = house.id): Promise<Answer> =>
  client().post(`${organizationsPath}/${id}/transfer`, body, as);
const skipping = (as: Options): Options => ({ ...as, headers: { 'x-stepup-test-bypass': '1' } });
const verify = (challengeId: string, code: string, as: Options = house.as, more: object = {}): Promise<Answer> =>
  client().post(verifyPath, { challengeId, code, ...more }, as);

async function ask(purpose = 'security_settings', as: Options = house.as): Promise<string> {
  const answer = await client().post(askPath, { purpose }, as);
  expectStatus(answer, 201);
  return answer.json.challengeId as string;
}

/** The newest code that was mailed, once there are so many. */
async function mailedCode(who: Member, atLeast = 1): Promise<string> {
  const found = await mail().wait(who.email, atLeast, 'confirmation code');
  const code = /^(\d{6})$/m.exec(found.text)?.[1];
  expect(found.html).toContain(code);
  return code!;
}
const otherCode = (code: string): string => (code === '000000' ? '000001' : '000000');

/** Somebody who has proven it for a purpose, by the mailed code. */
async function provenFor(purpose = 'security_settings', as: Options = house.as, who = owner): Promise<string> {
  await mail().drain();
  const mails = await mail().count(who.email);
  const challenge = await ask(purpose, as);
  expectStatus(await verify(challenge, await mailedCode(who, mails + 1), as), 200);
  return challenge;
}

async function withFactor(who: Member): Promise<string> {
  const secret = authenticator.generateSecret(20);
  const codes = database().kind === 'postgres' ? '{plain-one,123456}' : '["plain-one","123456"]';
  await database().run`UPDATE users SET two_factor_enabled = ${true}, two_factor_secret = ${secret}, backup_codes = ${codes} WHERE id = ${who.id}`;
  return secret;
}

describe('a route that asks for it', () => {
  it('A-04 without it: 428 with code, purpose and a challenge, beside it what RFC 9470 says, and one row', async () => {
    await fresh();
    const answer = await transfer();
    expectRefusal(answer, 428, 'STEP_UP_REQUIRED', 'STEP_UP_REQUIRED');
    expect(answer.json).toMatchObject({
      requiresStepUp: true, purpose: 'security_settings', challengeId: expect.any(String), methods: ['email_otp'], expiresIn: 300, codeSent: true,
    });
    expect(answer.header('www-authenticate')).toMatch(/^Bearer error="insufficient_user_authentication".*acr_values="urn:gatehouse:aal2".*max_age="600"/);
    expect(await eventTypes(database(), owner.id)).toEqual(['LOGIN_SUCCESS', 'STEP_UP_REQUIRED']);
    const row = await database().row`SELECT * FROM audit_ledger WHERE user_id = ${owner.id} AND event_type = 'STEP_UP_REQUIRED'`;
    expect(row).toMatchObject({ outcome: 'denied', status: 428, resource: 'step_up_challenge', resource_id: answer.json.challengeId });
    expect(JSON.parse(row['details'] as string)).toEqual({ purpose: 'security_settings' });
    expect((await database().row`SELECT role FROM users WHERE id = ${heir.id}`)['role']).toBe('staff');
  });

  it('A-07 the bypass without a credential: 401', async () => {
    await fresh();
    for (const as of [{}, { bearer: 'nonsense' }]) expectStatus(await transfer(skipping(as)), 401);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE event_type = 'STEP_UP_BYPASSED'`).toBe(0);
  });

  it('A-06 the bypass without the permission: 403, as before the challenge', async () => {
    await fresh();
    for (const role of ['admin', 'manager', 'staff']) {
      const { who, as } = await houses.actor(house.id, role);
      for (const one of [as, skipping(as)]) expectRefusal(await transfer(one), 403, 'FORBIDDEN');
      expect(await eventTypes(database(), who.id)).toEqual(['LOGIN_SUCCESS', 'PERMISSION_DENIED', 'PERMISSION_DENIED']);
    }
    const foreign = await houses.owned();
    expectRefusal(await transfer(skipping(foreign.house.as)), 403, 'FORBIDDEN');
    expectRefusal(await transfer(skipping(house.as), {}, nowhere), 404, 'NOT_FOUND');
  });

  it('A-05 A-03 the bypass counts in test alone, is exactly 1, and leaves its row', async () => {
    await fresh();
    for (const value of ['0', 'true', '11', '']) {
      expectRefusal(await transfer({ ...house.as, headers: { 'x-stepup-test-bypass': value } }), 428, 'STEP_UP_REQUIRED');
    }
    const answer = await transfer(skipping(house.as));
    if (!inTest) {
      expectRefusal(answer, 428, 'STEP_UP_REQUIRED');
      return;
    }
    expectStatus(answer, 200);
    const rows = await database().rows`SELECT outcome, details FROM audit_ledger WHERE user_id = ${owner.id} AND event_type = 'STEP_UP_BYPASSED'`;
    expect(rows.map((row) => [row['outcome'], JSON.parse(row['details'] as string)])).toEqual([['skipped', { purpose: 'security_settings' }]]);
  });

  if (inTest) it('A-05 the bypass in development and production: 428', async () => {
    const stack = await startStack({ GATEHOUSE_ENV: 'development' });
    const there = Houses.on('closed', stack);
    const mine = await there.owned();
    const other = await there.member(mine.house.id);
    const answer = await stack.client.post(`${organizationsPath}/${mine.house.id}/transfer`, { newOwnerId: other.id }, skipping(mine.house.as));
    expectRefusal(answer, 428, 'STEP_UP_REQUIRED');
    expect(await stack.database.count`SELECT count(*) FROM audit_ledger WHERE event_type = 'STEP_UP_BYPASSED'`).toBe(0);
  });

  it('A-03 it comes before the body: 401, 403, 428, 400', async () => {
    await fresh();
    for (const body of [{}, { newOwnerId: 7 }, { newOwnerId: nowhere }]) expectRefusal(await transfer(house.as, body), 428, 'STEP_UP_REQUIRED');
    await provenFor();
    expectRefusal(await transfer(house.as, {}), 400, 'VALIDATION', /newOwnerId/);
    expectRefusal(await transfer(house.as, { newOwnerId: nowhere }), 404, 'NOT_FOUND');
  });
});

describe('how long and for whom it counts', () => {
  it('A-16 satisfied 599 s ago: 200, 601 s ago: 428; the row is read each time', async () => {
    await fresh();
    const challenge = await provenFor();
    await database().run`UPDATE step_up_challenges SET satisfied_at = ${fromNow(-601)} WHERE id = ${challenge}`;
    expectRefusal(await transfer(), 428, 'STEP_UP_REQUIRED');
    await database().run`UPDATE step_up_challenges SET satisfied_at = ${fromNow(-599)} WHERE id = ${challenge}`;
    expectStatus(await transfer(), 200);
  });

  it('A-16 satisfied for another purpose, by another session or by somebody else: 428', async () => {
    await fresh();
    await provenFor('data_export');
    expectRefusal(await transfer(), 428, 'STEP_UP_REQUIRED');
    const elsewhere = await houses.bearer(owner);
    await provenFor('security_settings', elsewhere);
    expectRefusal(await transfer(), 428, 'STEP_UP_REQUIRED');
    expectStatus(await transfer(elsewhere), 200);
    const third = await houses.actor(house.id, 'owner');
    expectRefusal(await transfer(third.as, { newOwnerId: owner.id }), 428, 'STEP_UP_REQUIRED');
  });

  it('A-16 it ends with the session', async () => {
    await fresh();
    await provenFor();
    expectStatus(await client().post('/api/auth/logout', {}, house.as), 200);
    expectStatus(await transfer(), 401);
    expectRefusal(await transfer(await houses.bearer(owner)), 428, 'STEP_UP_REQUIRED');
  });
});

describe('the challenge', () => {
  it('D-69 every purpose but that of sign-ins can be asked for; another word is refused', async () => {
    await fresh();
    for (const purpose of ['data_export', 'force_logout', 'revoke_session', 'change_role', 'change_permissions', 'impersonate', 'ip_rule_change', 'sso_config', 'billing_change', 'security_settings']) {
      const answer = await client().post(askPath, { purpose }, house.as);
      expectStatus(answer, 201);
      expect(answer.json).toMatchObject({ purpose, methods: ['email_otp'], expiresIn: 300 });
    }
    for (const purpose of ['security_verification', 'DATA_EXPORT', '', 'x']) {
      expectRefusal(await client().post(askPath, { purpose }, house.as), 400, 'VALIDATION', /purpose/);
    }
    expectStatus(await client().post(askPath, { purpose: 'data_export' }), 401);
  });

  it('D-69 a mailed code is kept as an HMAC, opens its challenge once, and nothing once it is over', async () => {
    await fresh();
    const challenge = await ask();
    const code = await mailedCode(owner);
    const row = await database().row`SELECT * FROM step_up_challenges WHERE id = ${challenge}`;
    expect(row['code_hash']).toMatch(/^h1:[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toContain(code);
    expect(row).toMatchObject({ user_id: owner.id, organization_id: house.id, purpose: 'security_settings', method: 'email_otp' });
    const answer = await verify(challenge, ` ${code.slice(0, 3)} ${code.slice(3)} `);
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ success: true, purpose: 'security_settings', expiresIn: 600 });
    expectRefusal(await verify(challenge, code), 400, 'TOKEN_INVALID');
    expect(await eventTypes(database(), owner.id)).toEqual(['LOGIN_SUCCESS', 'STEP_UP_REQUIRED', 'STEP_UP_VERIFIED']);
    const late = await ask();
    await database().run`UPDATE step_up_challenges SET expires_at = ${fromNow(-1)} WHERE id = ${late}`;
    expectRefusal(await verify(late, await mailedCode(owner, 2)), 400, 'TOKEN_EXPIRED');
    expectRefusal(await verify(nowhere, code), 400, 'TOKEN_INVALID');
  });

  it('D-69 a challenge opens for its own person and session alone', async () => {
    await fresh();
    const challenge = await ask();
    const code = await mailedCode(owner);
    const foreign = await houses.owned();
    const elsewhere = await houses.bearer(owner);
    for (const as of [foreign.house.as, elsewhere]) expectRefusal(await verify(challenge, code, as), 400, 'TOKEN_INVALID');
    expectRefusal(await verify(challenge, code, {}), 401, 'UNAUTHORIZED');
    expectStatus(await verify(challenge, code, { bearer: 'nonsense' }), 401);
    expectRefusal(await verify(nowhere, code, {}), 400, 'TOKEN_INVALID');
    expectRefusal(await client().post(sendPath, { challengeId: challenge }, elsewhere), 400, 'TOKEN_INVALID');
    expectStatus(await verify(challenge, code), 200);
  });

  it('D-69 five wrong codes, then 429 also for the right one, for the next challenge too; signing in is not delayed', async () => {
    await fresh();
    const challenge = await ask();
    const code = await mailedCode(owner);
    for (let time = 0; time < 5; time += 1) expectRefusal(await verify(challenge, otherCode(code)), 401, 'TWO_FACTOR_FAILED', 'Invalid code');
    const refused = await verify(challenge, code);
    expectRefusal(refused, 429, 'RATE_LIMITED');
    expectStatus(await verify(await ask(), await mailedCode(owner, 2)), 429);
    expect(await database().count`SELECT count(*) FROM login_attempts WHERE user_id = ${owner.id} AND method = 'step_up' AND throttled = ${false}`).toBe(5);
    const types = await eventTypes(database(), owner.id);
    expect(types.filter((one) => one === 'STEP_UP_FAILED')).toHaveLength(5);
    expect(types.filter((one) => one === 'ACCOUNT_LOCKED')).toHaveLength(2);
    const row = (await database().rows`SELECT details FROM audit_ledger WHERE user_id = ${owner.id} AND event_type = 'STEP_UP_FAILED'`)[0]!;
    expect(JSON.parse(row['details'] as string)).toEqual({ method: 'step_up', purpose: 'security_settings' });
    await houses.bearer(owner);
  });

  it('D-69 eight guesses at once get five verdicts at most', async () => {
    await fresh();
    const challenge = await ask();
    const wrong = otherCode(await mailedCode(owner));
    const answers = await barrier(houses.stack, 8, (one) => one.post(verifyPath, { challengeId: challenge, code: wrong }, house.as));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((one) => one === 401)).toHaveLength(5);
    expect(statuses.filter((one) => one === 429)).toHaveLength(3);
  });

  it('D-69 one right code given twenty times at once counts once', async () => {
    await fresh();
    const challenge = await ask();
    const code = await mailedCode(owner);
    const answers = await barrier(houses.stack, 20, (one) => one.post(verifyPath, { challengeId: challenge, code }, house.as));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 400)).toHaveLength(19);
    expect((await eventTypes(database(), owner.id)).filter((one) => one === 'STEP_UP_VERIFIED')).toHaveLength(1);
  });

  it('D-105 only the newest mailed code counts; five mails an hour, then 428 without one and 429 for asking', async () => {
    await fresh();
    const challenge = await ask();
    const first = await mailedCode(owner);
    expectStatus(await client().post(sendPath, { challengeId: challenge }, house.as), 200);
    const second = await mailedCode(owner, 2);
    if (first !== second) expectRefusal(await verify(challenge, first), 401, 'TWO_FACTOR_FAILED');
    expectStatus(await verify(challenge, second), 200);
    for (let mails = 2; mails < 5; mails += 1) await ask('data_export');
    const beyond = await transfer({ ...(await houses.bearer(owner)) });
    expectRefusal(beyond, 428, 'STEP_UP_REQUIRED');
    expect(beyond.json.codeSent).toBe(false);
    const answer = await client().post(askPath, { purpose: 'data_export' }, house.as);
    expectStatus(answer, 201);
    expect(answer.json.codeSent).toBe(false);
    expectRefusal(await client().post(sendPath, { challengeId: answer.json.challengeId }, house.as), 429, 'RATE_LIMITED');
    expectRefusal(await verify(answer.json.challengeId, '000000'), 401, 'TWO_FACTOR_FAILED');
    await mail().drain();
    expect(await mail().count(owner.email)).toBe(5);
  });

  it('D-69 a code that went to the old address opens nothing', async () => {
    await fresh();
    const challenge = await ask();
    const code = await mailedCode(owner);
    await database().run`UPDATE users SET email = ${`moved-${owner.email}`} WHERE id = ${owner.id}`;
    expectRefusal(await verify(challenge, code), 401, 'TWO_FACTOR_FAILED');
  });

  it('D-69 nothing is mailed to an address that came with this very session: who stole it could have moved it first', async () => {
    await fresh();
    const address = `elsewhere-${owner.email}`;
    const challengeId = await ask();
    expectStatus(await houses.patch(`${usersPath}/${owner.id}`, { email: address }, house.as), 200);
    const mails = await mail().count(address);
    expectRefusal(await client().post(askPath, { purpose: 'security_settings' }, house.as), 403, 'FORBIDDEN');
    expectRefusal(await transfer(), 403, 'FORBIDDEN');
    expect((await client().post(sendPath, { challengeId }, house.as)).status).not.toBe(200);
    await mail().drain();
    expect(await mail().count(address)).toBe(mails);
  });
});

describe('with a second factor', () => {
  it('D-69 the authenticator and backup codes are asked for, nothing is mailed, each code counts once', async () => {
    await fresh();
    const secret = await withFactor(owner);
    const demand = await transfer();
    expectRefusal(demand, 428, 'STEP_UP_REQUIRED');
    expect(demand.json).toMatchObject({ methods: ['totp', 'backup_code'], codeSent: false });
    const challenge = demand.json.challengeId as string;
    expectRefusal(await client().post(sendPath, { challengeId: challenge }, house.as), 400, 'VALIDATION', /challengeId/);
    expectRefusal(await verify(challenge, await wrongCode(secret)), 401, 'TWO_FACTOR_FAILED');
    const code = await codeOf(secret);
    expectStatus(await verify(challenge, code), 200);
    expectRefusal(await verify(await ask('data_export'), code), 401, 'TWO_FACTOR_FAILED');
    expectStatus(await verify(await ask('data_export'), 'PLAIN-ONE'), 200);
    expectRefusal(await verify(await ask('data_export'), 'plain-one'), 401, 'TWO_FACTOR_FAILED');
    const six = await client().post(verifyPath, { challengeId: await ask('data_export'), backupCode: '123456' }, house.as);
    expectStatus(six, 200);
    expect(await mail().count(owner.email)).toBe(0);
    expectStatus(await transfer(), 200);
  });

  it('D-69 a challenge by mail is worth nothing once a factor is switched on', async () => {
    await fresh();
    const challenge = await ask();
    const code = await mailedCode(owner);
    await withFactor(owner);
    expectRefusal(await verify(challenge, code), 400, 'TOKEN_INVALID');
  });
});

describe('giving an organization away', () => {
  it('D-69 the heir is owner, whoever gave it an admin, in one row', async () => {
    await fresh();
    await provenFor();
    const answer = await transfer();
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ id: house.id, ownerId: heir.id });
    const roles = await database().rows`SELECT id, role FROM users WHERE organization_id = ${house.id}`;
    expect(Object.fromEntries(roles.map((row) => [row['id'], row['role']]))).toEqual({ [owner.id]: 'admin', [heir.id]: 'owner' });
    const row = await database().row`SELECT * FROM audit_ledger WHERE organization_id = ${house.id} AND event_type = 'ORGANIZATION_TRANSFERRED'`;
    expect(row).toMatchObject({ actor_id: owner.id, user_id: heir.id, resource: 'organization', resource_id: house.id, status: 200 });
    expect(JSON.parse(row['details'] as string)).toEqual({ oldValue: owner.id, newValue: heir.id, heirRole: 'staff' });
    expectRefusal(await transfer(house.as, { newOwnerId: heir.id }), 403, 'FORBIDDEN');
    expect((await client().get(`${usersPath}/me`, await houses.bearer(heir))).json.role).toBe('owner');
  });

  it('D-69 not to oneself, not to somebody of elsewhere, not to somebody who cannot sign in', async () => {
    await fresh();
    await provenFor();
    expectRefusal(await transfer(house.as, { newOwnerId: owner.id }), 400, 'SELF_ACTION');
    const foreign = await houses.owned();
    expectRefusal(await transfer(house.as, { newOwnerId: foreign.owner.id }), 403, 'FORBIDDEN');
    await database().run`UPDATE users SET status = 'suspended' WHERE id = ${heir.id}`;
    expectRefusal(await transfer(), 400, 'VALIDATION', /newOwnerId/);
    await database().run`UPDATE users SET status = 'active', deleted_at = ${fromNow(-1)} WHERE id = ${heir.id}`;
    expectRefusal(await transfer(), 404, 'NOT_FOUND');
    expect((await database().row`SELECT owner_id FROM organizations WHERE id = ${house.id}`)['owner_id']).toBe(owner.id);
    expect(await database().count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${house.id} AND event_type = 'ORGANIZATION_TRANSFERRED'`).toBe(0);
  });

  it('D-69 ten at once to ten heirs: one of them is the owner', async () => {
    await fresh();
    await provenFor();
    const heirs = await Promise.all(Array.from({ length: 10 }, () => houses.member(house.id)));
    const answers = await barrier(houses.stack, 10, (one, at) =>
      one.post(`${organizationsPath}/${house.id}/transfer`, { newOwnerId: heirs[at]!.id }, house.as));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 403)).toHaveLength(9);
    expect(await database().count`SELECT count(*) FROM users WHERE organization_id = ${house.id} AND role = 'owner'`).toBe(1);
  });
});
