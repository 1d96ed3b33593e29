/** `berth top`: the hosts with their slots, memory and load as bars, live or once. */
import { isDeepStrictEqual } from 'node:util';
import { chooseHosts, namedOf, takeInventory } from '../fleet/inventory.ts';
import { topLines } from '../fleet/top-view.ts';
import { pool } from '../fleet/view.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { needScreen } from './dash.ts';
import { reachCode, warnUnreachable } from './target.ts';
import { span } from './values.ts';

export const top = defineCommand({
  usage: '[--once]',
  describe: 'The hosts, live: slots and memory as bars, load, sessions by state.',
  example: 'berth top --once',
  flags: {
    host: { type: 'list', value: 'HOST', describe: 'only this host' },
    once: { type: 'boolean', describe: 'print it once' },
    interval: { type: 'string', value: 'TIME', describe: 'time between two looks (2s)' },
  },
  most: 0,
  async run({ flags }, context) {
    const { console } = context;
    const everyMs = span('--interval', flags.interval ?? '2s', { atLeast: 100 });
    let hosts = await chooseHosts(context, flags.host);
    const ask = (signal?: AbortSignal) =>
      takeInventory(context, hosts, { withHost: true, ...(signal ? { signal } : {}) });
    if (flags.once || console.json) {
      const answers = await ask();
      const lines = topLines(answers, Date.now(), console.columns);
      console.out(
        console.json
          ? `${toJson(pool(answers, Date.now()))}\n`
          : lines.map(({ text }) => `${text}\n`).join(''),
      );
      warnUnreachable(context, answers);
      return reachCode(answers);
    }
    needScreen('top', context);
    const { runTop } = await import('../tui/top.tsx');
    using _ = context.watchHosts((all) => {
      const next = namedOf(all, flags.host);
      // A host that is elsewhere now is reached anew.
      for (const host of hosts)
        if (!next.some((other) => isDeepStrictEqual(other, host))) void context.disconnect(host);
      hosts = next;
    });
    await runTop(console, { ask, everyMs, now: Date.now });
    return 0;
  },
});
