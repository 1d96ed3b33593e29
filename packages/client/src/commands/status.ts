/** `berth status`: the pool, host by host, and its totals; with `--slots`, how large slots should be. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { formatAge } from '@berth/shared/domain/duration';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Answer } from '../fleet/fan-out.ts';
import { type Holding, inventory } from '../fleet/inventory.ts';
import { slotAdvice } from '../fleet/slot-advice.ts';
import { pool } from '../fleet/view.ts';
import { formatPrice } from '../placement/tiers.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';
import { defineCommand } from './command.ts';
import { reachCode, warnUnreachable } from './target.ts';

export const status = defineCommand({
  usage: '',
  describe: 'Hosts, sessions, memory, free slots, and what they cost.',
  example: 'berth status',
  flags: {
    host: { type: 'list', value: 'HOST', describe: 'only this host' },
    slots: { type: 'boolean', describe: 'how large slots should be, from the peaks of past sessions' },
    format: {
      type: 'string',
      choices: ['table', 'tmux'],
      describe: 'tmux: one line for a status bar, at once, from what was last heard',
    },
  },
  most: 0,
  async run({ flags }, context) {
    const one = [
      context.console.json && '--json',
      flags.slots && '--slots',
      flags.host.length > 0 && '--host',
    ];
    const other = one.find(Boolean);
    if (flags.format === 'tmux') {
      if (other) throw new BerthError('USAGE', `choose one of --format tmux and ${other}`);
      const { statusBar } = await import('./status-bar.ts');
      context.console.out(`${await statusBar(context.env, Date.now())}\n`);
      return 0;
    }
    const answers = await inventory(context, { hosts: flags.host, withHost: true });
    if (flags.slots) printAdvice(answers, context);
    else printPool(answers, context);
    warnUnreachable(context, answers);
    return reachCode(answers);
  },
});

function printPool(answers: readonly Answer<Holding>[], { console }: Context): void {
  const all = pool(answers, Date.now());
  if (console.json) {
    console.out(`${toJson(all)}\n`);
    return;
  }
  const shown = columnsFor(all);
  const rows = all.vms.map((vm) => shown.map(({ cell }) => cell(vm)));
  console.out(table(shown, rows, { columns: null }));
  printSessions(all.vms, console);
  const counts = Object.entries(all.sessions_by_status)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ');
  const queued = all.queued_sessions > 0 ? `, ${all.queued_sessions} in line` : '';
  console.out(
    `\n${counted(all.total_vms, 'host')}, ${counted(all.active_sessions, 'active session')}${queued}, ${counted(all.available_capacity, 'slot')} free${counts ? ` (${counts})` : ''}\n${moneyLine(all)}`,
  );
}

/** What the hosts cost, and which of them for nothing. Empty where no price is known. */
function moneyLine({ vms, cost_per_hour, idle_cost_per_hour }: Pool): string {
  const up = vms.filter(({ load }) => load !== null);
  const known = up.filter(({ price_per_hour }) => price_per_hour !== null);
  if (known.length === 0) return '';
  const idle = vms.filter((vm) => vm.idle && vm.price_per_hour !== null);
  const names = idle.map(({ name }) => oneLine(name)).join(', ');
  const wasted = idle.length > 0 ? `, ${formatPrice(idle_cost_per_hour)} of it idle: ${names}` : '';
  const unknown = up.length - known.length;
  const rest = unknown > 0 ? ` (${counted(unknown, 'host')} without a price)` : '';
  return `about ${formatPrice(cost_per_hour)} an hour${wasted}${rest}\n`;
}

type Pool = ReturnType<typeof pool>;
type Vm = Pool['vms'][number];

/** Columns without a word in them are left out. */
function columnsFor(all: Pool): { title: string; cell: (vm: Vm) => string }[] {
  const now = Date.now();
  const known = (cell: (vm: Vm) => string) => (vm: Vm) => (vm.load === null ? '-' : cell(vm));
  // An older agent does not tell.
  const loaded = (cell: (load: NonNullable<Vm['load']>) => string) => (vm: Vm) =>
    vm.load && vm.load.cpus > 0 ? cell(vm.load) : '-';
  const some = (wanted: boolean, title: string, cell: (vm: Vm) => string) =>
    wanted ? [{ title, cell }] : [];
  return [
    { title: 'HOST', cell: (vm) => oneLine(vm.name) },
    { title: 'STATE', cell: (vm) => vm.state },
    { title: 'SESSIONS', cell: known(sessionsCell) },
    { title: 'MEMORY', cell: known(memoryCell) },
    { title: 'IN USE', cell: known((vm) => formatMemory(vm.memory_used_bytes)) },
    { title: 'CPU', cell: loaded(({ load_average, cpus }) => `${load_average.toFixed(1)}/${cpus}`) },
    { title: 'DISK FREE', cell: loaded(({ disk_free_bytes }) => formatMemory(disk_free_bytes)) },
    { title: 'UP', cell: known((vm) => `${vm.age_minutes}m`) },
    ...some(
      all.vms.some(({ price_per_hour }) => price_per_hour !== null),
      '$/H',
      (vm) => vm.price_per_hour?.toFixed(2) ?? '-',
    ),
    ...some(
      all.vms.some(({ idle }) => idle),
      'IDLE',
      (vm) => idleCell(vm, now),
    ),
  ];
}

function sessionsCell({ active_sessions, capacity, queued_sessions }: Vm): string {
  const percent = capacity > 0 ? Math.round((100 * active_sessions) / capacity) : 0;
  const waiting = queued_sessions > 0 ? `, ${queued_sessions} in line` : '';
  return `${active_sessions}/${capacity} (${percent}%)${waiting}`;
}

function memoryCell({ memory_reserved_bytes, memory_total_bytes, enforcement }: Vm): string {
  const held = `${formatMemory(memory_reserved_bytes)} of ${formatMemory(memory_total_bytes)}`;
  return enforcement === 'advisory' ? `${held} (advisory)` : held;
}

/** Since when; `yes` where it never held a session. */
function idleCell({ idle, idle_since }: Vm, now: number): string {
  if (!idle) return '-';
  return idle_since === null ? 'yes' : formatAge(now - Date.parse(idle_since));
}

/** What each active session uses of its slot. */
function printSessions(vms: readonly Vm[], console: Context['console']): void {
  const titles = ['SESSION', 'HOST', 'NAME', 'IN USE', 'PEAK', 'SLOT', 'CPU'];
  const size = (bytes: number) => (bytes > 0 ? formatMemory(bytes) : '-');
  const rows = vms.flatMap((vm) =>
    vm.sessions.map((session) => [
      session.session_id,
      oneLine(vm.name),
      oneLine(session.name) || '-',
      size(session.memory_used_bytes),
      size(session.memory_peak_bytes),
      formatMemory(session.memory_bytes),
      session.cpu_seconds === null ? '-' : `${session.cpu_percent}%`,
    ]),
  );
  if (rows.length === 0) return;
  const columns = titles.map((title) => ({ title }));
  console.out(`\n${table(columns, rows, { columns: null })}`);
}

function printAdvice(answers: readonly Answer<Holding>[], { console }: Context): void {
  const advice = slotAdvice(answers.flatMap((answer) => (answer.ok ? answer.value.sessions : [])));
  if (console.json) {
    console.out(`${toJson({ slots: advice })}\n`);
    return;
  }
  const titles = ['WORK', 'SESSIONS', 'SLOT', 'MEDIAN PEAK', 'HIGHEST PEAK', 'OUT OF MEMORY', 'SUGGESTED'];
  const rows = advice.map((line) => [
    oneLine(line.work),
    String(line.sessions),
    formatMemory(line.slot_bytes),
    formatMemory(line.median_peak_bytes),
    formatMemory(line.highest_peak_bytes),
    String(line.out_of_memory),
    `--memory ${formatMemory(line.suggested_bytes).replace(' ', '')}`,
  ]);
  if (rows.length > 0) {
    console.out(
      table(
        titles.map((title) => ({ title })),
        rows,
        { columns: null },
      ),
    );
  } else if (console.errIsTty) {
    console.err('berth: no session has ended yet whose peak is known\n');
  }
}
