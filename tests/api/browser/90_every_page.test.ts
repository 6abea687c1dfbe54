// Every page in every look: no flaw that axe finds, nothing wider than a phone; `make screenshots` keeps the pictures.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { desktop, narrow, Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { newAccount } from '../support/people.ts';
import { mainStack } from '../support/stack.ts';
import { World, type Actor } from '../support/worlds.ts';
import { states } from '../support/page_states.ts';

const stack = mainStack();
const folder = process.env['SCREENSHOTS'];
let world: World;
let fresh: { email: string; password: string };

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
  fresh = await newAccount(stack);
  await stack.database.run`UPDATE organizations SET name = 'Northwind Accounting', industry = 'Accounting', size = '11-50' WHERE id = ${world.own.id}`;
  for (const [first, last, one] of [['Ada', 'Lovelace', world.own.people.owner], ['Grace', 'Hopper', world.own.people.staff]] as [string, string, Actor][])
    await stack.database.run`UPDATE users SET first_name = ${first}, last_name = ${last} WHERE id = ${one.who.id}`;
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
});
watchTabs();

// The two that differ in everything; the pictures are of all four.
const looks = [
  { name: 'desktop-light', viewport: desktop, dark: false },
  { name: 'phone-dark', viewport: narrow, dark: true },
  { name: 'phone-light', viewport: narrow, dark: false },
  { name: 'desktop-dark', viewport: desktop, dark: true },
].slice(0, folder === undefined ? 2 : 4);

describe('every page', () => {
  it.for(states.map((state) => [state.name, state] as const))('%s', async ([name, state]) => {
    const who = state.as === 'nobody' ? undefined : state.as === 'fresh' ? fresh : world.own.people[state.as].who;
    const how = { viewport: state.phone === true ? narrow : desktop };
    const tab = who === undefined ? await Tab.open(how) : await Tab.of(who, how);
    await state.reach(tab, { world, fresh });
    if (state.waits !== true) await tab.settles();
    const flaws: string[] = [];
    let judged = 0;
    for (const look of looks) {
      if (state.phone === true && look.viewport !== narrow) continue;
      await tab.wears(look, state.waits === true);
      if (folder !== undefined) await tab.page.screenshot({ path: join(folder, `${name}.${look.name}.png`), fullPage: state.floats !== true });
      flaws.push(...(await tab.flaws(judged++ > 0)).map((flaw) => `${look.name}: ${flaw}`));
    }
    expect(flaws).toEqual([]);
  });
});
