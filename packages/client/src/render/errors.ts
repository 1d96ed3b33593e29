/** Errors as people read them (two lines at most) and as programs do. */
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { Reason } from '@berth/shared/domain/reasons';
import { oneLine } from '@berth/shared/domain/text';
import { toJson } from './json.ts';

/** What to print for anything thrown, with its newline. */
export function renderError(error: unknown, options: { json: boolean }): string {
  const known = asBerthError(error);
  const message = oneLine(known.message);
  const hint = oneLine(hintOf(known));
  if (!options.json) return `berth: ${unnamed(known.reason, message)}\n${hint ? `  hint: ${hint}\n` : ''}`;
  const { host = null, session = null } = known.values;
  const candidates = known.values.candidates === undefined ? {} : { candidates: candidatesOf(known) };
  const body = { code: known.exitCode, reason: known.reason, message, hint, host, session, ...candidates };
  return `${toJson({ error: body })}\n`;
}

/** `berth show needs a session`, after a name that stands there already. */
function unnamed(reason: Reason, message: string): string {
  return reason === 'USAGE' ? message.replace(/^berth /, '') : message;
}

/** What a name may have meant, each as `HOST:ID`. */
function candidatesOf({ values }: BerthError): string[] {
  return (values.candidates ?? '').split('\n').filter(Boolean);
}

/** What a shell takes as it is. */
const PLAIN = /^[\p{L}\p{N}._@%+,:-]+$/u;

/** With the session of which it is said in the place of SESSION. */
function hintOf({ hint, values }: BerthError): string {
  const { session = '' } = values;
  return PLAIN.test(session) ? hint.replace(/(?<!:)\bSESSION\b/g, session) : hint;
}

/** With a hint that names the command where it was general. */
export function withCommand(error: unknown, command: string): BerthError {
  const known = asBerthError(error);
  const hint = known.hint.replace(/^see berth (?:COMMAND )?--help$/, `see berth ${command} --help`);
  if (hint === known.hint) return known;
  return new BerthError(known.reason, known.message, { values: known.values, hint, cause: known });
}

export function asBerthError(error: unknown): BerthError {
  if (error instanceof BerthError) return error;
  return new BerthError('INTERNAL', `this is a fault in berth: ${messageOf(error)}`, {
    hint: 'run it again with BERTH_DEBUG=1 for the details',
    cause: error,
  });
}

/** The worse of two exit codes: an interruption is worst, else the greater. */
export function worst(codes: readonly number[]): number {
  return codes.reduce((a, b) => Math.max(a, b), 0);
}
