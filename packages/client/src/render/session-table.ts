/** Rows of sessions as text: tables for people, words for scripts, CSV. */
import { wordsOf } from '@berth/shared/domain/attention';
import { formatAge } from '@berth/shared/domain/duration';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { withPlace } from '../fleet/queue-place.ts';
import type { SessionRow } from '../fleet/view.ts';
import { bold, type Console, dim } from './console.ts';
import { table } from './table.ts';
import { fitText } from './width.ts';

export interface SessionTableOptions {
  readonly wide: boolean;
  readonly now: number;
  /** Rows before this one were printed before. */
  readonly from?: number;
}

const SLIM = ['SESSION', 'VM', 'STATUS', 'AGE', 'PROMPT'];
const WIDE = [
  ...['SESSION', 'VM', 'WHERE', 'STATUS', 'AGE', 'ATTENTION', 'ACTIVITY', 'NAME', 'PRESET', 'MEMORY'],
  ...['USED', 'PEAK', 'CPU', 'EXIT', 'ATTACHED', 'TAGS', 'PROMPT'],
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
  const columns = (wide ? WIDE : SLIM).map((title) => ({ title, flexible: title === 'PROMPT' }));
  const look = { now, place: console.columns !== null };
  const cells = rows.map((row) => (wide ? wideCells(row, look) : slimCells(row, look)));
  const mark = (line: string, i: number) => {
    const row = rows[i];
    if (!row) return line;
    const stale = row.stale_since !== null;
    const shown = stale ? dim(console, line) : row.attached_clients > 0 ? bold(console, line) : line;
    const asks = attentionText(row, now);
    if (asks === '' || console.columns === null) return shown;
    const below = fitText(`    ${asks}`, console.columns);
    return `${shown}\n${stale ? dim(console, below) : bold(console, below)}`;
  };
  const from = options.from === undefined ? {} : { from: options.from };
  return table(columns, cells, { columns: console.columns, mark, ...from });
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
}

function statusCell({ status, queue_place }: SessionRow, { place }: Look): string {
  return place ? withPlace(status, queue_place) : status;
}

function slimCells(row: SessionRow, look: Look): string[] {
  const about = oneLine(row.prompt) || oneLine(row.name) || '-';
  const prompt = row.name && row.prompt ? `${oneLine(row.name)}: ${about}` : about;
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

export function csv(rows: readonly SessionRow[]): string {
  const keys = [
    'session_id',
    'name',
    'vm_name',
    'status',
    'age_minutes',
    'exit_code',
    'memory_bytes',
    'prompt',
  ] as const;
  const quote = (value: unknown) => {
    const text = oneLine(String(value ?? ''));
    // A spreadsheet would run a cell that begins like a formula.
    const safe = typeof value === 'string' && /^[=+\-@]/.test(text) ? `'${text}` : text;
    return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [keys.join(','), ...rows.map((row) => keys.map((key) => quote(row[key])).join(','))]
    .map((line) => `${line}\n`)
    .join('');
}

function isLive({ status }: SessionRow): boolean {
  return status === 'running' || status === 'suspended';
}

function age(row: SessionRow, now: number): string {
  return formatAge(now - Date.parse(row.created_at));
}
