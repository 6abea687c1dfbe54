// Where people are, out of a file: what becomes of the file keeps nobody out, and nobody has to find out by chance.
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Answer, Json } from '../support/client.ts';
import { expectStatus } from '../support/expectations.ts';
import { Houses, type Member } from '../support/houses.ts';
import { until } from '../support/mail.ts';
import { organizationLoginPath } from '../support/people.ts';
import { placeFile } from '../support/places.ts';
import { settings } from '../support/settings.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

afterAll(stopStacks);

const path = (name: string): string => join(settings.runFolder, `${name}.mmdb`);
const whole = (country = 'DE'): Buffer => placeFile({ '198.51.100': { country, city: 'Berlin' } });
/** Its end says where things are, and they are not there. */
const cutInside = (): Buffer => {
  const bytes = whole();
  bytes[bytes.indexOf('country') - 2] = 0x3f;
  return bytes;
};

interface Side {
  readonly stack: Stack;
  readonly who: Member;
}
async function servedWith(file: string): Promise<Side> {
  const stack = await startStack({ GATEHOUSE_PLACE_DATABASE: file, GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1/32', GATEHOUSE_SELF_CHECK_SECONDS: '1' });
  const houses = Houses.on('closed', stack);
  const { owner } = await houses.owned();
  return { stack, who: owner };
}

async function countryAfterLogin({ stack, who }: Side): Promise<unknown> {
  const answer: Answer = await stack.client.post(
    organizationLoginPath, { email: who.email, password: who.password, organizationId: who.organizationId }, { headers: { 'x-forwarded-for': '198.51.100.7' } },
  );
  expectStatus(answer, 200);
  const row = await stack.database.row`SELECT country FROM sessions WHERE user_id = ${who.id} ORDER BY created_at DESC, id DESC LIMIT 1`;
  return row['country'];
}
const control = async ({ stack }: Side): Promise<Json | undefined> => (await stack.client.get('/ready?verbose')).json.controls.find((one: Json) => one.name === 'places');
const failedOpen = async ({ stack }: Side): Promise<number> => {
  const found = /^gatehouse_failed_open_total\{control="place"\} (\d+)/m.exec((await stack.client.get('/metrics')).text);
  return Number(found?.[1] ?? 0);
};
const turns = (side: Side, state: string): Promise<Json> => until(`places to be ${state}`, 20, async () => {
  const found = await control(side);
  return found?.state === state ? found : undefined;
});

describe('the file with the places', () => {
  it.each<[string, (file: string) => void]>([
    ['missing', () => undefined],
    ['a folder', (file) => mkdirSync(file)],
    ['empty', (file) => writeFileSync(file, '')],
    ['cut short', (file) => writeFileSync(file, whole().subarray(0, 200))],
    ['no database', (file) => writeFileSync(file, 'x'.repeat(5000))],
  ])('D-68 %s at the start: sign-ins go on from nowhere, log, metric and readiness tell, and it heals', async (name, prepare) => {
    const file = path(`start-${name.replace(/ /g, '-')}`);
    prepare(file);
    const side = await servedWith(file);
    const before = await failedOpen(side);
    expect(await countryAfterLogin(side)).toBeNull();
    expect(await failedOpen(side)).toBe(before + 1);
    expect(side.stack.server!.log()).toMatch(/"place\.unknown".*"cause"/);
    const told = await turns(side, 'degraded');
    expect(told.detail).toContain('mmdb');
    expectStatus(await side.stack.client.get('/ready'), 200);
    rmSync(file, { recursive: true, force: true });
    writeFileSync(file, whole());
    await turns(side, 'ok');
    expect(await countryAfterLogin(side)).toBe('DE');
  });

  it('D-68 cut to nothing or gone while it is used: what was read stays, and readiness tells', async () => {
    const file = path('running');
    writeFileSync(file, whole());
    const side = await servedWith(file);
    expect(await countryAfterLogin(side)).toBe('DE');
    expect((await control(side))!.state).toBe('ok');
    truncateSync(file, 0);
    expect(await countryAfterLogin(side)).toBe('DE');
    await turns(side, 'degraded');
    rmSync(file);
    expect(await countryAfterLogin(side)).toBe('DE');
    expect((await turns(side, 'degraded')).detail).toContain('mmdb');
    writeFileSync(file, whole('JP'));
    await turns(side, 'ok');
    expect(await countryAfterLogin(side)).toBe('JP');
  });

  it('D-68 an address that leads into a hole of the file is nowhere, and told', async () => {
    const file = path('hole');
    writeFileSync(file, cutInside());
    const side = await servedWith(file);
    const before = await failedOpen(side);
    expect(await countryAfterLogin(side)).toBeNull();
    expect(await failedOpen(side)).toBe(before + 1);
    expect((await control(side))!.state).toBe('degraded');
  });
});
