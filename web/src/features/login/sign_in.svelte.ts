// One sign-in, step by step: password, then whatever else the server asks for.
import { api, said } from '$api/client';
import { ApiError } from '$api/errors';
import { toasts } from '$shell/toasts.svelte';
import type { Asked } from './login';

const endings = new Set(['INVALID_TOKEN', 'TOKEN_INVALID', 'TOKEN_EXPIRED']);

export class SignIn {
  asked = $state<Asked>({ step: 'password' });
  given = $state({ email: '', password: '', rememberMe: false });
  private readonly entered: () => void | Promise<void>;

  constructor(entered: () => void | Promise<void>) {
    this.entered = entered;
  }

  signIn = async (organizationId?: string): Promise<void> => {
    const { data, error, response } = await api.POST('/api/auth/login', { body: { ...this.given, organizationId } });
    if (data !== undefined && response.ok) {
      if ('requires2FA' in data) this.asked = { step: 'second-factor', tempToken: data.tempToken, methods: data.methods };
      else await this.enter();
      return;
    }
    const problem = new ApiError(response.status, error, response.headers.get('retry-after'));
    if (problem.code === 'MULTI_TENANT_SELECT_REQUIRED') {
      this.asked = { step: 'organization', choices: problem.body['organizations'] as { id: string; name: string }[] };
    } else if (response.status === 428) {
      this.asked = { step: 'step-up', challengeId: String(problem.body['challengeId']), methods: problem.body['methods'] as string[] };
    } else {
      throw problem;
    }
  };

  secondFactor = async (code: string, isBackup: boolean): Promise<void> => {
    if (this.asked.step !== 'second-factor') return;
    const { tempToken } = this.asked;
    await this.orAgain(said(api.POST('/api/auth/verify-2fa', { body: isBackup ? { tempToken, backupCode: code } : { tempToken, code } })));
    await this.enter();
  };

  unusual = async (code: string, isBackup: boolean): Promise<void> => {
    if (this.asked.step !== 'step-up') return;
    const { challengeId } = this.asked;
    await this.orAgain(said(api.POST('/api/security/stepup/verify', { body: isBackup ? { challengeId, backupCode: code } : { challengeId, code } })));
    await this.enter();
  };

  sendCode = async (): Promise<void> => {
    if (this.asked.step !== 'step-up') return;
    await this.orAgain(said(api.POST('/api/security/stepup/send', { body: { challengeId: this.asked.challengeId } })));
    toasts.success('A new code is on its way to your mailbox.');
  };

  again = (why?: string): void => {
    if (why) toasts.error(why);
    this.given.password = '';
    this.asked = { step: 'password' };
  };

  private async enter(): Promise<void> {
    this.given = { email: '', password: '', rememberMe: false };
    await this.entered();
  }

  // Where the step itself has ended, the password is asked for again.
  private async orAgain<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      if (cause instanceof ApiError && endings.has(cause.code)) this.again('This sign-in took too long. Begin again.');
      throw cause;
    }
  }
}
