/** `berth list`: the sessions of all hosts, who asks for a person first; a host that did not answer is named, never empty. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { formatAge } from '@berth/shared/domain/duration';
import { isExternal } from '@berth/shared/domain/external-session';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { createFleetCache, type FleetCache } from '../fleet/cache.ts';
import type { Answer } from '../fleet/fan-out.ts';
import { chooseHosts, type Holding, namedOf, takeInventory } from '../fleet/inventory.ts';
import type { KeptHost } from '../fleet/kept-host.ts';
import { rememberAnswer } from '../fleet/remember.ts';
import { type ListFilter, listView, type SessionRow } from '../fleet/view.ts';
import { clock } from '../render/clock.ts';
import { counted } from '../render/counted.ts';
import { renderError } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { type ProgressLine, withProgress } from '../render/progress.ts';
import { byHost, csv, sessionTable } from '../render/session-table.ts';
import { defineCommand } from './command.ts';
import { reachCode } from './target.ts';
import { pairs, statuses } from './values.ts';

/** Hosts that answer so much later than the first have their rows below the others', on a terminal. */
const LAG_MS = 300;

export const list = defineCommand({
  usage: '[--status S[,S]] [--host HOST]',
  describe: 'List the sessions of all hosts: who asks for a person first, then the newest.',
  example: 'berth list --status running',
  flags: {
    status: {
      type: 'list',
      value: 'S[,S]',
      describe: 'only these: pending running suspended completed failed killed lost',
    },
    host: { type: 'list', value: 'HOST', describe: 'only this host' },
    local: { type: 'boolean', describe: 'only this machine' },
    remote: { type: 'boolean', describe: 'only other machines' },
    tag: { type: 'list', value: 'K[=V]', describe: 'only sessions with this tag' },
    all: { type: 'boolean', short: 'a', describe: 'also what ended more than a day ago' },
    wide: { type: 'boolean', short: 'w', describe: 'more columns (--format wide)' },
    verbose: { type: 'boolean', short: 'v', describe: 'whole prompts, each below its session' },
    by: { type: 'string', choices: ['host'], describe: 'one line per session, host first' },
    watch: { type: 'boolean', describe: 'stay, and show what changes' },
    format: {
      type: 'string',
      choices: ['table', 'wide', 'json', 'yaml', 'ids', 'csv'],
      describe: 'how to print',
    },
  },
  most: 0,
  async run({ flags }, context) {
    const { console } = context;
    const views = [
      console.json && '--json',
      flags.format && '--format',
      flags.wide && '--wide',
      flags.verbose && '--verbose',
      flags.by && '--by',
    ];
    const [view1, view2] = views.filter(Boolean);
    if (view2) throw new BerthError('USAGE', `choose one of ${view1} and ${view2}`);
    if (flags.local && flags.remote) throw new BerthError('USAGE', 'choose one of --local and --remote');
    const filter = {
      statuses: statuses('--status', flags.status),
      tags: pairs('--tag', flags.tag, { bare: true }),
      all: flags.all || flags.status.length > 0,
    };
    const chosen = (all: readonly HostConfig[]) =>
      namedOf(all, flags.host).filter(
        ({ name }) => (!flags.local && !flags.remote) || flags.local === (name === 'local'),
      );
    const hosts = chosen(await chooseHosts(context, flags.host));
    const plain = flags.wide ? 'wide' : flags.verbose ? 'verbose' : 'table';
    const format = console.json ? 'full' : (flags.format ?? plain);
    if (flags.watch) {
      if (!console.isTty || flags.by || (format !== 'table' && format !== 'wide')) {
        throw new BerthError('USAGE', '--watch draws a table on a terminal, and nothing else', {
          hint: 'programs read berth watch --json',
        });
      }
      const { watchList } = await import('./list-watch.ts');
      return await watchList({ hosts, chosen, filter, wide: format === 'wide' }, context);
    }
    const given = [
      flags.status.length > 0 && '--status',
      flags.tag.length > 0 && '--tag',
      flags.host.length > 0 && '--host',
      flags.local && '--local',
      flags.remote && '--remote',
    ];
    const hidden = {
      by: given.filter((flag) => flag !== false),
      hosts: (await context.hosts()).length - hosts.length,
    };
    const cache = createFleetCache(context.paths.cacheDir);
    const listing = { hosts, filter, cache, format: flags.by === 'host' ? 'by-host' : format, hidden };
    return await printList(listing, context);
  },
});

interface ListOrder {
  readonly hosts: readonly HostConfig[];
  readonly filter: ListFilter;
  readonly cache: FleetCache;
  readonly format: string;
  /** Flags that hide sessions, and the hosts that were not asked for them. */
  readonly hidden: { readonly by: readonly string[]; readonly hosts: number };
}

async function printList(order: ListOrder, context: Context): Promise<number> {
  const { hosts, filter, cache, format } = order;
  const { console } = context;
  const withHost = !['table', 'verbose', 'ids'].includes(format);
  /** Rows that were printed while others lagged. */
  const early: SessionRow[] = [];
  const come: Answer<Holding>[] = [];
  let lag: NodeJS.Timeout | null = null;
  const printEarly = (line: ProgressLine) => {
    early.push(...listView(come, filter, Date.now()).sessions);
    if (early.length === 0) return;
    line.clear();
    console.out(
      sessionTable(early, console, { wide: false, verbose: format === 'verbose', now: Date.now() }),
    );
    const waiting = hosts.filter(({ name }) => !come.some(({ host }) => host.name === name));
    line.tell(`waiting for ${waiting.map(({ name }) => oneLine(name)).join(', ')}`);
  };
  // Which columns of a wide table fit is known with the last row.
  const fitted = console.isTty && (format === 'table' || format === 'verbose');
  const answers = await withProgress(console, `asking ${counted(hosts.length, 'host')}`, (line) => {
    const answered = (answer: Answer<Holding>) => {
      come.push(answer);
      if (fitted && answer.ok) lag ??= setTimeout(() => printEarly(line), LAG_MS);
    };
    return takeInventory(context, hosts, { withHost, answered });
  });
  if (lag) clearTimeout(lag);
  const now = Date.now();
  const kept = keptOf(answers, cache);
  const view = listView(answers, filter, now, kept);
  const shown = new Set(early.map((row) => `${row.vm_name}:${row.session_id}`));
  const late = view.sessions.filter((row) => !shown.has(`${row.vm_name}:${row.session_id}`));
  if (early.length > 0) {
    const options = { wide: false, verbose: format === 'verbose', now, from: early.length };
    console.out(sessionTable([...early, ...late], console, options));
  } else if (format === 'by-host') {
    console.out(byHost(view.sessions, new Map(hosts.map((h) => [h.name, h.host ?? '']))));
  } else if (format === 'full') {
    console.out(`${toJson({ sessions: view.sessions, hosts: view.hosts })}\n`);
  } else await print(format, view.sessions, context);
  warn(answers, { cache, kept, now }, context);
  if (console.errIsTty && !FOR_PROGRAMS.includes(format)) {
    if (view.sessions.length === 0 && answers.every(({ ok }) => ok))
      console.err('berth: no such sessions; berth start makes one\n');
    const hidden = hiddenText(view, order.hidden);
    if (hidden) console.err(`berth: ${hidden}\n`);
  }
  for (const answer of answers) rememberAnswer(answer, context);
  return reachCode(answers);
}

/** What is printed in these nobody reads: remarks would stand in the midst of a script's own words. */
const FOR_PROGRAMS = ['full', 'json', 'yaml', 'ids', 'csv'];

/** What a list does not show, and why; empty where it shows all. */
function hiddenText(
  { leftOut, unfit }: { leftOut: number; unfit: number },
  { by, hosts }: ListOrder['hidden'],
): string {
  const flags = by.filter((flag) => flag === '--status' || flag === '--tag').join(' and ');
  return [
    ...(leftOut > 0 ? [`${counted(leftOut, 'ended session')} not shown: --all`] : []),
    ...(unfit > 0 ? [`${counted(unfit, 'session')} hidden by ${flags}`] : []),
    ...(hosts > 0
      ? [`${counted(hosts, 'host')} not asked: ${by.filter((flag) => !flags.includes(flag)).join(' and ')}`]
      : []),
  ].join('; ');
}

function keptOf(answers: readonly Answer<Holding>[], cache: FleetCache): ReadonlyMap<string, KeptHost> {
  const kept = new Map<string, KeptHost>();
  for (const { ok, host } of answers) {
    const found = ok ? null : cache.read(host.name);
    if (found) kept.set(host.name, found);
  }
  return kept;
}

/** One line for each host that did not answer, as JSON where results are. */
function warn(
  answers: readonly Answer<Holding>[],
  { cache, kept, now }: { cache: FleetCache; kept: ReadonlyMap<string, KeptHost>; now: number },
  { console }: Context,
): void {
  for (const answer of answers) {
    if (answer.ok) continue;
    const { name } = answer.host;
    const known = kept.get(name);
    const away = now - cache.unreachable(name, now);
    const since = away < 1000 ? '' : ` for ${formatAge(away)}`;
    const shown = known ? `; showing what was known ${clock(known.asOf, now)}` : '';
    const line = `berth: host ${oneLine(name)}: unreachable${since}: ${oneLine(answer.error.message)}${shown}\n`;
    console.err(console.json ? renderError(answer.error, console) : line);
  }
}

async function print(format: string, rows: readonly SessionRow[], { console }: Context): Promise<void> {
  switch (format) {
    case 'json':
      return console.out(`${toJson(rows)}\n`);
    case 'yaml': {
      const { toYaml } = await import('../render/yaml.ts');
      return console.out(toYaml(rows));
    }
    case 'ids': {
      // For other commands to take: what somebody else's tool runs is none of ours to act on.
      const ours = rows.filter((row) => !isExternal(row.session_id));
      return console.out(ours.map((row) => `${row.session_id}\n`).join(''));
    }
    case 'csv':
      return console.out(csv(rows));
    default:
      console.out(
        sessionTable(rows, console, {
          wide: format === 'wide',
          verbose: format === 'verbose',
          now: Date.now(),
        }),
      );
  }
}
