// The kinds of thing that the policy of this server declares: what the menu and the page for any of them know.
import { api, said } from '$api/client';
import { sentenceOf } from '$shared/words';

const readTypes = () => said(api.GET('/api/resource-types'));
export type Declared = Awaited<ReturnType<typeof readTypes>>[number];

// These have pages of their own.
const own = new Set(['clients', 'workflows', 'reports']);

export const otherTypes = {
  queryKey: ['resource-types'],
  queryFn: async () => (await readTypes()).filter((type) => !own.has(type.collection)),
  staleTime: 60_000,
};

/** `ai-models` and `serialNumber` as people write them. */
export const titleOf = (name: string) => sentenceOf(name.replaceAll('-', ' ').replace(/([a-z])([A-Z])/g, '$1 $2')).replace(/^(Ai|Api|Ip)\b/, (word) => word.toUpperCase());
