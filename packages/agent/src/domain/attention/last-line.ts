/** The last line that a program printed, out of the bytes that it printed. Pure. */
import { oneLine } from '@berth/shared/domain/text';

/** So much of the end is looked at. */
export const LAST_LINE_BYTES = 2048;

/** Empty where there is none. A line that was drawn piece by piece comes as its last piece. */
export function lastLine(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(-LAST_LINE_BYTES));
  const lines = text.split(/[\r\n]+/).map(oneLine);
  return (lines.findLast((line) => /[\p{L}\p{N}]/u.test(line)) ?? '').slice(0, 300);
}
