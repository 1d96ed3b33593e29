/** Rows of sessions as text: tables for people, words for scripts, CSV. */
import { wordsOf } from '@berth/shared/domain/attention';
import { formatAge } from '@berth/shared/domain/duration';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine, safeText } from '@berth/shared/domain/text';
import { withPlace } from '../fleet/queue-place.ts';
import type { SessionRow } from '../fleet/view.ts';
import { bold, type Console, dim } from './console.ts';
import { csvOf } from './csv.ts';
import { leastWidth, table } from './table.ts';
import { fitText } from './width.ts';

export interface SessionTableOptions {
  readonly wide: boolean;
  /** On a terminal the whole prompt stands below its row. */
  readonly verbose?: boolean;
  readonly now: number;
  /** Rows before this one were printed before. */
  readonly from?: number;
}

const SLIM = ['SESSION', 'VM', 'STATUS', 'AGE', 'PROMPT'];
const WIDE = [
  ...['SESSION', 'VM', 'WHERE', 'STATUS', 'AGE', 'ATTENTION', 'ACTIVITY', 'NAME', 'PRESET', 'MEMORY'],
  ...['USED', 'PEAK', 'CPU', 'EXIT', 'ATTACHED', 'TAGS', 'PROMPT'],
];
/** What a terminal that is too narrow goes without, the least missed first. */
const SPARED = [
  ...['ATTACHED', 'EXIT', 'PEAK', 'PRESET', 'CPU', 'TAGS', 'WHERE', 'USED', 'MEMORY', 'ACTIVITY'],
  ...['NAME', 'ATTENTION'],
];

/**
 * On a terminal a session that asks for a person has a second line that says for what, and what is
 * remembered of a host that does not answer is dim; in a pipe each session has its one line.
 */
export function sessionTable(
  rows: readonly SessionRow[],
  console: Pick<Console, 'color' | 'columns'>,
  options: SessionTableOptions,
): string {
  const { wide, now } = options;
  const whole = options.verbose === true && console.columns !== null;
  const look = { now, place: console.columns !== null, whole };
  const titles = wide ? WIDE : SLIM;
  const all = rows.map((row) => (wide ? wideCells(row, look) : slimCells(row, look)));
  const shown = fitting(titles, all, console.columns);
  const columns = shown.map((i) => ({ title: titles[i] ?? '', flexible: titles[i] === 'PROMPT' }));
  const cells = all.map((row) => shown.map((i) => row[i] ?? ''));
  const mark = (line: string, i: number) => {
    const row = rows[i];
    if (!row) return line;
    const stale = row.stale_since !== null;
    const shown = stale ? dim(console, line) : row.attached_clients > 0 ? bold(console, line) : line;
    const asks = attentionText(row, now);
    if (console.columns === null) return shown;
    const below = asks === '' ? [] : [fitText(`    ${asks}`, console.columns)];
    const lines = below.map((text) => (stale ? dim(console, text) : bold(console, text)));
    const prompt = whole ? safeText(row.prompt).trimEnd() : '';
    const told = prompt === '' ? [] : prompt.split('\n').map((text) => dim(console, `    ${text}`));
    return [shown, ...lines, ...told].join('\n');
  };
  const from = options.from === undefined ? {} : { from: options.from };
  return table(columns, cells, { columns: console.columns, mark, ...from });
}

/** Which columns to show: on a terminal as many as fit, those first to go that say nothing of any row. */
function fitting(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | null,
): number[] {
  let shown = titles.map((_, i) => i);
  if (columns === null) return shown;
  const silent = titles.filter((_, i) => rows.every((row) => /^[-0]$/.test(row[i] ?? '')));
  const spared = [...SPARED.filter((title) => silent.includes(title)), ...SPARED];
  for (const title of spared) {
    const cells = [titles, ...rows].map((row) => shown.map((i) => row[i] ?? ''));
    if (
      leastWidth(
        cells,
        shown.map((i) => titles[i] === 'PROMPT'),
      ) <= columns
    )
      break;
    shown = shown.filter((i) => titles[i] !== title);
  }
  return shown;
}

/** `permission 3m: wants to run Bash — rm -rf build`; empty where it asks for nobody. */
function attentionText({ attention }: SessionRow, now: number): string {
  if (!attention) return '';
  const { kind, since } = attention;
  const text = wordsOf(attention);
  const snoozed = isSnoozed(attention, now) ? ' (snoozed)' : '';
  return `${kind} ${formatAge(now - Date.parse(since))}${snoozed}${text ? `: ${text}` : ''}`;
}

function isSnoozed({ snoozed_until: until }: NonNullable<SessionRow['attention']>, now: number): boolean {
  return until !== null && Date.parse(until) > now;
}

/** A place in line is for people: in a pipe the status is one word. */
interface Look {
  readonly now: number;
  readonly place: boolean;
  /** The prompt itself stands elsewhere. */
  readonly whole: boolean;
}

function statusCell({ status, queue_place }: SessionRow, { place }: Look): string {
  return place ? withPlace(status, queue_place) : status;
}

function slimCells(row: SessionRow, look: Look): string[] {
  const about = (look.whole ? '' : oneLine(row.prompt)) || oneLine(row.name) || '-';
  const prompt = row.name && row.prompt && !look.whole ? `${oneLine(row.name)}: ${about}` : about;
  return [oneLine(row.session_id), oneLine(row.vm_name), statusCell(row, look), age(row, look.now), prompt];
}

function wideCells(row: SessionRow, look: Look): string[] {
  const { now } = look;
  const size = (bytes: number) => (bytes > 0 ? formatMemory(bytes).replace(' ', '') : '-');
  const tags = Object.entries(row.tags)
    .map(([key, value]) => oneLine(`${key}=${value}`))
    .join(',');
  const { attention } = row;
  return [
    oneLine(row.session_id),
    oneLine(row.vm_name),
    row.remote ? '[remote]' : '[local]',
    statusCell(row, look),
    age(row, now),
    attention ? `${attention.kind}${isSnoozed(attention, now) ? '(snoozed)' : ''}` : '-',
    row.activity === 'unknown' ? '-' : row.activity,
    oneLine(row.name) || '-',
    oneLine(row.preset) || '-',
    size(row.memory_bytes),
    size(row.memory_used_bytes),
    size(row.memory_peak_bytes),
    isLive(row) && row.cpu_seconds !== null ? `${row.cpu_percent}%` : '-',
    String(row.exit_code ?? '-'),
    String(row.attached_clients),
    tags || '-',
    oneLine(row.prompt) || oneLine(row.name) || '-',
  ];
}

/** Words only, none empty: read by `while read hostname session status ip`. */
export function byHost(rows: readonly SessionRow[], addresses: ReadonlyMap<string, string>): string {
  const titles = ['HOSTNAME', 'SESSION', 'STATUS', 'IP'].map((title) => ({ title }));
  const cells = rows.map((row) => [
    oneLine(row.hostname) || oneLine(row.vm_name),
    oneLine(row.session_id).replace(/\s+/g, '_'),
    row.status,
    oneLine(addresses.get(row.vm_name) ?? '') || '127.0.0.1',
  ]);
  return table(titles, cells, { columns: null });
}

const CSV_KEYS = [
  ...(['session_id', 'name', 'vm_name', 'status', 'age_minutes', 'exit_code'] as const),
  ...(['memory_bytes', 'prompt'] as const),
];

export function csv(rows: readonly SessionRow[]): string {
  return csvOf(CSV_KEYS, rows);
}

function isLive({ status }: SessionRow): boolean {
  return status === 'running' || status === 'suspended';
}

function age(row: SessionRow, now: number): string {
  return formatAge(now - Date.parse(row.created_at));
}
