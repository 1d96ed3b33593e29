/** What the facts about a host mean for an agent there: each with why it matters and what mends it. Pure. */
import type { WatchingSnapshot } from '@berth/shared/domain/host-snapshot';
import { formatMemory, GIB, MIB } from '@berth/shared/domain/memory';
import type { Facts } from './probe.ts';

export interface Finding {
  readonly probe: string;
  /** `fail`: an agent cannot work here. `warn`: it can, with less than is promised. */
  readonly result: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly why: string;
  /** A command for the host that mends it; empty where nothing is to be mended. */
  readonly mend: string;
}

export interface Assessing {
  readonly scope: 'user' | 'system';
  /** Seconds since the epoch here, when the host told its own. */
  readonly now: number;
}

export type HostArch = 'x64' | 'arm64';

const ARCHITECTURES: Readonly<Record<string, HostArch>> = { x86_64: 'x64', aarch64: 'arm64' };
const TMUX = { major: 3, minor: 2 };
const SYSTEMD = 245;
const DISK = { least: 300 * MIB, better: 5 * GIB };
const SKEW_S = 5;
const INOTIFY = { watches: 65_536, instances: 128 };

/** Null where there is no agent for that machine. */
export function archOf(facts: Facts): HostArch | null {
  return ARCHITECTURES[facts.get('arch') ?? ''] ?? null;
}

/** In the order in which people would mend them. */
export function assess(facts: Facts, how: Assessing): Finding[] {
  return [
    architecture(facts),
    systemd(facts),
    userManager(facts, how),
    linger(facts, how),
    tmux(facts),
    programs(facts),
    memoryLimits(facts, how),
    disk(facts),
    inotify(facts),
    clock(facts, how),
  ].filter((finding) => finding !== null);
}

function architecture(facts: Facts): Finding {
  const found = `${facts.get('os') ?? 'unknown system'}, ${facts.get('kernel') ?? ''}, ${facts.get('arch') ?? 'unknown'}`;
  const why = 'berthd is built for Linux on x86_64 and aarch64';
  const known = archOf(facts) !== null && (facts.get('kernel') ?? '').startsWith('Linux');
  return { probe: 'machine', result: known ? 'ok' : 'fail', found, why, mend: '' };
}

function systemd(facts: Facts): Finding {
  const version = Number.parseInt(facts.get('systemd') ?? '', 10);
  const why = 'it runs the agent and every session, and holds sessions to their memory';
  if (facts.get('init') !== 'systemd' || Number.isNaN(version)) {
    return {
      probe: 'systemd',
      result: 'fail',
      found: `process 1 is ${facts.get('init') ?? 'unknown'}`,
      why,
      mend: '',
    };
  }
  const result = version < SYSTEMD ? 'fail' : 'ok';
  const mend = result === 'ok' ? '' : `use a system with systemd ${SYSTEMD} or later`;
  return { probe: 'systemd', result, found: `version ${version}`, why, mend };
}

function userManager(facts: Facts, { scope }: Assessing): Finding | null {
  if (scope === 'system') return null;
  const version = facts.get('user_manager');
  const why = 'without a manager of the user nothing can be started for it';
  // With linger it comes up by itself: the set-up turns that on first.
  const there = version !== undefined && version !== '';
  const result = there ? 'ok' : 'warn';
  const mend = there ? '' : 'sudo apt-get install -y dbus-user-session libpam-systemd';
  return { probe: 'user manager', result, found: there ? `version ${version}` : 'no answer', why, mend };
}

function linger(facts: Facts, { scope }: Assessing): Finding | null {
  if (scope === 'system') return null;
  const on = facts.get('linger') === 'yes';
  const why = 'without it all sessions end with the last logout';
  const user = facts.get('user') ?? '$USER';
  return {
    probe: 'linger',
    result: on ? 'ok' : 'warn',
    found: on ? 'on' : 'off',
    why,
    mend: on ? '' : `sudo loginctl enable-linger ${user}`,
  };
}

function tmux(facts: Facts): Finding {
  const version = facts.get('tmux');
  const why = 'every session is a tmux session';
  const mend = 'sudo apt-get install -y tmux';
  if (version === undefined) return { probe: 'tmux', result: 'fail', found: 'missing', why, mend };
  const match = /(\d+)\.(\d+)/.exec(version);
  const [major, minor] = [Number(match?.[1] ?? 99), Number(match?.[2] ?? 0)];
  const old = major < TMUX.major || (major === TMUX.major && minor < TMUX.minor);
  return { probe: 'tmux', result: old ? 'fail' : 'ok', found: version, why, mend: old ? mend : '' };
}

function programs(facts: Facts): Finding {
  const missing = ['bash', 'git', 'gzip', 'sha256sum', 'fallocate'].filter(
    (name) => facts.get(`has_${name}`) !== 'yes',
  );
  const fatal = missing.some((name) => ['bash', 'gzip', 'sha256sum'].includes(name));
  const packages = missing.map((name) =>
    name === 'sha256sum' ? 'coreutils' : name === 'fallocate' ? 'util-linux' : name,
  );
  return {
    probe: 'programs',
    result: missing.length === 0 ? 'ok' : fatal ? 'fail' : 'warn',
    found: missing.length === 0 ? 'bash, git, gzip, …' : `missing: ${missing.join(', ')}`,
    why: 'bash runs sessions, git carries work, fallocate keeps transcripts under their cap',
    mend: missing.length === 0 ? '' : `sudo apt-get install -y ${packages.join(' ')}`,
  };
}

function memoryLimits(facts: Facts, { scope }: Assessing): Finding {
  const layout = facts.get('cgroup') ?? 'none';
  const why = 'the kernel ends what outgrows its slot, and spares its neighbours';
  const total = formatMemory(Number(facts.get('memory_kb') ?? 0) * 1024);
  const delegated = (facts.get('delegated') ?? '').split(' ').includes('memory');
  const enforced =
    scope === 'system'
      ? layout !== 'none'
      : layout === 'unified' && (delegated || !facts.has('user_manager'));
  const found = `${total}, cgroups ${layout}${layout === 'unified' && scope === 'user' ? (delegated ? ', memory delegated' : ', memory not delegated') : ''}`;
  const mend = enforced
    ? ''
    : layout === 'unified'
      ? `sudo systemctl set-property user@${facts.get('uid') ?? 'UID'}.service Delegate=yes`
      : 'boot with systemd.unified_cgroup_hierarchy=1, or use --system: slots are advisory else';
  return { probe: 'memory limits', result: enforced ? 'ok' : 'warn', found, why, mend };
}

function disk(facts: Facts): Finding {
  const free = Number(facts.get('disk_free_kb') ?? 0) * 1024;
  const home = facts.get('home');
  const why = 'the agent takes 120 MB; transcripts and workspaces grow';
  if (home === undefined) {
    return {
      probe: 'disk',
      result: 'fail',
      found: 'the home directory cannot be written to',
      why,
      mend: '',
    };
  }
  const result = free < DISK.least ? 'fail' : free < DISK.better ? 'warn' : 'ok';
  const mend = result === 'ok' ? '' : `df -h ${home}`;
  return { probe: 'disk', result, found: `${formatMemory(free)} free`, why, mend };
}

function inotify(facts: Facts): Finding {
  const watches = Number(facts.get('inotify_watches') ?? 0);
  const instances = Number(facts.get('inotify_instances') ?? 0);
  const enough = watches >= INOTIFY.watches && instances >= INOTIFY.instances;
  return {
    probe: 'inotify',
    result: enough ? 'ok' : 'warn',
    found: `${watches} watches, ${instances} instances`,
    why: 'output and ends are seen at once; where watches run out they are polled for',
    mend: enough ? '' : `sudo sysctl -w ${MORE_WATCHES}`,
  };
}

const MORE_WATCHES = 'fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512';

/** How the agent there learns of changes in files. */
export function watching(snapshot: WatchingSnapshot): Finding {
  const { directories, polledDirectories, overflows } = snapshot;
  const settings = [
    ...(polledDirectories > 0 ? [MORE_WATCHES] : []),
    ...(overflows > 0 ? ['fs.inotify.max_queued_events=65536'] : []),
  ].join(' ');
  return {
    probe: 'watching',
    result: settings === '' ? 'ok' : 'warn',
    found: describeWatching(snapshot),
    why:
      polledDirectories > 0
        ? 'the kernel gave no watch for some directories: what changes there is seen seconds later'
        : overflows > 0
          ? 'the kernel dropped notices: everything was looked at anew, later and at a cost'
          : `what changes in ${directories} directories is seen at once`,
    mend: settings === '' ? '' : `sudo sysctl -w ${settings}`,
  };
}

/** In one line, for people. */
export function describeWatching({ directories, polledDirectories, overflows }: WatchingSnapshot): string {
  return `${directories} directories watched, ${polledDirectories} polled, ${overflows} overflows`;
}

function clock(facts: Facts, { now }: Assessing): Finding {
  const skew = Number(facts.get('time') ?? now) - now;
  const off = Math.abs(skew) > SKEW_S;
  return {
    probe: 'clock',
    result: off ? 'warn' : 'ok',
    found: off ? `${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}` : 'in step',
    why: 'ages and times of sessions come from the host',
    mend: off ? 'sudo timedatectl set-ntp true' : '',
  };
}
