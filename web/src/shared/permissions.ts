// Permissions in words, and in the groups in which people think of them.
import { sentenceOf } from './words';

const texts: Record<string, string> = {
  'organization.view': 'See the organization',
  'organization.edit': 'Change its name, industry and size',
  'organization.delete': 'Delete the organization',
  'organization.billing': 'Manage billing',
  'organization.create': 'Create organizations',
  'organization.transfer': 'Transfer ownership',
  'organization.settings': 'Open the settings',
  'users.view': 'See everybody',
  'users.create': 'Add people',
  'users.edit': 'Edit anybody',
  'users.delete': 'Delete people',
  'users.role': 'Change roles',
  'users.status': 'Suspend and reactivate',
  'users.invite': 'Invite people',
  'users.impersonate': 'Act as somebody else',
  'profile.view': 'See the own profile',
  'profile.edit': 'Edit the own profile',
  'password.change': 'Change the own password',
  'clients.view': 'See clients',
  'clients.create': 'Add clients',
  'clients.edit': 'Edit any client',
  'clients.edit_assigned': 'Edit assigned clients',
  'clients.delete': 'Delete clients',
  'workflows.use': 'Use workflows',
  'workflows.create': 'Create workflows',
  'workflows.delete': 'Delete workflows',
  'reports.use': 'Use reports',
  'reports.create': 'Create reports',
  'reports.delete': 'Delete reports',
  'resources.assign': 'Assign things to people',
  'ai.use': 'Use AI agents',
  'search.use': 'Search',
  'notifications.read': 'Read the own notifications',
  'sessions.view': 'See sessions',
  'sessions.revoke': 'End sessions',
  'two_factor.manage': 'Manage second factors',
  'vault.use': 'Use the vault',
  SETTINGS_SECURITY_VIEW: 'See audit, risk and compliance',
  SETTINGS_SECURITY_EDIT: 'Change security settings',
  'api_keys.manage': 'Manage API keys',
  'roles.manage': 'Manage roles',
};

export const knownPermissions = Object.keys(texts);

export function permissionText(id: string): string {
  return texts[id] ?? sentenceOf(id.split('.').reverse().join(' '));
}

const groups: [string, RegExp][] = [
  ['Organization', /^organization\./],
  ['People', /^(users|roles)\./],
  ['Clients', /^clients\./],
  ['Workflows and reports', /^(workflows|reports|resources)\./],
  ['Tools', /^(ai|search|notifications)\./],
  ['Own account', /^(profile|password|two_factor|vault)\./],
  ['Security', /^(sessions\.|SETTINGS_SECURITY|api_keys\.)/],
];

/** In groups, each in the order of its texts; what no group knows comes last. */
export function grouped(ids: string[]): { group: string; ids: string[] }[] {
  const made = groups.map(([group, pattern]) => ({ group, ids: ids.filter((id) => pattern.test(id)) }));
  const rest = ids.filter((id) => !groups.some(([, pattern]) => pattern.test(id)));
  return [...made, { group: 'More', ids: rest }].filter((one) => one.ids.length > 0);
}

export type Cell = '0' | 's' | 'a' | '1';
export const cellTexts: Record<string, string> = { '0': 'no', s: 'own only', a: 'assigned only', '1': 'yes' };

/** In no custom role (permissions §6). */
export const neverCustom = new Set(['organization.delete', 'organization.transfer', 'roles.manage', 'users.role']);
