// Proving once more who one is: any request that is answered 428 waits here for the dialog.
export interface Challenge {
  purpose: string;
  challengeId: string;
  methods: string[];
  expiresIn: number;
}

interface Waiting {
  /** The newest first. Each takes the code of its own mail; a code of an authenticator fits any. */
  challenges: [Challenge, ...Challenge[]];
  proven: Promise<boolean>;
  settle: (proven: boolean) => void;
}

const provenAt = new Map<string, number>();

class StepUp {
  waiting = $state.raw<Waiting | undefined>();

  get purpose(): string | undefined {
    return this.waiting?.challenges[0].purpose;
  }

  /** Whether it was proven after that moment of this window. */
  provenSince(purpose: string, moment: number): boolean {
    return (provenAt.get(purpose) ?? -Infinity) > moment;
  }

  /** The same question under another challenge: those before are over. */
  renew(challenge: Challenge): void {
    if (this.waiting) this.waiting = { ...this.waiting, challenges: [challenge] };
  }

  join(challenge: Challenge): void {
    if (this.waiting) this.waiting = { ...this.waiting, challenges: [challenge, ...this.waiting.challenges] };
  }

  end(proven: boolean): void {
    const ended = this.waiting;
    this.waiting = undefined;
    if (proven && ended) provenAt.set(ended.challenges[0].purpose, performance.now());
    ended?.settle(proven);
  }

  /** Whoever was asked is gone: what waits was theirs, and what they proved is nobody's. */
  forget(): void {
    this.end(false);
    provenAt.clear();
  }
}

export const stepUp = new StepUp();

/** True once the person has proven it; false when they gave up. One question at a time. */
export async function askForStepUp(challenge: Challenge): Promise<boolean> {
  // Another question stands: after it.
  while (stepUp.waiting !== undefined && stepUp.purpose !== challenge.purpose) await stepUp.waiting.proven;
  // What is proven for one request is proven for all that wait for the same.
  if (stepUp.waiting !== undefined) {
    stepUp.join(challenge);
    return stepUp.waiting.proven;
  }
  let settle: (proven: boolean) => void = () => undefined;
  const proven = new Promise<boolean>((resolve) => (settle = resolve));
  stepUp.waiting = { challenges: [challenge], proven, settle };
  return proven;
}

const purposes: Record<string, string> = {
  data_export: 'export data',
  force_logout: 'sign people out',
  revoke_session: 'end a session',
  change_role: 'change a role',
  change_permissions: 'change permissions',
  impersonate: 'act as another person',
  ip_rule_change: 'change network rules',
  sso_config: 'change single sign-on',
  billing_change: 'change the plan',
  security_settings: 'change security settings',
  security_verification: 'sign in',
};
export function purposeText(purpose: string): string {
  return purposes[purpose] ?? 'go on';
}
