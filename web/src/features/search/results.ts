// Results of a search in one list.
import Briefcase from '@lucide/svelte/icons/briefcase';
import FileChartColumn from '@lucide/svelte/icons/file-chart-column';
import UserRound from '@lucide/svelte/icons/user-round';
import Workflow from '@lucide/svelte/icons/workflow';

export interface Hit {
  key: string;
  kind: string;
  title: string;
  detail: string;
  href: string;
  icon: typeof Briefcase;
}

const kinds = {
  users: { kind: 'Person', page: '/users', icon: UserRound },
  clients: { kind: 'Client', page: '/clients', icon: Briefcase },
  workflows: { kind: 'Workflow', page: '/workflows', icon: Workflow },
  reports: { kind: 'Report', page: '/reports', icon: FileChartColumn },
};

export function found(answer: unknown): Hit[] {
  const lists = answer as Record<string, Record<string, string | null>[] | undefined>;
  return Object.entries(kinds).flatMap(([name, { kind, page, icon }]) =>
    (lists[name] ?? []).map((row) => {
      const person = [row['firstName'], row['lastName']].filter(Boolean).join(' ');
      const title = row['name'] ?? (person || row['email'] || '');
      const detail = name === 'users' || row['email'] ? (row['email'] ?? '') : '';
      return { key: `${name}-${row['id']}`, kind, title, detail, href: `${page}?search=${encodeURIComponent(title)}`, icon };
    }),
  );
}
