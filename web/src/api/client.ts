// The one way to the server: typed by its description (schema.d.ts), cookie in, ApiError out.
import createClient from 'openapi-fetch';
import { sessionEnd } from '$shell/session_end.svelte';
import { askForStepUp, stepUp, type Challenge } from '$shell/step_up.svelte';
import { inNameOf } from './acting';
import { ApiError, Unreachable } from './errors';
import type { paths } from './schema';
import { inTurn } from './turns';

/** Called when the session has ended while it was used; true once the same person is back. */
let whenSignedOut: () => Promise<boolean> = () => Promise.resolve(false);
export function onSignedOut(then: () => Promise<boolean>): void {
  whenSignedOut = then;
}

/** Called when the organization wants a second factor first. */
let whenMustEnrol: () => void = () => undefined;
export function onMustEnrol(then: () => void): void {
  whenMustEnrol = then;
}

// Answered 401 and 428 by what the person typed, not by the session.
const ownAnswers = /^\/api\/(v1\/)?auth\/(login|verify-2fa|forgot-password|reset-password|register)$|^\/api\/(security\/stepup(\/|$)|invitations\/)/;
// 401 with these is about a password or a code.
const aboutInput = new Set(['INVALID_CREDENTIALS', 'TWO_FACTOR_FAILED']);

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.clone().json()) as Record<string, unknown>;
  } catch {
    return {}; // no envelope: the status alone speaks
  }
}

function wantsSecondFactor(problem: Record<string, unknown>): boolean {
  const details: unknown = problem['details'];
  return Array.isArray(details) && details.some((one: { field?: string }) => one.field === 'twoFactor');
}

async function reach(request: Request): Promise<Response> {
  // In a turn of its own: several that leave at once would hold the page up together.
  await new Promise((resolve) => setTimeout(resolve));
  try {
    return await fetch(request);
  } catch (cause) {
    throw new Unreachable(cause);
  }
}

async function asked(request: Request): Promise<Response> {
  const acting = inNameOf.bearer;
  if (acting !== undefined) request.headers.set('authorization', `Bearer ${acting}`);
  const again = request.clone();
  const began = performance.now();
  const response = await reach(request);
  if (ownAnswers.test(new URL(request.url).pathname)) return response;
  if (response.status === 401 && !aboutInput.has(String((await problemOf(response))['code']))) {
    // The session in somebody else's name has ended; the own one may live on.
    if (acting === undefined) {
      // Nothing was done: asked again in the new session, which may have begun while this was on its way.
      if (sessionEnd.isBackSince(began) || (await whenSignedOut())) return asked(again);
    } else if (acting === inNameOf.bearer) inNameOf.ended();
  }
  if (response.status === 403 && acting === undefined && wantsSecondFactor(await problemOf(response))) whenMustEnrol();
  if (response.status !== 428) return response;
  const challenge = (await problemOf(response)) as unknown as Challenge;
  // Proven while this was on its way, or now.
  const isProven = stepUp.provenSince(challenge.purpose, began) || (await askForStepUp(challenge));
  return isProven ? reach(again) : response;
}

const guarded = (request: Request): Promise<Response> => (ownAnswers.test(new URL(request.url).pathname) ? asked(request) : inTurn(request, () => asked(request)));

export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin', fetch: guarded });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was answered, or a thrown ApiError. */
export async function said<T>(outcome: Promise<Outcome<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await outcome;
  if (!response.ok) throw new ApiError(response.status, error, response.headers.get('retry-after'));
  return data as NonNullable<T>;
}

/** The same for lists that are asked for by page. */
export function pageOf<T>(answer: T[] | Page<T> | string): Page<T> {
  if (typeof answer === 'string') throw new Error('a file was answered where a list was asked for');
  if (!Array.isArray(answer)) return answer;
  return { data: answer, total: answer.length, page: 1, pages: 1, limit: answer.length };
}
export interface Page<T> {
  data: T[];
  total: number;
  page: number;
  pages: number;
  limit: number;
}
