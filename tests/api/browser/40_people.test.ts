// People and invitations, as administrators look after them (spec/cases layer 5).
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { newAddress, newPassword } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';
import { World, type Side } from '../support/worlds.ts';

const stack = mainStack();
let world: World;
let side: Side;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
  side = world.own;
});
watchTabs();

async function named(house: Side, firstName: string, lastName: string, role = 'staff'): Promise<string> {
  const who = await world.houses.member(house.id, role);
  await stack.database.run`UPDATE users SET first_name = ${firstName}, last_name = ${lastName} WHERE id = ${who.id}`;
  return who.id;
}
async function idsShown(tab: Tab): Promise<string[]> {
  await tab.settles();
  const rows = await tab.at('table-users').locator('tbody tr').evaluateAll((all) => all.map((row) => row.getAttribute('data-testid') ?? ''));
  return rows.map((row) => row.replace('row-user-', ''));
}
async function onUsers(house: Side, role: 'owner' | 'admin' | 'manager' = 'owner'): Promise<Tab> {
  const tab = await Tab.of(house.people[role].who);
  await tab.go('/users');
  await tab.sees('table-users');
  return tab;
}
const stored = (id: string) => stack.database.row`SELECT email, role, status, first_name, deleted_at FROM users WHERE id = ${id}`;
const live = async (house: Side): Promise<string[]> =>
  (await stack.database.rows`SELECT id FROM users WHERE organization_id = ${house.id} AND deleted_at IS NULL`).map((row) => row['id'] as string).sort();

describe('the list', () => {
  it('TC-E2E-018 shows exactly the live people of the organization', async () => {
    const gone = await named(side, 'Gone', 'Away');
    await stack.database.run`UPDATE users SET deleted_at = created_at WHERE id = ${gone}`;
    const tab = await onUsers(side);
    expect((await idsShown(tab)).sort()).toEqual(await live(side));
  });

  it('TC-E2E-019 finds by name', async () => {
    const house = await World.side(world.houses, 'House of names');
    const [anna, annette] = [await named(house, 'Anna', 'Berg'), await named(house, 'Marie', 'Hannover')];
    const other = await named(house, 'Ben', 'Tal');
    const tab = await onUsers(house);
    await tab.fill({ 'input-search-users': 'Ann' });
    await tab.misses(`row-user-${other}`);
    expect((await idsShown(tab)).sort()).toEqual([anna, annette].sort());
    await tab.fill({ 'input-search-users': 'nobody is called that' });
    await tab.sees('text-no-users');
  });

  it('TC-E2E-020 opens somebody by a press on the row', async () => {
    const tab = await onUsers(side);
    const { who } = side.people.manager;
    await tab.at(`row-user-${who.id}`).click();
    await tab.sees('modal-user-details');
    await tab.says('text-user-email', who.email);
    await tab.says('text-user-role', 'manager');
    await tab.page.keyboard.press('Escape');
    await tab.misses('modal-user-details');
  });

  it('TC-E2E-023 narrows to a role', async () => {
    const house = await World.side(world.houses, 'House of roles');
    const managers = [house.people.manager.who.id, await named(house, 'Mia', 'Second', 'manager')];
    const tab = await onUsers(house);
    await tab.choose('select-filter-role', 'manager');
    await tab.misses(`row-user-${house.people.staff.who.id}`);
    expect((await idsShown(tab)).sort()).toEqual([...managers].sort());
  });

  it('TC-E2E-024 turns pages, which stand in the address', async () => {
    const house = await World.side(world.houses, 'House of many');
    for (let number = 5; number <= 25; number += 1) await world.houses.member(house.id);
    const tab = await onUsers(house);
    const first = await idsShown(tab);
    await tab.press('button-next-page');
    await tab.page.waitForURL(/page=2/);
    await tab.misses(`row-user-${first[0]}`);
    const second = await idsShown(tab);
    expect(second.filter((id) => first.includes(id))).toEqual([]);
    expect(first.length + second.length).toBe(25);
  });

  it('TC-E2E-025 sorts by name, both ways', async () => {
    const house = await World.side(world.houses, 'House of order');
    const called = ['Celia', 'Adam', 'Boris', 'Dora'];
    for (const [at, who] of Object.values(house.people).entries()) await stack.database.run`UPDATE users SET first_name = ${called[at] ?? ''} WHERE id = ${who.who.id}`;
    const tab = await onUsers(house);
    const names = async () => (await tab.at('table-users').locator('tbody tr td:nth-child(2) button').allTextContents()).map((text) => /(Adam|Boris|Celia|Dora)/.exec(text)?.[0]);
    await tab.press('header-name');
    await tab.sees('icon-sort-asc');
    await tab.settles();
    expect(await names()).toEqual(['Adam', 'Boris', 'Celia', 'Dora']);
    await tab.press('header-name');
    await tab.sees('icon-sort-desc');
    await tab.settles();
    expect(await names()).toEqual(['Dora', 'Celia', 'Boris', 'Adam']);
  });

  it('TC-E2E-026 selects all of a page, and none', async () => {
    const tab = await onUsers(side);
    const boxes = tab.at('table-users').locator('tbody input[type=checkbox]');
    const ticked = () => boxes.evaluateAll((all) => all.map((box) => (box as HTMLInputElement).checked));
    await tab.at('checkbox-select-all').check();
    expect(new Set(await ticked())).toEqual(new Set([true]));
    await tab.sees('text-selected');
    await tab.at('checkbox-select-all').uncheck();
    expect(new Set(await ticked())).toEqual(new Set([false]));
    await tab.misses('text-selected');
  });

  it('TC-E2E-027 exports what a spreadsheet takes for text', async () => {
    const house = await World.side(world.houses, 'House of files');
    await named(house, '=1+1', 'Formula');
    const tab = await onUsers(house);
    const [file] = await Promise.all([tab.page.waitForEvent('download'), tab.press('button-export-csv')]);
    const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(1 + 5);
    expect(lines[0]).toContain('email');
    expect(lines.filter((line) => /(^|,)"?'=1\+1"?(,|$)/.test(line))).toHaveLength(1);
  });

  it('TC-E2E-034 shows a manager the list, and nothing that changes it', async () => {
    const { who, as } = side.people.manager;
    const tab = await onUsers(side, 'manager');
    const staff = side.people.staff.who.id;
    for (const absent of ['button-add-user', 'button-invite-user', 'checkbox-select-all', `button-edit-user-${staff}`, `button-delete-user-${staff}`, `toggle-status-${staff}`]) await tab.misses(absent);
    expect((await stack.client.post('/api/users', { email: newAddress(), password: newPassword(), organizationId: side.id }, as)).status).toBe(403);
    expect((await stack.client.send('PATCH', `/api/users/${staff}`, { ...as, body: { firstName: 'No' } })).status).toBe(403);
    expect((await stack.client.send('PATCH', `/api/users/${staff}/status`, { ...as, body: { status: 'suspended' } })).status).toBe(403);
    expect(await stored(who.id)).toMatchObject({ status: 'active' });
  });

  it('TC-E2E-038 tells nothing of another organization', async () => {
    await stack.database.run`UPDATE organizations SET name = 'Secret Rival' WHERE id = ${world.other.id}`;
    const tab = await Tab.of(side.people.owner.who);
    expect((await tab.go(`/organizations/${world.other.id}/users`))?.status()).toBe(403);
    await tab.sees('error-forbidden');
    await tab.settles();
    const source = await tab.page.content();
    for (const word of ['Secret Rival', ...Object.values(world.other.people).map((one) => one.who.email)]) expect(source).not.toContain(word);
    expect((await stack.client.get(`/api/organizations/${world.other.id}/users`, side.people.owner.as)).status).toBe(403);
    expect((await tab.go(`/organizations/${side.id}/users`))?.status()).toBe(200);
    await tab.sees('table-users');
  });

  it('says that the list could not be loaded, and loads it again', async () => {
    const tab = await Tab.of(side.people.owner.who);
    await tab.page.route('**/api/organizations/*/users?**', (route) => route.abort());
    await tab.go('/users');
    await tab.sees('error-message');
    await tab.page.unrouteAll();
    await tab.page.getByRole('button', { name: 'Try again' }).click();
    await tab.sees('table-users');
    expect((await idsShown(tab)).length).toBeGreaterThan(3);
  });
});

describe('changing people', () => {
  it('TC-E2E-017 adds somebody', async () => {
    const tab = await onUsers(side);
    const email = newAddress('added');
    await tab.press('button-add-user');
    await tab.press('button-save-user');
    await tab.sees('error-email');
    await tab.fill({ 'input-email': email, 'input-password': newPassword(email), 'input-first-name': 'Added', 'input-last-name': 'Person' });
    await tab.press('button-save-user');
    await tab.sees('toast-success');
    const made = await stack.database.row`SELECT id, role FROM users WHERE email = ${email}`;
    expect(made['role']).toBe('staff');
    await tab.says(`row-user-${made['id']}`, 'Added Person');
    await tab.press('button-add-user');
    await tab.fill({ 'input-email': email, 'input-password': newPassword(email) });
    await tab.press('button-save-user');
    await tab.says('error-message', 'already registered');
  });

  it('TC-E2E-021 edits somebody', async () => {
    const id = await named(side, 'Before', 'Edited');
    const tab = await onUsers(side, 'admin');
    await tab.press(`button-edit-user-${id}`);
    await tab.misses('select-role');
    await tab.fill({ 'input-first-name': 'Afterwards' });
    await tab.press('button-save');
    await tab.sees('toast-success');
    await tab.says(`row-user-${id}`, 'Afterwards Edited');
    expect((await stack.client.get(`/api/users/${id}`, side.people.owner.as)).json.firstName).toBe('Afterwards');
  });

  it('TC-E2E-022 deletes somebody after asking once', async () => {
    const id = await named(side, 'Soon', 'Gone');
    const tab = await onUsers(side);
    await tab.press(`button-delete-user-${id}`);
    await tab.sees('dialog-confirm-delete');
    await tab.press('button-cancel');
    await tab.misses('dialog-confirm-delete');
    expect((await stored(id))['deleted_at']).toBeNull();
    await tab.press(`button-delete-user-${id}`);
    await tab.press('button-confirm-delete');
    await tab.misses(`row-user-${id}`);
    expect((await stored(id))['deleted_at']).not.toBeNull();
  });

  it('TC-E2E-029 suspends somebody, who is signed out; and lets them in again', async () => {
    const who = await world.houses.member(side.id);
    const session = await world.houses.bearer(who);
    const login = async () => (await stack.client.post('/api/auth/login', { email: who.email, password: who.password })).status;
    const tab = await onUsers(side, 'admin');
    await tab.press(`toggle-status-${who.id}`);
    await tab.says('toast-success', 'suspended');
    expect([await login(), (await stack.client.get('/api/users/me', session)).status]).toEqual([403, 401]);
    await tab.press(`toggle-status-${who.id}`);
    await tab.says('toast-success', 'may sign in again');
    expect(await login()).toBe(200);
    for (const untouchable of [side.people.owner.who.id, side.people.admin.who.id]) await tab.misses(`toggle-status-${untouchable}`);
  });

  it('TC-E2E-035 changes a role, and shows before what that gives and takes', async () => {
    const id = await named(side, 'Pro', 'Moted');
    const tab = await onUsers(side);
    await tab.press(`button-edit-user-${id}`);
    await tab.choose('select-role', 'manager');
    await tab.says('list-gains', 'See everybody');
    expect(await stored(id)).toMatchObject({ role: 'staff' });
    await tab.press('button-save');
    await tab.sees('toast-success');
    expect(await stored(id)).toMatchObject({ role: 'manager' });
  });

  it('TC-E2E-040 shows somebody who is promoted what they may do now, without a new sign-in', async () => {
    const house = await World.side(world.houses, 'House of promotions');
    const { who, as } = house.people.staff;
    const everybody = () => stack.client.get(`/api/organizations/${house.id}/users`, as);
    const theirs = await Tab.of(who);
    await theirs.go('/dashboard');
    await theirs.sees('menu-clients');
    await theirs.misses('menu-users');
    expect((await everybody()).status).toBe(403);
    const standing = async () => [(await theirs.cookie('token'))?.value, await theirs.page.evaluate(() => performance.timeOrigin)];
    const before = await standing();
    const tab = await onUsers(house);
    await tab.press(`button-edit-user-${who.id}`);
    await tab.choose('select-role', 'manager');
    await tab.press('button-save');
    await tab.sees('toast-success');
    expect(await stored(who.id)).toMatchObject({ role: 'manager' });
    // Rights are asked for again every ten seconds: the way to the people is there to be pressed.
    await theirs.at('menu-users').click({ timeout: 20_000 });
    await theirs.arrives('/users');
    await theirs.sees('table-users');
    expect((await idsShown(theirs)).sort()).toEqual(await live(house));
    expect(await standing(), 'the same session, in the same document').toEqual(before);
    expect((await everybody()).status, 'the bearer from before').toBe(200);
  });

  it('suspends several at once, and says who could not be', async () => {
    const house = await World.side(world.houses, 'House of several');
    const ids = [await named(house, 'One', 'Several'), await named(house, 'Two', 'Several')];
    const tab = await onUsers(house);
    await tab.page.route(`**/api/users/${ids[1]}/status`, (route) => route.abort());
    for (const id of ids) await tab.at(`checkbox-select-${id}`).check();
    await tab.says('text-selected', '2 selected');
    await tab.press('button-bulk-suspend');
    await tab.says('toast-success', '1 person suspended');
    await tab.says('toast-error', '1 person could not be suspended');
    await tab.at('toast-error').waitFor({ state: 'detached' });
    await tab.says('text-bulk-refused', 'Two Several: The server cannot be reached'); // who it was is there to be read
    await tab.press('button-refused-read');
    await tab.misses('text-bulk-refused');
    expect([await stored(ids[0] ?? ''), await stored(ids[1] ?? '')]).toMatchObject([{ status: 'suspended' }, { status: 'active' }]);
  });
});

describe('inviting', () => {
  it('TC-E2E-028 sends one mail', async () => {
    const email = newAddress('invited');
    const tab = await onUsers(side);
    await tab.press('button-invite-user');
    await tab.fill({ 'input-email': email });
    await tab.choose('select-role', 'manager');
    await tab.press('button-send-invite');
    await tab.sees('toast-success');
    await stack.mail.wait(email);
    await stack.mail.drain();
    expect(await stack.mail.count(email)).toBe(1);
    await tab.press('tab-invitations');
    const row = await stack.database.row`SELECT id, role FROM invitations WHERE email = ${email}`;
    expect(row['role']).toBe('manager');
    await tab.says(`row-invitation-${row['id']}`, email);
    await tab.press(`button-revoke-invitation-${row['id']}`);
    await tab.press('button-confirm-delete');
    await tab.says(`row-invitation-${row['id']}`, 'revoked');
  });

  it('offers an admin the roles that an admin may give, and refuses the others', async () => {
    const tab = await onUsers(side, 'admin');
    await tab.press('button-invite-user');
    expect(await tab.at('select-role').locator('option').evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))).toEqual(['manager', 'staff']);
    const answer = await stack.client.post(`/api/organizations/${side.id}/invitations`, { email: newAddress(), role: 'admin' }, side.people.admin.as);
    expect(answer.status).toBe(403);
  });
});
