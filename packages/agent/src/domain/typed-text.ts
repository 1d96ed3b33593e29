/** Whether a screen shows that typed text arrived. Pure. */

/** What a terminal shows, and where its cursor stands (as text to compare). */
export interface Screen {
  readonly lines: readonly string[];
  readonly cursor: string;
}

/** The end of a text as it can be found on a screen, whatever wraps it; empty: it shows nothing. */
export function tailOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no screen shows
  return text.replace(/[\s\u0000-\u001f\u007f]+/g, '').slice(-TAIL);
}

const TAIL = 24;

/** The text stands on the screen now, once more than before. */
export function shows(tail: string, before: Screen, now: Screen): boolean {
  return tail !== '' && count(tail, now) > count(tail, before);
}

function count(tail: string, { lines }: Screen): number {
  return lines.join('').replace(/\s+/g, '').split(tail).length - 1;
}

/** What differs: the numbers of lines, and `cursor`. Figures and spinners that move are passed over. */
export function changes(before: Screen, now: Screen): Set<number | 'cursor'> {
  const changed = new Set<number | 'cursor'>();
  for (let i = 0; i < Math.max(before.lines.length, now.lines.length); i++) {
    if (still(before.lines[i] ?? '') !== still(now.lines[i] ?? '')) changed.add(i);
  }
  if (before.cursor !== now.cursor) changed.add('cursor');
  return changed;
}

/** A line without what moves by itself: figures, and the signs of slow spinners. */
function still(line: string): string {
  return line
    .replace(/\d+/g, '0')
    .replace(/[\u2800-\u28ff\u2700-\u27bf]/g, ' ')
    .trimEnd();
}
