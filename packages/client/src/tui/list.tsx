/** The sessions, and the hosts above them. */
import { Box, Text } from 'ink';
import { cellsOf, columnsFor, headOf } from '../fleet/dash/line.ts';
import type { DashRow, Mood } from '../fleet/dash/row.ts';
import type { DashView, HostMark } from '../fleet/dash/view.ts';
import { fitText, textWidth } from '../render/width.ts';
import { Line, Paint } from './line.tsx';

const COLORS: Partial<Record<Mood, string>> = {
  permission: 'magenta',
  input: 'yellow',
  error: 'red',
  done: 'green',
  bell: 'cyan',
  working: 'blue',
  failed: 'red',
};

export function Heading({ view, note, columns }: { view: DashView; note: string; columns: number }) {
  const asks = view.asking === 0 ? 'nobody asks' : view.asking === 1 ? '1 asks' : `${view.asking} ask`;
  const left = `berth  ${view.total} session${view.total === 1 ? '' : 's'}, ${asks}`;
  const shown = note ? `${note}${view.hidden > 0 ? ` (${view.hidden} hidden)` : ''}` : '';
  return <Line bold>{fitText(shown ? `${left}  ·  ${shown}` : left, columns)}</Line>;
}

const MARK_COLORS = { '✓': 'green', '…': 'yellow', '✗': 'red' } as const;

/** As many hosts as fit, those in trouble first where not all do. */
export function HostsBar({ hosts, columns }: { hosts: readonly HostMark[]; columns: number }) {
  const labelled = hosts.map((host) => ({ host, text: host.note ? `${host.name} ${host.note}` : host.name }));
  const width = (text: string) => textWidth(text) + 5;
  const fits = labelled.reduce((sum, { text }) => sum + width(text), 0) <= columns;
  const ordered = fits ? labelled : [...labelled].sort((a, b) => ORDER[a.host.mark] - ORDER[b.host.mark]);
  const shown: typeof labelled = [];
  let used = 0;
  for (const each of ordered) {
    // Room for `and 12 more`.
    if (used + width(each.text) > columns - (fits ? 0 : 12)) break;
    used += width(each.text);
    shown.push(each);
  }
  const more = ordered.length - shown.length;
  return (
    <Line>
      {shown.map(({ host, text }) => (
        <Text key={host.name}>
          <Paint color={MARK_COLORS[host.mark]}>{host.mark}</Paint>
          {` ${text}   `}
        </Text>
      ))}
      {more > 0 ? `and ${more} more` : ''}
    </Line>
  );
}

const ORDER = { '✗': 0, '…': 1, '✓': 2 } as const;

export interface RowsProps {
  /** In the place of rows where there are none. */
  readonly empty: readonly string[];
  readonly rows: readonly DashRow[];
  /** Of the first that is shown. */
  readonly first: number;
  readonly selected: number;
  readonly marks: ReadonlySet<string>;
  readonly size: { readonly columns: number; readonly height: number };
  readonly hosts: number;
  readonly now: number;
}

export function Rows({ empty, rows, first, selected, marks, size, hosts, now }: RowsProps) {
  const columns = columnsFor(rows, { columns: size.columns, hosts });
  return (
    <Box flexDirection="column" width={size.columns} height={size.height} overflow="hidden">
      <Line dimColor>{headOf(columns)}</Line>
      {rows.length > 0
        ? null
        : empty.map((text) => (
            <Line key={text} dimColor>
              {fitText(`    ${text}`, size.columns)}
            </Line>
          ))}
      {rows.slice(first, first + size.height - 1).map((row, i) => {
        const isSelected = first + i === selected;
        const cells = cellsOf(row, { columns, now, selected: isSelected, marked: marks.has(row.key) });
        const color = COLORS[row.mood];
        return (
          <Line
            key={row.key}
            inverse={isSelected}
            dimColor={!isSelected && (row.staleSince !== null || (row.ended && !row.asking))}
            bold={row.asking !== null}
          >
            {cells.lead}
            <Paint color={color}>{cells.state}</Paint>
            {cells.rest}
          </Line>
        );
      })}
    </Box>
  );
}
