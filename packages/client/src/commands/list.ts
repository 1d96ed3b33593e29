/** `berth list`: the sessions of all hosts, newest first; a host that did not answer is named, never empty. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { formatAge } from '@berth/shared/domain/duration';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { chooseHosts, takeInventory } from '../fleet/inventory.ts';
import { listView, type SessionRow } from '../fleet/view.ts';
import { bold } from '../render/console.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import { withProgress } from '../render/progress.ts';
import { table } from '../render/table.ts';
import { defineCommand } from './command.ts';
import { reachCode, warnUnreachable } from './target.ts';
import { pairs, statuses } from './values.ts';

export const list = defineCommand({
  usage: '[--status S[,S]] [--host HOST]',
  describe: 'List the sessions of all hosts, newest first.',
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
    by: { type: 'string', choices: ['host'], describe: 'one line per session, host first' },
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
    const named = await chooseHosts(context, flags.host);
    const hosts = named.filter(({ name }) =>
      !flags.local && !flags.remote ? true : flags.local === (name === 'local'),
    );
    const format = console.json ? 'full' : (flags.format ?? (flags.wide ? 'wide' : 'table'));
    const withHost = (format !== 'table' && format !== 'ids') || flags.by === 'host';
    const answers = await withProgress(console, `asking ${counted(hosts.length, 'host')}`, () =>
      takeInventory(context, hosts, { withHost }),
    );
    const view = listView(answers, filter, Date.now());
    if (flags.by === 'host')
      console.out(byHost(view.sessions, new Map(hosts.map((h) => [h.name, h.host ?? '']))));
    else if (format === 'full') console.out(`${toJson({ sessions: view.sessions, hosts: view.hosts })}\n`);
    else await print(format, view.sessions, context);
    warnUnreachable(context, answers);
    if (view.sessions.length === 0 && answers.every(({ ok }) => ok) && console.errIsTty && !console.json) {
      console.err('berth: no such sessions; berth start makes one\n');
    }
    if (view.leftOut > 0 && console.errIsTty && !console.json) {
      console.err(`${view.leftOut} that ended more than a day ago left out: berth list --all\n`);
    }
    return reachCode(answers);
  },
});

async function print(format: string, rows: readonly SessionRow[], context: Context): Promise<void> {
  const { console } = context;
  switch (format) {
    case 'json':
      return console.out(`${toJson(rows)}\n`);
    case 'yaml': {
      const { toYaml } = await import('../render/yaml.ts');
      return console.out(toYaml(rows));
    }
    case 'ids':
      return console.out(rows.map((row) => `${row.session_id}\n`).join(''));
    case 'csv':
      return console.out(csv(rows));
    default:
      console.out(sessionTable(rows, context, format === 'wide'));
  }
}

function sessionTable(rows: readonly SessionRow[], { console }: Context, wide: boolean): string {
  const titles = wide
    ? [
        'SESSION',
        'VM',
        'STATUS',
        'AGE',
        'NAME',
        'PRESET',
        'MEMORY',
        'USED',
        'PEAK',
        'CPU',
        'EXIT',
        'ATTACHED',
        'TAGS',
        'PROMPT',
      ]
    : ['SESSION', 'VM', 'STATUS', 'AGE', 'PROMPT'];
  const cells = rows.map((row) => {
    const start = [row.session_id, oneLine(row.vm_name), row.status, age(row)];
    const about = oneLine(row.prompt) || oneLine(row.name) || '-';
    const prompt = row.name && row.prompt && !wide ? `${oneLine(row.name)}: ${about}` : about;
    if (!wide) return [...start, prompt];
    const size = (bytes: number) => (bytes > 0 ? formatMemory(bytes).replace(' ', '') : '-');
    const tags = Object.entries(row.tags)
      .map(([key, value]) => oneLine(`${key}=${value}`))
      .join(',');
    const more = [
      oneLine(row.name) || '-',
      oneLine(row.preset) || '-',
      size(row.memory_bytes),
      size(row.memory_used_bytes),
      size(row.memory_peak_bytes),
      isLive(row) && row.cpu_seconds !== null ? `${row.cpu_percent}%` : '-',
    ];
    return [
      ...start,
      ...more,
      String(row.exit_code ?? '-'),
      String(row.attached_clients),
      tags || '-',
      prompt,
    ];
  });
  const columns = titles.map((title) => ({ title, flexible: title === 'PROMPT' }));
  const mark = (line: string, i: number) =>
    (rows[i]?.attached_clients ?? 0) > 0 ? bold(console, line) : line;
  return table(columns, cells, { columns: console.columns, mark });
}

/** Words only, none empty: read by `while read hostname session status ip`. */
function byHost(rows: readonly SessionRow[], addresses: ReadonlyMap<string, string>): string {
  const titles = ['HOSTNAME', 'SESSION', 'STATUS', 'IP'].map((title) => ({ title }));
  const cells = rows.map((row) => [
    oneLine(row.hostname) || oneLine(row.vm_name),
    row.session_id,
    row.status,
    oneLine(addresses.get(row.vm_name) ?? '') || '127.0.0.1',
  ]);
  return table(titles, cells, { columns: null });
}

function csv(rows: readonly SessionRow[]): string {
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

function age(row: SessionRow): string {
  return formatAge(Date.now() - Date.parse(row.created_at));
}
