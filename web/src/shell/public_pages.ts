// The pages that are open to everybody: without the frame, and without its code.
import type { Page } from './pages';

export const publicPages: Pick<Page, 'path' | 'load'>[] = [
  { path: '/login', load: () => import('../features/login/Login.svelte') },
  { path: '/signup', load: () => import('../features/registration/Signup.svelte') },
  { path: '/forgot-password', load: () => import('../features/password_reset/Forgot.svelte') },
  { path: '/reset-password', load: () => import('../features/password_reset/Reset.svelte') },
  { path: '/first-run', load: () => import('../features/first_run/FirstRun.svelte') },
  { path: '/accept-invite', load: () => import('../features/invitations/Accept.svelte') },
];
