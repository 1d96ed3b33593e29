/** The local terminal in raw mode, and back to what it was on every way out. */
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Console } from '../render/console.ts';

/**
 * Leaves the alternate screen, ends mouse reporting, focus events, bracketed paste and
 * application keys, shows the cursor, and drops colours. In this order: leaving the alternate
 * screen restores the cursor of before.
 */
const ALTERNATE = '\u001b[?1049l';
/** The same, without a cursor that was never saved: what was printed stays where it is. */
const ALTERNATE_INLINE = '\u001b[?1047l';
const RESET =
  '\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1004l\u001b[?1005l\u001b[?1006l\u001b[?1015l' +
  '\u001b[?2004l\u001b[?1l\u001b>\u001b[>4m\u001b[<u\u001b[?7h\u001b[?25h\u001b[0m\u001b7\u001b[r\u001b8\u001b(B';

const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/**
 * Enters raw mode. Disposing restores; so do a signal that ends the process, an uncaught
 * exception and exit. Restoring twice does nothing. `inline`: what runs prints among what the
 * terminal shows already, as a program here would.
 */
export function enterRawMode(console: Console, { inline = false } = {}): Disposable {
  const { stdin, stdout } = console;
  let restored = false;
  const restore = () => {
    if (restored) return;
    restored = true;
    process.off('exit', restore);
    process.off('uncaughtExceptionMonitor', restore);
    for (const signal of SIGNALS) process.off(signal, onSignal);
    try {
      stdin.setRawMode?.(false);
    } catch {
      // The terminal is gone: nothing to restore.
    }
    put(stdout, inline ? `${ALTERNATE_INLINE}${RESET}` : `${ALTERNATE}${RESET}\r`);
    stdin.pause();
  };
  const onSignal = (signal: (typeof SIGNALS)[number]) => {
    restore();
    process.exit(128 + constants.signals[signal]);
  };
  process.on('exit', restore);
  process.on('uncaughtExceptionMonitor', restore);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  stdin.setRawMode?.(true);
  return { [Symbol.dispose]: restore };
}

/** Synchronous where it can be: on exit nothing asynchronous is written any more. */
function put(stdout: Console['stdout'], text: string): void {
  try {
    if ('fd' in stdout && typeof stdout.fd === 'number') writeSync(stdout.fd, text);
    else stdout.write(text);
  } catch {
    // The terminal is gone.
  }
}
