// Names of people by their ids: whatever a page asks for within one turn is one question, and nobody's absence is a refusal.
import { api, pageOf, said } from '$api/client';

const most = 50; // ids in one question: its line must stay within what a server reads

const ask = async (organizationId: string, ids: string[]) =>
  pageOf(await said(api.GET('/api/organizations/{id}/users', { params: { path: { id: organizationId }, query: { ids: ids.join(',') } } }))).data;
type Named = Awaited<ReturnType<typeof ask>>[number];

interface Batch {
  organizationId: string;
  ids: Set<string>;
  answer: Promise<Map<string, Named>>;
}
let open: Batch | undefined;

function begin(organizationId: string): Batch {
  const ids = new Set<string>();
  const answer = new Promise((resolve) => setTimeout(resolve)).then(async () => {
    if (open?.ids === ids) open = undefined;
    return new Map((await ask(organizationId, [...ids])).map((person) => [person.id, person]));
  });
  return { organizationId, ids, answer };
}

/** Who that is; null: nobody of the organization, or nobody any more. */
export async function personNamed(organizationId: string, id: string): Promise<Named | null> {
  if (id === '' || id.includes(',')) return null; // of no person: it came with an address that somebody wrote
  if (open === undefined || open.organizationId !== organizationId || open.ids.size >= most) open = begin(organizationId);
  const batch = open;
  batch.ids.add(id);
  return (await batch.answer).get(id) ?? null;
}
