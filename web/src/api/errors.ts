// What went wrong, in words for people.
interface Envelope {
  error?: string;
  code?: string;
  message?: string;
  remainingSeconds?: number;
  retryAfterSec?: number;
  details?: { field: string; problem: string }[];
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly error: string;
  readonly waitSeconds: number | undefined;
  readonly details: { field: string; problem: string }[];
  readonly body: Record<string, unknown>;

  constructor(status: number, body: unknown, retryAfter?: string | null) {
    const envelope = (typeof body === 'object' && body !== null ? body : {}) as Envelope;
    super(envelope.message ?? envelope.error ?? `The server answered ${status}.`);
    this.status = status;
    this.code = envelope.code ?? '';
    this.error = envelope.error ?? `The server answered ${status}`;
    this.waitSeconds = envelope.remainingSeconds ?? envelope.retryAfterSec ?? secondsIn(retryAfter);
    this.details = envelope.details ?? [];
    this.body = envelope as Record<string, unknown>;
  }

  /** Too many tries, or more than the server can do now: how long to wait stands in waitSeconds. */
  get mustWait(): boolean {
    return this.status === 429 || this.status === 423 || (this.status === 503 && this.waitSeconds !== undefined);
  }
}

// Retry-After as a number of seconds; gatehouse sends no dates (RFC 9110 10.2.3).
function secondsIn(header: string | null | undefined): number | undefined {
  return header !== null && header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}

/** The server could not be reached at all. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached. Look at your connection and try again.', { cause });
  }
}

/** One sentence for people. */
export function textOf(problem: unknown): string {
  if (problem instanceof ApiError) {
    // What acting as somebody else forbids is said in its own words.
    if (problem.status === 403 && problem.code === 'FORBIDDEN') return /\bact(s)? as\b/.test(problem.message) ? problem.message : 'You may not do this.';
    if (problem.status === 428) return 'Nothing was done: it was not confirmed that it is you.';
    if (problem.status >= 500) return 'The server cannot do this right now. Try again in a moment.';
    const what = problem.details[0];
    if (what !== undefined && problem.status === 400) return `${labelOf(what.field)} ${what.problem}`;
    return problem.message === problem.error ? problem.error : `${problem.error}. ${problem.message}`;
  }
  return problem instanceof Error ? problem.message : String(problem);
}

// `firstName` is `First name`.
function labelOf(field: string): string {
  const words = field.replace(/([A-Z])/g, ' $1').toLowerCase().trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
