/** `berth status`: the pool, host by host, and its totals. */

import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { inventory } from '../fleet/inventory.ts';
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
  flags: { host: { type: 'list', value: 'HOST', describe: 'only this host' } },
  most: 0,
  async run({ flags }, context) {
    const { console } = context;
    const answers = await inventory(context, { hosts: flags.host, withHost: true });
    const all = pool(answers, Date.now());
    if (console.json) console.out(`${toJson(all)}\n`);
    else {
      const rows = all.vms.map((vm) => {
        if (vm.state !== 'online') return [oneLine(vm.name), vm.state, '-', '-', '-'];
        const percent = vm.capacity > 0 ? Math.round((100 * vm.active_sessions) / vm.capacity) : 0;
        const used = `${formatMemory(vm.memory_reserved_bytes)} of ${formatMemory(vm.memory_total_bytes)}`;
        const limits = vm.enforcement === 'advisory' ? `${used} (advisory)` : used;
        return [
          oneLine(vm.name),
          vm.state,
          `${vm.active_sessions}/${vm.capacity} (${percent}%)`,
          limits,
          `${vm.age_minutes}m`,
        ];
      });
      const titles = ['HOST', 'STATE', 'SESSIONS', 'MEMORY', 'UP'].map((title) => ({ title }));
      console.out(table(titles, rows, { columns: null }));
      const counts = Object.entries(all.sessions_by_status)
        .map(([name, n]) => `${n} ${name}`)
        .join(', ');
      console.out(
        `\n${counted(all.total_vms, 'host')}, ${counted(all.active_sessions, 'active session')}, ${counted(all.available_capacity, 'slot')} free${counts ? ` (${counts})` : ''}\n`,
      );
    }
    warnUnreachable(context, answers);
    return reachCode(answers);
  },
});
