/** Rows as comma-separated values (RFC 4180, with \n between rows). Pure. */
import { safeText } from '@berth/shared/domain/text';

/** A header of the keys, then a line for each row; `null` is empty. Nothing in it acts on a terminal. */
export function csvOf<K extends string>(
  keys: readonly K[],
  rows: readonly Readonly<Record<K, unknown>>[],
): string {
  const lines = [[...keys], ...rows.map((row) => keys.map((key) => cell(row[key])))];
  return lines.map((line) => `${line.join(',')}\n`).join('');
}

function cell(value: unknown): string {
  if (typeof value !== 'string') return String(value ?? '');
  const text = safeText(value);
  // A spreadsheet would run a cell that begins like a formula, blanks before it or not.
  const harmless = /^\s*[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
