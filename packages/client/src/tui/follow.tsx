/** The output of one session over the whole screen, as it comes. */
import { Box, useInput } from 'ink';
import { useState } from 'react';
import type { DashRow } from '../fleet/dash/row.ts';
import { fitText } from '../render/width.ts';
import { Line } from './line.tsx';
import type { DashPorts } from './ports.ts';
import { rule, withoutBlankEnd } from './session-pane.tsx';
import { useTail } from './use-session.ts';

/** How far back one can look. */
const LINES = 1000;
const EVERY_MS = 500;

export interface FollowProps {
  readonly ports: DashPorts;
  readonly row: DashRow | null;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly close: () => void;
}

export function Follow({ ports, row, size, close }: FollowProps) {
  const [back, setBack] = useState(0);
  const height = size.rows - 2;
  const tail = useTail(ports, row, { lines: back > 0 ? LINES : height, everyMs: EVERY_MS });
  const lines = withoutBlankEnd(tail.lines ?? []);
  const most = Math.max(0, (back > 0 ? lines.length : LINES) - height);
  const by = (step: number) => setBack((was) => Math.max(0, Math.min(most, was + step)));
  useInput((input, key) => {
    if (input === 'q' || input === 'o' || key.escape) close();
    else if (key.upArrow || input === 'k') by(1);
    else if (key.downArrow || input === 'j') by(-1);
    else if (key.pageUp) by(height);
    else if (key.pageDown) by(-height);
    else if (key.end || input === 'G') setBack(0);
  });
  const last = lines.length - Math.min(back, Math.max(0, lines.length - height));
  const shown = lines.slice(Math.max(0, last - height), last);
  const state = back > 0 ? `${back} lines back` : (row?.state ?? 'it is gone');
  const title = row ? `${row.name} on ${row.host.config.name}: ${state}` : state;
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Line bold>{rule(title, size.columns)}</Line>
      <Box flexDirection="column" height={height} overflow="hidden">
        {shown.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
          <Line key={i}>{line === '' ? ' ' : fitText(line, size.columns)}</Line>
        ))}
      </Box>
      <Line dimColor>
        {fitText(`q back  ↑↓ PgUp PgDn scroll  End newest  ${tail.problem}`, size.columns)}
      </Line>
    </Box>
  );
}
