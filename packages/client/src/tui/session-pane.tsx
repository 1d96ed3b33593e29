/** The selected session: its details, and the end of its output. */
import { Box, Text } from 'ink';
import { detailLines } from '../fleet/dash/details.ts';
import { pad } from '../fleet/dash/line.ts';
import type { DashRow } from '../fleet/dash/row.ts';
import { fitText, textWidth } from '../render/width.ts';
import { Line } from './line.tsx';
import type { DashPorts } from './ports.ts';
import { type Tail, useGit, useTail } from './use-session.ts';

const LABEL = 8;
const TAIL_EVERY_MS = 1000;

export interface PaneProps {
  readonly ports: DashPorts;
  readonly row: DashRow | null;
  readonly size: { readonly columns: number; readonly height: number };
  readonly now: number;
}

export function SessionPane({ ports, row, size, now }: PaneProps) {
  const git = useGit(ports, row);
  const tail = useTail(ports, row, { lines: size.height, everyMs: TAIL_EVERY_MS });
  if (!row || size.height < 2) return null;
  // The end of its output gets at least half of a small pane.
  const most = Math.max(1, size.height < 10 ? Math.ceil(size.height / 2) - 1 : size.height - 6);
  const lines = detailLines(row, git, now).slice(0, most);
  const room = Math.max(0, size.height - lines.length - 1);
  return (
    <Box flexDirection="column" width={size.columns} height={size.height} overflow="hidden">
      <Line dimColor>{rule(`${row.name} on ${row.host.config.name}`, size.columns)}</Line>
      {lines.map(({ label, text, urgent }) => (
        <Line key={label} bold={urgent === true}>
          <Text dimColor>{pad(label, LABEL)}</Text>
          {fitText(text, size.columns - LABEL)}
        </Line>
      ))}
      {tailLines(row, tail, { ...size, height: room }).map((text, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
        <Line key={i}>{text === '' ? ' ' : text}</Line>
      ))}
    </Box>
  );
}

/** The last lines that fit; `height` lines or fewer. */
function tailLines(row: DashRow, tail: Tail, size: { columns: number; height: number }): string[] {
  if (size.height < 1) return [];
  const told = tail.lines ?? [tail.problem || (row.session && row.staleSince === null ? '…' : '')];
  return withoutBlankEnd(told)
    .slice(-size.height)
    .map((line) => fitText(line, size.columns));
}

export function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1);
}

/** `── name ─────`. */
export function rule(title: string, columns: number): string {
  const head = `── ${fitText(title, Math.max(0, columns - 6))} `;
  return head + '─'.repeat(Math.max(0, columns - textWidth(head)));
}
