/**
 * A number for each lab on the machine, which names all that the lab makes outside of its directory,
 * and the removal of all of it: by the owner, or by whoever comes after an owner that crashed.
 */
import {
  type Dirent,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { findMarked } from '../marker.ts';
import { command, succeeds } from './command.ts';

/** On a real file system, outside of any checkout: base root file systems, and the labs that run. */
export const LAB_HOME = '/var/cache/berth-lab';
const RUNS = join(LAB_HOME, 'run');
const CGROUPS = '/sys/fs/cgroup';
/** What is being made or removed by somebody is left alone this long. */
const GRACE_MS = 60_000;

export interface Claim {
  /** 1 to 254. */
  readonly number: number;
  readonly dir: string;
  /** Start of the names of its network namespaces; name of its interface. */
  readonly prefix: string;
  /** Its directory below each cgroup hierarchy. */
  readonly group: string;
}

/** Takes the first free number, for as long as this process lives. */
export function claimLab(): Claim {
  mkdirSync(RUNS, { recursive: true });
  const own = mkdtempSync(join(RUNS, 'new-'));
  writeFileSync(join(own, 'owner'), owner(process.pid) ?? '');
  for (let number = 1; number < 255; number++) {
    const claim = claimOf(number);
    if (existsSync(claim.dir)) continue;
    try {
      // Refused where somebody was faster: their directory is not empty.
      renameSync(own, claim.dir);
      return claim;
    } catch {}
  }
  throw new Error(`254 labs are open, or were left behind, in ${RUNS}`);
}

/** Removes what crashed runs left behind. */
export function sweepLabs(): void {
  mkdirSync(RUNS, { recursive: true });
  for (const name of readdirSync(RUNS)) {
    const path = join(RUNS, name);
    if (!/^\d+$/.test(name)) {
      if (isOld(path)) rmSync(path, { recursive: true, force: true });
      continue;
    }
    const [pid = ''] = readQuietly(join(path, 'owner')).split(' ');
    if (pid && owner(Number(pid)) === readQuietly(join(path, 'owner'))) continue;
    try {
      mkdirSync(join(path, 'sweep'));
    } catch {
      if (!isOld(join(path, 'sweep'))) continue;
    }
    removeLab(claimOf(Number(name)));
  }
}

/** Ends and removes everything of a lab. All at once, so that it also works while a process exits. */
export function removeLab(claim: Claim): void {
  if (!existsSync(claim.dir)) return;
  killAll({ dir: claim.dir, group: claim.group });
  for (const mount of mountsBelow(claim.dir).reverse()) command(['umount', mount]);
  for (const name of networkNames(claim)) command(['ip', 'netns', 'del', name]);
  succeeds(['ip', 'link', 'del', claim.prefix]);
  removeGroups(claim.group);
  // From here on the number is free.
  const gone = mkdtempSync(join(RUNS, 'gone-'));
  renameSync(claim.dir, gone);
  rmSync(gone, { recursive: true, force: true });
}

/** What a lab has on the machine, by kind; all empty when it is gone. */
export function tracesOf(claim: Claim): Record<string, readonly string[]> {
  return {
    processes: alive(claim).map(String),
    mounts: mountsBelow(claim.dir),
    networks: networkNames(claim),
    interfaces: succeeds(['ip', 'link', 'show', claim.prefix]) ? [claim.prefix] : [],
    groups: groupDirectories(claim.group),
    directories: existsSync(claim.dir) ? [claim.dir] : [],
  };
}

function claimOf(number: number): Claim {
  const prefix = `bl${number}`;
  return { number, dir: join(RUNS, String(number)), prefix, group: `berth-lab-${number}` };
}

/** Number and start time: a number may come again. */
function owner(pid: number): string | null {
  const stat = readQuietly(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || fields[0] === 'Z' ? null : `${pid} ${fields[19]}`;
}

function isOld(path: string): boolean {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return mtimeMs !== undefined && Date.now() - mtimeMs > GRACE_MS;
}

interface Family {
  readonly dir: string;
  readonly group: string;
}

/** Processes that mention the directory, their descendants, and who is in the group. */
function alive({ dir, group }: Family): number[] {
  const members = groupDirectories(group).flatMap((directory) =>
    [directory, ...directoriesBelow(directory)].flatMap((each) =>
      readQuietly(join(each, 'cgroup.procs')).split('\n').filter(Boolean).map(Number),
    ),
  );
  return [...new Set([...findMarked([`${dir}/`]).map(({ pid }) => pid), ...members])];
}

/** SIGKILL, until none is left. */
export function killAll(family: Family): void {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const pids = alive(family);
    if (pids.length === 0) return;
    if (Date.now() > deadline) throw new Error(`still alive: ${pids.join(' ')}, of ${family.dir}`);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {}
    }
    pause();
  }
}

function mountsBelow(dir: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return points.filter((point) => point.startsWith(`${dir}/`));
}

function networkNames({ prefix }: Claim): string[] {
  if (!existsSync('/run/netns')) return [];
  return readdirSync('/run/netns').filter((name) => name === prefix || name.startsWith(`${prefix}-`));
}

function groupDirectories(group: string): string[] {
  return ['', ...readdirSync(CGROUPS)].map((each) => join(CGROUPS, each, group)).filter(existsSync);
}

/** Those that are there: a living host makes and removes groups of its own while we look. */
function directoriesBelow(directory: string): string[] {
  return entriesQuietly(directory)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name))
    .flatMap((path) => [path, ...directoriesBelow(path)]);
}

/** Innermost first: a group can only be removed when it has none below it. */
function removeGroups(group: string): void {
  for (const directory of groupDirectories(group)) {
    for (const each of [...directoriesBelow(directory).sort().reverse(), directory]) removeGroup(each);
  }
}

/** The kernel may hold on to it for a moment after its last process has gone. */
function removeGroup(directory: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      rmdirSync(directory);
      return;
    } catch (error) {
      if (!existsSync(directory)) return;
      if (attempt === 300) throw error;
      pause();
    }
  }
}

/** A moment, in which nothing else happens in this process. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
}

function entriesQuietly(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
