// The README's lines, run as they stand there: each prints what the README says of it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { settings } from '../support/settings.ts';
import { startStack, stopStacks } from '../support/stack.ts';

afterAll(stopStacks);

/** The lines of the block that begins with the address, cut at their numbered comments. */
function steps(): string[] {
  const text = readFileSync(join(settings.repository, 'README.md'), 'utf8');
  const block = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((found) => found[1] as string).find((one) => one.startsWith('URL='));
  if (block === undefined) throw new Error('README.md has no block that begins with URL=');
  return block.split(/^# (?=\d)/m);
}

it('M-01 to M-15: the lines of the README print what it says', async () => {
  const stack = await startStack({ GATEHOUSE_ENV: 'development', GATEHOUSE_REFRESH_RETRY_WINDOW: '0' });
  const folder = mkdtempSync(join(settings.runFolder, 'readme-'));
  const [head, ...numbered] = steps();
  expect(numbered).toHaveLength(6);
  // The mail leaves a moment after the registration: a person who reads on gives it that moment.
  const patient = `wait_for_mail() { for n in $(seq 100); do curl -sf $URL/api/v1/message/latest >"$1" && return; sleep 0.1; done; return 1; }`;
  const script = [
    'set -eu', head, `URL=${stack.facts.origin}`, patient,
    ...numbered.map((step, at) => `${at === 1 ? `wait_for_mail ${folder}/mail` : ':'}\necho "@@${at + 1}"\n# ${step.replaceAll('/tmp/', `${folder}/`)}\necho`),
  ].join('\n');
  const printed = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  const parts = printed.split(/^@@\d\n/m).slice(1);
  expect(parts).toHaveLength(6);
  const [registered, opened, signedIn, validated, vault, left] = parts as [string, string, string, string, string, string];
  expect(JSON.parse(registered).user).toMatchObject({ email: 'ada@example.com', emailVerified: false });
  expect(opened.trim()).toBe(`302 ${stack.facts.origin}/login?verified=1`);
  expect(Object.keys(JSON.parse(signedIn))).toEqual(expect.arrayContaining(['accessToken', 'refreshToken', 'token']));
  expect(JSON.parse(validated)).toMatchObject({ valid: true, payload: { email: 'ada@example.com' } });
  const keys = [...vault.matchAll(/"masterKey":"([^"]+)"/g)].map((found) => found[1]);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
  expect(left).toContain('"success":true');
  expect(left).toContain('"status":401');
});
