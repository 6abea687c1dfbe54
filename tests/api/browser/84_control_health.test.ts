// The banner about controls that do not work: there for those who answer for them, and silent while all of them do.
import { beforeAll, describe, expect, it } from 'vitest';
import { narrow, Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { mainStack } from '../support/stack.ts';
import { World } from '../support/worlds.ts';

const stack = mainStack();
let world: World;
const path = '/api/compliance/controls/health';

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

const control = (name: string, state: string, cause: string | null = null) => ({ control: name, state, since: state === 'operating' ? null : '2026-11-22T20:00:00.000Z', lastCheckedAt: '2026-11-22T20:01:00.000Z', cause });
const health = (status: string, ...controls: object[]) => ({ generatedAt: '2026-11-22T20:01:00.000Z', status, controls });

describe('the state of the controls', () => {
  it('is asked for beside every page, and says nothing while everything works', async () => {
    const tab = await Tab.of(world.own.people.admin.who);
    const asked = tab.page.waitForResponse((answer) => answer.url().endsWith(path));
    await tab.page.route(`**${path}`, (route) => route.fulfill({ json: health('operating', control('lockout', 'operating')) }));
    await tab.go('/dashboard');
    expect((await asked).status()).toBe(200);
    await tab.settles();
    await tab.misses('banner-control-health');
  });

  it('is told by the server as the page expects it', async () => {
    const answer = await world.get(path, world.own.people.owner);
    expect(answer.status).toBe(200);
    expect(answer.json.controls[0]).toMatchObject({ control: expect.any(String), state: expect.any(String) });
  });

  it('names what is broken, since when, and what it means; on a phone too', async () => {
    const tab = await Tab.of(world.own.people.owner.who, { viewport: narrow, dark: true });
    await tab.page.route(`**${path}`, (route) => route.fulfill({ json: health('broken', control('lockout', 'broken', 'Sign-ins are refused.'), control('mail', 'degraded', 'Codes and notices wait.')) }));
    await tab.go('/audit');
    await tab.says('banner-control-health', '2 controls do not work');
    await tab.says('banner-control-health', 'Lockout: broken since 22 Nov 2026');
    await tab.says('banner-control-health', 'Codes and notices wait.');
    expect(await tab.flaws()).toEqual([]);
  });

  it('says that it is not known where it cannot be asked', async () => {
    const tab = await Tab.of(world.own.people.owner.who);
    await tab.page.route(`**${path}`, (route) => route.abort());
    await tab.go('/dashboard');
    await tab.page.getByTestId('banner-control-health').waitFor({ state: 'visible', timeout: 20_000 });
    await tab.says('banner-control-health', 'It is not known');
  });

  it('is no business of managers and staff', async () => {
    const tab = await Tab.of(world.own.people.manager.who);
    const asked: string[] = [];
    tab.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await tab.go('/dashboard');
    await tab.settles();
    await new Promise((resolve) => setTimeout(resolve, 2_000)); // the time after which others are asked
    expect(asked).not.toContain(path);
    expect((await world.get(path, world.own.people.manager)).status).toBe(403);
  });
});
