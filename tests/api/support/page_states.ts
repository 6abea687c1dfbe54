// The pages of the console and the states that are worth looking at; a new page adds its own here.
import { administration } from './admin_states.ts';
import { dialogs } from './dialog_states.ts';
import { passing } from './list_states.ts';
import { newAddress } from './people.ts';
import type { Tab } from './browser.ts';
import type { Role, World } from './worlds.ts';

export interface Given {
  world: World;
  fresh: { email: string; password: string };
}

export interface State {
  name: string;
  as: Role | 'nobody' | 'fresh';
  /** Only there in a narrow window. */
  phone?: boolean;
  /** Something lies over the page: the picture is of the window. */
  floats?: boolean;
  /** Something is asked for and does not come: nothing settles. */
  waits?: boolean;
  reach: (tab: Tab, given: Given) => Promise<void>;
}

const at = (path: string) => async (tab: Tab) => void (await tab.go(path));

async function locked(tab: Tab): Promise<void> {
  const email = newAddress('locked');
  for (let time = 0; time < 5; time += 1) await tab.stack.client.post('/api/auth/login', { email, password: 'Wrong-Password-1' });
  await tab.signIn({ email, password: 'Wrong-Password-1' });
  await tab.sees('error-rate-limit');
}

async function enrolling(tab: Tab, { world }: Given): Promise<void> {
  await tab.go('/profile?tab=security');
  await tab.press('button-enable-two-factor');
  await tab.fill({ 'input-password': world.own.people.admin.who.password });
  await tab.press('button-confirm-password');
  await tab.sees('img-qr-code');
}


async function withClients(tab: Tab, { world }: Given): Promise<void> {
  const there = await tab.stack.database.count`SELECT count(*) FROM resources WHERE organization_id = ${world.own.id} AND type = 'client'`;
  const names = ['Acme & Sons', 'Blue Harbour Shipping', 'Copenhagen Instruments', 'Donaudampfschifffahrtsgesellschaft und Partner', 'Évora Textiles'];
  if (there === 0)
    for (const name of names)
      await tab.stack.client.post('/api/clients', { name, email: 'office@client.example', phone: '+44 20 7946 0000' }, world.own.people.owner.as);
  await tab.go('/clients');
  await tab.sees('table-clients');
}

async function assigning(tab: Tab, given: Given): Promise<void> {
  await withClients(tab, given);
  await tab.page.getByText('Acme & Sons').first().click();
  await tab.sees('select-assignee');
}

async function failing(tab: Tab): Promise<void> {
  await tab.page.route('**/api/auth/sessions', (route) => route.abort());
  await tab.go('/profile?tab=devices');
  await tab.sees('error-message');
}

// The server that the files share has organizations: its answer to the check is what an empty one says.
const firstRun = (owner: boolean) => async (tab: Tab) => {
  await tab.page.route('**/api/first-run/check', (route) => route.fulfill({ json: { open: true } }));
  await tab.go('/first-run#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
  await tab.fill({ 'input-org-name': 'Northwind Accounting' });
  if (!owner) return;
  await tab.press('button-next');
  await tab.fill({ 'input-password': 'SecurePass123!' });
};

// The server that the files share has the shipped policy alone: a kind that another one declares is answered here.
async function declared(tab: Tab): Promise<void> {
  const attribute = { type: 'string', required: false, maxLength: 40, allowed: [], minimum: null, maximum: null, format: null };
  const attributes = [{ ...attribute, name: 'provider', required: true }, { ...attribute, name: 'state', allowed: ['draft', 'live'] }, { ...attribute, name: 'contextLength', type: 'integer' }];
  const type = { name: 'ai-model', collection: 'ai-models', view: 'clients.view', create: 'clients.create', edit: 'clients.edit', editAssigned: null, remove: 'clients.delete', attributes };
  const row = { id: 'one', createdBy: null, updatedAt: new Date().toISOString(), contextLength: 8000 };
  const data = [{ ...row, name: 'House model', provider: 'Our own', state: 'live' }, { ...row, id: 'two', name: 'A model with a name that goes on for longer', provider: 'Somebody', state: 'draft' }];
  await tab.page.route('**/api/resource-types', (route) => route.fulfill({ json: [type] }));
  await tab.page.route('**/api/ai-models?*', (route) => route.fulfill({ json: { data, total: 2, page: 1, pages: 1, limit: 20 } }));
  await tab.go('/things/ai-models');
  await tab.sees('table-ai models');
}

export const states: State[] = [
  { name: 'login', as: 'nobody', reach: at('/login') },
  { name: 'login-verified', as: 'nobody', reach: at('/login?verified=1') },
  { name: 'login-locked', as: 'nobody', reach: locked },
  {
    name: 'login-wrong',
    as: 'nobody',
    reach: async (tab) => {
      await tab.signIn({ email: newAddress(), password: 'Wrong-Password-1' });
      await tab.sees('error-message');
    },
  },
  {
    name: 'signup',
    as: 'nobody',
    reach: async (tab) => {
      await tab.go('/signup');
      await tab.fill({ 'input-password': 'SecurePass123!' });
      await tab.press('button-signup');
      await tab.sees('error-email');
    },
  },
  { name: 'forgot-password', as: 'nobody', reach: at('/forgot-password') },
  { name: 'reset-password', as: 'nobody', reach: at('/reset-password?token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') },
  { name: 'reset-password-dead', as: 'nobody', reach: at('/reset-password') },
  { name: 'accept-invite-dead', as: 'nobody', reach: at('/accept-invite?token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') },
  { name: 'first-run', as: 'nobody', reach: firstRun(false) },
  { name: 'first-run-owner', as: 'nobody', reach: firstRun(true) },
  { name: 'first-run-dead', as: 'nobody', reach: at('/first-run#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') },
  { name: 'onboarding', as: 'fresh', reach: at('/onboarding') },
  { name: 'dashboard-owner', as: 'owner', reach: at('/dashboard') },
  { name: 'dashboard-staff', as: 'staff', reach: at('/dashboard') },
  {
    name: 'dashboard-menus', floats: true,
    as: 'owner',
    reach: async (tab) => {
      await tab.go('/dashboard');
      await tab.press('button-notifications');
      await tab.sees('panel-notifications');
    },
  },
  {
    name: 'user-menu', floats: true,
    as: 'owner',
    reach: async (tab) => {
      await tab.go('/dashboard');
      await tab.press('button-user-menu');
      await tab.sees('badge-role');
    },
  },
  { name: 'profile', as: 'owner', reach: at('/profile') },
  { name: 'profile-security', as: 'owner', reach: at('/profile?tab=security') },
  { name: 'profile-enrolling', floats: true, as: 'admin', reach: enrolling },
  { name: 'profile-devices', as: 'owner', reach: at('/profile?tab=devices') },
  { name: 'profile-devices-failed', as: 'owner', reach: failing },
  { name: 'profile-data', as: 'owner', reach: at('/profile?tab=data') },
  { name: 'workflows-empty', as: 'owner', reach: at('/workflows') },
  { name: 'clients', as: 'owner', reach: withClients },
  { name: 'clients-dialog', floats: true, as: 'owner', reach: assigning },
  {
    name: 'clients-delete', floats: true,
    as: 'owner',
    reach: async (tab, given) => {
      await withClients(tab, given);
      await tab.page.getByRole('button', { name: 'Delete Acme & Sons' }).click();
      await tab.sees('dialog-confirm-delete');
    },
  },
  {
    name: 'search', floats: true,
    as: 'owner',
    reach: async (tab, given) => {
      await withClients(tab, given);
      await tab.fill({ 'input-global-search': 'harbour' });
      await tab.says('search-results', 'Blue Harbour');
    },
  },
  {
    name: 'mobile-menu',
    phone: true,
    floats: true,
    as: 'owner',
    reach: async (tab) => {
      await tab.go('/dashboard');
      await tab.sees('button-user-menu');
      await tab.press('button-mobile-menu');
      await tab.sees('sidebar-mobile');
    },
  },
  { name: 'declared-kind', as: 'owner', reach: declared },
  {
    name: 'declared-kind-add', floats: true,
    as: 'owner',
    reach: async (tab) => {
      await declared(tab);
      await tab.press('button-add-ai model');
      await tab.sees('input-ai-model-state');
    },
  },
  { name: 'not-found', as: 'owner', reach: at('/things/nothings') },
  { name: 'forbidden', as: 'staff', reach: at('/billing') },
  ...administration,
  ...dialogs,
  ...passing,
];
