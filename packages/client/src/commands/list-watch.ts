/** `berth list --watch`: the table, drawn again in its place whenever something changes. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { createFleetCache } from '../fleet/cache.ts';
import type { Answer } from '../fleet/fan-out.ts';
import type { Holding } from '../fleet/inventory.ts';
import { openLiveFleet } from '../fleet/live/open-live-fleet.ts';
import type { LiveHost } from '../fleet/live-fleet.ts';
import { type ListFilter, listView } from '../fleet/view.ts';
import { dim } from '../render/console.ts';
import { sessionTable } from '../render/session-table.ts';
import { fitText } from '../render/width.ts';
import { linkText } from '../watch/link-line.ts';
import { interruption } from './interruption.ts';

/** Ms between two drawings: more than anybody reads. */
const PAUSE_MS = 200;
/** Ages grow though nothing happens. */
const AGES_MS = 10_000;
const REFRESH_MS = 5000;

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

export async function watchList(
  order: {
    readonly hosts: readonly HostConfig[];
    /** Which hosts are wanted, of those that come later, too. */
    readonly chosen: (hosts: readonly HostConfig[]) => readonly HostConfig[];
    readonly filter: ListFilter;
    readonly wide: boolean;
  },
  context: Context,
): Promise<number> {
  const { console } = context;
  using interrupted = interruption();
  await using fleet = openLiveFleet({
    hosts: order.hosts,
    context,
    cache: createFleetCache(context.paths.cacheDir),
    refreshMs: REFRESH_MS,
    follow: (changed) => context.watchHosts((all) => changed(order.chosen(all))),
  });
  const { stdout } = console;
  const size = () => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  const lines = () => frame(fleet.hosts(), order, { color: console.color, ...size() });
  let drawn = '';
  const draw = () => {
    const next = lines()
      .map((line) => `${line}\u001b[K\r\n`)
      .join('');
    if (next !== drawn) stdout.write(`\u001b[H${next.replace(/\r\n$/, '')}\u001b[J`);
    drawn = next;
  };
  let waiting: NodeJS.Timeout | null = null;
  const soon = () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      draw();
    }, PAUSE_MS);
  };
  const resized = () => {
    drawn = '';
    soon();
  };
  stdout.write(ENTER);
  stdout.on('resize', resized);
  const ages = setInterval(soon, AGES_MS);
  using _changes = fleet.onChange(soon);
  draw();
  try {
    await new Promise<void>((resolve) => interrupted.signal.addEventListener('abort', () => resolve()));
  } finally {
    if (waiting) clearTimeout(waiting);
    clearInterval(ages);
    stdout.off('resize', resized);
    stdout.write(LEAVE);
    // What was last seen stays, as with any other list.
    stdout.write(
      lines()
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
  return 130;
}

/** At most as many lines as the terminal has; the last says what did not fit. */
function frame(
  hosts: readonly LiveHost[],
  { filter, wide }: { filter: ListFilter; wide: boolean },
  terminal: { columns: number; rows: number; color: boolean },
): string[] {
  const now = Date.now();
  const kept = new Map(
    hosts.flatMap(({ config, asOf, sessions }) => (asOf === null ? [] : [[config.name, { asOf, sessions }]])),
  );
  const view = listView(hosts.map(asAnswer), filter, now, kept);
  const table = sessionTable(view.sessions, terminal, { wide, now }).trimEnd().split('\n');
  const links = hosts
    .filter(({ link }) => link !== 'connected')
    .map((host) => fitText(`${oneLine(host.config.name)}: ${linkText(host, now)}`, terminal.columns));
  const room = Math.max(1, terminal.rows - links.length);
  const cut = table.length > room;
  const shown = cut ? table.slice(0, room - 1) : table;
  const rest = cut ? [dim(terminal, `… ${table.length - shown.length} more lines`)] : [];
  return [...shown, ...rest, ...links.map((line) => dim(terminal, line))];
}

/** A host that was heard of counts with what it told, and dated where it is out of sight. */
function asAnswer(host: LiveHost): Answer<Holding> {
  const { config, link, sessions, external, snapshot } = host;
  if (link === 'connected') {
    const value = { sessions: [...sessions.values()], external, host: snapshot };
    return { ok: true, host: config, value, latencyMs: host.latencyMs ?? 0 };
  }
  return {
    ok: false,
    host: config,
    error: new BerthError('HOST_UNREACHABLE', host.error ?? ''),
    latencyMs: 0,
  };
}
