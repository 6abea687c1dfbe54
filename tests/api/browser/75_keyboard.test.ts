// The console by keyboard alone: pages, dialogs, refused forms, and the way back.
import { beforeAll, describe, expect, it } from 'vitest';
import { furnishedAt } from '../support/admin_states.ts';
import { narrow, Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { mainStack } from '../support/stack.ts';
import { World } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
  for (const name of ['Acme & Sons', 'Blue Harbour Shipping']) await world.resource(world.own, 'client', name);
});
watchTabs();

const owner = (viewport?: { width: number; height: number }) => Tab.of(world.own.people.owner.who, viewport ? { viewport } : {});
const furnished = (tab: Tab, path: string) => furnishedAt(path)(tab, { world, fresh: { email: '', password: '' } });
const focused = (tab: Tab) => tab.page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.id ?? '');
const becomesFocused = (tab: Tab, what: string) => expect.poll(() => focused(tab), { timeout: 5_000 }).toBe(what);
const isInside = (tab: Tab) => tab.page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null && document.activeElement !== document.body);

/** Pressed by key, once it can be. */
async function keyed(tab: Tab, opener: string, key = 'Enter'): Promise<string> {
  const at = tab.page.locator(opener.startsWith('[') ? opener : `[data-testid^="${opener}"]`).first();
  await at.waitFor({ state: 'visible' });
  await at.focus();
  const id = (await at.getAttribute('data-testid')) ?? (await at.textContent()) ?? '';
  await tab.page.keyboard.press(key);
  return id;
}

// What opens it; what has the focus then, where that is a field.
const dialogs: { page: string; opener: string; field?: string; viewport?: typeof narrow }[] = [
  { page: '/dashboard', opener: 'button-edit-organization', field: 'input-org-name' },
  { page: '/dashboard', opener: 'button-mobile-menu', viewport: narrow },
  { page: '/settings', opener: 'button-transfer', field: 'input-new-owner' },
  { page: '/settings', opener: 'button-delete-organization', field: 'input-org-name' },
  { page: '/reports', opener: 'button-create-report', field: 'select-report-type' },
  { page: '/reports', opener: '[data-testid^="row-report-"] td button' },
  { page: '/reports', opener: 'button-delete-report-' },
  { page: '/profile?tab=devices', opener: 'button-logout-all' },
  { page: '/profile?tab=data', opener: 'button-erase-account' },
  { page: '/profile?tab=security', opener: 'button-enable-two-factor', field: 'input-password' },
  { page: '/users', opener: 'button-add-user', field: 'input-first-name' },
  { page: '/users', opener: 'button-invite-user', field: 'input-email' },
  { page: '/users', opener: 'button-edit-user-', field: 'input-first-name' },
  { page: '/users', opener: 'button-delete-user-' },
  { page: '/users', opener: '[data-testid^="row-user-"] td button' },
  { page: '/users?tab=invitations', opener: 'button-revoke-invitation-' },
  { page: '/roles', opener: 'button-add-role', field: 'input-role-name' },
  { page: '/roles', opener: 'button-edit-role-', field: 'input-role-name' },
  { page: '/roles', opener: 'button-delete-role-' },
  { page: '/security/sessions', opener: 'button-revoke-session-' },
  { page: '/security/sessions', opener: 'button-revoke-all' },
  { page: '/security/ip-rules', opener: 'button-add-rule', field: 'select-rule-action' },
  { page: '/security/retention', opener: 'button-add-hold', field: 'select-hold-on' },
  { page: '/clients', opener: 'button-add-client', field: 'input-client-name' },
  { page: '/clients', opener: '[data-testid^="row-client-"] td button', field: 'input-client-name' },
  { page: '/clients', opener: 'button-delete-client-', viewport: narrow },
  { page: '/workflows', opener: 'button-add-workflow', field: 'input-workflow-name' },
  { page: '/billing', opener: 'button-upgrade' },
];

describe('a dialog', () => {
  it.for(dialogs.map((one) => [`${one.page} ${one.opener}`, one] as const))('%s takes the focus, keeps it, and gives it back', async ([, { page, opener, field, viewport }]) => {
    const tab = await owner(viewport);
    await furnished(tab, page);
    const from = await keyed(tab, opener);
    await tab.page.getByRole('dialog').first().waitFor({ state: 'visible' });
    await expect.poll(() => isInside(tab)).toBe(true);
    if (field) await becomesFocused(tab, field);
    for (let step = 0; step < 9; step += 1) {
      await tab.page.keyboard.press(step % 4 === 3 ? 'Shift+Tab' : 'Tab');
      expect(await isInside(tab), `after ${step + 1} steps`).toBe(true);
    }
    await tab.page.keyboard.press('Escape');
    await tab.page.getByRole('dialog').first().waitFor({ state: 'detached' });
    await expect.poll(() => tab.page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.textContent ?? '')).toBe(from);
  });

  it('that followed another, or whose row is gone, leads back to the list', async () => {
    const tab = await owner();
    await furnished(tab, '/users');
    const from = await keyed(tab, '[data-testid^="row-user-"]:has([data-testid^="button-edit-user-"]) td button');
    await tab.sees('modal-user-details');
    await keyed(tab, '[data-testid="button-edit"]');
    await tab.sees('dialog-edit-user');
    await becomesFocused(tab, 'input-first-name');
    await tab.page.keyboard.press('Escape');
    await tab.misses('dialog-edit-user');
    await expect.poll(() => tab.page.evaluate(() => document.activeElement?.textContent ?? '')).toBe(from);
    const gone = await world.resource(world.own, 'workflow', 'Gone soon');
    await tab.go('/workflows');
    await keyed(tab, `button-delete-workflow-${gone}`);
    await tab.sees('dialog-confirm-delete');
    await keyed(tab, 'button-confirm-delete');
    await tab.misses('dialog-confirm-delete');
    await becomesFocused(tab, 'page');
  });

  it('over another, the one that asks for a code, ends alone and leaves what was typed', async () => {
    const tab = await owner();
    await tab.go('/security/ip-rules');
    await stack.database.run`DELETE FROM step_up_challenges WHERE organization_id = ${world.own.id}`;
    await keyed(tab, 'button-add-rule');
    await tab.fill({ 'input-network': '203.0.113.0/24' });
    await tab.page.keyboard.press('Enter');
    await tab.sees('dialog-step-up');
    await becomesFocused(tab, 'input-code');
    await tab.page.keyboard.press('Escape');
    await tab.misses('dialog-step-up');
    await tab.says('dialog-rule', 'Nothing was done');
    expect(await tab.at('input-network').inputValue()).toBe('203.0.113.0/24');
    await becomesFocused(tab, 'input-network');
  });
});

// What leads to the form, what is typed, what sends it, and the field that is wrong first.
const forms: { page: string; opener?: string; typed?: Record<string, string>; send: string; wrong: string; nobody?: true }[] = [
  { page: '/login', send: 'button-login', wrong: 'input-email', nobody: true },
  { page: '/login', typed: { 'input-email': 'ada@example.com' }, send: 'button-login', wrong: 'input-password', nobody: true },
  { page: '/signup', send: 'button-signup', wrong: 'input-email', nobody: true },
  { page: '/forgot-password', send: 'button-reset-password', wrong: 'input-email', nobody: true },
  { page: '/reset-password?token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', send: 'button-reset-password', wrong: 'input-password', nobody: true },
  { page: '/profile', typed: { 'input-email': 'nowhere' }, send: 'button-save-profile', wrong: 'input-email' },
  { page: '/profile?tab=security', send: 'button-change-password', wrong: 'input-current-password' },
  { page: '/profile?tab=security', opener: 'button-enable-two-factor', send: 'button-confirm-password', wrong: 'input-password' },
  { page: '/dashboard', opener: 'button-edit-organization', typed: { 'input-org-name': '' }, send: 'button-save', wrong: 'input-org-name' },
  { page: '/users', opener: 'button-add-user', send: 'button-save-user', wrong: 'input-email' },
  { page: '/users', opener: 'button-invite-user', send: 'button-send-invite', wrong: 'input-email' },
  { page: '/clients', opener: 'button-add-client', send: 'button-save-client', wrong: 'input-client-name' },
  // Refused by the server, not by the page.
  { page: '/clients', opener: 'button-add-client', typed: { 'input-client-name': 'Named', 'input-client-email': 'nowhere' }, send: 'button-save-client', wrong: 'input-client-email' },
  { page: '/roles', opener: 'button-add-role', send: 'button-save-role', wrong: 'input-role-name' },
  { page: '/security/ip-rules', opener: 'button-add-rule', send: 'button-save-rule', wrong: 'input-network' },
  { page: '/security/policy', typed: { 'input-idle': 'soon' }, send: 'button-save-policy', wrong: 'input-idle' },
  { page: '/security/retention', opener: 'button-add-hold', send: 'button-place-hold', wrong: 'input-hold-person' },
  { page: '/ai-agents', send: 'button-send', wrong: 'input-message' },
];

describe('a menu', () => {
  it.for(['button-user-menu', 'button-notifications', 'button-mobile-menu'])('%s opens and closes by key, the first time and the next', async (opener) => {
    const tab = await owner(narrow);
    await tab.go('/dashboard');
    for (const panel of ['first', 'next']) {
      await keyed(tab, `[data-testid="${opener}"]`);
      const shown = tab.page.locator('[role="menu"], [role="dialog"], [data-testid="panel-notifications"]').first();
      await shown.waitFor({ state: 'visible' });
      await expect.poll(() => tab.page.evaluate(() => document.activeElement?.closest('[role="menu"], [role="dialog"], [data-testid="panel-notifications"]') !== null), { message: panel }).toBe(true);
      await tab.page.keyboard.press('Escape');
      await shown.waitFor({ state: 'detached' });
      await becomesFocused(tab, opener);
    }
  });

  it('leads to the page that is chosen in it', async () => {
    const tab = await owner(narrow);
    await tab.go('/dashboard');
    for (const page of ['clients', 'workflows']) {
      await keyed(tab, 'button-mobile-menu');
      await keyed(tab, `[data-testid="sidebar-mobile"] [data-testid="menu-${page}"]`);
      await tab.arrives(`/${page}`);
      await tab.misses('sidebar-mobile');
      await becomesFocused(tab, 'page');
    }
  });
});

describe('a form that is refused', () => {
  it.for(forms.map((one) => [`${one.page} ${one.opener ?? ''} ${Object.keys(one.typed ?? {}).join(' ')}`, one] as const))('%s leads to what is wrong, and says it there', async ([, form]) => {
    const tab = form.nobody ? await Tab.open() : await owner();
    await tab.go(form.page);
    if (form.opener) await keyed(tab, form.opener);
    for (const [field, text] of Object.entries(form.typed ?? {})) await tab.at(field).fill(text);
    await keyed(tab, `[data-testid="${form.send}"]`);
    await becomesFocused(tab, form.wrong);
    const said = await tab.page.evaluate(() => {
      const ids = document.activeElement?.getAttribute('aria-describedby')?.split(' ') ?? [];
      return ids.map((id) => document.getElementById(id)).filter((one) => one?.checkVisibility() && one.id.endsWith('-error')).map((one) => one?.textContent?.trim());
    });
    expect(said).toEqual([expect.stringMatching(/\w{3}/)]);
    expect(await tab.at(form.wrong).getAttribute('aria-invalid')).toBe('true');
  });

  it('for another reason than a field says so at once, and gives the button back', async () => {
    const tab = await owner();
    await tab.go('/clients');
    await keyed(tab, 'button-add-client');
    await tab.fill({ 'input-client-name': 'Refused' });
    await tab.page.route('**/api/clients', (route) => route.fulfill({ status: 409, json: { error: 'Conflict', code: 'CONFLICT', message: 'Somebody else has just changed it.' } }));
    await keyed(tab, 'button-save-client');
    expect(await (await tab.sees('error-message')).getAttribute('role')).toBe('alert');
    await becomesFocused(tab, 'button-save-client');
  });
});

describe('a page', () => {
  it('is named, and has the focus once somebody goes there', async () => {
    const tab = await owner();
    await furnished(tab, '/dashboard');
    await tab.sees('menu-settings');
    const menu = await tab.page.locator('[data-testid="sidebar-desktop"] a[data-testid^="menu-"]').evaluateAll((links) => links.map((link) => link.getAttribute('data-testid') ?? ''));
    expect(menu.length).toBeGreaterThan(14);
    const titles = new Set<string>();
    for (const item of menu.reverse()) {
      await keyed(tab, `[data-testid="sidebar-desktop"] [data-testid="${item}"]`);
      await becomesFocused(tab, 'page');
      await tab.settles();
      expect(await focused(tab), item).toBe('page');
      const head = (await tab.page.locator('h1').first().textContent()) ?? '';
      const title = await tab.page.title();
      expect(title, item).toMatch(/^.+ · gatehouse$/);
      expect(title, item).toContain(head.trim());
      titles.add(title);
    }
    expect(titles.size).toBe(menu.length);
  });

  it('is reached past the menu by one link, and from page to page of those for everybody', async () => {
    const tab = await owner();
    await tab.go('/clients');
    await tab.settles();
    await tab.page.keyboard.press('Tab');
    expect(await tab.page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Skip to the page');
    await tab.page.keyboard.press('Enter');
    expect(await focused(tab)).toBe('page');
    await tab.page.keyboard.press('Tab');
    expect(await focused(tab)).toBe('button-add-client');
    const nobody = await Tab.open();
    await nobody.go('/login');
    for (const [link, title] of [['/signup', 'Create an account'], ['/login', 'Sign in'], ['/forgot-password', 'Forgot']] as const) {
      await keyed(nobody, `[href="${link}"]`);
      await nobody.arrives(link);
      await expect.poll(() => nobody.page.title()).toContain(title);
      await becomesFocused(nobody, 'page');
    }
  });

  it('that is gone back to shows what it showed', async () => {
    const side = await World.side(world.houses, 'House of the way back');
    for (let number = 1; number <= 45; number += 1) await world.resource(side, 'client', `Kept ${String(number).padStart(2, '0')}`);
    const tab = await Tab.of(side.people.owner.who);
    await tab.go('/clients');
    await tab.fill({ 'input-search-clients': 'Kept' });
    await tab.page.waitForURL(/search=Kept/);
    await keyed(tab, 'header-name');
    await keyed(tab, 'button-next-page');
    await tab.page.waitForURL(/page=2/);
    const before = tab.page.url();
    await tab.settles();
    const first = await tab.at('table-clients').locator('tbody tr').first().textContent();
    await keyed(tab, '[data-testid="sidebar-desktop"] [data-testid="menu-reports"]');
    await tab.arrives('/reports');
    await tab.page.evaluate(() => history.back()); // this Chromium has no key for it
    await tab.arrives('/clients');
    await tab.settles();
    expect(tab.page.url()).toBe(before);
    expect(await tab.at('input-search-clients').inputValue()).toBe('Kept');
    expect(await tab.at('table-clients').locator('tbody tr').first().textContent()).toBe(first);
    await becomesFocused(tab, 'page');
  });
});
