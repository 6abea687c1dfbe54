// What lists have in common: names for ids, finding whom to assign, files, the end of the pages, orders and days.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { mainStack } from '../support/stack.ts';
import { World, type Side } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

const denied = (id: string) => stack.database.count`SELECT count(*) FROM security_events WHERE user_id = ${id} AND event_type = 'PERMISSION_DENIED'`;

/** Somebody who may read the audit log and see nobody: an auditor from elsewhere. */
async function auditor(house: Side) {
  const { who } = house.people.staff;
  const role = await world.post(`/api/organizations/${house.id}/roles`, { name: 'Auditors', permissions: [{ id: 'SETTINGS_SECURITY_VIEW', cell: '1' }] }, house.people.owner);
  expect(role.status).toBe(201);
  expect((await world.patch(`/api/users/${who.id}/custom-role`, { customRoleId: role.json.id }, house.people.owner)).status).toBe(200);
  return who;
}
/** Every question for one person, or for people by their ids. */
function asksForPeople(tab: Tab): string[] {
  const asked: string[] = [];
  tab.page.on('request', (request) => {
    if (/\/api\/users\/(?!me)|\/api\/organizations\/[^/]+\/users\?/.test(request.url())) asked.push(decodeURIComponent(request.url()));
  });
  return asked;
}
async function named(house: Side, firstName: string): Promise<string> {
  const who = await world.houses.member(house.id);
  await stack.database.run`UPDATE users SET first_name = ${firstName}, last_name = 'Listed' WHERE id = ${who.id}`;
  await world.houses.bearer(who); // a row about them
  return who.id;
}

describe('names', () => {
  it('asks once for all the people of a page', async () => {
    const house = await World.side(world.houses, 'House of names for ids');
    for (const name of ['Una', 'Dua', 'Tria']) await named(house, name);
    const gone = await named(house, 'Gone');
    await stack.database.run`UPDATE users SET deleted_at = created_at WHERE id = ${gone}`;
    const { who } = house.people.admin;
    const before = await denied(who.id);
    const tab = await Tab.of(who);
    const asked = asksForPeople(tab);
    await tab.go('/audit');
    for (const name of ['Una Listed', 'Dua Listed', 'Tria Listed', 'somebody who is gone']) await tab.says('list-audit', name);
    await tab.settles();
    expect(asked.filter((url) => url.includes('ids='))).toHaveLength(1);
    expect(asked.filter((url) => !url.includes('ids='))).toEqual([]);
    expect(await denied(who.id)).toBe(before);
  });

  it('asks nothing for who may not see people, whose pages leave no refusal in the ledger', async () => {
    const house = await World.side(world.houses, 'House of auditors');
    const other = await named(house, 'Unseen');
    const who = await auditor(house);
    const tab = await Tab.of(who);
    const asked = asksForPeople(tab);
    for (const page of ['/audit', '/security/risk', '/security/retention', `/audit?userId=${other}`]) {
      await tab.go(page);
      await tab.settles();
    }
    await tab.says('list-audit', `person ${other.slice(0, 8)}`);
    expect(asked).toEqual([]);
    expect(await denied(who.id)).toBe(0);
    expect(await tab.page.content()).not.toContain('Unseen');
  });
});

describe('assigning', () => {
  it('finds whoever is meant by a few letters, however many there are', async () => {
    const house = await World.side(world.houses, 'House of a crowd');
    for (let number = 0; number < 120; number += 1)
      await stack.database.run`
        INSERT INTO users (email, password_hash, role, organization_id, first_name, last_name)
        VALUES (${`crowd-${number}-${house.id}@example.com`}, 'x', 'staff', ${house.id}, ${`Aaron ${String(number).padStart(3, '0')}`}, 'Crowd')`;
    const wanted = await named(house, 'Zebedee');
    const id = await world.resource(house, 'client', 'Looked after');
    const tab = await Tab.of(house.people.manager.who);
    await tab.go('/clients');
    await tab.at(`row-client-${id}`).click();
    await tab.says('text-assignable', /first 50 of 125 people/);
    await tab.fill({ 'input-search-assignee': 'zebe' });
    await tab.says('text-assignable', '1 person');
    await tab.choose('select-assignee', wanted);
    await tab.says(`assignee-${wanted}`, 'Zebedee Listed');
    await tab.says('toast-success', 'Zebedee Listed');
    // Named when it is opened anew, though they are not among the first.
    await tab.page.reload();
    await tab.at(`row-client-${id}`).click();
    await tab.says(`assignee-${wanted}`, 'Zebedee Listed');
    await tab.fill({ 'input-search-assignee': 'nobody is called that' });
    await tab.says('text-assignable', 'Nobody is called that');
  });

  it('says that the people could not be loaded', async () => {
    const id = await world.resource(world.own, 'workflow', 'Unassigned');
    const tab = await Tab.of(world.own.people.manager.who);
    await tab.page.route('**/api/organizations/*/users?**', (route) => route.abort());
    await tab.go('/workflows');
    await tab.at(`row-workflow-${id}`).click();
    await tab.says('error-assignable', 'cannot be reached');
  });
});

describe('files', () => {
  it('tell in words when they are refused, and stay in the console', async () => {
    const house = await World.side(world.houses, 'House of refused files');
    const report = await world.resource(house, 'report', 'Refused');
    const tab = await Tab.of(house.people.owner.who);
    const refuse = (path: string, status: number) =>
      tab.page.route(path, (route) => route.fulfill({ status, contentType: 'application/problem+json', body: '{"error":"Forbidden","code":"FORBIDDEN"}' }));
    await refuse('**/api/organizations/*/users?**format=csv**', 403);
    await tab.go('/users');
    await tab.press('button-export-csv');
    await tab.says('error-download', 'You may not do this.');
    expect(tab.path).toBe('/users');
    await tab.sees('table-users');
    await tab.go('/reports');
    await refuse(`**/api/reports/${report}/download`, 403);
    await tab.at(`row-report-${report}`).getByTestId('button-download').click();
    await tab.says('toast-error', 'Refused: You may not do this.');
    expect(tab.path).toBe('/reports');
    await tab.sees('table-reports');
  });

  it('hold what the list shows', async () => {
    const house = await World.side(world.houses, 'House of narrowed files');
    const tab = await Tab.of(house.people.owner.who);
    await tab.go('/users?role=manager');
    await tab.sees('table-users');
    const [file] = await Promise.all([tab.page.waitForEvent('download'), tab.press('button-export-csv')]);
    expect(file.suggestedFilename()).toBe('users.csv');
    const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(house.people.manager.who.email);
  });

  it('can be stopped while they come', async () => {
    const tab = await Tab.of(world.own.people.owner.who);
    await tab.page.route('**/api/organizations/*/users?**format=csv**', () => undefined); // it never comes
    await tab.go('/users');
    await tab.press('button-export-csv');
    await tab.sees('progress-download');
    await tab.press('button-stop-download');
    await tab.says('toast-info', 'Stopped');
    await tab.misses('progress-download');
  });
});

describe('pages of a list', () => {
  it('behind the end show the last one', async () => {
    const house = await World.side(world.houses, 'House of an old address');
    for (let number = 1; number <= 21; number += 1) await world.resource(house, 'client', `Client ${String(number).padStart(2, '0')}`);
    const tab = await Tab.of(house.people.owner.who);
    await tab.go('/clients?page=9');
    await tab.says('table-clients', 'Client 21');
    expect(new URL(tab.page.url()).search).toBe('?page=2');
    // The last row of the last page goes: the page before it is there, not an empty list.
    const row = await stack.database.row`SELECT id FROM resources WHERE organization_id = ${house.id} AND name = 'Client 21'`;
    await tab.press(`button-delete-client-${row['id'] as string}`);
    await tab.press('button-confirm-delete');
    await tab.says('table-clients', 'Client 01');
    expect(new URL(tab.page.url()).search).toBe('');
    await tab.misses('text-no-clients');
  });

  it('say by which column and how they are sorted', async () => {
    const house = await World.side(world.houses, 'House of sorted reports');
    for (const [name, day] of [['Older', '2026-01-01'], ['Newer', '2026-02-01']] as const) {
      const id = await world.resource(house, 'report', name);
      await stack.database.run`UPDATE resources SET created_at = ${`${day}T00:00:00.000Z`} WHERE id = ${id}`;
    }
    const tab = await Tab.of(house.people.owner.who);
    const sorted = (id: string) => tab.page.locator('th', { has: tab.at(`header-${id}`) }).getAttribute('aria-sort');
    const first = async () => (await tab.at('table-reports').locator('tbody tr').first().textContent()) ?? '';
    await tab.go('/reports');
    await tab.says('table-reports', 'Newer');
    expect([await sorted('createdAt'), await sorted('name')]).toEqual(['descending', null]);
    expect(await first()).toContain('Newer');
    await tab.press('header-createdAt');
    await tab.sees('icon-sort-asc');
    await tab.settles();
    expect(await sorted('createdAt')).toBe('ascending');
    expect(await first()).toContain('Older');
    await tab.press('header-name');
    await tab.settles();
    expect([await sorted('createdAt'), await sorted('name')]).toEqual([null, 'ascending']);
    expect(await first()).toContain('Newer');
  });

  it('lead back from words that nothing has', async () => {
    const house = await World.side(world.houses, 'House of nothing found');
    await world.resource(house, 'report', 'There');
    const tab = await Tab.of(house.people.owner.who);
    await tab.go('/users?sort=nonsense&order=asc');
    await tab.says('error-message', 'Sort');
    await tab.press('button-begin-anew');
    await tab.sees('table-users');
    for (const [path, empty, full] of [['/reports?search=nothing', 'text-no-reports', 'table-reports'], ['/security/sessions?search=nothing', 'text-no-sessions', 'list-sessions']] as const) {
      await tab.go(path);
      await (await tab.sees(empty)).getByRole('button').click();
      await tab.sees(full);
      expect(new URL(tab.page.url()).search).toBe('');
    }
  });
});

describe('times', () => {
  it('name their zone; days are those of the server wherever one sits', async () => {
    const house = await World.side(world.houses, 'House of the far west');
    const tab = await Tab.of(house.people.owner.who, { timezoneId: 'America/Los_Angeles' });
    await tab.go('/audit');
    await tab.sees('list-audit');
    await tab.page.locator('[data-testid^="button-audit-"]').first().click();
    await tab.says('panel-audit', /\d{1,2} \w+ \d{4}, \d{2}:\d{2} (GMT-[78]|P[SD]T)/);
    const titles = await tab.page.locator('svg title').allTextContents();
    const today = new Date().toLocaleDateString('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
    expect(titles.filter((text) => text.startsWith(`${today}: `) && !text.startsWith(`${today}: 0,`))).toHaveLength(1);
  });
});
