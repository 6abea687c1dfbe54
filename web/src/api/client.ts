// The one way to the server: typed by its description (schema.d.ts), cookie in, ApiError out.
import createClient from 'openapi-fetch';
import { askForStepUp, type Challenge } from '$shell/step_up.svelte';
import { ApiError, Unreachable } from './errors';
import type { paths } from './schema';

/** Called when the session has ended while it was used. */
let whenSignedOut: () => void = () => undefined;
export function onSignedOut(then: () => void): void {
  whenSignedOut = then;
}

// Answered 401 and 428 by what the person typed, not by the session.
const ownAnswers = /^\/api\/(v1\/)?auth\/(login|verify-2fa|forgot-password|reset-password|register)$|^\/api\/(security\/stepup|invitations)\//;
// 401 with these is about a password or a code.
const aboutInput = new Set(['INVALID_CREDENTIALS', 'TWO_FACTOR_FAILED']);

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.clone().json()) as Record<string, unknown>;
  } catch {
    return {}; // no envelope: the status alone speaks
  }
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    throw new Unreachable(cause);
  }
}

async function guarded(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await reach(request);
  if (ownAnswers.test(new URL(request.url).pathname)) return response;
  if (response.status === 401 && !aboutInput.has(String((await problemOf(response))['code']))) whenSignedOut();
  if (response.status !== 428) return response;
  const challenge = (await problemOf(response)) as unknown as Challenge;
  return (await askForStepUp(challenge)) ? reach(again) : response;
}

export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin', fetch: guarded });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was answered, or a thrown ApiError. */
export async function said<T>(outcome: Promise<Outcome<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await outcome;
  if (!response.ok) throw new ApiError(response.status, error);
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
