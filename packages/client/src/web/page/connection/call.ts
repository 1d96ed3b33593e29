/** One call to the client that serves the page. */
import { KEY_HEADER, type UiCalls, type UiError } from '../../protocol.ts';
import { key } from './login.ts';

/** What went wrong, for people. `status`: of HTTP; 0: nobody answered. */
export class CallFailure extends Error {
  readonly status: number;
  readonly hint: string;

  constructor(message: string, { status, hint }: { status: number; hint: string }) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** Throws CallFailure. */
export async function call<M extends keyof UiCalls>(
  method: M,
  params: UiCalls[M]['params'],
  signal?: AbortSignal,
): Promise<UiCalls[M]['result']> {
  const response = await asked(method, params, signal);
  const body = (await response.json().catch(() => null)) as {
    result?: UiCalls[M]['result'];
    error?: UiError;
  } | null;
  if (body?.result !== undefined) return body.result;
  const { message = `Berth answered ${response.status}`, hint = '' } = body?.error ?? {};
  throw new CallFailure(message, { status: response.status, hint });
}

async function asked(method: string, params: object, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch('/api/call', {
      method: 'POST',
      headers: { 'content-type': 'application/json', [KEY_HEADER]: key() },
      body: JSON.stringify({ method, params }),
      signal: signal ?? null,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new CallFailure('Berth does not answer', { status: 0, hint: 'is berth ui still running?' });
  }
  if (response.status === 401 || response.status === 403) {
    throw new CallFailure('this page is not signed in', {
      status: response.status,
      hint: 'run berth ui again and open the link that it prints',
    });
  }
  return response;
}

export function asFailure(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error;
  return new CallFailure(error instanceof Error ? error.message : String(error), { status: 0, hint: '' });
}
