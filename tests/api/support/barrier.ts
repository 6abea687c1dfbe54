// Releases n requests at once, each on a warmed connection of its own.
import type { Client } from './client.ts';
import type { Stack } from './stack.ts';

/** Requests go to the stacks in turn, so two nodes can be raced against each other. */
export async function barrier<T>(
  stacks: Stack | readonly Stack[],
  n: number,
  fire: (client: Client, index: number) => Promise<T>,
): Promise<T[]> {
  const nodes = Array.isArray(stacks) ? (stacks as readonly Stack[]) : [stacks as Stack];
  const clients = Array.from({ length: n }, (_, index) => (nodes[index % nodes.length] as Stack).another());
  try {
    await Promise.all(clients.map((client) => client.get('/health')));
    return await Promise.all(clients.map((client, index) => fire(client, index)));
  } finally {
    for (const client of clients) client.close();
  }
}
