/** Replays terminal output in a headless emulator, and reads off the text that it showed. */

import { safeText } from '@berth/shared/domain/text';
import type { Terminal } from '@xterm/headless';

const SCROLLBACK = 50_000;
const NEWLINE = 0x0a;

/**
 * Lines as a person saw them: scrollback first, wrapped lines joined, trailing blank lines cut.
 * The emulator works in slices, so the event loop goes on meanwhile.
 */
export async function renderTerminal(
  chunks: AsyncIterable<{ data: Uint8Array }>,
  options: { columns: number; rows: number; skipFirstLine: boolean },
): Promise<string[]> {
  const { default: xterm } = await import('@xterm/headless');
  const terminal = new xterm.Terminal({
    cols: options.columns,
    rows: options.rows,
    scrollback: SCROLLBACK,
    allowProposedApi: true,
  });
  try {
    let skipping = options.skipFirstLine;
    for await (const { data } of chunks) {
      // Output that begins in the middle begins at the next line; programs that draw may have none.
      const text = skipping ? data.subarray(data.indexOf(NEWLINE) + 1) : data;
      skipping = false;
      await new Promise<void>((resolve) => terminal.write(text, resolve));
    }
    return linesOf(terminal);
  } finally {
    terminal.dispose();
  }
}

function linesOf(terminal: Terminal): string[] {
  const buffer = terminal.buffer.active;
  const lines: string[] = [];
  for (let index = 0; index < buffer.length; index++) {
    const line = buffer.getLine(index);
    if (!line) continue;
    const next = buffer.getLine(index + 1);
    // A line that goes on in the next keeps its blanks: they stand inside it.
    const text = line.translateToString(!next?.isWrapped);
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  return lines.map((line) => safeText(line).trimEnd());
}
