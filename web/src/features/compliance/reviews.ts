// Who could do what at a past moment, and campaigns in which each person's access is kept or revoked.
import { api, said } from '$api/client';
import type { Format } from './evidence';

const at = (id: string) => ({ path: { id } });

export const reviewsKey = ['compliance', 'reviews'];
export const readReviews = () => said(api.GET('/api/compliance/access-reviews', { params: { query: { page: 1, limit: 100 } } }));
export const readReview = (id: string) => said(api.GET('/api/compliance/access-reviews/{id}', { params: at(id) }));
export const beginReview = (name: string) => said(api.POST('/api/compliance/access-reviews', { body: { name } }));
export const signOff = (id: string) => said(api.POST('/api/compliance/access-reviews/{id}/sign-off', { params: at(id), body: {} as never }));
export const decide = (id: string, body: { userId: string; decision: string; reason: string }) =>
  said(api.POST('/api/compliance/access-reviews/{id}/decisions', { params: at(id), body }));
export type Review = Awaited<ReturnType<typeof readReview>>;

/** As in the file: by the names of its columns. */
export interface Item {
  user_id: string;
  email: string | null;
  role: string;
  custom_role: string | null;
  status: string;
  permissions: string;
  decision: string | null;
  reason: string | null;
  decided_at: string | null;
}
export interface Then {
  user_id: string;
  email: string;
  role: string;
  custom_role: string | null;
  status: string;
  permissions: string;
  role_seq: number | null;
  custom_role_seq: number | null;
  status_seq: number | null;
}

export interface Part<T> {
  rows: T[];
  cursor: string | null;
}
function part<T>(answer: string | { rows: unknown[]; cursor: string | null }): Part<T> {
  if (typeof answer === 'string') throw new Error('a file was answered where rows were asked for');
  return { rows: answer.rows as T[], cursor: answer.cursor };
}
const limit = 100;

export const readItems = async (id: string, cursor: string | undefined) =>
  part<Item>(await said(api.GET('/api/compliance/access-reviews/{id}/items', { params: { ...at(id), query: { limit, ...(cursor && { cursor }) } } })));
export const askItems = (id: string, format: Format) => api.GET('/api/compliance/access-reviews/{id}/items', { params: { ...at(id), query: { format } }, parseAs: 'stream' });

export interface Question {
  at?: string;
  permission?: string;
}
export const readThen = async (query: Question, cursor: string | undefined) =>
  part<Then>(await said(api.GET('/api/compliance/access/matrix', { params: { query: { ...query, limit, ...(cursor && { cursor }) } } })));
export const askThen = (query: Question, format: Format) => api.GET('/api/compliance/access/matrix', { params: { query: { ...query, format } }, parseAs: 'stream' });

/** `clients.delete=1 users.view=a` as pairs. */
export const cellsIn = (permissions: string): [string, string][] =>
  permissions.split(' ').flatMap((one): [string, string][] => {
    const [id, cell] = one.split('=');
    return id && cell ? [[id, cell]] : [];
  });
