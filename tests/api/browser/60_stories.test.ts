// What an organization lives through from its first day, across pages (spec/cases layer 5).
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { linkIn } from '../support/mail.ts';
import { newAccount, newAddress, newPassword, verifyPath } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';
import { World } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

/** What a role may do at all: its column, ids whose cell is not 0, sorted as the answer is. */
function column(role: string): string[] {
  const [head, ...rows] = readFileSync(new URL('../../../spec/permissions.csv', import.meta.url), 'utf8').trim().split('\n').map((line) => line.split(','));
  const at = head?.indexOf(role) ?? -1;
  return rows.filter((row) => row[at] !== '0').map((row) => row[1] ?? '').sort();
}

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

describe('stories', () => {
  it('TC-E2E-001 from the first sign-up to three colleagues, each with the rights of their role', async () => {
    const [email, password] = [newAddress('founder'), newPassword()];
    const tab = await Tab.open();
    await tab.go('/signup');
    await tab.fill({ 'input-email': email, 'input-password': password, 'input-first-name': 'Fay', 'input-last-name': 'Founder' });
    await tab.press('button-signup');
    await tab.go(linkIn(await stack.mail.wait(email), verifyPath));
    await tab.arrives('/login');
    await tab.signIn({ email, password });
    await tab.arrives('/onboarding');
    await tab.fill({ 'input-org-name': 'Fresh House' });
    await tab.press('button-create-org');
    await tab.press('menu-users');
    for (const role of ['admin', 'manager', 'staff'] as const) {
      const invited = newAddress(role);
      await tab.press('button-invite-user');
      await tab.fill({ 'input-email': invited });
      await tab.choose('select-role', role);
      await tab.press('button-send-invite');
      await tab.misses('dialog-invite-user');
      const theirs = await Tab.open();
      await theirs.go(linkIn(await stack.mail.wait(invited), '/accept-invite'));
      const chosen = newPassword(invited);
      await theirs.fill({ 'input-password': chosen });
      await theirs.press('button-accept-invite');
      await theirs.arrives('/login');
      await theirs.signIn({ email: invited, password: chosen });
      await theirs.arrives('/dashboard');
      const me = await stack.client.get('/api/users/me', { bearer: (await theirs.cookie('token'))?.value });
      expect([role, me.json.role, me.json.permissions]).toEqual([role, role, column(role)]);
    }
  });

  it('TC-E2E-002 staff do what staff may, and nothing else', async () => {
    const { who, as } = world.own.people.staff;
    const colleague = await world.colleague(world.own);
    const client = await world.resource(world.own, 'client', 'Looked after');
    await world.assign(world.own, 'client', client, who.id);
    const tab = await Tab.of(who);
    await tab.go('/billing');
    await tab.sees('error-forbidden');
    await tab.go('/users');
    await tab.arrives('/dashboard');
    await tab.misses(`button-edit-user-${colleague.id}`);
    expect((await stack.client.send('PATCH', `/api/users/${colleague.id}`, { ...as, body: { firstName: 'No' } })).status).toBe(403);
    await tab.go('/clients');
    await tab.sees(`row-client-${client}`);
    await tab.misses(`button-delete-client-${client}`);
    expect((await stack.client.delete(`/api/clients/${client}`, as)).status).toBe(403);
    await tab.go('/profile');
    await tab.fill({ 'input-first-name': 'Renamed' });
    await tab.press('button-save-profile');
    await tab.sees('toast-success');
    expect(await stack.database.row`SELECT first_name FROM users WHERE id = ${who.id}`).toEqual({ first_name: 'Renamed' });
  });

  it('TC-E2E-041 a fresh account names its organization once, and adds the first colleague', async () => {
    const tab = await Tab.open();
    await tab.signIn(await newAccount(stack));
    await tab.arrives('/onboarding');
    await tab.fill({ 'input-org-name': 'House of Two' });
    await tab.choose('select-industry', 'Legal');
    await tab.choose('select-size', '1-10');
    await tab.press('button-create-org');
    await tab.press('menu-users');
    await tab.press('button-add-user');
    const added = newAddress('second');
    await tab.fill({ 'input-email': added, 'input-password': newPassword(added) });
    await tab.press('button-save-user');
    await tab.sees('toast-success');
    await tab.press('menu-dashboard');
    await tab.says('text-org-name', 'House of Two');
    await tab.says('text-user-count', /^\s*2\s*$/);
    await tab.go('/onboarding');
    await tab.arrives('/dashboard');
    expect(tab.path).toBe('/dashboard');
  });
});
