// Clients, workflows and the search (spec/cases layer 5).
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses, type Member } from '../support/houses.ts';
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

const member = (role: string): Promise<Member> => world.houses.member(side.id, role);

describe('resources', () => {
  it('TC-E2E-042 adds a client and assigns it to one of the staff alone', async () => {
    const [first, second] = [await member('staff'), await member('staff')];
    const tab = await Tab.of(side.people.manager.who);
    await tab.go('/clients');
    await tab.press('button-add-client');
    await tab.fill({
      'input-client-name': 'Acme & Sons', 'input-client-email': 'office@acme.example', 'input-client-phone': '+44 20 7946 0000', 'input-client-address': '1 High Street',
    });
    await tab.press('button-save-client');
    await tab.sees('toast-success');
    const made = await stack.database.row`SELECT id FROM resources WHERE organization_id = ${side.id} AND name = 'Acme & Sons'`;
    const id = made['id'] as string;
    await tab.says(`row-client-${id}`, 'Acme & Sons');
    await tab.at(`row-client-${id}`).click();
    await tab.choose('select-assignee', first.id);
    await tab.sees(`assignee-${first.id}`);
    const theirs = await Tab.of(first);
    await theirs.go('/clients');
    await theirs.says(`row-client-${id}`, 'Acme & Sons');
    await theirs.misses(`button-delete-client-${id}`);
    expect((await stack.client.delete(`/api/clients/${id}`, await world.houses.bearer(first))).status).toBe(403);
    const others = await Tab.of(second);
    await others.go('/clients');
    await others.sees('text-no-clients');
    expect((await stack.client.get(`/api/clients/${id}`, await world.houses.bearer(second))).status).toBe(403);
  });

  it('TC-E2E-046 lets staff edit an assigned workflow; the manager sees the change', async () => {
    const [first, second] = [await member('staff'), await member('staff')];
    const id = await world.resource(side, 'workflow', 'Close the year');
    const manager = await Tab.of(side.people.manager.who);
    await manager.go('/workflows');
    await manager.at(`row-workflow-${id}`).click();
    await manager.choose('select-assignee', first.id);
    await manager.sees(`assignee-${first.id}`);
    const theirs = await Tab.of(first);
    await theirs.go('/workflows');
    await theirs.press(`button-edit-workflow-${id}`);
    await theirs.fill({ 'input-workflow-name': 'Close the year 2026' });
    await theirs.press('button-save-workflow');
    await theirs.sees('toast-success');
    await manager.page.reload();
    await manager.says(`row-workflow-${id}`, 'Close the year 2026');
    const others = await Tab.of(second);
    await others.go('/workflows');
    await others.sees('text-no-workflows');
    expect((await stack.client.get(`/api/workflows/${id}`, await world.houses.bearer(second))).status).toBe(403);
  });

  it('sorts, searches, turns pages and deletes', async () => {
    const house = await World.side(world.houses, 'House of many');
    for (let number = 1; number <= 25; number += 1) await world.resource(house, 'client', `Client ${String(number).padStart(2, '0')}`);
    const tab = await Tab.of(house.people.owner.who);
    const names = () => tab.at('table-clients').locator('tbody tr td:first-child').allTextContents();
    await tab.go('/clients');
    await tab.sees('table-clients');
    const page1 = (await names()).map((name) => name.trim());
    expect(page1[0]).toBe('Client 01');
    await tab.press('button-next-page');
    await tab.page.waitForURL(/page=2/);
    await tab.says('table-clients', 'Client 25');
    expect((await names()).filter((name) => page1.includes(name.trim()))).toEqual([]);
    await tab.press('header-name');
    await tab.sees('icon-sort-asc');
    await tab.press('header-name');
    await tab.sees('icon-sort-desc');
    await tab.says('table-clients', 'Client 25');
    expect((await names())[0]?.trim()).toBe('Client 25');
    await tab.fill({ 'input-search-clients': 'Client 07' });
    await tab.at('table-clients').locator('tbody tr').nth(1).waitFor({ state: 'detached' });
    expect((await names()).map((name) => name.trim())).toEqual(['Client 07']);
    const row = await stack.database.row`SELECT id FROM resources WHERE organization_id = ${house.id} AND name = 'Client 07'`;
    await tab.press(`button-delete-client-${row['id'] as string}`);
    await tab.sees('dialog-confirm-delete');
    await tab.press('button-cancel');
    await tab.misses('dialog-confirm-delete');
    await tab.press(`button-delete-client-${row['id'] as string}`);
    await tab.press('button-confirm-delete');
    await tab.misses(`row-client-${row['id'] as string}`);
    expect(await stack.database.count`SELECT count(*) FROM resources WHERE organization_id = ${house.id}`).toBe(24);
  });

  it('TC-E2E-050 finds in the own organization alone, and for staff what is assigned', async () => {
    const mine = await world.resource(side, 'client', 'Zephyr Works');
    await world.resource(side, 'client', 'Zephyr Hidden');
    for (const name of ['Zephyr Works', 'Zephyr Foreign']) await world.resource(world.other, 'client', name);
    const staff = await member('staff');
    await world.assign(side, 'client', mine, staff.id);
    const found = async (who: Member) => {
      const tab = await Tab.of(who);
      await tab.go('/dashboard');
      await tab.fill({ 'input-global-search': 'Zephyr' });
      await tab.says('search-results', 'Zephyr Works');
      return (await tab.at('search-results').locator('[role="option"]').allTextContents()).map((text) => /Zephyr \w+/.exec(text)?.[0]).sort();
    };
    expect(await found(side.people.owner.who)).toEqual(['Zephyr Hidden', 'Zephyr Works']);
    expect(await found(staff)).toEqual(['Zephyr Works']);
    const answer = await stack.client.get('/api/search?q=Zephyr', await world.houses.bearer(staff));
    expect(answer.json.clients.map((one: { id: string }) => one.id)).toEqual([mine]);
  });
});
