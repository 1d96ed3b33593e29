/** `berth status`: the pool, host by host, and its totals; with `--slots`, how large slots should be. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Answer } from '../fleet/fan-out.ts';
import { type Holding, inventory } from '../fleet/inventory.ts';
import { slotAdvice } from '../fleet/slot-advice.ts';
import { pool } from '../fleet/view.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';
import { defineCommand } from './command.ts';
import { reachCode, warnUnreachable } from './target.ts';

export const status = defineCommand({
  usage: '',
  describe: 'Hosts, sessions, memory and free slots.',
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
  const titles = ['HOST', 'STATE', 'SESSIONS', 'MEMORY', 'IN USE', 'CPU', 'DISK FREE', 'UP'];
  const rows = all.vms.map((vm) => {
    if (vm.load === null) return [oneLine(vm.name), vm.state, ...titles.slice(2).map(() => '-')];
    const percent = vm.capacity > 0 ? Math.round((100 * vm.active_sessions) / vm.capacity) : 0;
    const held = `${formatMemory(vm.memory_reserved_bytes)} of ${formatMemory(vm.memory_total_bytes)}`;
    return [
      oneLine(vm.name),
      vm.state,
      `${vm.active_sessions}/${vm.capacity} (${percent}%)${vm.queued_sessions > 0 ? `, ${vm.queued_sessions} in line` : ''}`,
      vm.enforcement === 'advisory' ? `${held} (advisory)` : held,
      formatMemory(vm.memory_used_bytes),
      // An older agent does not tell.
      vm.load.cpus > 0 ? `${vm.load.load_average.toFixed(1)}/${vm.load.cpus}` : '-',
      vm.load.cpus > 0 ? formatMemory(vm.load.disk_free_bytes) : '-',
      `${vm.age_minutes}m`,
    ];
  });
  console.out(
    table(
      titles.map((title) => ({ title })),
      rows,
      { columns: null },
    ),
  );
  printSessions(all.vms, console);
  const counts = Object.entries(all.sessions_by_status)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ');
  console.out(
    `\n${counted(all.total_vms, 'host')}, ${counted(all.active_sessions, 'active session')}, ${counted(all.available_capacity, 'slot')} free${counts ? ` (${counts})` : ''}\n`,
  );
}

/** What each active session uses of its slot. */
function printSessions(vms: ReturnType<typeof pool>['vms'], console: Context['console']): void {
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
