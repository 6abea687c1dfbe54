// The isolation proof (AZ-01): every route, every role, own, foreign and unknown targets, against the policy.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, expected, lines, targetsOf, verdictOf } from '../support/isolation.ts';
import { Document, type Operation } from '../support/openapi.ts';
import { stopStacks } from '../support/stack.ts';
import { roles, World } from '../support/worlds.ts';

const table = join(new URL('../../..', import.meta.url).pathname, 'docs/isolation.md');
const head = `# Who is let in where

Every route of \`/openapi.json\`, asked with every role: \`make test\` compares each cell with \`spec/permissions.csv\` and this table with what was
answered. Targets are, from left to right, those of the second column; *in* means that the request passed the checks of place, permission and assignment.

| route | targets | rule | ${roles.join(' | ')} |
|---|---|---|---|---|---|---|
`;

let world: World;
let operations: Map<string, Operation>;
const written: string[] = [];

beforeAll(async () => {
  world = await World.start();
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

  it('docs/isolation.md is what was found', () => {
    const found = head + written.join('');
    if (process.env['GATEHOUSE_WRITE_DOCS'] === '1') {
      mkdirSync(join(table, '..'), { recursive: true });
      writeFileSync(table, found);
    }
    expect(readFileSync(table, 'utf8')).toBe(found);
  });
});
