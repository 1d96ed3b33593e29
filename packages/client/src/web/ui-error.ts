/** An error as the page gets it. Pure. */
import type { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { UiError } from './protocol.ts';

export function uiError({ exitCode, reason, message, hint }: BerthError): UiError {
  return { code: exitCode, reason, message: oneLine(message), hint: oneLine(hint) };
}
