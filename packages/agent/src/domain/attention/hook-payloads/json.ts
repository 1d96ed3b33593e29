/** Looking into JSON of unknown shape: what is not there, or of another type, reads as nothing. */
import { oneLine } from '@berth/shared/domain/text';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Longest message and line, in characters: what is shown is one line of a screen. */
const MOST_CHARACTERS = 300;
const LONGEST_PATH = 4096;

export function objectOf(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** Own keys only. */
export function at(value: unknown, key: string): unknown {
  const object = objectOf(value);
  return object && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function textAt(value: unknown, key: string): string {
  const found = at(value, key);
  return typeof found === 'string' ? found : '';
}

/** A count: whole, from 0. */
export function countAt(value: unknown, key: string): number {
  const found = at(value, key);
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : 0;
}

/** One safe line of bounded length. */
export function shown(text: string): string {
  const line = oneLine(text.slice(0, 4 * MOST_CHARACTERS));
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1).trimEnd()}…` : line;
}

/** The last line of a text that says something. */
export function lastLine(text: string): string {
  const lines = text.split('\n').map(shown);
  return lines.findLast((line) => line !== '') ?? '';
}

/** What a tool is to do, in one line: the command, the file, the address; else all of it. */
export function inputLine(input: unknown): string {
  for (const key of ['command', 'file_path', 'filePath', 'path', 'url', 'pattern', 'query', 'description']) {
    const text = textAt(input, key);
    if (text) return shown(text);
    const words = at(input, key);
    if (Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string'))
      return shown(words.join(' '));
  }
  return objectOf(input) && Object.keys(input as object).length > 0 ? shown(JSON.stringify(input)) : '';
}

/** The transcripts that a payload names: of the session, and of a helper of its. */
export function transcriptsOf(payload: unknown): string[] {
  return ['transcript_path', 'agent_transcript_path']
    .map((key) => textAt(payload, key))
    .filter((path) => path.startsWith('/') && path.length <= LONGEST_PATH);
}
