// Every page: its path, what loads it, who finds it in the menu. The server has the same list (src/features/console/pages.h).
import Archive from '@lucide/svelte/icons/archive';
import Bot from '@lucide/svelte/icons/bot';
import CreditCard from '@lucide/svelte/icons/credit-card';
import FileCheck from '@lucide/svelte/icons/file-check';
import FileChartColumn from '@lucide/svelte/icons/file-chart-column';
import Briefcase from '@lucide/svelte/icons/briefcase';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import KeyRound from '@lucide/svelte/icons/key-round';
import Radar from '@lucide/svelte/icons/radar';
import MonitorSmartphone from '@lucide/svelte/icons/monitor-smartphone';
import Network from '@lucide/svelte/icons/network';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import ScanSearch from '@lucide/svelte/icons/scan-search';
import Settings from '@lucide/svelte/icons/settings';
import Users from '@lucide/svelte/icons/users';
import Workflow from '@lucide/svelte/icons/workflow';
import type { Component } from 'svelte';

// A page takes `parameters` of its path, or nothing.
export type Loaded = Promise<{ default: Component<any> }>;
export type MenuIcon = Component<{ size?: number; class?: string; 'aria-hidden'?: 'true' }>;

export interface Page {
  path: string;
  load: () => Loaded;
  /** Absent: whoever is signed in. */
  permission?: string;
  /** Without the permission the dashboard opens, not the refusal. */
  elseDashboard?: boolean;
  /** In the menu, under this heading. */
  menu?: { text: string; group: Group; icon: MenuIcon; testid: string };
}
export type Group = '' | 'Work' | 'Security' | 'Organization';
export const groups: Group[] = ['', 'Work', 'Security', 'Organization'];

const icon = (one: unknown) => one as MenuIcon;

export const pages: Page[] = [
  {
    path: '/dashboard',
    load: () => import('../features/organizations/Dashboard.svelte'),
    menu: { text: 'Dashboard', group: '', icon: icon(LayoutDashboard), testid: 'menu-dashboard' },
  },
  { path: '/onboarding', load: () => import('../features/organizations/Onboarding.svelte') },
  { path: '/profile', load: () => import('../features/people/Profile.svelte'), permission: 'profile.view' },
  {
    path: '/users',
    load: () => import('../features/members/People.svelte'),
    permission: 'users.view',
    elseDashboard: true,
    menu: { text: 'People', group: 'Organization', icon: icon(Users), testid: 'menu-users' },
  },
  { path: '/organizations/:id/users', load: () => import('../features/members/People.svelte'), permission: 'users.view' },
  {
    path: '/clients',
    load: () => import('../features/resources/Clients.svelte'),
    permission: 'clients.view',
    menu: { text: 'Clients', group: 'Work', icon: icon(Briefcase), testid: 'menu-clients' },
  },
  {
    path: '/workflows',
    load: () => import('../features/resources/Workflows.svelte'),
    permission: 'workflows.use',
    menu: { text: 'Workflows', group: 'Work', icon: icon(Workflow), testid: 'menu-workflows' },
  },
  {
    path: '/reports',
    load: () => import('../features/reports/Reports.svelte'),
    permission: 'reports.use',
    menu: { text: 'Reports', group: 'Work', icon: icon(FileChartColumn), testid: 'menu-reports' },
  },
  { path: '/things/:collection', load: () => import('../features/resources/Things.svelte') },
  {
    path: '/ai-agents',
    load: () => import('../features/ai_agents/Agents.svelte'),
    permission: 'ai.use',
    menu: { text: 'AI agents', group: 'Work', icon: icon(Bot), testid: 'menu-ai-agents' },
  },
  {
    path: '/roles',
    load: () => import('../features/roles/Roles.svelte'),
    permission: 'roles.manage',
    menu: { text: 'Roles', group: 'Organization', icon: icon(KeyRound), testid: 'menu-roles' },
  },
  {
    path: '/access',
    load: () => import('../features/authorization/Access.svelte'),
    permission: 'users.view',
    menu: { text: 'Access', group: 'Organization', icon: icon(ScanSearch), testid: 'menu-access' },
  },
  {
    path: '/audit',
    load: () => import('../features/audit/Audit.svelte'),
    permission: 'SETTINGS_SECURITY_VIEW',
    menu: { text: 'Audit log', group: 'Security', icon: icon(ScrollText), testid: 'menu-audit' },
  },
  {
    path: '/security/sessions',
    load: () => import('../features/organization_sessions/Sessions.svelte'),
    permission: 'SETTINGS_SECURITY_VIEW',
    menu: { text: 'Sessions', group: 'Security', icon: icon(MonitorSmartphone), testid: 'menu-sessions' },
  },
  {
    path: '/security/policy',
    load: () => import('../features/security_policy/Policy.svelte'),
    permission: 'SETTINGS_SECURITY_VIEW',
    menu: { text: 'Policy', group: 'Security', icon: icon(ShieldCheck), testid: 'menu-policy' },
  },
  {
    path: '/security/ip-rules',
    load: () => import('../features/ip_rules/IpRules.svelte'),
    permission: 'SETTINGS_SECURITY_VIEW',
    menu: { text: 'Network rules', group: 'Security', icon: icon(Network), testid: 'menu-ip-rules' },
  },
  {
    path: '/security/risk',
    load: () => import('../features/risk/Risk.svelte'),
    permission: 'SETTINGS_SECURITY_VIEW',
    menu: { text: 'Risk', group: 'Security', icon: icon(Radar), testid: 'menu-risk' },
  },
  {
    path: '/security/retention',
    load: () => import('../features/retention/Retention.svelte'),
    permission: 'SETTINGS_SECURITY_VIEW',
    menu: { text: 'Retention', group: 'Security', icon: icon(Archive), testid: 'menu-retention' },
  },
  {
    path: '/compliance',
    load: () => import('../features/compliance/Compliance.svelte'),
    permission: 'SETTINGS_SECURITY_VIEW',
    menu: { text: 'Compliance', group: 'Security', icon: icon(FileCheck), testid: 'menu-compliance' },
  },
  {
    path: '/billing',
    load: () => import('../features/billing/Billing.svelte'),
    permission: 'organization.billing',
    menu: { text: 'Billing', group: 'Organization', icon: icon(CreditCard), testid: 'menu-billing' },
  },
  {
    path: '/settings',
    load: () => import('../features/organizations/OwnerSettings.svelte'),
    permission: 'organization.settings',
    menu: { text: 'Settings', group: 'Organization', icon: icon(Settings), testid: 'menu-settings' },
  },
];
