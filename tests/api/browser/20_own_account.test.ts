// The own account: profile, password, second factor, devices, notifications (spec/cases layer 5).
import { beforeAll, describe, expect, it } from 'vitest';
import { desktop, phone, Tab, watchTabs } from '../support/browser.ts';
import { Houses, type Member } from '../support/houses.ts';
import { newPassword } from '../support/people.ts';
import { form, pdf } from '../support/pictures.ts';
import { codeOf, insertWithFactor, wrongCode } from '../support/second_factor.ts';
import { mainStack } from '../support/stack.ts';
import { roles, World } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

const anybody = (role = 'staff'): Promise<Member> => world.houses.member(world.own.id, role);
const signsIn = async (who: { email: string; password: string }) => (await stack.client.post('/api/auth/login', { email: who.email, password: who.password })).status;

describe('the frame', () => {
  it('TC-E2E-030 hides the menu on a phone, behind a button', async () => {
    const tab = await Tab.of(await anybody('owner'), { viewport: phone });
    await tab.go('/dashboard');
    await tab.sees('button-user-menu');
    expect(await tab.at('sidebar-desktop').isVisible()).toBe(false);
    await tab.press('button-mobile-menu');
    const clients = tab.page.locator('[data-testid="sidebar-mobile"] [data-testid="menu-clients"]');
    await clients.click();
    await tab.arrives('/clients');
    await tab.misses('sidebar-mobile');
    await tab.page.setViewportSize(desktop);
    await tab.sees('sidebar-desktop');
  });

  it('TC-E2E-031 keeps the colours that were chosen', async () => {
    const tab = await Tab.of(await anybody());
    const isDark = () => tab.page.evaluate(() => document.documentElement.classList.contains('dark'));
    await tab.go('/dashboard');
    expect(await isDark()).toBe(false);
    await tab.press('button-theme-toggle');
    expect(await isDark()).toBe(true);
    await tab.page.reload();
    expect(await isDark()).toBe(true);
    await tab.press('button-theme-toggle');
    expect(await isDark()).toBe(false);
  });

  it('TC-E2E-032 shows an owner everything', async () => {
    const tab = await Tab.of(world.own.people.owner.who);
    await tab.go('/dashboard');
    for (const menu of ['menu-users', 'menu-settings', 'menu-billing', 'menu-clients']) expect(await (await tab.sees(menu)).count()).toBe(1);
  });

  it('TC-E2E-033 leaves out of the page what an admin may not open; the interface refuses it too', async () => {
    const { who, as } = world.own.people.admin;
    const tab = await Tab.of(who);
    await tab.go('/dashboard');
    await tab.sees('menu-users');
    await tab.sees('menu-clients');
    await tab.misses('menu-settings');
    await tab.misses('menu-billing');
    expect((await stack.client.get('/api/billing/subscription', as)).status).toBe(403);
    expect((await stack.client.post(`/api/organizations/${world.own.id}/transfer`, { newOwnerId: who.id }, as)).status).toBe(403);
  });

  it('TC-E2E-039 names the role', async () => {
    for (const role of roles) {
      const tab = await Tab.of(world.own.people[role].who);
      await tab.go('/dashboard');
      await tab.press('button-user-menu');
      expect(await (await tab.sees('badge-role')).textContent()).toBe(role);
    }
  });

  it('TC-E2E-036 refuses the settings to an admin, who renames the organization on the dashboard', async () => {
    const side = await World.side(world.houses, 'Renamed House');
    const tab = await Tab.of(side.people.admin.who);
    expect((await tab.go('/settings'))?.status()).toBe(403);
    await tab.sees('error-forbidden');
    await tab.go('/dashboard');
    await tab.press('button-edit-organization');
    await tab.fill({ 'input-org-name': 'House of the Admin' });
    await tab.press('button-save');
    await tab.sees('toast-success');
    await tab.says('text-org-name', 'House of the Admin');
    expect(await stack.database.row`SELECT name FROM organizations WHERE id = ${side.id}`).toEqual({ name: 'House of the Admin' });
  });

  it('answers a page with 403 and one row in the ledger where the role may not open it', async () => {
    const who = await anybody('staff');
    const tab = await Tab.of(who);
    for (const page of ['/billing', '/settings', '/audit', '/compliance', `/organizations/${world.other.id}/users`]) {
      const rows = () => stack.database.count`SELECT count(*) FROM security_events WHERE user_id = ${who.id} AND event_type = 'PERMISSION_DENIED'`;
      const before = await rows();
      expect([page, (await tab.go(page))?.status()]).toEqual([page, 403]);
      await tab.sees('error-forbidden');
      await tab.settles();
      expect([page, await rows()]).toEqual([page, before + 1]);
    }
    await tab.go('/users');
    await tab.arrives('/dashboard');
  });
});

describe('the own account', () => {
  it('TC-E2E-043 shows a picture, and says why one is not taken', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await tab.go('/profile');
    const drawn = await tab.page.evaluate(() => document.createElement('canvas').toDataURL('image/jpeg').split(',')[1] ?? '');
    const choose = (name: string, mimeType: string, buffer: Buffer) => tab.at('input-profile-picture').setInputFiles({ name, mimeType, buffer });
    const sent = async () => {
      const [answer] = await Promise.all([tab.page.waitForResponse((one) => one.url().endsWith('/profile-picture')), tab.press('button-save-profile')]);
      return answer.status();
    };
    const picture = async () => (await stack.database.row`SELECT profile_picture FROM users WHERE id = ${who.id}`)['profile_picture'];
    await choose('large.jpg', 'image/jpeg', Buffer.alloc(6 * 1024 * 1024, 1));
    expect(await sent()).toBe(413);
    await tab.says('error-message', '5 MB');
    await choose('paper.pdf', 'application/pdf', pdf);
    expect(await sent()).toBe(400);
    await tab.says('error-message', 'no picture');
    expect(await picture()).toBeNull();
    await choose('me.jpg', 'image/jpeg', Buffer.from(drawn, 'base64'));
    expect(await sent()).toBe(200);
    await tab.sees('toast-success');
    expect(await picture()).not.toBeNull();
    await tab.page.reload();
    const shown = await tab.sees('img-profile-picture');
    expect(await shown.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    const colleague = await anybody();
    const answer = await stack.client.send('POST', `/api/users/${colleague.id}/profile-picture`, { bearer: (await world.houses.bearer(who)).bearer, ...form(Buffer.from(drawn, 'base64')) });
    expect(answer.status).toBe(403);
    expect((await stack.database.row`SELECT profile_picture FROM users WHERE id = ${colleague.id}`)['profile_picture']).toBeNull();
  });

  it('TC-E2E-048 changes the password; the other browser is signed out', async () => {
    const who = await anybody();
    const [tab, other] = [await Tab.of(who), await Tab.of(who)];
    await other.go('/dashboard');
    await other.sees('menu-clients');
    await tab.go('/profile');
    await tab.fill({ 'input-first-name': 'Changed' });
    await tab.press('button-save-profile');
    await tab.sees('toast-success');
    await tab.press('tab-security');
    const password = newPassword(who.email);
    await tab.fill({ 'input-current-password': who.password, 'input-new-password': password, 'input-confirm-password': password });
    await tab.press('button-change-password');
    await tab.says('toast-success', 'password');
    await other.press('menu-clients');
    await other.arrives('/login');
    await tab.page.reload();
    await tab.sees('tab-security');
    expect([await signsIn(who), await signsIn({ ...who, password })]).toEqual([401, 200]);
  });

  it('says that the current password is wrong, and changes nothing', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await tab.go('/profile?tab=security');
    const password = newPassword(who.email);
    await tab.fill({ 'input-current-password': 'Not-The-Password-1', 'input-new-password': password, 'input-confirm-password': password });
    await tab.press('button-change-password');
    await tab.says('error-message', 'current password is not right');
    expect(tab.path).toBe('/profile');
    expect(await signsIn(who)).toBe(200);
  });

  it('sets a second factor up by its picture, and signs in with it and with a backup code', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await tab.go('/profile?tab=security');
    await tab.press('button-enable-two-factor');
    await tab.fill({ 'input-password': who.password });
    await tab.press('button-confirm-password');
    const picture = await tab.sees('img-qr-code');
    expect(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    const secret = ((await tab.at('text-totp-secret').textContent()) ?? '').replaceAll(' ', '');
    await tab.fill({ 'input-code': await wrongCode(secret) });
    await tab.press('button-verify-code');
    await tab.sees('error-message');
    await tab.fill({ 'input-code': await codeOf(secret) });
    await tab.press('button-verify-code');
    const codes = await (await tab.sees('list-backup-codes')).locator('li').allTextContents();
    expect(codes.length).toBe(10);
    await tab.press('button-codes-kept');
    await tab.says('badge-two-factor', 'on');
    const again = await Tab.open();
    await again.signIn(who);
    await again.press('button-use-backup_code');
    await again.fill({ 'input-code': codes[0] ?? '' });
    await again.press('button-verify-code');
    await again.arrives('/dashboard');
  });

  it('asks for a second factor before anything else where the organization requires one, shows the codes, and goes on', async () => {
    const side = await World.side(world.houses, 'House of Second Factors');
    await stack.database.run`UPDATE organizations SET settings = ${'{"security":{"secondFactorRequired":true}}'} WHERE id = ${side.id}`;
    const { who } = side.people.manager;
    const tab = await Tab.open();
    await tab.signIn(who);
    await tab.says('page-must-enrol', 'House of Second Factors');
    expect(await tab.at('error-message').count()).toBe(0);
    await tab.press('button-enable-two-factor');
    await tab.page.keyboard.press('Escape');
    await tab.sees('page-must-enrol');
    await tab.press('button-enable-two-factor');
    await tab.fill({ 'input-password': who.password });
    await tab.press('button-confirm-password');
    await tab.sees('img-qr-code');
    const secret = ((await tab.at('text-totp-secret').textContent()) ?? '').replaceAll(' ', '');
    await tab.fill({ 'input-code': await codeOf(secret) });
    await tab.press('button-verify-code');
    expect(await (await tab.sees('list-backup-codes')).locator('li').count()).toBe(10);
    await tab.press('button-codes-kept');
    await tab.misses('page-must-enrol');
    await tab.sees('text-org-name');
  });

  it('signs in with a code of the authenticator, and says when one is wrong', async () => {
    const who = await insertWithFactor(stack);
    const tab = await Tab.open();
    await tab.signIn(who);
    await tab.sees('input-code');
    await tab.fill({ 'input-code': await wrongCode(who.secret) });
    await tab.press('button-verify-code');
    await tab.says('error-message', 'Invalid code');
    await tab.fill({ 'input-code': await codeOf(who.secret) });
    await tab.press('button-verify-code');
    await tab.arrives('/dashboard');
  });

  it('ends everything where a session was somebody else’s, and mails a link for a new password', async () => {
    const who = await anybody();
    const stranger = await world.houses.bearer(who);
    const tab = await Tab.of(who);
    await tab.go('/profile?tab=devices');
    const rows = tab.at('list-sessions').locator('li');
    await tab.sees('list-sessions');
    expect(await rows.count()).toBe(2);
    await tab.page.getByRole('button', { name: 'This was not me' }).click();
    await tab.press('button-confirm-not-me');
    await tab.arrives('/login');
    await tab.says('toast-info', 'mail');
    expect((await stack.client.get('/api/users/me', stranger)).status).toBe(401);
    expect((await stack.client.post('/api/auth/login', { email: who.email, password: who.password })).status, 'who knew the password').toBe(401);
    await stack.mail.wait(who.email, 1, 'Password Reset');
  });

  it('signs out everywhere', async () => {
    const who = await anybody();
    const elsewhere = await world.houses.bearer(who);
    const tab = await Tab.of(who);
    await tab.go('/profile?tab=devices');
    await tab.press('button-logout-all');
    await tab.press('button-confirm-logout-all');
    await tab.arrives('/login');
    expect((await stack.client.get('/api/users/me', elsewhere)).status).toBe(401);
  });

  it('TC-E2E-037 lets nobody of the staff delete themselves', async () => {
    const who = await anybody();
    const tab = await Tab.of(who);
    await tab.go('/profile?tab=data');
    await tab.sees('button-export-data');
    const button = await tab.sees('button-delete-account');
    expect(await button.isDisabled()).toBe(true);
    await tab.says('text-leaving', 'ask an owner');
    const sent: string[] = [];
    tab.page.on('request', (request) => sent.push(`${request.method()} ${request.url()}`));
    await button.click({ force: true });
    await tab.settles();
    expect(sent.filter((one) => one.startsWith('DELETE'))).toEqual([]);
    const answer = await stack.client.delete(`/api/users/${who.id}`, await world.houses.bearer(who));
    expect([answer.status, answer.json.code]).toEqual([403, 'FORBIDDEN']);
    expect(await stack.database.row`SELECT deleted_at FROM users WHERE id = ${who.id}`).toEqual({ deleted_at: null });
    expect(await signsIn(who)).toBe(200);
  });

  it('TC-E2E-049 lists what concerns the own account, until it is cleared', async () => {
    const who = await anybody();
    await world.patch(`/api/users/${who.id}/role`, { role: 'manager' }, world.own.people.owner);
    await world.houses.bearer(who);
    const answer = await stack.client.post('/api/auth/login', { email: who.email, password: who.password, deviceFingerprint: 'another-device' });
    expect(answer.status).toBe(200);
    const tab = await Tab.of(who);
    await tab.go('/dashboard');
    await tab.press('button-notifications');
    await tab.sees('panel-notifications');
    await tab.says('notification-role_changed', 'manager');
    await tab.says('notification-new_device', 'New sign-in');
    await tab.press('button-clear-all');
    await tab.sees('text-no-notifications');
    await tab.page.reload();
    await tab.press('button-notifications');
    await tab.sees('text-no-notifications');
  });
});

describe('by keyboard alone', () => {
  it('signs in, opens the menu, goes elsewhere, and leaves a dialog to where it was opened', async () => {
    const who = await anybody();
    const tab = await Tab.open();
    const { keyboard } = tab.page;
    const focused = () => tab.page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.id ?? '');
    await tab.go('/login');
    await tab.at('input-email').focus();
    await keyboard.type(who.email);
    await keyboard.press('Tab');
    await keyboard.type(who.password);
    await keyboard.press('Enter');
    await tab.arrives('/dashboard');
    await tab.settles();
    await tab.at('button-user-menu').focus();
    await keyboard.press('Enter');
    await tab.page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'menu-profile');
    await keyboard.press('ArrowDown');
    expect(await focused()).toBe('menu-security');
    await keyboard.press('Enter');
    await tab.sees('button-enable-two-factor');
    await tab.at('button-enable-two-factor').focus();
    await keyboard.press('Enter');
    await tab.sees('dialog-enrol');
    // Tab stays inside, whichever way.
    for (let step = 0; step < 8; step += 1) {
      await keyboard.press(step % 3 === 2 ? 'Shift+Tab' : 'Tab');
      expect(await tab.page.evaluate(() => document.activeElement?.closest('[data-testid="dialog-enrol"]') !== null)).toBe(true);
    }
    await keyboard.press('Escape');
    await tab.misses('dialog-enrol');
    expect(await focused()).toBe('button-enable-two-factor');
    await tab.at('menu-clients').focus();
    await keyboard.press('Enter');
    await tab.arrives('/clients');
    await tab.settles();
    expect(await focused()).toBe('page');
  });
});
