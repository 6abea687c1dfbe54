// One form: what is wrong with its fields, whether it is under way, and what the server said.
import { ApiError, textOf } from '$api/errors';
import { toasts } from '$shell/toasts.svelte';

export class Form {
  busy = $state(false);
  /** What is wrong, by field. */
  errors = $state<Record<string, string>>({});
  /** What the server said, where it names no field of this form. */
  problem = $state<string | undefined>();
  /** Too many tries: how long to wait. */
  wait = $state<number | undefined>();

  /** Fields whose problems are shown beside them. */
  private readonly fields: readonly string[];
  constructor(fields: readonly string[] = []) {
    this.fields = fields;
  }

  /** Refuses a second press while the first is under way; true when it was done. */
  async run(judged: Record<string, string | undefined>, work: () => Promise<void>, toast = false): Promise<boolean> {
    if (this.busy) return false;
    const found = Object.entries(judged).filter((entry): entry is [string, string] => entry[1] !== undefined);
    this.errors = Object.fromEntries(found);
    this.problem = undefined;
    this.wait = undefined;
    if (found.length > 0) return false;
    this.busy = true;
    try {
      await work();
      return true;
    } catch (cause) {
      this.tell(cause, toast);
      return false;
    } finally {
      this.busy = false;
    }
  }

  tell(cause: unknown, toast = false): void {
    if (cause instanceof ApiError && cause.mustWait) this.wait = cause.waitSeconds ?? 60;
    if (cause instanceof ApiError && cause.status === 400) {
      const known = cause.details.filter((one) => this.fields.includes(one.field));
      this.errors = Object.fromEntries(known.map((one) => [one.field, sentence(one.problem)]));
      if (known.length > 0) return;
    }
    this.problem = textOf(cause);
    if (toast && this.wait === undefined) toasts.error(this.problem);
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function wrongEmail(email: string): string | undefined {
  if (email.trim() === '') return 'Enter your e-mail address.';
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) ? undefined : 'Enter a valid email address.';
}
