// The kinds of things that people work on: what each has, and how the interface is asked about it.
import Briefcase from '@lucide/svelte/icons/briefcase';
import Workflow from '@lucide/svelte/icons/workflow';
import { api, pageOf, said, type Page } from '$api/client';

export interface Resource {
  id: string;
  name: string;
  createdBy: string | null;
  updatedAt: string;
  /** What is kept beside the name. */
  words: Record<string, string>;
}

export interface Field {
  name: string;
  label: string;
  testid: string;
  type: 'text' | 'email' | 'tel' | 'long' | 'date' | 'url' | 'number' | 'choice';
  most: number;
  column: boolean;
  /** Of a choice: what is sent, in the order in which it is offered. */
  choices?: string[];
}

export interface ListQuery {
  page: number;
  limit: number;
  sort: string;
  order: string;
  search?: string;
}

export interface Kind {
  type: string;
  one: string;
  many: string;
  title: string;
  about: string;
  icon: typeof Briefcase;
  fields: Field[];
  may: { view: string; create: string; edit: string; editAssigned?: string; remove: string };
  list: (query: ListQuery) => Promise<Page<Resource>>;
  create: (name: string, words: Record<string, string>) => Promise<Resource>;
  change: (id: string, name: string, words: Record<string, string>) => Promise<Resource>;
  remove: (id: string) => Promise<unknown>;
}

export function field(name: string, label: string, testid: string, most: number, type: Field['type'] = 'text', column = true): Field {
  return { name, label, testid, type, most, column };
}

export type Row = { id: string; name: string; createdBy: string | null; updatedAt: string };

export function resource(row: Row, fields: Field[]): Resource {
  const values = row as unknown as Record<string, string | number | boolean | null>;
  const words = Object.fromEntries(fields.map((one) => [one.name, String(values[one.name] ?? '')]));
  return { id: row.id, name: row.name, createdBy: row.createdBy, updatedAt: row.updatedAt, words };
}
export function resources(page: Page<Row>, fields: Field[]): Page<Resource> {
  return { ...page, data: page.data.map((row) => resource(row, fields)) };
}
// What is left empty is not there.
const orNull = (words: Record<string, string>) => Object.fromEntries(Object.entries(words).map(([name, value]) => [name, value.trim() === '' ? null : value.trim()]));
export const at = (id: string) => ({ params: { path: { id } } });

const clientFields = [
  field('email', 'E-mail', 'input-client-email', 320, 'email'),
  field('phone', 'Phone', 'input-client-phone', 50, 'tel'),
  field('address', 'Address', 'input-client-address', 500, 'long', false),
];
export const clients: Kind = {
  type: 'client',
  one: 'client',
  many: 'clients',
  title: 'Clients',
  about: 'Whom your organization works for, and who looks after them.',
  icon: Briefcase,
  fields: clientFields,
  may: { view: 'clients.view', create: 'clients.create', edit: 'clients.edit', editAssigned: 'clients.edit_assigned', remove: 'clients.delete' },
  list: async (query) => resources(pageOf(await said(api.GET('/api/clients', { params: { query } }))), clientFields),
  create: async (name, words) => resource(await said(api.POST('/api/clients', { body: { name, ...orNull(words) } })), clientFields),
  change: async (id, name, words) => resource(await said(api.PATCH('/api/clients/{id}', { ...at(id), body: { name, ...orNull(words) } })), clientFields),
  remove: (id) => said(api.DELETE('/api/clients/{id}', at(id))),
};

const workflowFields = [field('status', 'Status', 'input-workflow-status', 40), field('description', 'Description', 'input-workflow-description', 2000, 'long', false)];
export const workflows: Kind = {
  type: 'workflow',
  one: 'workflow',
  many: 'workflows',
  title: 'Workflows',
  about: 'What has to be done, and by whom.',
  icon: Workflow,
  fields: workflowFields,
  may: { view: 'workflows.use', create: 'workflows.create', edit: 'workflows.use', remove: 'workflows.delete' },
  list: async (query) => resources(pageOf(await said(api.GET('/api/workflows', { params: { query } }))), workflowFields),
  create: async (name, words) => resource(await said(api.POST('/api/workflows', { body: { name, ...orNull(words) } })), workflowFields),
  change: async (id, name, words) => resource(await said(api.PATCH('/api/workflows/{id}', { ...at(id), body: { name, ...orNull(words) } })), workflowFields),
  remove: (id) => said(api.DELETE('/api/workflows/{id}', at(id))),
};
