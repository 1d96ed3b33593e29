/** `berth dash`: every session of every host on one screen, kept so by events. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { createFleetCache } from '../fleet/cache.ts';
import { chooseHosts, namedOf } from '../fleet/inventory.ts';
import { openLiveFleet } from '../fleet/live/open-live-fleet.ts';
import { attachTo } from './attach.ts';
import { defineCommand } from './command.ts';

/** Memory, CPU and figures of sessions are looked at again this often. */
const REFRESH_MS = 3000;

export const dash = defineCommand({
  usage: '[--host HOST]',
  describe: 'One screen with every session of every host: who asks for you comes first. ? shows the keys.',
  example: 'berth dash',
  flags: {
    host: { type: 'list', value: 'HOST', describe: 'only this host' },
  },
  most: 0,
  async run({ flags }, context) {
    needScreen('dash', context);
    const hosts = await chooseHosts(context, flags.host);
    const cache = createFleetCache(context.paths.cacheDir);
    const { runDash } = await import('../tui/dash.tsx');
    await using fleet = openLiveFleet({
      hosts,
      context,
      cache,
      refreshMs: REFRESH_MS,
      follow: (changed) => context.watchHosts((all) => changed(namedOf(all, flags.host))),
    });
    await runDash({
      context,
      fleet,
      attach: async (place) => {
        await attachTo(place, {}, context);
        return `back from ${oneLine(place.session.name) || place.session.id}`;
      },
    });
    return 0;
  },
});

/** Throws USAGE where there is no terminal to draw on. */
export function needScreen(command: string, { console, env }: Context): void {
  const instead = command === 'top' ? 'berth top --once' : 'berth list, or berth watch';
  const hint = `print instead: ${instead}`;
  if (console.json)
    throw new BerthError('USAGE', `berth ${command} draws on a terminal, it prints no JSON`, { hint });
  if (console.stdin.isTTY === true && console.isTty && env.TERM !== 'dumb') return;
  const why = 'standard input and output must be a terminal that can move its cursor';
  throw new BerthError('USAGE', `berth ${command} cannot draw here: ${why}`, { hint });
}
