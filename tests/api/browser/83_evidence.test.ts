// Evidence in the page: behind a code, by criterion, as files and as the bundle; and the own data.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tab, watchTabs } from '../support/browser.ts';
import { Houses } from '../support/houses.ts';
import { mainStack } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';
import { World, type Side } from '../support/worlds.ts';

const stack = mainStack();
const { database } = stack;
let world: World;

beforeAll(async () => {
  world = await World.on(Houses.on('closed', stack));
});
watchTabs();

async function saved(tab: Tab, press: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([tab.page.waitForEvent('download'), press()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}
/** As a browser without places on the disk; else the bundle goes into `onto.zip` of the page's own file system, in place of the dialog for it. */
async function shown(side: Side, asksForPlace = false): Promise<Tab> {
  const tab = await Tab.of(side.people.admin.who);
  await tab.page.addInitScript((asks) => {
    const picked = async () => (await navigator.storage.getDirectory()).getFileHandle('onto.zip', { create: true });
    Object.defineProperty(window, 'showSaveFilePicker', { value: asks ? picked : undefined, writable: true });
  }, asksForPlace);
  await provenFor(database, side.id, 'data_export');
  await tab.go('/compliance');
  await tab.press('button-open-evidence');
  await tab.sees('card-CC6');
  return tab;
}
const rows = (side: Side, event: string) => database.count`SELECT count(*) FROM audit_ledger WHERE organization_id = ${side.id} AND event_type = ${event}`;

describe('the compliance page', () => {
  it('asks for a code once for all that it shows, and for nothing before it is opened', async () => {
    const side = await World.side(world.houses, 'House of auditors');
    const tab = await Tab.of(side.people.owner.who);
    await tab.go('/compliance');
    await tab.sees('button-open-evidence');
    await tab.settles();
    expect(await rows(side, 'STEP_UP_REQUIRED')).toBe(0);
    await tab.press('button-open-evidence');
    await tab.says('dialog-step-up', 'export data');
    const code = /^(\d{6})$/m.exec((await stack.mail.wait(side.people.owner.who.email, 1, 'confirmation code')).text)?.[1] ?? '';
    await tab.fill({ 'input-code': code });
    await tab.press('button-verify-code');
    await tab.misses('dialog-step-up');
    for (const criterion of ['CC6', 'CC7', 'CC8', 'CC9']) await tab.sees(`card-${criterion}`);
    await tab.says('list-controls', 'Lockout');
    await tab.says('text-ledger-rows', /[1-9]/);
    expect(await rows(side, 'STEP_UP_REQUIRED'), 'one question, one code').toBe(1);
  });

  it('shows nothing where the code is not given, and says so', async () => {
    const side = await World.side(world.houses, 'House without a code');
    const tab = await Tab.of(side.people.owner.who);
    await tab.go('/compliance');
    await tab.press('button-open-evidence');
    await tab.sees('dialog-step-up');
    await tab.page.keyboard.press('Escape');
    await tab.says('error-message', 'Nothing was done');
    await tab.misses('card-CC6');
  });

  it('downloads the bundle, and files by criterion in both formats', async () => {
    const side = await World.side(world.houses, 'House of bundles');
    const tab = await shown(side);
    const bundle = await saved(tab, () => tab.press('button-download-bundle'));
    expect(bundle.name).toMatch(/^SOC2_Evidence_\d{4}-\d\d-\d\d_to_\d{4}-\d\d-\d\d\.zip$/);
    expect(bundle.bytes.subarray(0, 2).toString()).toBe('PK');
    expect(bundle.bytes.includes('CC6_Access_Control/access_logs.csv')).toBe(true);
    await tab.says('toast-success', 'is complete');
    await expect.poll(() => rows(side, 'DATA_EXPORT_COMPLETED')).toBe(1);
    const csv = await saved(tab, () => tab.press('button-csv-access_logs'));
    expect(csv.name).toBe('access_logs.csv');
    expect(csv.bytes.toString()).toContain('LOGIN_SUCCESS');
    const json = await saved(tab, () => tab.press('button-json-audit-logs'));
    expect((JSON.parse(json.bytes.toString()) as { rows: unknown[] }).rows.length).toBeGreaterThan(0);
  });

  it('shows how much has come, stops when it is told to, and keeps nothing of a file that fails', async () => {
    const side = await World.side(world.houses, 'House of slow lines');
    const tab = await shown(side);
    let held: () => void = () => undefined;
    const free = new Promise<void>((resolve) => (held = resolve));
    await tab.page.route('**/api/compliance/export/bundle', async (route) => {
      await free;
      await route.fulfill({ status: 503, json: { error: 'Service unavailable', code: 'SERVICE_UNAVAILABLE' } }).catch((cause: unknown) => expect(String(cause)).toMatch(/handled|closed|abort/i));
    });
    await tab.press('button-download-bundle');
    await tab.sees('progress-download');
    await tab.press('button-stop-download');
    await tab.says('toast-info', 'Stopped');
    await tab.misses('progress-download');
    held();
    await tab.page.unroute('**/api/compliance/export/bundle');
    await tab.page.route('**/api/compliance/export/bundle', (route) => route.fulfill({ status: 429, json: { error: 'Too many requests', code: 'RATE_LIMITED' } }));
    await tab.press('button-download-bundle');
    await tab.sees('error-download');
  });

  it('writes the bundle onto the disk as it comes where the browser can, and leaves nothing of one that fails', async () => {
    const side = await World.side(world.houses, 'House of long bundles');
    const tab = await shown(side, true);
    const kept = () =>
      tab.page.evaluate(async () => {
        const folder = await navigator.storage.getDirectory();
        const names: string[] = [];
        for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
        if (!names.includes('onto.zip')) return undefined;
        const file = await (await folder.getFileHandle('onto.zip')).getFile();
        return { size: file.size, head: await file.slice(0, 2).text() };
      });
    await tab.press('button-download-bundle');
    await tab.says('toast-success', 'onto.zip is complete');
    expect(await kept()).toMatchObject({ head: 'PK' });
    await expect.poll(() => rows(side, 'DATA_EXPORT_COMPLETED')).toBe(1);
    await tab.page.route('**/api/compliance/export/bundle', (route) => route.fulfill({ status: 429, json: { error: 'Too many requests', code: 'RATE_LIMITED' } }));
    await tab.press('button-download-bundle');
    await tab.sees('error-download');
    expect(await kept()).toBeUndefined();
    await tab.page.unroute('**/api/compliance/export/bundle');
    // Thought better of, in the dialog for the place: nothing is asked.
    await tab.page.evaluate(() => Object.assign(window, { showSaveFilePicker: () => Promise.reject(new DOMException('no', 'AbortError')) }));
    await tab.press('button-download-bundle');
    await tab.misses('error-download');
    expect(await rows(side, 'DATA_EXPORT_STARTED')).toBe(1);
  });

  it('narrows to a period that stands in the address, and says where there is nothing', async () => {
    const side = await World.side(world.houses, 'House of years');
    const tab = await shown(side);
    await tab.go('/compliance?from=2020-01-01&to=2020-01-31');
    await provenFor(database, side.id, 'data_export');
    await tab.press('button-open-evidence');
    await tab.says('panel-period', '1 Jan 2020');
    await tab.says('card-CC8', 'Nothing in this period');
    const csv = await saved(tab, () => tab.press('button-csv-role_changes'));
    expect(csv.bytes.toString()).not.toContain('ROLE_CHANGED');
  });

  it('is refused to manager and staff, page and interface', async () => {
    const side = await World.side(world.houses, 'House of the curious');
    for (const role of ['manager', 'staff'] as const) {
      const tab = await Tab.of(side.people[role].who);
      expect((await tab.go('/compliance'))?.status()).toBe(403);
      await tab.sees('error-forbidden');
      await tab.misses('menu-compliance');
      expect((await world.get('/api/compliance/soc2/summary', side.people[role])).status).toBe(403);
    }
  });
});

describe('the own data', () => {
  it('comes as one file without secrets', async () => {
    const side = await World.side(world.houses, 'House of one’s own data');
    const { who } = side.people.staff;
    const tab = await Tab.of(who);
    await tab.go('/profile?tab=data');
    const file = await saved(tab, () => tab.press('button-export-data'));
    expect(file.name).toMatch(/\.json$/);
    const text = file.bytes.toString();
    expect(text).toContain(who.email);
    expect(text).not.toMatch(/\$2[aby]\$|password_?hash/i);
    await expect.poll(() => rows(side, 'DATA_EXPORT_COMPLETED')).toBe(1);
  });
});

describe('the role of somebody', () => {
  it('stands in the dialog as it is, also the custom one', async () => {
    const side = await World.side(world.houses, 'House of roles');
    const { owner, staff } = side.people;
    const made = await world.post(`/api/organizations/${side.id}/roles`, { name: 'Auditors', permissions: [{ id: 'SETTINGS_SECURITY_VIEW', cell: '1' }] }, owner);
    expect((await world.patch(`/api/users/${staff.who.id}/custom-role`, { customRoleId: made.json.id }, owner)).status).toBe(200);
    const tab = await Tab.of(owner.who);
    await tab.go('/users');
    await tab.press(`button-edit-user-${staff.who.id}`);
    await expect.poll(() => tab.at('select-custom-role').inputValue()).toBe(made.json.id);
    await tab.choose('select-custom-role', '');
    await tab.press('button-save');
    await tab.sees('toast-success');
    expect((await database.row`SELECT custom_role_id FROM users WHERE id = ${staff.who.id}`)['custom_role_id']).toBeNull();
  });
});
