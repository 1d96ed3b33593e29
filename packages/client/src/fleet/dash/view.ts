/** The live view of all hosts: which rows, in which order, and what stands above them. Pure. */
import { formatAge } from '@berth/shared/domain/duration';
import { oneLine } from '@berth/shared/domain/text';
import type { LiveHost } from '../live-fleet.ts';
import { type DashRow, rank, rowsOf } from './row.ts';

export const SORTS = ['priority', 'name', 'age', 'status', 'directory'] as const;
export type Sort = (typeof SORTS)[number];
export const STATES = ['all', 'asking', 'running', 'ended'] as const;
export type StateFilter = (typeof STATES)[number];
export const PLACES = ['all', 'local', 'remote'] as const;
export type PlaceFilter = (typeof PLACES)[number];

/** What the person chose to see. */
export interface Look {
  readonly sort: Sort;
  readonly state: StateFilter;
  readonly place: PlaceFilter;
  /** Null: all. */
  readonly host: string | null;
  /** `key=value` or a key; null: all. */
  readonly tag: string | null;
  readonly search: string;
}

export const PLAIN_LOOK: Look = {
  sort: 'priority',
  state: 'all',
  place: 'all',
  host: null,
  tag: null,
  search: '',
};

/** What ended longer ago is shown only where what ended is asked for. */
const DAY_MS = 86_400_000;
/** A slower answer than this is worth a figure; and data older than this a date. */
const OLD_MS = 90_000;

export interface HostMark {
  readonly name: string;
  readonly mark: '✓' | '…' | '✗';
  /** `12 ms`, `unreachable for 3m`; may be empty. */
  readonly note: string;
  readonly error: string;
}

export interface DashView {
  readonly hosts: readonly HostMark[];
  readonly rows: readonly DashRow[];
  /** Of all sessions, whatever is shown. */
  readonly asking: number;
  readonly total: number;
  /** `key=value`, of all sessions: what can be filtered by does not depend on what is. */
  readonly tags: readonly string[];
  /** Sessions that the filters hide. */
  readonly hidden: number;
}

export function dashView(hosts: readonly LiveHost[], look: Look, now: number): DashView {
  const all = hosts.flatMap((host) => rowsOf(host, now));
  const rows = all.filter((row) => isWanted(row, look, now)).sort(ORDERS[look.sort]);
  return {
    hosts: hosts.map((host) => hostMark(host, now)),
    rows,
    asking: all.filter(({ asking }) => asking).length,
    total: all.length,
    tags: [...new Set(all.flatMap(tagsOf))].filter((tag) => tag.includes('=')).sort(),
    hidden: all.length - rows.length,
  };
}

function isWanted(row: DashRow, look: Look, now: number): boolean {
  const host = row.host.config.name;
  if (look.host !== null && host !== look.host) return false;
  if (look.place !== 'all' && (host === 'local') !== (look.place === 'local')) return false;
  if (!hasState(row, look.state, now)) return false;
  if (look.tag !== null && !tagsOf(row).includes(look.tag)) return false;
  const wanted = look.search.trim().toLowerCase();
  if (wanted === '') return true;
  const prompt = oneLine(row.session?.prompt ?? '');
  const texts = [row.name, row.directory, row.message, prompt, row.session?.id ?? ''];
  return wanted.split(/\s+/).every((word) => texts.some((text) => text.toLowerCase().includes(word)));
}

function hasState(row: DashRow, state: StateFilter, now: number): boolean {
  const endedAt = row.session?.endedAt ?? null;
  switch (state) {
    case 'all':
      return row.asking !== null || !row.ended || endedAt === null || now - endedAt <= DAY_MS;
    case 'asking':
      return row.asking !== null;
    case 'running':
      return !row.ended;
    case 'ended':
      return row.ended;
  }
}

/** `key` and `key=value` of each. */
function tagsOf(row: DashRow): string[] {
  return Object.entries(row.session?.tags ?? {}).flatMap(([key, value]) => [key, `${key}=${value}`]);
}

/** By waiting: the longest first. By age: the newest first. */
const byKey = (a: DashRow, b: DashRow) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
const byAge = (a: DashRow, b: DashRow) => b.begun - a.begun || byKey(a, b);
const byPriority = (a: DashRow, b: DashRow) =>
  rank(a) - rank(b) || (a.asking?.since ?? 0) - (b.asking?.since ?? 0) || byAge(a, b);

const ORDERS: Readonly<Record<Sort, (a: DashRow, b: DashRow) => number>> = {
  priority: byPriority,
  name: (a, b) => a.name.localeCompare(b.name) || byKey(a, b),
  age: byAge,
  status: (a, b) => a.state.localeCompare(b.state) || byPriority(a, b),
  directory: (a, b) => a.directory.localeCompare(b.directory) || byPriority(a, b),
};

export function hostMark(host: LiveHost, now: number): HostMark {
  const { link, linkSince, latencyMs, asOf } = host;
  const shared = { name: oneLine(host.config.name), error: oneLine(host.error ?? '') };
  const age = asOf === null ? '' : `, as of ${formatAge(now - asOf)} ago`;
  switch (link) {
    case 'connected': {
      const late = asOf !== null && now - asOf > OLD_MS ? `silent for ${formatAge(now - asOf)}` : '';
      const latency = latencyMs === null ? '' : `${Math.max(1, Math.round(latencyMs))} ms`;
      const draining = host.snapshot?.draining ? 'draining' : '';
      return { ...shared, mark: '✓', note: [latency, draining, late].filter(Boolean).join(', ') };
    }
    case 'connecting':
      return { ...shared, mark: '…', note: `connecting${age}` };
    case 'unreachable':
      return { ...shared, mark: '✗', note: `unreachable for ${formatAge(now - linkSince)}` };
  }
}

/** The key of the session that has waited longest; null if nobody asks. */
export function longestWaiting(rows: readonly DashRow[], after: string | null = null): string | null {
  const waiting = rows
    .filter(({ asking }) => asking)
    .sort((a, b) => (a.asking?.since ?? 0) - (b.asking?.since ?? 0) || byKey(a, b));
  const at = waiting.findIndex(({ key }) => key === after);
  return (waiting[at + 1] ?? waiting[0])?.key ?? null;
}

/** Where the selection is now: on its session, or where that was when it is gone. */
export function selectedIndex(rows: readonly DashRow[], key: string | null, before: number): number {
  const found = rows.findIndex((row) => row.key === key);
  return found >= 0 ? found : Math.max(0, Math.min(before, rows.length - 1));
}

/** The first row to show, so that the selected one is seen and as little as possible moves. */
export function scrolled(first: number, at: { selected: number; rows: number; height: number }): number {
  const { selected, rows, height } = at;
  const least = Math.max(0, selected - height + 1);
  return Math.min(Math.max(Math.min(first, selected), least), Math.max(0, rows - height));
}

/** What stands where no session is: why there is none, and what keeps hosts from answering. */
export function emptyLines(view: DashView): string[] {
  const silent = view.hosts.filter(({ mark }) => mark !== '✓');
  const why =
    view.hidden > 0
      ? `nothing like that among ${view.hidden} sessions: c shows all`
      : silent.length === view.hosts.length && silent.some(({ mark }) => mark === '…')
        ? 'asking …'
        : 'no sessions: s starts one';
  return [why, ...silent.flatMap(({ name, error }) => (error ? [`✗ ${name}: ${error}`] : []))];
}
