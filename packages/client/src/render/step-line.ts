/** One line on a terminal that says what is being done, with a share of it; nothing in a pipe. */
import type { Console } from './console.ts';

export interface StepLine extends Disposable {
  /** `share` from 0 to 1. */
  show(step: string, share?: number): void;
}

export function stepLine(console: Console, subject: string): StepLine {
  const shown = console.errIsTty && !console.json;
  let last = '';
  return {
    show(step, share) {
      const text = share === undefined ? step : `${step} ${Math.floor(share * 100)}%`;
      if (!shown || text === last) return;
      last = text;
      console.err(`\r\u001b[K${subject}: ${text}`);
    },
    [Symbol.dispose]() {
      if (last !== '') console.err('\r\u001b[K');
    },
  };
}
