// Proving once more who one is: any request that is answered 428 waits here for the dialog.
export interface Challenge {
  purpose: string;
  challengeId: string;
  methods: string[];
  expiresIn: number;
}

interface Waiting {
  challenge: Challenge;
  settle: (proven: boolean) => void;
}

class StepUp {
  waiting = $state<Waiting | undefined>();

  end(proven: boolean): void {
    const ended = this.waiting;
    this.waiting = undefined;
    ended?.settle(proven);
  }
}

export const stepUp = new StepUp();

/** True once the person has proven it; false when they gave up. One question at a time. */
export function askForStepUp(challenge: Challenge): Promise<boolean> {
  stepUp.end(false);
  return new Promise((settle) => {
    stepUp.waiting = { challenge, settle };
  });
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
