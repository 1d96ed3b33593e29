/** The keys: all of them on a page, and the usual ones in the last line. */
import { Box, Text } from 'ink';
import { pad } from '../fleet/dash/line.ts';
import { Line } from './line.tsx';

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['↑ ↓ k j', 'move; PgUp PgDn Home End too'],
  ['Enter a', 'attach; comes back here when you detach'],
  ['o', 'output over the whole screen'],
  ['n', 'to who has waited longest, then the next'],
  ['space', 'mark several: x p A z t act on all of them'],
  ['x', 'end it (asks)'],
  ['p', 'suspend it; again: it goes on'],
  ['A', 'acknowledge: it no longer asks'],
  ['z', 'quiet it for a while'],
  ['r', 'rename'],
  ['t', 'tags: KEY=VALUE sets, -KEY takes away'],
  ['s', 'start a session'],
  ['/', 'search name, directory, message'],
  ['f l', 'filter by state; local or remote'],
  ['h T', 'filter by host; by tag'],
  ['S', 'sort: priority, name, age, status, directory'],
  ['c Esc', 'all again; no marks'],
  ['q', 'quit'],
];

export function Help({ columns, rows }: { columns: number; rows: number }) {
  const lines = KEYS.map(([keys, does]) => `${pad(keys, 9)}${does}`);
  const room = rows - 2;
  // Two columns where one does not hold them all.
  const perColumn = lines.length <= room ? lines.length : Math.ceil(lines.length / 2);
  const width = perColumn === lines.length ? columns : Math.floor(columns / 2);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Line bold>keys</Line>
      {lines.slice(0, perColumn).map((line, i) => (
        <Line key={line}>{pad(line, width) + (lines[i + perColumn] ?? '')}</Line>
      ))}
      <Box flexGrow={1} />
      <Text dimColor>any key goes back</Text>
    </Box>
  );
}

/** As many as fit, the most used first. */
export function helpLine(columns: number): string {
  const hints = [
    '? keys',
    'q quit',
    '↑↓ move',
    '⏎ attach',
    'o output',
    'n next',
    'x end',
    'A ack',
    '/ search',
  ];
  const more = [
    'f filter',
    's start',
    'z snooze',
    'p suspend',
    'r rename',
    't tag',
    'space mark',
    'h host',
    'S sort',
  ];
  let line = '';
  for (const hint of [...hints, ...more]) {
    const next = line ? `${line}  ${hint}` : hint;
    if (next.length > columns) break;
    line = next;
  }
  return line;
}
