/** A call as it comes from a page -> its answer. What it holds is believed only once it was checked. */
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { z } from 'zod';
import { asBerthError } from '../../render/errors.ts';
import type { UiError } from '../protocol.ts';
import { uiError } from '../ui-error.ts';
import type { Calls } from './call.ts';

const ENVELOPE = z.strictObject({ method: z.string(), params: z.unknown() });

/** Never rejects. */
export async function answerCall(
  calls: Calls,
  body: string,
  signal: AbortSignal,
): Promise<{ result: unknown } | { error: UiError }> {
  try {
    const { method, params } = parsed(ENVELOPE, json(body));
    if (!isMethod(calls, method)) throw new BerthError('USAGE', 'there is no call of this name');
    return { result: await called(calls, method, params, signal) };
  } catch (error) {
    return { error: uiError(asBerthError(error)) };
  }
}

function isMethod(calls: Calls, method: string): method is keyof Calls {
  return Object.hasOwn(calls, method);
}

async function called<Method extends keyof Calls>(
  calls: Calls,
  method: Method,
  params: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const call = calls[method];
  return await call.run(parsed(call.params, params), signal);
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new BerthError('USAGE', `the call is no JSON: ${messageOf(error)}`);
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.join('.') || 'the call';
  throw new BerthError('ARGUMENT_INVALID', `${where}: ${issue?.message ?? 'not as it must be'}`, {
    hint: '',
  });
}
