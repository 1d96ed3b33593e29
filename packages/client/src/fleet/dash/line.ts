/** Rows of the live view laid out in columns, cut to what a terminal gives them. Pure. */
import { formatAge } from '@berth/shared/domain/duration';
import { fitText, textWidth } from '../../render/width.ts';
import type { DashRow, Mood } from './row.ts';

const ICONS: Readonly<Record<Mood, string>> = {
  permission: '!',
  input: '?',
  error: '✗',
  done: '✓',
  bell: '*',
  working: '▶',
  waiting: '○',
  quiet: '·',
  pending: '…',
  suspended: '=',
  ended: ' ',
  failed: '✗',
};

export interface Columns {
  readonly state: number;
  /** 0: there is one host alone. */
  readonly host: number;
  readonly name: number;
  readonly age: number;
  readonly message: number;
}

const GAP = 2;
/** The mark, the choice and the icon before the state. */
const LEAD = 4;
const LEAST_MESSAGE = 12;
const HEADS = { state: 'STATE', host: 'HOST', name: 'SESSION', age: 'AGE', message: 'MESSAGE' } as const;

/** `hosts`: how many there are, shown or not. */
export function columnsFor(rows: readonly DashRow[], size: { columns: number; hosts: number }): Columns {
  const widest = (texts: string[], least: number, most: number) =>
    Math.min(most, Math.max(least, ...texts.map(textWidth)));
  const state = widest(
    rows.map((row) => row.state),
    10,
    11,
  );
  const host =
    size.hosts > 1
      ? widest(
          rows.map((row) => row.host.config.name),
          4,
          12,
        )
      : 0;
  const age = 4;
  const fixed = LEAD + state + GAP + (host > 0 ? host + GAP : 0) + age + GAP;
  // The name gives way before the message is gone.
  const most = Math.max(8, Math.min(32, size.columns - fixed - GAP - LEAST_MESSAGE));
  const name = widest(
    rows.map((row) => row.name),
    Math.min(7, most),
    most,
  );
  return { state, host, name, age, message: Math.max(0, size.columns - fixed - name - GAP) };
}

export interface Cells {
  /** Whether it is selected and marked, by characters: colours may be missing. */
  readonly lead: string;
  readonly state: string;
  readonly rest: string;
}

export function cellsOf(
  row: DashRow,
  at: { columns: Columns; now: number; selected: boolean; marked: boolean },
): Cells {
  const { columns, now, selected, marked } = at;
  const since = row.asking?.since ?? row.begun;
  const stale = row.staleSince === null ? '' : staleNote(row.staleSince, now);
  const snoozed = row.snoozedUntil === null ? '' : `(snoozed for ${formatAge(row.snoozedUntil - now)}) `;
  const message = `${stale}${snoozed}${row.message}`;
  return {
    lead: `${selected ? '›' : ' '}${marked ? '●' : ' '}`,
    state: `${ICONS[row.mood]} ${pad(row.state, columns.state)}`,
    rest: tail(columns, {
      host: row.host.config.name,
      name: row.name,
      age: formatAge(now - since).padStart(columns.age),
      message,
    }),
  };
}

export function headOf(columns: Columns): string {
  const age = HEADS.age.padStart(columns.age);
  return `${' '.repeat(LEAD)}${pad(HEADS.state, columns.state)}${tail(columns, { ...HEADS, age })}`;
}

function tail(
  columns: Columns,
  texts: Readonly<Record<'host' | 'name' | 'age' | 'message', string>>,
): string {
  const cells = [
    ...(columns.host > 0 ? [pad(texts.host, columns.host)] : []),
    pad(texts.name, columns.name),
    texts.age,
    pad(texts.message, columns.message),
  ];
  return cells.map((cell) => ' '.repeat(GAP) + cell).join('');
}

function staleNote(since: number, now: number): string {
  return since === 0 ? '(never seen) ' : `(as of ${formatAge(now - since)} ago) `;
}

/** Exactly this wide. */
export function pad(text: string, width: number): string {
  const fitted = fitText(text, width);
  return fitted + ' '.repeat(Math.max(0, width - textWidth(fitted)));
}
