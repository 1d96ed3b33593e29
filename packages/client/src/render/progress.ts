/** One line about long work on a terminal, silence in a pipe. */
import type { Console } from './console.ts';

/** Shown only when the work takes longer than this, in ms. */
const QUIET_MS = 500;

/** Runs the work, telling what it is if it takes a while. The line is gone afterwards. */
export async function withProgress<T>(console: Console, text: string, work: () => Promise<T>): Promise<T> {
  if (!console.errIsTty || console.json) return await work();
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    console.err(`${text} …`);
  }, QUIET_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    if (shown) console.err('\r\u001b[K');
  }
}
