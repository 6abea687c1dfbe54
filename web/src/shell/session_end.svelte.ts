// The session has ended while something was typed: what was asked waits, and the page with it, until the same person is back or leaves.
import { tick } from 'svelte';
import { router } from './router.svelte';
import { stepUp } from './step_up.svelte';
import { toasts } from './toasts.svelte';

export interface Person {
  id: string;
  organizationId: string;
  email: string;
}

interface Waiting {
  person: Person;
  back: Promise<boolean>;
  settle: (isBack: boolean) => void;
  /** Where the person stood. */
  focused: Element | null;
}

class SessionEnd {
  waiting = $state.raw<Waiting | undefined>();
  private backAt = -Infinity;

  /** Whether somebody signed in again after that moment of this window. */
  isBackSince(moment: number): boolean {
    return this.backAt > moment;
  }

  /** True once they have signed in again; false when they left, or somebody else came. */
  ask(person: Person): Promise<boolean> {
    if (this.waiting) return this.waiting.back;
    let settle: (isBack: boolean) => void = () => undefined;
    const back = new Promise<boolean>((resolve) => (settle = resolve));
    this.waiting = { person, back, settle, focused: document.activeElement };
    stepUp.forget(); // asked in the session that is over
    toasts.list = [];
    this.hide(true);
    return back;
  }

  async isBack(): Promise<void> {
    const waited = this.waiting;
    if (!waited) return;
    this.backAt = performance.now();
    this.forget(true);
    await tick();
    if (waited.focused instanceof HTMLElement && waited.focused.isConnected) waited.focused.focus();
  }

  forget(isBack = false): void {
    const ended = this.waiting;
    this.waiting = undefined;
    this.hide(false);
    ended?.settle(isBack);
  }

  /** Until somebody is back nothing of them shows, is found or copied (app.css). */
  private hide(hidden: boolean): void {
    document.documentElement.classList.toggle('session-ended', hidden);
  }
}
export const sessionEnd = new SessionEnd();

/** To the sign-in, and from there back to the same place. */
export function toSignIn(): void {
  router.go(`/login?next=${encodeURIComponent(router.path + location.search)}`);
}
