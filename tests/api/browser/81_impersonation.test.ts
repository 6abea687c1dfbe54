// Acting as somebody else, in the page: asked for with a reason and a code, seen all the time, told to whom it concerns.
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { fromNow } from '../support/database.ts';
import { Houses } from '../support/houses.ts';
import { mainStack } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';
import { World, type Side } from '../support/worlds.ts';

const stack = mainStack();
const { database } = stack;
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

const path = '/api/security/impersonate';
const staffOf = (side: Side) => side.people.staff.who;

async function open(side: Side, id = staffOf(side).id): Promise<Tab> {
  const tab = await Tab.of(side.people.owner.who);
  await tab.go('/users');
  await tab.press(`row-user-${id}`);
  await tab.sees('modal-user-details');
  return tab;
}
async function acting(side: Side): Promise<Tab> {
  const tab = await open(side);
  await provenFor(database, side.id, 'impersonate'); // of the window's own session
  await tab.press('button-impersonate');
  await tab.fill({ 'input-reason': 'Ticket 4711' });
  await tab.press('button-confirm-impersonate');
  await tab.sees('banner-impersonation');
  return tab;
}
const live = (side: Side) => database.count`SELECT count(*) FROM sessions WHERE organization_id = ${side.id} AND impersonated_by IS NOT NULL AND revoked_at IS NULL`;

describe('acting as somebody else', () => {
  it('wants a reason and a code, then shows the page as that person sees it, until it is ended', async () => {
    const side = await World.side(world.houses, 'House of masks');
    const tab = await open(side);
    await tab.press('button-impersonate');
    await tab.press('button-confirm-impersonate');
    await tab.says('dialog-impersonate', 'Say why');
    await tab.fill({ 'input-reason': 'Ticket 4711' });
    await tab.press('button-confirm-impersonate');
    await tab.says('dialog-step-up', 'act as another person');
    const code = /^(\d{6})$/m.exec((await stack.mail.wait(side.people.owner.who.email, 1, 'confirmation code')).text)?.[1] ?? '';
    await tab.fill({ 'input-code': code });
    await tab.press('button-verify-code');
    await tab.says('banner-impersonation', 'Ticket 4711');
    await tab.says('banner-impersonation', '(staff)');
    await tab.arrives('/dashboard');
    await tab.misses('menu-users'); // staff has none
    await tab.misses('menu-settings');
    expect(await live(side)).toBe(1);
    expect(await tab.page.evaluate(() => JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage), location.href]))).not.toMatch(/token|eyJ/);
    await tab.press('button-stop-impersonation');
    await tab.misses('banner-impersonation');
    await tab.sees('menu-users');
    await tab.sees('menu-settings');
    expect(await live(side)).toBe(0);
    const rows = await database.rows`SELECT event_type FROM audit_ledger WHERE organization_id = ${side.id} AND event_type LIKE 'IMPERSONATION%' ORDER BY id`;
    expect(rows.map((row) => row['event_type'])).toEqual(['IMPERSONATION_STARTED', 'IMPERSONATION_ENDED']);
  });

  it('is told to the person, who ends it; the window that acted falls back to its own', async () => {
    const side = await World.side(world.houses, 'House of the observed');
    const tab = await acting(side);
    const person = await Tab.of(staffOf(side));
    await person.go('/profile?tab=devices');
    await person.says('badge-impersonated', 'acts as you');
    await person.press('button-notifications');
    await person.says('notification-impersonation', 'Ticket 4711');
    await person.says('notification-impersonation', 'is acting as you');
    await person.page.keyboard.press('Escape');
    const { id } = await database.row`SELECT id FROM sessions WHERE organization_id = ${side.id} AND impersonated_by IS NOT NULL`;
    await person.press(`button-end-session-${id}`);
    await person.misses(`row-session-${id}`);
    await tab.page.locator('[data-testid="menu-clients"]').first().click();
    await tab.misses('banner-impersonation');
    await tab.sees('menu-users');
    expect((await world.get(`${path}/current`, side.people.owner)).json.active).toBe(false);
  });

  it('is still shown where the window was loaded anew, as what it is by then, and ended from there', async () => {
    const side = await World.side(world.houses, 'House of reloads');
    const tab = await acting(side);
    await tab.page.reload();
    await tab.says('banner-impersonation', 'in a window that is gone');
    await tab.sees('menu-users'); // as oneself
    await tab.press('button-stop-impersonation');
    await tab.misses('banner-impersonation');
    expect(await live(side)).toBe(0);
  });

  it('says what it forbids, and leaves by the menu as oneself', async () => {
    const side = await World.side(world.houses, 'House of bounds');
    const tab = await acting(side);
    await tab.press('button-notifications');
    await tab.press('button-clear-all');
    await tab.says('toast-error', 'act as somebody else');
    await tab.page.keyboard.press('Escape');
    await tab.press('button-user-menu');
    await tab.press('button-logout');
    await tab.misses('banner-impersonation');
    await tab.sees('menu-users');
    expect(await tab.cookie('token')).toBeDefined();
  });

  it('ends by its time', async () => {
    const side = await World.side(world.houses, 'House of half hours');
    const tab = await acting(side);
    await database.run`UPDATE sessions SET expires_at = ${fromNow(-1)}, absolute_expires_at = ${fromNow(-1)} WHERE organization_id = ${side.id} AND impersonated_by IS NOT NULL`;
    await tab.page.locator('[data-testid="menu-clients"]').first().click();
    await tab.misses('banner-impersonation');
    await tab.sees('menu-users');
  });

  it('is for whoever was given the right, and told to the person as what it is', async () => {
    const side = await World.side(world.houses, 'House of helpers');
    const made = await world.post(`/api/organizations/${side.id}/roles`, { name: 'Helpers', permissions: [{ id: 'users.impersonate', cell: '1' }] }, side.people.owner);
    expect((await world.patch(`/api/users/${side.people.admin.who.id}/custom-role`, { customRoleId: made.json.id }, side.people.owner)).status).toBe(200);
    await provenFor(database, side.id, 'impersonate');
    expect((await world.post(path, { userId: staffOf(side).id, reason: 'Ticket 4712' }, side.people.admin)).status).toBe(201);
    const person = await Tab.of(staffOf(side));
    await person.go('/dashboard');
    await person.press('button-notifications');
    await person.says('notification-impersonation', 'Somebody is acting as you');
    await person.says('notification-impersonation', 'has the right to. The reason: Ticket 4712');
    expect(await person.at('panel-notifications').textContent()).not.toMatch(/owner/i);
  });

  it('is offered to nobody but owners, not for oneself, and the interface refuses it too', async () => {
    const side = await World.side(world.houses, 'House of admins');
    const admin = await Tab.of(side.people.admin.who);
    await admin.go('/users');
    await admin.press(`row-user-${staffOf(side).id}`);
    await admin.sees('modal-user-details');
    await admin.misses('button-impersonate');
    expect((await world.post(path, { userId: staffOf(side).id, reason: 'x' }, side.people.admin)).status).toBe(403);
    const owner = await open(side, side.people.owner.who.id);
    await owner.misses('button-impersonate');
  });
});
