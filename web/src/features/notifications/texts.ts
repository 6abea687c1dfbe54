// What each kind of notification says. Its data holds ids and little words, never names of others.
import Bell from '@lucide/svelte/icons/bell';
import Download from '@lucide/svelte/icons/download';
import KeyRound from '@lucide/svelte/icons/key-round';
import MonitorSmartphone from '@lucide/svelte/icons/monitor-smartphone';
import UserCog from '@lucide/svelte/icons/user-cog';
import VenetianMask from '@lucide/svelte/icons/venetian-mask';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import { exact } from '$shared/time';

interface Told {
  icon: typeof Bell;
  title: string;
  text: string;
  href: string;
}

const places: Record<string, string> = { client: '/clients', workflow: '/workflows', report: '/reports' };

export function described(kind: string, data: unknown): Told {
  const facts = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const word = (name: string) => (typeof facts[name] === 'string' ? facts[name] : '');
  switch (kind) {
    case 'role_changed': {
      const role = word('to');
      return { icon: UserCog, title: 'Your role changed', text: role ? `You are ${role} now.` : 'Your permissions are different now.', href: '/dashboard' };
    }
    case 'new_device':
      return { icon: MonitorSmartphone, title: 'New sign-in', text: 'A device that you had not used before signed in. Was it you?', href: '/profile?tab=devices' };
    case 'impersonation': {
      const [reason, until] = [word('reason'), word('until')];
      const isOver = until === '' || new Date(until).getTime() < Date.now();
      const ends = until === '' ? '' : isOver ? ` It ended by ${exact(until)}.` : ` Until ${exact(until)} at most; you can end it.`;
      return { icon: VenetianMask, title: isOver ? 'Somebody acted as you' : 'Somebody is acting as you', text: `Somebody of your organization who has the right to. The reason: ${reason || 'none was given'}.${ends}`, href: '/profile?tab=devices' };
    }
    case 'password_changed':
      return { icon: KeyRound, title: 'Your password was changed', text: 'All other sessions ended.', href: '/profile?tab=security' };
    case 'assignment': {
      const type = word('resourceType') || 'resource';
      return { icon: ClipboardList, title: `A ${type} was assigned to you`, text: 'You can see and edit it now.', href: places[type] ?? '/dashboard' };
    }
    case 'export':
      return { icon: Download, title: 'Data was exported', text: 'An export that you asked for is done.', href: '/dashboard' };
    default:
      return { icon: Bell, title: 'Something happened', text: kind.replaceAll('_', ' '), href: '/dashboard' };
  }
}
