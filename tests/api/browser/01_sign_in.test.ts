// Signing in and out, as people do it (spec/cases layer 5).
import { beforeAll, describe, expect, it } from 'vitest';
import { Houses } from '../support/houses.ts';
import { linkIn } from '../support/mail.ts';
import { newAddress, newPassword } from '../support/people.ts';
import { desktop, narrow, Tab, watchTabs } from '../support/browser.ts';
import { mainStack } from '../support/stack.ts';
import { World } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

/** Somebody nobody has failed to sign in as. */
const anybody = () => world.houses.member(world.own.id, 'staff');

/** A sign-in that is asked to be confirmed, with a code typed and not sent. */
async function unusual(): Promise<Tab> {
  const tab = await Tab.open();
  await tab.page.route('**/api/auth/login', (route) =>
    route.fulfill({ status: 428, json: { error: 'Confirm', code: 'STEP_UP_REQUIRED', challengeId: 'one', methods: ['email_otp'] } }));
  await tab.signIn({ email: newAddress(), password: 'Any-Password-1' });
  await tab.fill({ 'input-code': '123456' });
  return tab;
}

describe('signing in', () => {
  it('TC-E2E-003 says that the credentials are wrong, and stays', async () => {
    const tab = await Tab.open();
    await tab.signIn({ email: newAddress(), password: 'Wrong-Password-1' });
    await tab.says('error-message', 'Invalid credentials');
    expect(tab.path).toBe('/login');
  });

  it('TC-E2E-004 shows the password and hides it again', async () => {
    const tab = await Tab.open();
    await tab.go('/login');
    await tab.fill({ 'input-password': 'Something-1' });
    await tab.press('button-toggle-password');
    expect(await tab.at('input-password').getAttribute('type')).toBe('text');
    await tab.press('button-toggle-password');
    expect(await tab.at('input-password').getAttribute('type')).toBe('password');
  });

  it('TC-E2E-005 stays signed in for 30 days where that is asked for', async () => {
    const tab = await Tab.open();
    await tab.signIn(await anybody(), true);
    await tab.arrives('/dashboard');
    const cookie = await tab.cookie('token');
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
    const days30 = Date.now() / 1000 + 30 * 86_400;
    expect(Math.abs((cookie?.expires ?? 0) - days30)).toBeLessThan(60);
  });

  it('TC-E2E-006 signs out: the old cookie opens nothing', async () => {
    const tab = await Tab.of(await anybody());
    await tab.go('/dashboard');
    const before = await tab.cookie('token');
    await tab.press('button-user-menu');
    await tab.press('button-logout');
    await tab.arrives('/login');
    expect(await tab.cookie('token')).toBeUndefined();
    expect((await stack.client.get('/api/users/me', { bearer: before?.value })).status).toBe(401);
  });

  it('TC-E2E-007 leads to the sign-in without a session, and back to the page afterwards', async () => {
    const tab = await Tab.open();
    await tab.go('/dashboard');
    expect(tab.path).toBe('/login');
    for (const page of ['/users', '/organizations/somewhere/users', '/settings', '/billing', '/clients', '/profile', '/reports', '/workflows', '/ai-agents', '/audit', '/compliance', '/onboarding']) {
      const answer = await stack.client.get(page);
      expect([page, answer.status, answer.header('location')]).toEqual([page, 302, `/login?next=${encodeURIComponent(page)}`]);
    }
    await tab.go('/profile?tab=security');
    const who = await anybody();
    await tab.fill({ 'input-email': who.email, 'input-password': who.password });
    await tab.press('button-login');
    await tab.arrives('/profile');
  });

  it('TC-E2E-008 stays on the page when it is loaded anew', async () => {
    const tab = await Tab.open();
    await tab.signIn(await anybody());
    await tab.arrives('/dashboard');
    await tab.page.reload();
    await tab.sees('button-user-menu');
    expect(tab.path).toBe('/dashboard');
  });

  it('TC-E2E-009 sets a new password by the mailed link, whose token leaves the address', async () => {
    const who = await anybody();
    const tab = await Tab.open();
    await tab.go('/login');
    await tab.press('link-forgot-password');
    await tab.fill({ 'input-email': who.email });
    await tab.press('button-reset-password');
    await tab.says('text-success', 'If an account exists');
    const link = linkIn(await stack.mail.wait(who.email), '/reset-password');
    await tab.go(link);
    await tab.sees('input-password');
    expect(tab.page.url()).not.toContain('token');
    const password = newPassword(who.email);
    await tab.fill({ 'input-password': password, 'input-confirm-password': password });
    await tab.press('button-reset-password');
    await tab.says('text-success', 'Your password is changed');
    await tab.signIn({ email: who.email, password });
    await tab.arrives('/dashboard');
  });

  it('TC-E2E-013 shows that it works on it, and takes no second press', async () => {
    const tab = await Tab.open();
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    await tab.page.route('**/api/auth/login', async (route) => {
      await held;
      await route.continue();
    });
    await tab.signIn(await anybody());
    await tab.sees('loading-spinner');
    expect(await tab.at('button-login').isDisabled()).toBe(true);
    release();
    await tab.arrives('/dashboard');
    await tab.settles();
    await tab.misses('loading-spinner');
  });

  it('TC-E2E-014 leads with Tab from the address to the password to the button', async () => {
    const tab = await Tab.open();
    await tab.go('/login');
    await tab.at('input-email').focus();
    const order: string[] = [];
    for (let step = 0; step < 5; step += 1) {
      await tab.page.keyboard.press('Tab');
      order.push(await tab.page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName ?? ''));
    }
    expect(order.slice(0, 2)).toEqual(['input-password', 'button-login']);
    expect(order.slice(2)).toEqual(expect.arrayContaining(['button-toggle-password', 'checkbox-remember-me', 'link-forgot-password']));
  });

  it('TC-E2E-015 tells of a failure for a moment', async () => {
    const tab = await Tab.open();
    await tab.signIn({ email: newAddress(), password: 'Wrong-Password-1' });
    await tab.sees('toast-error');
    await tab.at('toast-error').waitFor({ state: 'detached', timeout: 6_000 });
    expect(await tab.at('toast-error').count()).toBe(0);
  });

  it('tells of a failure once on a phone, beside the form, and reads it out once everywhere', async () => {
    for (const viewport of [narrow, desktop]) {
      const tab = await Tab.open({ viewport });
      await tab.signIn({ email: newAddress(), password: 'Wrong-Password-1' });
      await tab.says('error-message', 'Invalid credentials');
      await tab.at('toast-error').waitFor({ state: 'attached' });
      expect(await tab.page.getByText('Invalid credentials').filter({ visible: true }).count()).toBe(viewport === narrow ? 1 : 2);
      expect(await tab.page.getByRole('status').filter({ hasText: 'Invalid credentials' }).getByRole('paragraph').count()).toBe(0);
      expect(await tab.page.getByRole('alert').count()).toBe(1);
    }
  });

  it('TC-E2E-016 names the waiting time after five failures', async () => {
    const who = await anybody();
    for (let time = 0; time < 5; time += 1) {
      const answer = await stack.client.post('/api/auth/login', { email: who.email, password: 'Wrong-Password-1' });
      expect(answer.status).toBe(401);
    }
    const tab = await Tab.open();
    await tab.signIn(who);
    await tab.says('error-rate-limit', /\d+:\d\d minutes/);
  });

  it('says when to try again where the server can do no more, and takes the notice away then', async () => {
    const who = await anybody();
    const tab = await Tab.open();
    await tab.page.route('**/api/auth/login', (route) =>
      route.fulfill({ status: 503, headers: { 'retry-after': '2' }, json: { error: 'Service unavailable', code: 'SERVICE_UNAVAILABLE', message: 'Try again in a moment.' } }));
    await tab.signIn(who);
    await tab.says('error-rate-limit', /cannot do this right now.*[12] seconds?/s);
    await tab.misses('error-rate-limit');
    tab.problems.length = 0; // the 503 was ours
    await tab.page.unroute('**/api/auth/login');
    await tab.press('button-login');
    await tab.arrives('/dashboard');
  });

  it('begins again where an unusual sign-in was confirmed too late', async () => {
    const tab = await unusual();
    await tab.page.route('**/api/security/stepup/verify', (route) =>
      route.fulfill({ status: 400, json: { error: 'Token expired', code: 'TOKEN_EXPIRED', message: 'The link has expired.' } }));
    await tab.press('button-verify-code');
    await tab.says('toast-error', 'Begin again');
    await tab.sees('button-login');
  });

  it('names the waiting time where another code may not be sent yet', async () => {
    const tab = await unusual();
    await tab.page.route('**/api/security/stepup/send', (route) =>
      route.fulfill({ status: 429, json: { error: 'Too many requests', code: 'RATE_LIMITED', message: 'Wait before you try again.', retryAfterSec: 42 } }));
    await tab.press('button-send-code');
    await tab.says('toast-error', 'Try again in 42 seconds');
    expect(await tab.at('input-code').inputValue(), 'what was typed stays').toBe('123456');
  });
});

describe('signing up', () => {
  it('TC-E2E-010 asks for what is missing', async () => {
    const tab = await Tab.open();
    const before = await stack.database.count`SELECT count(*) FROM users`;
    await tab.go('/signup');
    await tab.press('button-signup');
    await tab.sees('error-email');
    await tab.sees('error-password');
    expect(await stack.database.count`SELECT count(*) FROM users`).toBe(before);
  });

  it('TC-E2E-011 asks for a valid address', async () => {
    const tab = await Tab.open();
    await tab.go('/signup');
    await tab.fill({ 'input-email': 'not-an-email' });
    await tab.press('button-signup');
    await tab.says('error-email', 'valid email');
  });

  it('TC-E2E-012 judges the password while it is typed', async () => {
    const tab = await Tab.open();
    await tab.go('/signup');
    const classes = () => tab.at('password-strength').getAttribute('class');
    await tab.fill({ 'input-password': '123' });
    expect((await classes())?.split(' ')).toContain('weak');
    await tab.fill({ 'input-password': 'SecurePass123!' });
    expect((await classes())?.split(' ')).toContain('strong');
  });
});
