/** `berth host add`: from a machine with sshd to a host. */
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { findAgentBinary } from '../config/agent-binaries.ts';
import { hostNameProblem } from '../config/host-name.ts';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import type { Finding } from '../hosts/assess.ts';
import { PackedPrograms } from '../hosts/packed-programs.ts';
import { type SetUp, setUp } from '../hosts/set-up.ts';
import { TIER_NAMES, TIERS, tierNamed } from '../placement/tiers.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import { stepLine } from '../render/step-line.ts';
import type { HostArguments } from './host-flags.ts';
import { pairs, wholeNumber } from './values.ts';

export async function addHost(args: HostArguments, context: Context): Promise<number> {
  const host = await wanted(args, context);
  const done = await bring(host, context);
  await context.keep(host);
  await context.disconnect(host);
  const it = await (await context.connect(host)).getHost();
  report({ host, done, it }, context);
  return 0;
}

/** Gives a host the agent of this client's version; its progress is shown on a terminal. */
export async function bring(
  host: HostConfig,
  context: Context,
  { upgrade = false }: { upgrade?: boolean } = {},
): Promise<SetUp> {
  const { console, env } = context;
  using line = stepLine(console, host.name);
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  try {
    return await setUp({
      host,
      shell: await context.shell(host, { signal: interrupted.signal }),
      binary: (arch) => findAgentBinary({ arch, env, executable: process.execPath }),
      packed: new PackedPrograms(path.join(context.paths.cacheDir, 'agents')),
      upgrade,
      slots: slotsOf(host.size),
      progress: (step, share) => line.show(step, share),
      signal: interrupted.signal,
    });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    throw new BerthError('INTERRUPTED', `setting up host ${host.name} was broken off`, {
      hint: 'run the command again: what was done is kept',
    });
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** What the flags say, over what is known of the host already. */
async function wanted({ flags, words }: HostArguments, context: Context): Promise<HostConfig> {
  const [name, address, extra] = words;
  if (name === undefined) throw new BerthError('USAGE', 'berth host add needs a name and an address');
  if (extra !== undefined)
    throw new BerthError('USAGE', `berth host add takes a name and an address, not also ${extra}`);
  const problem = hostNameProblem(name);
  if (problem) throw new BerthError('NAME_INVALID', `cannot name a host ${oneLine(name)}: ${problem}`);
  if (flags.user && flags.system) throw new BerthError('USAGE', 'choose one of --user and --system');
  const size = flags.size;
  if (size !== undefined && tierNamed(size) === null) {
    throw new BerthError('USAGE', `--size cannot be ${size}: it is one of ${TIER_NAMES.join(', ')}`, {
      hint: "or a provider's name of such a machine, as Standard_E16s_v5 or r6i.4xlarge",
    });
  }
  const known = (await context.hosts()).find((host) => host.name === name);
  const { host, user } = addressOf(address);
  const port = flags.port === undefined ? undefined : wholeNumber('--port', flags.port);
  const labels = pairs('--label', flags.label, { bare: false }) as Record<string, string>;
  const scope = flags.system ? 'system' : flags.user ? 'user' : (known?.scope ?? 'user');
  const given = { host, user, port, key: flags.key, jumpHost: flags.jump, size, region: flags.region };
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const before = known ?? { name, kind: 'ssh' as const, labels: {}, scope, enabled: true };
  const merged: HostConfig = { ...before, ...defined, scope, labels: { ...before.labels, ...labels } };
  // Without an address the name is one that ssh knows.
  return merged.kind === 'local' ? merged : { ...merged, host: merged.host ?? name };
}

function slotsOf(size: string | undefined): number | undefined {
  const tier = tierNamed(size ?? '');
  return tier === null ? undefined : TIERS[tier].slots;
}

function addressOf(text: string | undefined): { host?: string; user?: string } {
  if (text === undefined) return {};
  const at = text.lastIndexOf('@');
  const [user, host] = at === -1 ? [undefined, text] : [text.slice(0, at), text.slice(at + 1)];
  if (host === '' || /^-|\s/.test(host) || user === '' || (user !== undefined && /^-|\s/.test(user))) {
    throw new BerthError('USAGE', `cannot reach ${oneLine(text)}: it takes [USER@]ADDRESS`, {
      hint: 'write me@dev.example.com, or an alias of your ssh config',
    });
  }
  return user === undefined ? { host } : { host, user };
}

function report(
  { host, done, it }: { host: HostConfig; done: SetUp; it: HostSnapshot },
  { console }: Context,
): void {
  const warnings = done.findings.filter(({ result }) => result === 'warn');
  // What the agent has found out by trying outweighs what could be guessed before.
  const open = warnings.filter(({ probe }) => !settled(probe, it));
  if (console.json) {
    const { name } = host;
    const about = {
      name,
      address: host.host ?? '',
      hostname: it.hostname,
      host_id: it.id,
      version: it.version,
    };
    const slots = Math.floor(it.ledger.capacityBytes / it.ledger.defaultSlotBytes);
    const ledger = { capacity_bytes: it.ledger.capacityBytes, slots, enforcement: it.enforcement };
    const upload = done.upload === 'uploaded';
    console.out(
      `${toJson({ host: { ...about, ...ledger, uploaded: upload, replaced: done.before, findings: open } })}\n`,
    );
    return;
  }
  const { capacityBytes, defaultSlotBytes } = it.ledger;
  const slots = counted(Math.floor(capacityBytes / defaultSlotBytes), 'slot');
  const held =
    it.enforcement === 'kernel' ? 'held to by the kernel' : 'advisory: nobody holds sessions to them';
  console.out(
    `${host.name} is ready: berthd ${it.version} on ${oneLine(it.hostname)} (${oneLine(done.facts.get('os') ?? it.os)})\n` +
      `  memory   ${formatMemory(capacityBytes)} for sessions: ${slots} of ${formatMemory(defaultSlotBytes)}, ${held}\n` +
      open.map((finding) => `  note     ${findingLine(finding)}\n`).join('') +
      `  next     berth start --host ${host.name} -- echo hello\n`,
  );
}

function settled(probe: string, it: HostSnapshot): boolean {
  if (probe === 'linger' || probe === 'user manager') return true;
  return probe === 'memory limits' && it.enforcement === 'kernel';
}

function findingLine({ probe, found, why, mend }: Finding): string {
  return oneLine(`${probe}: ${found}; ${why}${mend ? `; mend: ${mend}` : ''}`);
}
