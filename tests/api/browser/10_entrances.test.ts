// The other ways in: registering, invitations, several organizations, unusual sign-ins; and what the pages are served with.
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { linkIn } from '../support/mail.ts';
import { bcrypt, newAddress, newPassword } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';
import { World } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

describe('entrances', () => {
  it('leads from the sign-up by the mailed link to the first organization, once', async () => {
    const [email, tab] = [newAddress(), await Tab.open()];
    const password = newPassword(email);
    await tab.go('/signup');
    await tab.fill({ 'input-first-name': 'Ada', 'input-last-name': 'Lovelace', 'input-email': email, 'input-password': password });
    await tab.press('button-signup');
    await tab.says('text-success', email);
    await tab.signIn({ email, password });
    await tab.says('error-message', 'not verified');
    await tab.go(linkIn(await stack.mail.wait(email), '/api/auth/verify-email'));
    await tab.says('text-success', 'verified');
    await tab.signIn({ email, password });
    await tab.arrives('/onboarding');
    await tab.press('button-create-org');
    await tab.sees('error-org-name');
    await tab.fill({ 'input-org-name': 'Lovelace & Co' });
    await tab.choose('select-industry', 'Technology');
    await tab.choose('select-size', '1-10');
    await tab.press('button-create-org');
    await tab.arrives('/dashboard');
    await tab.says('text-org-name', 'Lovelace & Co');
    await tab.says('text-user-count', '1');
    await tab.go('/onboarding');
    await tab.arrives('/dashboard');
  });

  it('takes an invitation, and says why one cannot be taken', async () => {
    const [email, owner] = [newAddress(), world.own.people.owner];
    await world.post(`/api/organizations/${world.own.id}/invitations`, { email, role: 'manager' }, owner);
    const link = linkIn(await stack.mail.wait(email), '/accept-invite');
    const tab = await Tab.open();
    await tab.go(link);
    await tab.sees('input-password');
    expect(tab.page.url()).not.toContain('token');
    const password = newPassword(email);
    await tab.fill({ 'input-first-name': 'Grace', 'input-password': password });
    await tab.press('button-accept-invite');
    await tab.says('text-success', 'ready');
    await tab.signIn({ email, password });
    await tab.arrives('/dashboard');
    await tab.go(link);
    await tab.says('error-message', 'accepted or taken back');
  });

  it('asks which organization is meant, where the password is good for several', async () => {
    const [email, password] = [newAddress(), newPassword()];
    const stored = await bcrypt(password);
    for (const side of [world.own, world.other])
      await stack.database.run`
        INSERT INTO users (email, password_hash, role, organization_id, first_name, last_name) VALUES (${email}, ${stored}, 'staff', ${side.id}, 'Test', 'User')`;
    const tab = await Tab.open();
    await tab.signIn({ email, password });
    await tab.press(`choose-organization-${world.other.id}`);
    await tab.arrives('/dashboard');
    await tab.says('text-org-name', 'House of B');
  });

  it('asks for a mailed code where a sign-in is unusual, and names the new device afterwards', async () => {
    const who = await world.houses.member(world.own.id);
    const elsewhere = { deviceFingerprint: 'known', country: 'GB', city: 'London' };
    for (let time = 0; time < 5; time += 1) await stack.client.post('/api/auth/login', { email: who.email, password: who.password, ...elsewhere });
    for (let time = 0; time < 3; time += 1) await stack.client.post('/api/auth/login', { email: who.email, password: 'Wrong-Password-1' });
    const tab = await Tab.open();
    await tab.signIn(who); // new device 30, five live sessions 20, a burst of failures 15
    await tab.sees('input-code');
    await tab.fill({ 'input-code': '000000' });
    await tab.press('button-verify-code');
    await tab.says('error-message', 'Invalid code');
    const mail = await stack.mail.wait(who.email, 1);
    const code = /\b(\d{6})\b/.exec(mail.text)?.[1] ?? '';
    await tab.fill({ 'input-code': code });
    await tab.press('button-verify-code');
    await tab.arrives('/dashboard');
    await tab.press('button-notifications');
    await tab.sees('notification-new_device');
  });

  it('says that the server cannot be reached, and goes on when it can', async () => {
    const who = await world.houses.member(world.own.id);
    const tab = await Tab.open();
    await tab.go('/login');
    await tab.page.route('**/api/auth/login', (route) => route.abort());
    await tab.fill({ 'input-email': who.email, 'input-password': who.password });
    await tab.press('button-login');
    await tab.says('error-message', 'cannot be reached');
    await tab.page.unroute('**/api/auth/login');
    await tab.press('button-login');
    await tab.arrives('/dashboard');
  });

  it('keeps no token where a script could read it', async () => {
    const tab = await Tab.open();
    await tab.signIn(await world.houses.member(world.own.id));
    await tab.arrives('/dashboard');
    await tab.settles();
    const kept = await tab.page.evaluate(() => ({ local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie }));
    expect(kept).toEqual({ local: {}, session: {}, cookie: '' });
    expect(tab.page.url()).not.toMatch(/token|eyJ/);
  });
});

describe('what the pages are served with', () => {
  const html = () => stack.client.get('/login', { headers: { 'accept-encoding': 'br' } });
  const assets = (text: string) => [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');

  it('lets nothing inline run, nothing from elsewhere, and no text become code', async () => {
    const page = await html();
    const policy = page.header('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    const tab = await Tab.open();
    await tab.go('/login');
    const ran = await tab.page.evaluate(() => {
      const script = document.createElement('script');
      try {
        script.textContent = 'window.ran = true';
        document.head.append(script);
      } catch {
        return 'refused';
      }
      return String((window as unknown as { ran?: boolean }).ran ?? 'refused');
    });
    expect(ran).toBe('refused');
    tab.problems.length = 0; // the browser told of it, as it should
  });

  it('keeps hashed files for ever, and asks about the page anew', async () => {
    const plain = await stack.client.get('/login');
    expect(plain.header('cache-control')).toBe('no-cache');
    const again = await stack.client.get('/login', { headers: { 'if-none-match': plain.header('etag') ?? '' } });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    expect(assets(plain.text).length).toBeGreaterThan(1);
    for (const path of assets(plain.text)) {
      const [file, packed, head] = [
        await stack.client.get(path),
        await stack.client.get(path, { headers: { 'accept-encoding': 'gzip, br' } }),
        await stack.client.send('HEAD', path),
      ];
      expect([path, file.status, file.header('cache-control')]).toEqual([path, 200, 'public, max-age=31536000, immutable']);
      expect(packed.header('vary')).toBe('Accept-Encoding');
      if (packed.header('content-encoding') !== undefined) expect(packed.bytes.length).toBeLessThan(file.bytes.length);
      expect([head.status, head.bytes.length, head.header('content-length')]).toEqual([200, 0, String(file.bytes.length)]);
      expect(file.header('set-cookie')).toBeUndefined();
    }
  });

  it('leaves unknown paths to the interface, and takes no other method', async () => {
    for (const path of ['/api/nothing', '/nothing', '/assets/nothing.js', '/assets/..%2findex.html', '/login/more', '/index.html']) {
      const answer = await stack.client.get(path);
      expect([path, answer.status, answer.json?.code]).toEqual([path, 404, 'NOT_FOUND']);
    }
    const answer = await stack.client.post('/login', {});
    expect([answer.status, answer.header('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('stays small: the sign-in page under 60 KB, the whole console under 300 KB', async () => {
    const sizes = async (path: string) => {
      const tab = await Tab.open();
      let bytes = 0;
      const loaded: Promise<void>[] = [];
      tab.page.on('requestfinished', (request) => loaded.push(request.sizes().then((size) => void (bytes += size.responseBodySize))));
      await tab.go(path);
      await tab.settles();
      await Promise.all(loaded);
      return bytes;
    };
    const login = await sizes('/login');
    expect(login).toBeGreaterThan(10_000);
    expect(login).toBeLessThan(60_000);
    const { readdirSync, statSync } = await import('node:fs');
    const { join } = await import('node:path');
    const { settings } = await import('../support/settings.ts');
    const forms = join(settings.repository, 'build/release/console/forms');
    const whole = readdirSync(forms).filter((name) => name.endsWith('_br')).reduce((sum, name) => sum + statSync(join(forms, name)).size, 0);
    expect(whole).toBeLessThan(300_000);
  });
});
