// A session that ends while somebody types: what was typed waits for the same person, and for nobody else.
import { authenticator } from 'otplib';
import { beforeAll, describe, expect, it } from 'vitest';
import { desktop, narrow, Tab, watchTabs } from '../support/browser.ts';
import { fromNow } from '../support/database.ts';
import { Houses, type Member } from '../support/houses.ts';
import { codeOf } from '../support/second_factor.ts';
import { mainStack } from '../support/stack.ts';
import { World, type Side } from '../support/worlds.ts';

const stack = mainStack();
const { database } = stack;
let world: World;
let side: Side;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
  side = await World.side(world.houses, 'House of ended sessions');
});
watchTabs();

const anybody = (): Promise<Member> => world.houses.member(side.id, 'manager');
const ends = (who: Member) => database.run`UPDATE sessions SET revoked_at = ${fromNow(0)}, revoke_reason = 'user_requested' WHERE user_id = ${who.id}`;
const focused = (tab: Tab) => tab.page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.outerHTML.slice(0, 200) ?? '');
const clients = (name: string) => database.count`SELECT count(*) FROM resources WHERE organization_id = ${side.id} AND name = ${name}`;

/** A client half entered, in a session that has ended meanwhile. */
async function typing(name: string, tab: Tab, who: Member): Promise<void> {
  await tab.go('/clients?search=some');
  await tab.press('button-add-client');
  await tab.fill({ 'input-client-name': name, 'input-client-email': 'half@' });
  await ends(who);
}
async function returns(tab: Tab, password: string): Promise<void> {
  await tab.fill({ 'input-password-again': password });
  await tab.page.keyboard.press('Enter');
}

describe('what was typed when the session ends', () => {
  it('waits for the same person, who goes on where they stood, on a desktop and on a phone', async () => {
    for (const viewport of [desktop, narrow]) {
      const who = await anybody();
      const tab = await Tab.of(who, { viewport });
      const name = `Typed on ${viewport.width} pixels`;
      await typing(name, tab, who);
      // Nobody presses anything: the page notices by itself.
      await tab.at('dialog-sign-in-again').waitFor({ state: 'visible', timeout: 20_000 });
      await tab.says('text-who', who.email);
      expect(await tab.flaws()).toEqual([]);
      await returns(tab, 'Not-My-Password-1');
      await tab.says('error-message', 'Invalid credentials');
      await returns(tab, who.password);
      await tab.misses('dialog-sign-in-again');
      await expect.poll(() => focused(tab)).toBe('input-client-email');
      expect(await tab.at('input-client-name').inputValue()).toBe(name);
      await tab.page.keyboard.type('client.example');
      await tab.press('button-save-client');
      await tab.misses('dialog-client');
      expect(await clients(name)).toBe(1);
      expect(new URL(tab.page.url()).search).toBe('?search=some');
    }
  });

  it('is sent once, where it was being sent', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await typing('Sent as it ended', tab, who);
    await tab.fill({ 'input-client-email': 'whole@client.example' });
    await tab.press('button-save-client');
    await tab.sees('dialog-sign-in-again');
    expect(await clients('Sent as it ended')).toBe(0);
    await returns(tab, who.password);
    await tab.misses('dialog-client');
    await tab.says('toast-success', 'Sent as it ended');
    expect(await clients('Sent as it ended')).toBe(1);
  });

  it('shows to nobody meanwhile, is copied by nobody, and is kept in no storage', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await typing('Nobody sees this', tab, who);
    await tab.press('button-save-client');
    await tab.sees('dialog-sign-in-again');
    // Neither by keys nor by pointer, neither closed nor looked behind.
    await tab.page.keyboard.press('Escape');
    await tab.page.mouse.click(5, 5);
    for (let step = 0; step < 8; step += 1) {
      await tab.page.keyboard.press(step % 3 === 2 ? 'Shift+Tab' : 'Tab');
      expect(await tab.page.evaluate(() => document.activeElement?.closest('[data-testid="dialog-sign-in-again"]') !== null)).toBe(true);
    }
    const shown = () => tab.page.evaluate(() => [...document.querySelectorAll('*')].filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.closest('.alone, head') === null).map((one) => one.tagName));
    expect((await shown()).filter((tag) => !['HTML', 'BODY', 'DIV'].includes(tag))).toEqual([]);
    await tab.page.keyboard.press('Tab');
    expect(await tab.page.evaluate(() => document.body.innerText)).not.toContain('Clients');
    const kept = await tab.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href, document.cookie]));
    expect(kept).not.toMatch(/Nobody sees|half@|eyJ/);
  });

  it('is gone for who leaves, and for whoever signs in then', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await typing('Left behind', tab, who);
    await tab.press('button-save-client');
    await tab.sees('dialog-sign-in-again');
    await tab.press('button-leave');
    await tab.arrives('/login');
    expect(await tab.page.evaluate(() => document.documentElement.className)).not.toContain('session-ended');
    const other = world.own.people.manager.who;
    await tab.fill({ 'input-email': other.email, 'input-password': other.password });
    await tab.press('button-login');
    await tab.arrives('/clients');
    expect(new URL(tab.page.url()).search, 'the place itself is no secret').toBe('?search=some');
    await tab.settles();
    await tab.misses('dialog-client');
    expect(await tab.page.content()).not.toMatch(/Left behind|half@/);
    expect(await database.count`SELECT count(*) FROM resources WHERE name = 'Left behind'`).toBe(0);
  });

  it('is gone where the address belongs to somebody else by now', async () => {
    const [who, heir] = [await anybody(), await anybody()];
    const tab = await Tab.of(who);
    await typing('Not for the heir', tab, who);
    await tab.press('button-save-client');
    await tab.sees('dialog-sign-in-again');
    await database.run`UPDATE users SET email = ${`gone-${who.email}`} WHERE id = ${who.id}`;
    await database.run`UPDATE users SET email = ${who.email} WHERE id = ${heir.id}`;
    await returns(tab, heir.password);
    await tab.arrives('/dashboard');
    await tab.misses('dialog-sign-in-again');
    await tab.settles();
    expect(await tab.page.content()).not.toMatch(/Not for the heir/);
    expect(await database.count`SELECT count(*) FROM resources WHERE name = 'Not for the heir'`).toBe(0);
  });

  it('waits behind a second factor, and behind a sign-in that is unusual', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await typing('Behind a factor', tab, who);
    const secret = authenticator.generateSecret(20);
    await database.run`UPDATE users SET two_factor_enabled = ${true}, two_factor_secret = ${secret}, backup_codes = ${'{plain-one,plain-two}'} WHERE id = ${who.id}`;
    await tab.press('button-save-client');
    await returns(tab, who.password);
    await tab.fill({ 'input-code': await codeOf(secret) });
    await tab.press('button-verify-code');
    await tab.misses('dialog-sign-in-again');
    expect(await tab.at('input-client-name').inputValue()).toBe('Behind a factor');

    const another = await anybody();
    const elsewhere = { email: another.email, password: another.password, deviceFingerprint: 'known', country: 'GB', city: 'London' };
    for (let time = 0; time < 5; time += 1) await stack.client.post('/api/auth/login', elsewhere);
    const there = await Tab.of(another);
    await there.go('/profile');
    await there.fill({ 'input-first-name': 'Unusually' });
    const { value } = (await there.cookie('token')) ?? { value: '' };
    await stack.client.post('/api/auth/logout', {}, { bearer: value });
    for (let time = 0; time < 3; time += 1) await stack.client.post('/api/auth/login', { email: another.email, password: 'Wrong-Password-1' });
    await there.press('button-save-profile');
    await returns(there, another.password);
    await there.sees('input-code');
    const mail = await stack.mail.wait(another.email, 1, 'confirmation code');
    await there.fill({ 'input-code': /^(\d{6})$/m.exec(mail.text)?.[1] ?? '' });
    await there.press('button-verify-code');
    await there.misses('dialog-sign-in-again');
    await there.says('toast-success', 'saved');
    expect((await database.row`SELECT first_name FROM users WHERE id = ${another.id}`)['first_name']).toBe('Unusually');
  });

  it('was nothing, or was saved: then the sign-in page comes, and leads back to the same list', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await tab.go('/profile');
    await tab.fill({ 'input-first-name': 'Saved' });
    await tab.press('button-save-profile');
    await tab.says('toast-success', 'saved');
    await tab.press('menu-clients');
    await tab.arrives('/clients');
    await tab.fill({ 'input-search-clients': 'acme' });
    await tab.page.waitForURL(/search=acme/);
    await ends(who);
    await tab.page.waitForURL(/\/login/, { timeout: 20_000 });
    await tab.says('toast-info', 'has ended');
    expect(await tab.at('dialog-sign-in-again').count()).toBe(0);
    await tab.fill({ 'input-email': who.email, 'input-password': who.password });
    await tab.press('button-login');
    await tab.arrives('/clients');
    expect(new URL(tab.page.url()).search).toBe('?search=acme');
  });
});

describe('what was typed on a page that is left', () => {
  const shown = (tab: Tab) => tab.at('input-first-name').inputValue();

  it('is asked for once, by link and by the way back, and not once it is saved', async () => {
    const tab = await Tab.of(await anybody());
    await tab.go('/dashboard');
    await tab.press('menu-clients');
    await tab.arrives('/clients');
    await tab.page.evaluate(() => document.querySelector<HTMLElement>('[data-testid="button-user-menu"]')?.focus());
    await tab.page.keyboard.press('Enter');
    await tab.press('menu-profile');
    await tab.fill({ 'input-first-name': 'Half typed' });
    await tab.press('menu-dashboard');
    await tab.press('button-stay');
    await tab.misses('dialog-leave');
    expect([tab.path, await shown(tab)]).toEqual(['/profile', 'Half typed']);
    await tab.page.evaluate(() => history.back());
    await tab.sees('dialog-leave');
    expect(tab.path).toBe('/profile');
    await tab.page.keyboard.press('Escape');
    await tab.misses('dialog-leave');
    expect(await shown(tab)).toBe('Half typed');
    await tab.page.evaluate(() => history.back());
    await tab.press('button-leave-page');
    await tab.arrives('/clients');
    await tab.misses('dialog-leave');
    await tab.page.evaluate(() => history.forward());
    await tab.arrives('/profile');
    await tab.sees('input-first-name');
    expect(await shown(tab)).not.toBe('Half typed');
    await tab.fill({ 'input-first-name': 'Saved' });
    await tab.press('button-save-profile');
    await tab.says('toast-success', 'saved');
    await tab.press('menu-dashboard');
    await tab.arrives('/dashboard');
    expect(await tab.at('dialog-leave').count()).toBe(0);
  });

  it('is not lost by a slip: beside the dialog, or by loading the page anew', async () => {
    const tab = await Tab.of(await anybody());
    await tab.go('/clients');
    const beside = () => tab.page.mouse.click(5, 400);
    await tab.press('button-add-client');
    await tab.sees('dialog-client');
    await beside();
    await tab.misses('dialog-client');
    await tab.press('button-add-client');
    await tab.fill({ 'input-client-name': 'Kept' });
    await beside();
    await beside();
    expect(await tab.at('input-client-name').inputValue()).toBe('Kept');
    const asked = tab.page.waitForEvent('dialog');
    const reloads = tab.page.evaluate(() => location.reload());
    const question = await asked;
    expect(question.type()).toBe('beforeunload');
    await question.dismiss();
    expect(await tab.at('input-client-name').inputValue()).toBe('Kept');
    await reloads;
  });
});
