// Proving once more who one is, in the page: by authenticator, by mailed code, by backup code; wrong, late, given up.
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { fromNow } from '../support/database.ts';
import { Houses, type Member } from '../support/houses.ts';
import { begin, codeOf, finish, wrongCode } from '../support/second_factor.ts';
import { mainStack } from '../support/stack.ts';
import { World, type Side } from '../support/worlds.ts';
import { authenticator } from 'otplib';

const stack = mainStack();
const { database, mail } = stack;
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

const house = (name: string): Promise<Side> => World.side(world.houses, name);
const policyOf = async (side: Side) => (await world.get('/api/security/policy', side.people.owner)).json.sessionIdleMinutes as number | null;
async function mailed(who: Member, atLeast: number): Promise<string> {
  const found = await mail.wait(who.email, atLeast, 'confirmation code');
  return /^(\d{6})$/m.exec(found.text)?.[1] ?? '';
}
const other = (code: string) => (code === '000000' ? '000001' : '000000');

/** The owner's policy page with a change that waits for its proof. */
async function asked(side: Side, minutes = '60', tab?: Tab): Promise<Tab> {
  const shown = tab ?? (await Tab.of(side.people.owner.who));
  await shown.go('/security/policy');
  await shown.fill({ 'input-idle': minutes });
  await shown.press('button-save-policy');
  await shown.says('dialog-step-up', 'change security settings');
  return shown;
}
const answer = async (tab: Tab, code: string) => {
  await tab.fill({ 'input-code': code });
  await tab.press('button-verify-code');
};

/** A second factor of theirs, and a window signed in with it. */
async function withFactor(who: Member): Promise<{ tab: Tab; secret: string }> {
  const secret = authenticator.generateSecret(20);
  const codes = database.kind === 'postgres' ? '{plain-one,plain-two}' : '["plain-one","plain-two"]';
  await database.run`UPDATE users SET two_factor_enabled = ${true}, two_factor_secret = ${secret}, backup_codes = ${codes} WHERE id = ${who.id}`;
  const done = await finish(stack.client, await begin(stack, who), { code: await codeOf(secret, -1) });
  expect(done.status, done.text).toBe(200);
  return { tab: await Tab.holding(done.json.token as string), secret };
}

describe('the step-up dialog', () => {
  it('takes the mailed code, refuses a wrong one, and does not ask again within ten minutes', async () => {
    const side = await house('House of codes');
    const tab = await asked(side);
    const code = await mailed(side.people.owner.who, 1);
    await answer(tab, other(code));
    await tab.sees('error-message');
    expect(await policyOf(side)).toBeNull();
    expect(await tab.at('input-code').inputValue()).toBe('');
    await answer(tab, code);
    await tab.misses('dialog-step-up');
    await tab.sees('toast-success');
    await expect.poll(() => policyOf(side)).toBe(60);
    await tab.fill({ 'input-idle': '90' });
    await tab.press('button-save-policy');
    await expect.poll(() => policyOf(side)).toBe(90);
    await tab.misses('dialog-step-up');
  });

  it('is over with the session that it was asked in', async () => {
    const side = await house('House of ended questions');
    const tab = await asked(side);
    await database.run`UPDATE sessions SET revoked_at = ${fromNow(0)}, revoke_reason = 'user_requested' WHERE organization_id = ${side.id}`;
    await tab.at('dialog-sign-in-again').waitFor({ state: 'visible', timeout: 20_000 }); // what was typed behind it may go on
    await tab.misses('dialog-step-up');
    await tab.press('button-leave');
    await tab.arrives('/login');
    const { email, password } = side.people.admin.who; // whoever comes next is not asked what the one before was
    await tab.fill({ 'input-email': email, 'input-password': password });
    await tab.press('button-login');
    await tab.arrives('/security/policy');
    await tab.sees('input-idle');
    await tab.misses('dialog-step-up');
    expect((await policyOf(side)) ?? null).toBeNull();
  });

  it('sends another code when it is asked to, and the newest one counts', async () => {
    const side = await house('House of second codes');
    const tab = await asked(side);
    await mailed(side.people.owner.who, 1);
    await tab.press('button-send-code');
    await tab.sees('toast-success');
    await answer(tab, await mailed(side.people.owner.who, 2));
    await tab.misses('dialog-step-up');
    await expect.poll(() => policyOf(side)).toBe(60);
  });

  it('asks anew by itself where the challenge is over', async () => {
    const side = await house('House of late codes');
    const tab = await asked(side);
    const late = await mailed(side.people.owner.who, 1);
    await database.run`UPDATE step_up_challenges SET expires_at = ${fromNow(-1)} WHERE organization_id = ${side.id}`;
    await answer(tab, late);
    await tab.says('error-message', 'took too long');
    expect(await policyOf(side)).toBeNull();
    await answer(tab, await mailed(side.people.owner.who, 2));
    await tab.misses('dialog-step-up');
    await expect.poll(() => policyOf(side)).toBe(60);
  });

  it('says how long to wait after five wrong codes', async () => {
    const side = await house('House of guesses');
    const tab = await asked(side);
    const code = await mailed(side.people.owner.who, 1);
    for (let time = 0; time < 5; time += 1) {
      await answer(tab, other(code));
      await expect.poll(() => tab.at('input-code').inputValue()).toBe('');
    }
    await answer(tab, code);
    await tab.sees('error-rate-limit');
    expect(await policyOf(side)).toBeNull();
  });

  it('does nothing where it is given up, and says so', async () => {
    const side = await house('House of second thoughts');
    const tab = await asked(side);
    await tab.page.keyboard.press('Escape');
    await tab.misses('dialog-step-up');
    await tab.says('error-message', 'Nothing was done');
    expect(await policyOf(side)).toBeNull();
  });

  it('takes the code of an authenticator, and a backup code once', async () => {
    const side = await house('House of authenticators');
    const { tab, secret } = await withFactor(side.people.owner.who);
    await asked(side, '60', tab);
    await answer(tab, await wrongCode(secret));
    await tab.sees('error-message');
    await answer(tab, await codeOf(secret));
    await tab.misses('dialog-step-up');
    await expect.poll(() => policyOf(side)).toBe(60);
    await database.run`DELETE FROM step_up_challenges WHERE organization_id = ${side.id}`;
    await asked(side, '120', tab);
    await tab.press('button-use-backup_code');
    await answer(tab, 'plain-one');
    await tab.misses('dialog-step-up');
    await expect.poll(() => policyOf(side)).toBe(120);
  });

  it.for(['first', 'second'])('takes the code of either mail where there are two questions: the %s', async (which) => {
    const side = await house(`House of the ${which} mail`);
    const { who } = side.people.owner;
    const tab = await asked(side);
    const first = await mailed(who, 1);
    // Something else of this window is asked the same; its question is a real one of the server.
    const session = { bearer: (await tab.cookie('token'))?.value ?? '' };
    const other = await stack.client.post('/api/security/stepup', { purpose: 'security_settings' }, session);
    expect(other.status, other.text).toBe(201);
    const second = await mailed(who, 2);
    const challenged = tab.page.waitForResponse((answer) => answer.url().endsWith('/api/users/me') && answer.status() === 428, { timeout: 20_000 });
    await tab.page.route('**/api/users/me', (route) => route.fulfill({ status: 428, json: { ...other.json, error: 'STEP_UP_REQUIRED', code: 'STEP_UP_REQUIRED' } }), { times: 1 });
    await challenged;
    await answer(tab, which === 'first' ? first : second);
    await tab.misses('dialog-step-up');
    await tab.sees('toast-success');
    await expect.poll(() => policyOf(side)).toBe(60);
    await tab.press('button-user-menu');
    await tab.says('badge-role', 'owner');
  });
});
