// The published document: sound by a linter, complete, and about this server.
import spectralCore from '@stoplight/spectral-core';
import parsers from '@stoplight/spectral-parsers';
import rulesets from '@stoplight/spectral-rulesets';
import { expect, it } from 'vitest';
import type { Json } from '../support/client.ts';
import { expectStatus } from '../support/expectations.ts';
import { document } from '../support/openapi.ts';
import { inTest } from '../support/settings.ts';
import { mainStack } from '../support/stack.ts';

const { client } = mainStack();

it('D-90 Spectral’s OpenAPI rules find no error', async () => {
  const { Spectral, Document } = spectralCore;
  const spectral = new Spectral();
  spectral.setRuleset({ extends: [[rulesets.oas as never, 'all']] });
  const answer = await client.get('/openapi.json');
  const found = await spectral.run(new Document(answer.text, parsers.Json as never, '/openapi.json'));
  const errors = found.filter((one) => one.severity === 0);
  expect(errors.map((one) => `${one.path.join('.')}: ${one.code}: ${one.message}`)).toEqual([]);
});

it('D-90 a planted error is found by the same linter in the same run', async () => {
  const { Spectral, Document } = spectralCore;
  const spectral = new Spectral();
  spectral.setRuleset({ extends: [[rulesets.oas as never, 'all']] });
  const broken = structuredClone(document().root) as Json;
  broken.paths['/api/v1/auth/login'].post.operationId = broken.paths['/api/v1/auth/register'].post.operationId;
  const found = await spectral.run(new Document(JSON.stringify(broken), parsers.Json as never, '/openapi.json'));
  expect(found.some((one) => one.severity === 0)).toBe(true);
});

it('D-90 it is OpenAPI 3.1, with an operation id, a summary and an error answer everywhere', async () => {
  const answer = await client.get('/openapi.json');
  expectStatus(answer, 200);
  expect(answer.header('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.json.openapi).toMatch(/^3\.1\.\d+$/);
  const ids = document().operations.map((operation) => operation.definition.operationId);
  expect(ids.every((id) => typeof id === 'string' && id !== '')).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  for (const operation of document().operations) {
    expect(operation.definition.summary, `${operation.method} ${operation.template}`).toMatch(/\S/);
    expect(Object.keys(operation.definition.responses).length).toBeGreaterThan(0);
  }
});

it('AZ-19 every route of the document answers as a route: never 404 for itself', async () => {
  for (const operation of document().operations) {
    // What is for test alone is 404 elsewhere.
    if (operation.template.includes('{') || (!inTest && operation.template.startsWith('/__test/'))) continue;
    const answer = await client.send(operation.method, operation.template, operation.method === 'GET' ? {} : { body: {} });
    expect([404, 405, 500, 501], `${operation.method} ${operation.template}: ${answer.status}`).not.toContain(answer.status);
  }
});
