// The isolation proof (AZ-01): every route, every role, own, foreign and unknown targets, against the policy.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, Options } from '../support/client.ts';
import { expectStatus } from '../support/expectations.ts';
import { Houses, organizationsPath } from '../support/houses.ts';
import { ask, askAs, cell, expected, lines, targetsOf, verdictOf } from '../support/isolation.ts';
import { Document, type Operation } from '../support/openapi.ts';
import { startStack, stopStacks } from '../support/stack.ts';
import { roles, World } from '../support/worlds.ts';

const table = join(new URL('../../..', import.meta.url).pathname, 'docs/isolation.md');
const head = `# Who is let in where

Every route of \`/openapi.json\`, asked with every role: \`make test\` compares each cell with \`spec/permissions.csv\` and this table with what was
answered. Targets are, from left to right, those of the second column; *in* means that the request passed the checks of place, permission and assignment.

| route | targets | rule | ${roles.join(' | ')} |
|---|---|---|---|---|---|---|
`;

/** Asked about somebody: what it says of them, and of a client of theirs. */
const subject = (id: string) => ({ subject: { type: 'user', id }, action: { name: 'clients.view' } });
const questions = [
  { operation: 'checkPermission', body: (id: string): Json => ({ subject: { id }, action: 'clients.view' }) },
  { operation: 'explainPermission', body: (id: string): Json => ({ subject: { id }, action: 'clients.view' }) },
  { operation: 'listPermitted', body: (id: string): Json => ({ subject: { id }, action: 'view', resourceType: 'client' }) },
  { operation: 'evaluateAccess', body: (id: string): Json => ({ ...subject(id), action: { name: 'profile.view' }, resource: { type: 'user', id } }) },
  { operation: 'evaluateAccesses', body: (id: string): Json => ({ ...subject(id), action: { name: 'profile.view' }, resource: { type: 'user', id } }) },
  { operation: 'searchResources', body: (id: string): Json => ({ ...subject(id), resource: { type: 'client' } }) },
];
/** What another application may ask with the service key. */
const forApplications = new Set([...questions.map((one) => one.operation), 'readDecision']);

let world: World;
let operations: Map<string, Operation>;
const written: string[] = [];

const key = randomBytes(24).toString('hex');
/** Who may not come in any more, by the reason. */
const outside = new Map<string, Options>();

beforeAll(async () => {
  world = await World.on(Houses.on('closed', await startStack({ GATEHOUSE_SERVICE_KEY: key })));
  const { database } = world.stack;
  for (const reason of ['suspended', 'deleted', 'expired', 'ended', 'of a deleted organization']) {
    const side = await World.side(world.houses, 'House of nobody');
    const { who, as } = side.people.owner;
    if (reason === 'suspended') await database.run`UPDATE users SET status = 'suspended' WHERE id = ${who.id}`;
    if (reason === 'deleted') await database.run`UPDATE users SET deleted_at = '2026-01-01T00:00:00.000Z' WHERE id = ${who.id}`;
    if (reason === 'expired') await database.run`UPDATE sessions SET expires_at = '2026-01-01T00:00:00.000Z' WHERE user_id = ${who.id}`;
    if (reason === 'ended') await database.run`UPDATE sessions SET revoked_at = '2026-01-01T00:00:00.000Z' WHERE user_id = ${who.id}`;
    if (reason === 'of a deleted organization') expectStatus(await world.delete(`${organizationsPath}/${side.id}`, side.people.owner), 204);
    outside.set(reason, as);
  }
  const document = new Document((await world.stack.client.get('/openapi.json')).text);
  operations = new Map(document.operations.map((one) => [one.definition.operationId as string, one]));
});
afterAll(stopStacks);

describe('isolation', () => {
  it('AZ-19 the expectation file has one line for each route and no other', () => {
    expect(lines.map((line) => line.operation).sort()).toEqual([...operations.keys()].sort());
  });

  it.each(lines)('AZ-01 $operation ($kind)', async (line) => {
    const operation = operations.get(line.operation)!;
    const { method, template, definition } = operation;
    const open = definition.security.length === 0 || definition.security.some((one: object) => Object.keys(one).length === 0);
    expect(open, 'who needs no credential').toBe(line.kind === 'public');
    if (line.kind === 'public') return;
    const nobody = await world.stack.client.send(method, template.replace(/\{\w+\}/g, 'x'), method === 'GET' || method === 'DELETE' ? {} : { body: {} });
    expect(nobody.status, 'without a credential').toBe(401);
    const targets = targetsOf(line.kind, world);
    for (const target of targets) {
      for (const [reason, as] of outside) expect([reason, target.name, (await askAs(line, method, template, as, target, world)).status]).toEqual([reason, target.name, 401]);
      const other = await askAs(line, method, template, { bearer: key }, target, world);
      if (forApplications.has(line.operation)) expect(other.status, `the service key at ${target.name}: ${other.text}`).toBe(target.side === undefined ? 404 : 200);
      else expect(other.status, 'the service key').toBe(401);
    }
    const cells: string[] = [];
    for (const role of roles) {
      const met: string[] = [];
      for (const target of targets) {
        const answer = await ask(line, method, template, role, target, world);
        const verdict = verdictOf(line, target, answer);
        expect(verdict, `${role} at ${target.name}: ${answer.method} ${answer.path}: ${answer.text}`).toBe(expected(line, role, target, world));
        met.push(verdict === 'let in' ? 'in' : verdict);
      }
      cells.push(met.join(' '));
    }
    const rule = [line.permission, line.otherwise].filter((one) => one !== '').join(', ') || line.kind;
    written.push(`| ${method} ${template} | ${targets.map((one) => one.name).join(' ')} | ${rule} | ${cells.join(' | ')} |\n`);
  }, 60_000);

  it.each(questions)('AZ-01 $operation about others', async ({ operation, body }) => {
    const { method, template } = operations.get(operation)!;
    for (const side of [world.own, world.other]) await world.resource(side, 'client');
    const colleague = await world.colleague(world.own, 'manager');
    const asked = [['colleague', colleague.id], ['foreign', world.other.people.manager.who.id], ['unknown', '00000000-0000-7000-8000-000000000000']] as const;
    const cells: string[] = [];
    for (const role of roles) {
      const met: string[] = [];
      for (const [name, id] of asked) {
        const answer = await world.stack.client.send(method, template, { ...world.own.people[role].as, body: body(id) });
        const may = cell('users.view', role) === '1';
        expect([role, name, answer.status], answer.text).toEqual([role, name, may ? 200 : 403]);
        if (may) expect([role, name, /"(allowed|decision)":true|"results":\[\{|"data":\[\{/.test(answer.text)]).toEqual([role, name, name === 'colleague']);
        met.push(may ? 'in' : '403');
      }
      cells.push(met.join(' '));
    }
    written.push(`| ${method} ${template} about others | ${asked.map(([name]) => name).join(' ')} | users.view | ${cells.join(' | ')} |\n`);
    for (const [name, id] of asked) {
      const answer = await world.stack.client.send(method, template, { bearer: key, body: body(id) });
      expect([name, answer.status], answer.text).toEqual([name, 200]);
      expect([name, /"(allowed|decision)":true|"results":\[\{|"data":\[\{/.test(answer.text)]).toEqual([name, name !== 'unknown']);
    }
  });
  it('AZ-01 simulateRoleChange about others', async () => {
    const { method, template } = operations.get('simulateRoleChange')!;
    const asked = [['colleague', (await world.colleague(world.own)).id], ['foreign', world.other.people.staff.who.id], ['unknown', '00000000-0000-7000-8000-000000000000']] as const;
    const cells: string[] = [];
    for (const role of roles) {
      const met: string[] = [];
      for (const [name, userId] of asked) {
        const answer = await world.stack.client.send(method, template, { ...world.own.people[role].as, body: { change: { userId, role: 'manager' } } });
        const may = cell('users.role', role) === '1';
        const wanted = !may || name === 'foreign' ? 403 : name === 'unknown' ? 404 : 200;
        expect([role, name, answer.status], answer.text).toEqual([role, name, wanted]);
        met.push(wanted === 200 ? 'in' : String(wanted));
      }
      cells.push(met.join(' '));
    }
    written.push(`| ${method} ${template} about others | ${asked.map(([name]) => name).join(' ')} | users.role | ${cells.join(' | ')} |\n`);
  });

  it('docs/isolation.md is what was found', () => {
    const found = head + written.join('');
    if (process.env['GATEHOUSE_WRITE_DOCS'] === '1') {
      mkdirSync(join(table, '..'), { recursive: true });
      writeFileSync(table, found);
    }
    expect(readFileSync(table, 'utf8')).toBe(found);
  });
});
