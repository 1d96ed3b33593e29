/** Text from elsewhere, made safe to print and safe to keep. */

// C0 and C1 controls, DEL, and the characters that reorder or hide what follows them
// (bidirectional overrides and isolates, line and paragraph separators).
// biome-ignore lint/suspicious/noControlCharactersInRegex: matching them is the point
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: matching them is the point
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;

/** One safe line: escape sequences go, tabs and newlines become spaces, other controls go. */
export function oneLine(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(UNSAFE, '')
    .trim();
}

/** Like oneLine, but keeps newlines. */
export function safeText(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(ESCAPES, '').replace(/\t/g, '    ').replace(UNSAFE, ''))
    .join('\n');
}

/** Why a name cannot be used, or null. Names travel in `host:session` and in paths of thought. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'it is empty';
  if ([...name].length > 64) return 'it is longer than 64 characters';
  if (/[:/]/.test(name)) return 'it contains a colon or a slash';
  if (name !== name.replace(UNSAFE, '')) return 'it contains control characters';
  if (/\s/.test(name)) return 'it contains white space';
  if (name.startsWith('-')) return 'it begins with a dash';
  if (name.startsWith('sess-')) return 'names that begin with sess- are kept for ids';
  if (!name.isWellFormed()) return 'it is not valid Unicode';
  return null;
}
