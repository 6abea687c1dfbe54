// The pages of the console and the states that are worth looking at; a new page adds its own here.
import { administration } from './admin_states.ts';
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
  { name: 'forbidden', as: 'staff', reach: at('/billing') },
  ...administration,
];
