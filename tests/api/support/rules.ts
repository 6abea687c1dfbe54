// Looks at every answer of the run for what holds on all of them; a breach is kept and fails the last file.
import type { Answer } from './client.ts';
import { breach, saw } from './evidence.ts';
import { document } from './openapi.ts';

const everywhere: [string, RegExp][] = [
  ['x-request-id', /^[\x21-\x7e]{8,128}$/],
  ['x-content-type-options', /^nosniff$/],
  ['x-frame-options', /^DENY$/],
  ['referrer-policy', /^strict-origin-when-cross-origin$/],
  ['permissions-policy', /./],
];

// Bodies that hold one of these members hold a token, a code or a key.
const confidential = /"(accessToken|refreshToken|token|tempToken|totpURI|masterKey|recoveryWrappedMk)"\s*:\s*"/;

export function observe(answer: Answer): void {
  saw({
    method: answer.method,
    path: answer.path,
    status: answer.status,
    headers: answer.rawHeaders.map(([name, value]) => `${name}: ${value}`).join('\n'),
    body: answer.text,
  });
  const route = document().find(answer.method, answer.path)?.template ?? (document().knowsPath(answer.path) ? 'a known path' : 'an unknown path');
  const what = `${answer.method} ${route} → ${answer.status}`;
  const sample = `${answer.path}: ${answer.text}`;
  for (const [name, form] of everywhere) {
    const values = answer.headers(name);
    if (values.length !== 1 || !form.test(values[0] as string)) breach('headers on every answer', `${what}: ${name}`, values.join(' | '));
  }
  for (const name of ['server', 'x-powered-by']) {
    if (/\d/.test(answer.header(name) ?? '')) breach('no version in headers', `${what}: ${name}`, answer.header(name) ?? '');
  }
  if (answer.status === 500) breach('never a 500', what, sample);
  judgeJson(answer, what, sample);
  if (confidential.test(answer.text) && !/no-store/.test(answer.header('cache-control') ?? '')) {
    breach('no-store where a token, code or key is in the answer', what, answer.header('cache-control') ?? '');
  }
  const problem = document().problem(answer);
  if (problem !== undefined) breach('answers match /openapi.json', `${what}: ${problem}`, sample);
}

function judgeJson(answer: Answer, what: string, sample: string): void {
  if (answer.json === undefined) return;
  const type = answer.header('content-type');
  if (type !== 'application/json; charset=utf-8') breach('content type of JSON', what, String(type));
  if (/[<>]/.test(answer.text)) breach('no raw < or > on the wire', what, sample);
  if (answer.status < 400 || answer.json.valid === false || answer.path.startsWith('/ready')) return;
  for (const problem of envelopeProblems(answer)) breach('error envelope', `${what}: ${problem}`, sample);
}

export function envelopeProblems(answer: Answer): string[] {
  const body = answer.json;
  const problems: string[] = [];
  if (typeof body?.error !== 'string' || body.error === '') problems.push('error is no text');
  if (typeof body?.code !== 'string' || !/^[A-Z][A-Z0-9_]+$/.test(body.code)) problems.push('code is no machine name');
  if (typeof body?.message !== 'string') problems.push('message is no text');
  if (body?.status !== answer.status) problems.push('status differs');
  if (body?.requestId !== answer.header('x-request-id')) problems.push('requestId is not that of the header');
  const waits = [429, 423].includes(answer.status);
  if (waits && !(Number.isInteger(body?.remainingSeconds) && body.remainingSeconds > 0)) problems.push('no remainingSeconds');
  if (waits && body?.remainingSeconds !== body?.retryAfterSec) problems.push('remainingSeconds and retryAfterSec differ');
  if (waits || answer.status === 503) {
    if (!(Number.isInteger(body?.retryAfterSec) && body.retryAfterSec > 0)) problems.push('no retryAfterSec');
    if (answer.header('retry-after') !== String(body?.retryAfterSec)) problems.push('Retry-After differs');
  } else if ('remainingSeconds' in (body ?? {}) || 'retryAfterSec' in (body ?? {})) {
    problems.push('a wait where nothing is to be waited for');
  }
  if (/\b(select|insert into|update|sqlite|postgres|libpq|constraint|\.cpp|exception|stack)\b/i.test(answer.text.replace(/"requestId":"[^"]*"/, ''))) {
    problems.push('speaks of the inside');
  }
  return problems;
}
