/** `berth host upgrade`, `drain` and `undrain`: one host after the other, each with its own outcome. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { counted } from '../render/counted.ts';
import { asBerthError, renderError, worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { bring } from './host-add.ts';
import type { HostArguments } from './host-flags.ts';

export async function upgradeHosts(args: HostArguments, context: Context): Promise<number> {
  return await each(args, context, 'upgrade', async (host) => {
    const done = await bring(host, context, { upgrade: true });
    await context.disconnect(host);
    const it = await (await context.connect(host)).getHost();
    const from = done.before;
    return {
      json: { name: host.name, version: it.version, replaced: from, uploaded: done.upload === 'uploaded' },
      text: `${host.name}: berthd ${it.version} runs${from ? `, in the place of ${from}` : ''}`,
    };
  });
}

export async function drainHosts(args: HostArguments, context: Context, draining: boolean): Promise<number> {
  return await each(args, context, draining ? 'drain' : 'undrain', async (host) => {
    const client = await context.connect(host);
    await client.drain({ requestId: randomUUID(), draining });
    const left = (await client.listAll()).sessions.filter(({ state }) => !isFinal(state));
    // Those in line stay there: none of them begins on a host that drains.
    const active = left.filter(({ state }) => state !== 'queued').length;
    const text = draining
      ? `${host.name} takes no new sessions; ${active === 0 ? 'none is left' : `${counted(active, 'session')} left`}`
      : `${host.name} takes sessions again`;
    return { json: { name: host.name, draining, active_sessions: active }, text };
  });
}

interface Told {
  readonly json: object;
  readonly text: string;
}

async function each(
  { flags, words }: HostArguments,
  context: Context,
  verb: string,
  work: (host: HostConfig) => Promise<Told>,
): Promise<number> {
  const all = await context.hosts();
  if (words.length === 0 && !flags.all) {
    throw new BerthError('USAGE', `berth host ${verb} needs a host, or --all`);
  }
  if (words.length > 0 && flags.all) throw new BerthError('USAGE', 'name hosts, or give --all');
  // The agent of this machine is the client's own, from the same release: nothing to upgrade.
  const every = verb === 'upgrade' ? all.filter(({ kind }) => kind !== 'local') : all;
  const hosts = flags.all ? every : words.map((name) => findHost(all, name));
  const { console } = context;
  const results: object[] = [];
  const codes: number[] = [];
  for (const host of hosts) {
    try {
      const told = await work(host);
      results.push(told.json);
      if (!console.json) console.out(`${told.text}\n`);
    } catch (error) {
      const known = asBerthError(error);
      // With several hosts each error has to say whose it is.
      const { reason, message, hint, values } = known;
      const told = new BerthError(reason, message, {
        hint,
        values: { host: host.name, ...values },
        cause: known,
      });
      console.err(renderError(told, console));
      codes.push(known.exitCode);
    }
  }
  if (console.json) console.out(`${toJson({ hosts: results })}\n`);
  return worst(codes);
}
