/** One line about long work on a terminal, silence in a pipe. */
import type { Console } from './console.ts';

/** Shown only when the work takes longer than this, in ms. */
const QUIET_MS = 500;
const CLEAR = '\r\u001b[K';

export interface ProgressLine {
  /** Another text from now on, shown at once. */
  tell(text: string): void;
  /** Takes the line away, until something is told. */
  clear(): void;
}

/** Runs the work, telling what it is if it takes a while. The line is gone afterwards. */
export async function withProgress<T>(
  console: Console,
  text: string,
  work: (line: ProgressLine) => Promise<T>,
): Promise<T> {
  if (!console.errIsTty || console.json) return await work({ tell: () => {}, clear: () => {} });
  let shown = false;
  const clear = () => {
    clearTimeout(timer);
    if (shown) console.err(CLEAR);
    shown = false;
  };
  const tell = (next: string) => {
    clear();
    shown = true;
    console.err(`${next} …`);
  };
  const timer = setTimeout(() => tell(text), QUIET_MS);
  try {
    return await work({ tell, clear });
  } finally {
    clear();
  }
}

/** A remark for people in the place of a line of progress that may stand there. */
export function aside(console: Pick<Console, 'err' | 'errIsTty'>, text: string): void {
  console.err(`${console.errIsTty ? CLEAR : ''}${text}`);
}
