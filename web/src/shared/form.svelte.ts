// One form: what is wrong with its fields, whether it is under way, and what the server said.
import { tick } from 'svelte';
import { ApiError, textOf } from '$api/errors';
import { toasts } from '$shell/toasts.svelte';
import { forgetTyped, takeSubmitted } from '$shell/typed';

export class Form {
  busy = $state(false);
  /** What is wrong, by field. */
  errors = $state<Record<string, string>>({});
  /** What the server said, where it names no field of this form. */
  problem = $state<string | undefined>();
  /** One must wait: how many seconds, and what for. */
  wait = $state<number | undefined>();
  waitsFor = $state('');
  /** Whether the server judged what was entered: not where it could not, or would not yet. */
  judged = $state(false);

  /** Fields whose problems are shown beside them. */
  private readonly fields: readonly string[];
  constructor(fields: readonly string[] = []) {
    this.fields = fields;
  }

  /** Refuses a second press while the first is under way; true when it was done. What goes wrong is told as a message, too: alone, or beside a notice on the page. */
  async run(judged: Record<string, string | undefined>, work: () => Promise<void>, toast?: 'alone' | 'repeated'): Promise<boolean> {
    if (this.busy) return false;
    const found = Object.entries(judged).filter((entry): entry is [string, string] => entry[1] !== undefined);
    this.errors = Object.fromEntries(found);
    this.problem = undefined;
    this.wait = undefined;
    this.judged = false;
    const sent = takeSubmitted();
    if (found.length > 0) {
      void toFirstWrong(sent);
      return false;
    }
    this.busy = true;
    try {
      await work();
      if (sent) forgetTyped(sent);
      return true;
    } catch (cause) {
      this.tell(cause, toast);
      void toFirstWrong(sent);
      return false;
    } finally {
      this.busy = false;
    }
  }

  tell(cause: unknown, toast?: 'alone' | 'repeated'): void {
    if (cause instanceof ApiError && cause.mustWait) {
      this.wait = cause.waitSeconds ?? 60;
      this.waitsFor = cause.status === 503 ? 'The server cannot do this right now' : cause.error;
    }
    this.judged = cause instanceof ApiError && cause.status < 500 && !cause.mustWait;
    if (cause instanceof ApiError && cause.status === 400) {
      const known = cause.details.filter((one) => this.fields.includes(one.field));
      this.errors = Object.fromEntries(known.map((one) => [one.field, sentence(one.problem)]));
      if (known.length > 0) return;
    }
    this.problem = textOf(cause);
    if (toast) toasts.error(this.wait === undefined ? this.problem : `${this.waitsFor}. Try again in ${spelled(this.wait)}.`, toast === 'repeated');
  }

  /** The time is over. */
  waited(): void {
    this.wait = undefined;
    this.problem = undefined;
  }
}

/** Who is refused goes on at what is wrong; where it is no field, a notice says it. */
async function toFirstWrong(form: Element | undefined): Promise<void> {
  await tick();
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

function spelled(seconds: number): string {
  const [count, unit] = seconds < 60 ? [Math.ceil(seconds), 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function wrongEmail(email: string): string | undefined {
  if (email.trim() === '') return 'Enter your e-mail address.';
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) ? undefined : 'Enter a valid email address.';
}
