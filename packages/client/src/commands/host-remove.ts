/** `berth host remove`: the agent goes from the machine, and the host from your list. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { asRoot } from '../hosts/upload.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import { confirm } from '../render/picker.ts';
import { stepLine } from '../render/step-line.ts';
import type { HostArguments } from './host-flags.ts';

export async function removeHost({ flags, words }: HostArguments, context: Context): Promise<number> {
  const [name, extra] = words;
  if (name === undefined) throw new BerthError('USAGE', 'berth host remove needs a host');
  if (extra !== undefined) throw new BerthError('USAGE', `remove one host at a time: ${name}, then ${extra}`);
  if (flags.purge && flags['keep-agent']) {
    throw new BerthError('USAGE', 'choose one of --purge and --keep-agent');
  }
  const host = findHost(await context.hosts(), name);
  if (host.kind === 'local') throw new BerthError('USAGE', 'this machine cannot be removed from the hosts');
  const { console } = context;
  if (!flags['keep-agent']) {
    const busy = await holding(host, context);
    if (busy.others > 0) {
      throw new BerthError('HOST_BUSY', `other users of host ${name} hold ${counted(busy.others, 'slot')}`, {
        hint: `leave the agents there: berth host remove --keep-agent ${name}`,
      });
    }
    if (busy.own > 0 && !flags.purge) {
      throw new BerthError('HOST_BUSY', `host ${name} still runs ${counted(busy.own, 'session')}`, {
        hint: `berth host drain ${name} and wait, or end them: berth host remove --purge ${name}`,
      });
    }
    const loss = flags.purge ? ', its sessions, their transcripts and workspaces' : '';
    if (!flags.yes) {
      if (!console.canAsk) {
        throw new BerthError('USAGE', `cannot remove host ${name} without asking`, { hint: 'add --yes' });
      }
      if (!(await confirm(console, `remove the agent of ${name}${loss}?`))) return 1;
    }
    await takeAway(host, { purge: flags.purge, context });
  }
  await context.disconnect(host);
  await context.forget(host);
  const dropped = await context.drop(host);
  if (console.json) console.out(`${toJson({ name, removed: dropped, purged: flags.purge })}\n`);
  else console.out(`${name} is removed${flags.purge ? ', with all that was there' : ''}\n`);
  return 0;
}

/** Sessions of ours, and slots of others: taking away a shared host ends those of everybody. */
async function holding(host: HostConfig, context: Context): Promise<{ own: number; others: number }> {
  try {
    const client = await context.connect(host);
    const [{ sessions }, { ledger }] = await Promise.all([client.listAll(), client.getHost()]);
    const own = sessions.filter(({ state }) => !isFinal(state)).length;
    return { own, others: ledger.heldByOthersBytes > 0 ? Math.max(1, ledger.heldSlots - own) : 0 };
  } catch (error) {
    // A set-up that was broken off left no agent to ask.
    if (error instanceof BerthError && error.reason === 'AGENT_MISSING') return { own: 0, others: 0 };
    throw error;
  }
}

const UNINSTALL = `
for at in "$2/current/berthd" /usr/bin/berthd; do
  [ -x "$at" ] && exec "$at" uninstall "--$1" $3
done
true
`;

async function takeAway(
  host: HostConfig,
  { purge, context }: { purge: boolean; context: Context },
): Promise<void> {
  using line = stepLine(context.console, host.name);
  line.show('taking the agent away');
  const shell = await context.shell(host);
  const root = host.scope === 'system';
  const home = (await shell.run('printf "%s\\n" "$HOME"\n')).trim().split('\n').at(-1) ?? '';
  const base = root ? '/usr/local/lib/berth' : `${home}/.local/lib/berth`;
  const { code, stderr } = await shell.feed(root ? asRoot(UNINSTALL) : UNINSTALL, {
    args: [host.scope, base, purge ? '--purge' : ''],
  });
  if (code === 0) return;
  const why = stderr.trim().split('\n').at(-1) || `exit code ${code}`;
  throw new BerthError('HOST_UNREACHABLE', `cannot take the agent off host ${host.name}: ${why}`, {
    hint: 'run the command again, or keep it there: berth host remove --keep-agent',
  });
}
