// A window that becomes somebody else's: nothing of the person before stays in it.
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { keepSecret } from '../support/evidence.ts';
import { Houses } from '../support/houses.ts';
import { organizationLoginPath } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';
import { World, type Actor } from '../support/worlds.ts';

const stack = mainStack();
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

/** What another window with the same cookie does. */
async function becomes(tab: Tab, { who }: Actor): Promise<void> {
  const { email, password, organizationId } = who;
  const answer = await stack.client.post(organizationLoginPath, { email, password, organizationId });
  expect(answer.status).toBe(200);
  const { hostname } = new URL(stack.facts.origin);
  await tab.context.addCookies([{ name: 'token', value: keepSecret('token', email, answer.json.token as string), domain: hostname, path: '/', httpOnly: true, secure: true, sameSite: 'Lax' }]);
}

describe('a window that becomes somebody else’s', () => {
  it('shows no list of the person before, where another window signed in elsewhere', async () => {
    const [here, there] = [await World.side(world.houses, 'House before'), await World.side(world.houses, 'House after')];
    const [theirs, others] = [await world.resource(here, 'client', 'Of the first'), await world.resource(there, 'client', 'Of the second')];
    const tab = await Tab.of(here.people.owner.who);
    await tab.go('/clients');
    await tab.sees(`row-client-${theirs}`);
    await tab.fill({ 'input-global-search': 'secret words' });
    await becomes(tab, there.people.owner);
    await tab.press('menu-dashboard');
    await tab.page.getByText('House after').first().waitFor();
    expect(await tab.at('input-global-search').inputValue()).toBe('');
    await tab.press('menu-clients');
    await tab.at('page-loading').waitFor({ state: 'detached' });
    // At once, not only once it is asked anew.
    expect(await tab.at(`row-client-${theirs}`).count()).toBe(0);
    await tab.sees(`row-client-${others}`);
    expect(await tab.at(`row-client-${theirs}`).count()).toBe(0);
  });

  it('keeps nothing that was opened or typed in somebody’s name once that has ended', async () => {
    const side = await World.side(world.houses, 'House of ended masks');
    const tab = await Tab.of(side.people.owner.who);
    await provenFor(stack.database, side.id, 'impersonate');
    await tab.go('/users');
    await tab.press(`row-user-${side.people.staff.who.id}`);
    await tab.press('button-impersonate');
    await tab.fill({ 'input-reason': 'Ticket 4713' });
    await tab.press('button-confirm-impersonate');
    await tab.sees('banner-impersonation');
    await tab.arrives('/dashboard');
    await tab.misses('menu-users');
    await tab.fill({ 'input-global-search': 'typed as staff' });
    await tab.press('button-stop-impersonation');
    await tab.misses('banner-impersonation');
    await tab.sees('menu-users');
    expect(await tab.at('input-global-search').inputValue()).toBe('');
    // Who reads along goes on at the beginning of the page.
    expect(await tab.page.evaluate(() => document.activeElement?.id)).toBe('page');
  });
});
