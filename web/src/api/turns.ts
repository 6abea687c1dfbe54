// Requests that may be answered by a question ("who are you?"), one after the other: what the first is asked for, the others find proven.
// Two questions at once would be two mailed codes.

/** Which queue a request stands in, if in any. */
function queueOf(request: Request): string | undefined {
  const path = new URL(request.url).pathname;
  if (path.startsWith('/api/compliance/')) return 'compliance';
  const isUnsafe = request.method !== 'GET' && request.method !== 'HEAD';
  return isUnsafe ? /^\/api\/(security|organizations|users|billing)\//.exec(path)?.[1] : undefined;
}

interface Queue {
  last: Promise<unknown>;
  come: number;
  /** Where the question was given up: whoever had come by then is not asked again. */
  refused?: { come: number; answer: Response };
}
const queues = new Map<string, Queue>();
/** Grows when the window becomes somebody else's. */
let whose = 0;

/** What still waits for its turn was asked by somebody who is gone. */
export function forgetTurns(): void {
  whose += 1;
  queues.clear();
}

export function inTurn(request: Request, ask: () => Promise<Response>): Promise<Response> {
  const name = queueOf(request);
  if (name === undefined) return ask();
  const queue = queues.get(name) ?? { last: Promise.resolve(), come: 0 };
  queues.set(name, queue);
  const place = (queue.come += 1);
  const asker = whose;
  const turn = queue.last.then(async () => {
    if (asker !== whose) throw new Error('Nothing was done: the session has ended.');
    if (queue.refused && place <= queue.refused.come) return queue.refused.answer.clone();
    const answer = await ask();
    if (answer.status === 428) queue.refused = { come: queue.come, answer: answer.clone() };
    return answer;
  });
  queue.last = turn.then(
    () => undefined,
    () => undefined, // told to who asked
  );
  return turn;
}
