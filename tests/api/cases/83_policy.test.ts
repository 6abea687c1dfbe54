// The policy as an operator gives it: refused with line and cause, reloaded, and widened by types without a line of code.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectRefusal, expectStatus } from '../support/expectations.ts';
import { Houses } from '../support/houses.ts';
import { configuration, runBinary } from '../support/server.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';
import { World } from '../support/worlds.ts';

afterAll(stopStacks);

const shipped = (name: string): string => readFileSync(join(new URL('../../..', import.meta.url).pathname, 'spec', name), 'utf8');
const machine = `
[machine]
collection = "machines"
view = "machines.use"
create = "machines.create"
edit = "machines.use"
delete = "machines.create"
attributes.serial = { type = "string", required = true, maxLength = 20 }
attributes.seats = { type = "integer", minimum = 1, maximum = 9 }
attributes.state = { type = "string", enum = ["new", "used"] }
`;

function folder(matrix: string, types?: string): string {
  const made = mkdtempSync(join(tmpdir(), 'gatehouse-policy-'));
  writeFileSync(join(made, 'permissions.csv'), matrix);
  if (types !== undefined) writeFileSync(join(made, 'resource-types.toml'), types);
  return made;
}
const withMachines = (): string =>
  folder(`${shipped('permissions.csv').trimEnd()}\nmachines,machines.use,1,1,1,a\nmachines,machines.create,1,1,0,0\n`, shipped('resource-types.toml') + machine);

async function world(dir: string): Promise<World> {
  return World.on(Houses.on('closed', await startStack({ GATEHOUSE_POLICY_DIR: dir })));
}
async function eventually(found: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await found()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('did not come to pass within 5 s');
}
const log = (stack: Stack): string => readFileSync(stack.facts.log, 'utf8');

describe('a bad policy is refused at start with the line and the cause', () => {
  it.each([
    ['an unknown cell', shipped('permissions.csv').replace('organization.edit,1,1,0,0', 'organization.edit,1,yes,0,0'), undefined, /permissions\.csv line 3: "yes" in the column admin/],
    ['a missing row', shipped('permissions.csv').replace(/^clients\.view.*\n/m, ''), undefined, /clients\.view is missing/],
    ['a star that nothing decides', shipped('permissions.csv').replace('clients.delete,1,1,0,0', 'clients.delete,1,1,0,a'), undefined, /line 15: clients\.delete cannot be "a" for staff/],
    ['a type with an unknown permission', shipped('permissions.csv'), shipped('resource-types.toml') + machine, /resource-types\.toml line \d+: permissions\.csv has no permission machines\.use/],
    ['a broken type', shipped('permissions.csv'), shipped('resource-types.toml') + '\n[machine\n', /resource-types\.toml line \d+/],
  ])('%s', async (_what, matrix, types, names) => {
    const facts = await configuration({ GATEHOUSE_POLICY_DIR: folder(matrix, types) });
    const ended = runBinary(['serve'], facts.environment);
    expect(ended.status).toBe(2);
    expect(ended.output).toMatch(names);
    expect(ended.output.trim().split('\n').length).toBe(1);
  });
  it('policy check says the same without a server, and policy print gives what is shipped', async () => {
    const facts = await configuration();
    const good = runBinary(['policy', 'check', withMachines()], facts.environment);
    expect(good).toMatchObject({ status: 0 });
    expect(good.output).toMatch(/43 permissions, 4 types of resources/);
    expect(runBinary(['policy', 'check', folder('action')], facts.environment)).toMatchObject({ status: 2 });
    expect(runBinary(['policy', 'check', '/nowhere'], facts.environment)).toMatchObject({ status: 2 });
    expect(runBinary(['policy', 'print', 'permissions.csv'], facts.environment).output).toBe(shipped('permissions.csv'));
  });
});

describe('a type of resource without a line of code', () => {
  it('has routes, judged attributes, stars and a description', async () => {
    const made = await world(withMachines());
    const { owner, staff } = made.own.people;
    expectRefusal(await made.post('/api/machines', { name: 'Drill' }, owner), 400, 'VALIDATION', /serial/);
    expectRefusal(await made.post('/api/machines', { name: 'Drill', serial: 'x'.repeat(21) }, owner), 400, 'VALIDATION', /serial/);
    expectRefusal(await made.post('/api/machines', { name: 'Drill', serial: '1', seats: 10 }, owner), 400, 'VALIDATION', /seats/);
    expectRefusal(await made.post('/api/machines', { name: 'Drill', serial: '1', seats: 1.5 }, owner), 400, 'VALIDATION', /seats/);
    expectRefusal(await made.post('/api/machines', { name: 'Drill', serial: '1', state: 'old' }, owner), 400, 'VALIDATION', /state/);
    expectRefusal(await made.post('/api/machines', { serial: '1' }, owner), 400, 'VALIDATION', /name/);
    expectRefusal(await made.post('/api/machines', { name: 'Drill', serial: '1' }, staff), 403, 'FORBIDDEN');
    const drill = await made.post('/api/machines', { name: 'Drill', serial: '1', seats: 2, state: 'new', unknown: 'ignored' }, owner);
    expectStatus(drill, 201);
    expect(drill.json).toMatchObject({ name: 'Drill', serial: '1', seats: 2, state: 'new' });
    expect(drill.json).not.toHaveProperty('unknown');
    expectRefusal(await made.get(`/api/machines/${drill.json.id}`, staff), 403, 'FORBIDDEN');
    expectStatus(await made.post('/api/assignments', { resourceType: 'machine', resourceId: drill.json.id, userId: staff.who.id }, owner), 201);
    const emptied = await made.patch(`/api/machines/${drill.json.id}`, { seats: null, state: 'used' }, staff);
    expectStatus(emptied, 200);
    expect(emptied.json).toMatchObject({ serial: '1', seats: null, state: 'used' });
    expectRefusal(await made.patch(`/api/machines/${drill.json.id}`, { serial: null }, staff), 400, 'VALIDATION', /serial/);
    const described = (await made.stack.client.get('/openapi.json')).json.paths['/api/machines'].post;
    expect(described.operationId).toBe('createMachine');
    expect(JSON.stringify(described)).toContain('"seats"');
  });
});

describe('a policy is read again on SIGHUP', () => {
  it('takes a good one, keeps the old one before a bad one, and counts both', async () => {
    const dir = folder(shipped('permissions.csv'));
    const made = await world(dir);
    const { manager } = made.own.people;
    const client = await made.resource(made.own, 'client');
    expectRefusal(await made.delete(`/api/clients/${client}`, manager), 403, 'FORBIDDEN');

    writeFileSync(join(dir, 'permissions.csv'), shipped('permissions.csv').replace('clients.delete,1,1,0,0', 'clients.delete,1,1,x,0'));
    made.stack.server!.signal('SIGHUP');
    await eventually(() => /"policy\.refused".*line 15/.test(log(made.stack)));
    expectRefusal(await made.delete(`/api/clients/${client}`, manager), 403, 'FORBIDDEN');

    writeFileSync(join(dir, 'permissions.csv'), shipped('permissions.csv').replace('clients.delete,1,1,0,0', 'clients.delete,1,1,1,0'));
    made.stack.server!.signal('SIGHUP');
    await eventually(() => log(made.stack).includes('"policy.reloaded"'));
    expectStatus(await made.delete(`/api/clients/${client}`, manager), 204);

    writeFileSync(join(dir, 'resource-types.toml'), shipped('resource-types.toml').replace('collection = "workflows"', 'collection = "flows"'));
    made.stack.server!.signal('SIGHUP');
    await eventually(() => log(made.stack).includes('restart for that'));
    expectStatus(await made.get('/api/workflows', manager), 200);
    const metrics = (await made.stack.client.get('/metrics')).text;
    expect(metrics).toMatch(/gatehouse_policy_reloads_total\{outcome="refused"\} 2/);
    expect(metrics).toMatch(/gatehouse_policy_reloads_total\{outcome="taken"\} 1/);
  });
});
