// Kinds of thing that only an operator's policy knows: in the menu, with a page, fields by their attributes, and assignment.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { startStack, stopStacks } from '../support/stack.ts';
import { World, type Role } from '../support/worlds.ts';

const shipped = (name: string): string => readFileSync(join(new URL('../../..', import.meta.url).pathname, 'spec', name), 'utf8');
const types = `
[ai-model]
collection = "ai-models"
view = "models.use"
create = "models.create"
edit = "models.use"
delete = "models.create"
attributes.provider = { type = "string", required = true, maxLength = 40 }
attributes.contextLength = { type = "integer", minimum = 1, maximum = 1000000 }
attributes.state = { type = "string", enum = ["draft", "live"] }
attributes.answersPeople = { type = "boolean" }
`;
let world: World;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-policy-'));
  writeFileSync(join(folder, 'permissions.csv'), `${shipped('permissions.csv').trimEnd()}\nmodels,models.use,1,1,1,a\nmodels,models.create,1,1,0,0\n`);
  writeFileSync(join(folder, 'resource-types.toml'), shipped('resource-types.toml') + types);
  world = await World.on(Houses.on('closed', await startStack({ GATEHOUSE_POLICY_DIR: folder })));
});
afterAll(stopStacks);
watchTabs();

const open = (role: Role) => Tab.of(world.own.people[role].who, {}, world.stack);

describe('a declared kind', () => {
  it('is added with fields by its attributes, refused beside the field, assigned, changed and deleted', async () => {
    const tab = await open('owner');
    await tab.go('/dashboard');
    await tab.press('menu-ai-models');
    await tab.arrives('/things/ai-models');
    await tab.says('text-no-ai models', 'No AI models yet');
    await tab.press('button-add-ai model');
    await tab.fill({ 'input-ai model-name': 'House model' });
    await tab.press('button-save-ai model');
    await tab.says('dialog-ai model', /Must not be empty|required/i);
    await tab.fill({ 'input-ai-model-provider': 'Our own', 'input-ai-model-contextLength': '8000' });
    await tab.choose('input-ai-model-state', 'draft');
    await tab.choose('input-ai-model-answersPeople', 'true');
    await tab.press('button-save-ai model');
    await tab.says('table-ai models', 'House model');
    const [made] = (await world.get('/api/ai-models', world.own.people.owner)).json as { id: string }[];
    expect(made).toMatchObject({ name: 'House model', provider: 'Our own', contextLength: 8000, state: 'draft', answersPeople: true });
    const id = made?.id ?? '';
    const staff = await open('staff');
    await staff.go('/things/ai-models');
    await staff.says('text-no-ai models', 'assigned to you');
    await staff.misses('button-add-ai model');
    expect((await world.get(`/api/ai-models/${id}`, world.own.people.staff)).status).toBe(403);
    await tab.press(`button-edit-ai model-${id}`);
    await tab.choose('select-assignee', world.own.people.staff.who.id);
    await tab.sees(`assignee-${world.own.people.staff.who.id}`);
    await tab.press('button-cancel');
    await staff.page.reload();
    await staff.press(`button-edit-ai model-${id}`);
    await staff.choose('input-ai-model-state', 'live');
    await staff.press('button-save-ai model');
    await staff.sees('toast-success');
    await staff.misses(`button-delete-ai model-${id}`);
    expect((await world.delete(`/api/ai-models/${id}`, world.own.people.staff)).status).toBe(403);
    expect((await world.get(`/api/ai-models/${id}`, world.own.people.owner)).json).toMatchObject({ state: 'live', contextLength: 8000 });
    await tab.press(`button-delete-ai model-${id}`);
    await tab.press('button-confirm-delete');
    await tab.sees('text-no-ai models');
  });

  it('is one that there is: others are no page', async () => {
    const tab = await open('owner');
    await tab.go('/things/nothings');
    await tab.page.getByText('There is no such page').waitFor();
    const kinds = (await world.get('/api/resource-types', world.own.people.owner)).json as { collection: string }[];
    expect(kinds.map((kind) => kind.collection)).toEqual(['clients', 'workflows', 'ai-models']);
    expect((await world.stack.client.get('/api/resource-types')).status).toBe(401);
  });
});
