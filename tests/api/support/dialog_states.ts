// What lies over the pages once something is pressed, and what a press leaves on them.
import { furnishedAt } from './admin_states.ts';
import type { Tab } from './browser.ts';
import type { Given, State } from './page_states.ts';
import type { Role } from './worlds.ts';

const first = (beginning: string) => (tab: Tab) => tab.page.locator(`[data-testid^="${beginning}"]`).first().click();
const press = (testid: string) => (tab: Tab) => tab.press(testid);

/** A dialog over a furnished page, once it stands. */
const over = (name: string, path: string, then: (tab: Tab) => Promise<void>, as: Role = 'owner'): State => ({
  name, as, floats: true,
  reach: furnishedAt(path, async (tab) => {
    await then(tab);
    await tab.page.getByRole('dialog').first().waitFor({ state: 'visible' });
  }),
});

const now = () => new Date().toISOString();
/** Told of everything at once. */
async function told(tab: Tab): Promise<void> {
  const data = [['role_changed', { from: 'staff', to: 'manager' }], ['new_device', { ipAddress: '203.0.113.7' }]].map(([kind, about], at) => ({ id: `n${at}`, kind, data: about, createdAt: now() }));
  await tab.page.route('**/api/notifications?**', (route) => route.fulfill({ json: { data, total: 23, page: 1, pages: 2, limit: 20 } }));
  await tab.page.reload();
  await tab.press('button-notifications');
  await tab.sees('notification-new_device');
}
async function suspendsInVain(tab: Tab, { world }: Given): Promise<void> {
  await tab.page.route('**/api/users/*/status', (route) => route.fulfill({ status: 409, json: { error: 'Conflict', code: 'CONFLICT', message: 'Somebody else has just changed it.' } }));
  for (const role of ['admin', 'staff'] as const) await tab.at(`checkbox-select-${world.own.people[role].who.id}`).check();
  await tab.press('button-bulk-suspend');
  await tab.sees('text-bulk-refused');
}
async function manyToChoose(tab: Tab, { world }: Given): Promise<void> {
  const id = await world.resource(world.own, 'workflow', 'Looked after by one of many');
  await tab.page.route('**/api/organizations/*/users?**', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...((await answer.json()) as object), total: 12345 } });
  });
  await tab.page.reload();
  await tab.at(`row-workflow-${id}`).click();
  await tab.sees('text-assignable');
}

export const dialogs: State[] = [
  over('organization-edit', '/dashboard', press('button-edit-organization')),
  over('settings-transfer', '/settings', press('button-transfer')),
  over('settings-delete', '/settings', press('button-delete-organization')),
  over('reports-new', '/reports', press('button-create-report')),
  over('reports-open', '/reports', (tab) => tab.page.locator('[data-testid^="row-report-"] button').first().click()),
  over('reports-delete', '/reports', first('button-delete-report-')),
  over('devices-everywhere', '/profile?tab=devices', press('button-logout-all')),
  over('data-erase', '/profile?tab=data', press('button-erase-account')),
  over('invitations-revoke', '/users?tab=invitations', first('button-revoke-invitation-')),
  over('roles-add', '/roles', press('button-add-role')),
  over('roles-delete', '/roles', first('button-delete-role-')),
  over('sessions-revoke', '/security/sessions', first('button-revoke-session-')),
  over('sessions-everybody', '/security/sessions', press('button-revoke-all')),
  over('users-delete', '/users', first('button-delete-user-')),
  over('workflows-add', '/workflows', press('button-add-workflow')),
  { name: 'workflows-assign', as: 'owner', floats: true, reach: furnishedAt('/workflows', manyToChoose) },
  { name: 'users-refused', as: 'owner', reach: furnishedAt('/users', suspendsInVain) },
  { name: 'notifications', as: 'owner', floats: true, reach: furnishedAt('/dashboard', told) },
  {
    name: 'audit-live', as: 'owner',
    reach: furnishedAt('/audit', async (tab) => {
      await tab.sees('list-audit');
      await tab.press('button-live-tail');
    }),
  },
];
