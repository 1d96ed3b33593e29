/** JSON that is safe on a terminal: what could act on it is escaped, and reads back as the same text. */

// JSON itself escapes C0 only; these can stand in strings alone, where an escape means the same.
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** One line, without its newline. */
export function toJson(value: unknown): string {
  return escapeUnsafe(JSON.stringify(value));
}

/** For text in which all that is unsafe stands in double quotes. */
export function escapeUnsafe(quoted: string): string {
  return quoted.replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE) >= 0;
}
