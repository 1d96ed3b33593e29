/** The live view: what is on the screen, and which key does what. */
import { Box, Text, useApp, useInput, useWindowSize } from 'ink';
import { useMemo, useState } from 'react';
import type { DashRow } from '../fleet/dash/row.ts';
import { dashView, emptyLines, longestWaiting, scrolled, selectedIndex } from '../fleet/dash/view.ts';
import { type Key, useActions } from './actions.ts';
import { Bottom } from './bottom.tsx';
import { Follow } from './follow.tsx';
import { Help } from './help.tsx';
import { Heading, HostsBar, Rows } from './list.tsx';
import type { DashPorts } from './ports.ts';
import { SessionPane } from './session-pane.tsx';
import { StartFormView } from './start-form.tsx';
import { BEGINNING, type DashState, LIST, lookAfter, lookNote, marksAfter } from './state.ts';
import { textAfter } from './typing.ts';
import { useHosts, useNow } from './use-fleet.ts';

const LEAST = { columns: 40, rows: 10 };
/** From here on the session stands beside the list. */
const WIDE = 140;

export function App({ ports }: { ports: DashPorts }) {
  const { exit } = useApp();
  const size = useWindowSize();
  const hosts = useHosts(ports.fleet);
  const now = useNow(ports.now);
  const [state, setState] = useState<DashState>(BEGINNING);
  const [first, setFirst] = useState(0);
  const view = useMemo(() => dashView(hosts, state.look, now), [hosts, state.look, now]);
  const index = selectedIndex(view.rows, state.selected, state.index);
  const row = view.rows[index] ?? null;
  const layout = layoutOf(size, view.rows.length);
  const height = layout.list.height - 1;
  const top = scrolled(first, { selected: index, rows: view.rows.length, height });
  if (top !== first) setFirst(top);
  const change = (patch: Partial<DashState>) => setState((was) => ({ ...was, ...patch }));
  const select = (at: number) => {
    const next = Math.max(0, Math.min(view.rows.length - 1, at));
    change({ selected: view.rows[next]?.key ?? null, index: next, notice: null });
  };
  const rowsAt = (keys: readonly string[]) => {
    const all = dashView(hosts, { ...BEGINNING.look, state: 'all' }, now).rows;
    const known = new Map([...all, ...view.rows].map((each) => [each.key, each]));
    return keys.flatMap((key) => known.get(key) ?? []);
  };
  const actions = useActions({ ports, hosts, state, setState, row, rowsAt, size });

  const inList = (input: string, key: Key) => {
    const look = lookAfter(input, state.look, {
      hosts: hosts.map(({ config }) => config.name),
      tags: view.tags,
    });
    if (key.upArrow || input === 'k') select(index - 1);
    else if (key.downArrow || input === 'j') select(index + 1);
    else if (key.pageUp) select(index - height);
    else if (key.pageDown) select(index + height);
    else if (key.home || input === 'g') select(0);
    else if (key.end || input === 'G') select(view.rows.length - 1);
    else if (input === 'q' || (key.ctrl && input === 'c')) exit();
    else if (input === '?') change({ mode: { kind: 'help' }, notice: null });
    else if (input === '/') change({ mode: { kind: 'search', before: state.look.search }, notice: null });
    else if (key.escape)
      change({ look: { ...BEGINNING.look, sort: state.look.sort }, marks: new Set(), notice: null });
    else if (input === 'n') {
      const all = dashView(hosts, BEGINNING.look, now).rows;
      const next = longestWaiting(all, row?.asking ? row.key : null);
      if (next === null) change({ notice: { text: 'nobody asks', bad: false } });
      // Whoever waits is shown, whatever is filtered.
      else if (!view.rows.some((each) => each.key === next))
        change({ look: { ...BEGINNING.look, sort: state.look.sort }, selected: next, notice: null });
      else change({ selected: next, notice: null });
    } else if (look) change({ look, selected: row?.key ?? null, index, notice: null });
    else if (input === ' ' && row) {
      const below = view.rows[Math.min(index + 1, view.rows.length - 1)];
      const selected = below?.key ?? row.key;
      change({ marks: marksAfter(state.marks, row.key), selected, index: index + 1, notice: null });
    } else actions.press(input, key);
  };

  useInput((input, key) => {
    const { mode } = state;
    // The selection is on what was seen when the key was pressed.
    if (row && state.selected === null) change({ selected: row.key, index });
    if (key.ctrl && input === 'c') return exit();
    if (isTooSmall(size)) return input === 'q' ? exit() : undefined;
    switch (mode.kind) {
      case 'list':
        return inList(input, key);
      case 'help':
        return change({ mode: LIST });
      case 'search': {
        if (key.return) return change({ mode: LIST });
        if (key.escape) return change({ mode: LIST, look: { ...state.look, search: mode.before } });
        const search = textAfter(state.look.search, input, key);
        return search === null ? undefined : change({ look: { ...state.look, search }, index: 0 });
      }
      case 'kill':
        return input === 'y' || input === 'Y' ? actions.kill(mode.keys) : change({ mode: LIST });
      case 'input': {
        if (key.escape) return change({ mode: LIST, notice: null });
        if (key.return) return actions.answer(mode);
        const text = textAfter(mode.text, input, key);
        return text === null ? undefined : change({ mode: { ...mode, text }, notice: null });
      }
      case 'start':
      case 'follow':
        // They have keys of their own.
        return undefined;
    }
  });

  if (isTooSmall(size)) return <TooSmall {...size} />;
  const { mode } = state;
  if (mode.kind === 'help') return <Help {...size} />;
  if (mode.kind === 'follow')
    return (
      <Follow
        key={mode.key}
        ports={ports}
        row={rowsAt([mode.key])[0] ?? null}
        size={size}
        close={() => change({ mode: LIST })}
      />
    );
  if (mode.kind === 'start')
    return (
      <StartFormView
        hosts={hosts}
        form={mode.form}
        field={mode.field}
        problem={state.notice?.text ?? ''}
        size={size}
        change={(form, field) => change({ mode: { kind: 'start', form, field }, notice: null })}
        submit={() => actions.start(mode)}
        cancel={() => change({ mode: LIST, notice: null })}
      />
    );
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      <Heading view={view} note={lookNote(state.look)} columns={size.columns} />
      <HostsBar hosts={view.hosts} columns={size.columns} />
      <Box flexDirection={layout.wide ? 'row' : 'column'} height={size.rows - 3}>
        <Rows
          empty={emptyLines(view)}
          rows={view.rows}
          first={top}
          selected={index}
          marks={state.marks}
          size={layout.list}
          hosts={hosts.length}
          now={now}
        />
        {layout.wide ? <Text> </Text> : null}
        <SessionPane ports={ports} row={row} size={layout.pane} now={now} />
      </Box>
      <Bottom state={state} label={labelOf(targetsOf(state, rowsAt))} columns={size.columns} />
    </Box>
  );
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Side by side where there is room; else the list takes what it needs, at most half of the screen. */
function layoutOf({ columns, rows }: Size, sessions: number) {
  const height = Math.max(4, rows - 3);
  if (columns >= WIDE) {
    const list = Math.floor(columns * 0.55);
    return {
      wide: true,
      list: { columns: list, height },
      pane: { columns: columns - list - 1, height },
    };
  }
  const list = Math.min(Math.ceil(height / 2), Math.max(5, sessions + 1));
  return {
    wide: false,
    list: { columns, height: list },
    pane: { columns, height: height - list },
  };
}

function isTooSmall({ columns, rows }: Size): boolean {
  return columns < LEAST.columns || rows < LEAST.rows;
}

function TooSmall({ columns, rows }: Size) {
  const text = `needs ${LEAST.columns}x${LEAST.rows}, this is ${columns}x${rows}; q quits`;
  return (
    <Box width={columns} height={rows} overflow="hidden">
      <Text>{text}</Text>
    </Box>
  );
}

function targetsOf(state: DashState, rowsAt: (keys: readonly string[]) => DashRow[]): DashRow[] {
  const { mode } = state;
  return mode.kind === 'kill' || mode.kind === 'input' ? rowsAt(mode.keys) : [];
}

function labelOf(rows: readonly DashRow[]): string {
  const [only, second] = rows;
  if (!only) return 'nothing';
  return second
    ? `${rows.length} sessions (${rows.map(({ name }) => name).join(', ')})`
    : `${only.name} on ${only.host.config.name}`;
}
