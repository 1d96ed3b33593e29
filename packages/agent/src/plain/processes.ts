/**
 * Processes, as /proc tells of them. Linux only; one that ends while it is read is left out. Read
 * synchronously: the kernel makes these files as they are read, and hundreds of reads by way of
 * the thread pool cost several times the time and memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessTable } from '../sessions/exec-port.ts';
import type { UnitUsage } from '../sessions/ports.ts';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The process that leads its terminal session. */
  readonly leader: number;
  /** When it started, in clock ticks since boot: tells it from a later one with the same number. */
  readonly start: string;
  /** It has ended, and its parent has not been told yet. */
  readonly zombie: boolean;
  /** It was stopped by a signal. */
  readonly stopped: boolean;
}

/** Null where there is no such process. Throws where it cannot be told (too many open files, say). */
export function processOf(pid: number): Process | null {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name before the last parenthesis may hold anything, also spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    parent: Number(fields[1]),
    leader: Number(fields[3]),
    start: fields[19] ?? '',
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    stopped: fields[0] === 'T',
  };
}

/** Everything that runs now. */
export function allProcesses(): Process[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const found = pids.map(processOf).filter((one) => one !== null);
  return found.filter(({ zombie }) => !zombie);
}

/** One look at all processes for whoever asks within a second: who started whom. */
export class Census {
  #last: { at: number; children: Map<number, number[]> } | null = null;

  /** A process and what it started, directly or not. What left its tree is not found. */
  treeOf(root: number): number[] {
    const children = this.#look();
    const tree = [root];
    for (const pid of tree) tree.push(...(children.get(pid) ?? []));
    return tree;
  }

  #look(): Map<number, number[]> {
    const now = performance.now();
    if (this.#last && now - this.#last.at < 1000) return this.#last.children;
    const children = new Map<number, number[]>();
    for (const { pid, parent } of allProcesses()) {
      const known = children.get(parent);
      if (known) known.push(pid);
      else children.set(parent, [pid]);
    }
    this.#last = { at: now, children };
    return children;
  }
}

/** True if the environment that the process was started with holds `entry` (NAME=VALUE). */
export function startedWith(pid: number, entry: string): boolean {
  const environment = readQuietly(`/proc/${pid}/environ`, 'latin1');
  return `\0${environment}`.includes(`\0${entry}\0`);
}

/** As it was started; empty where that cannot be told. */
function environmentOf(pid: number): Record<string, string> {
  const entries = readQuietly(`/proc/${pid}/environ`, 'utf8').split('\0');
  const split = entries.map((entry) => [entry, entry.indexOf('=')] as const).filter(([, at]) => at > 0);
  return Object.fromEntries(split.map(([entry, at]) => [entry.slice(0, at), entry.slice(at + 1)]));
}

/** Directly. */
function childrenOf(pid: number): number[] {
  // Not every kernel is built with it.
  const told = readQuietly(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  if (told !== '') return told.split(' ').map(Number);
  return allProcesses().flatMap((one) => (one.parent === pid ? [one.pid] : []));
}

/** What `root` started, or has `mark` (NAME=VALUE) in the environment it was started with; `root` itself. */
function startedBy(root: number, mark: string): number[] {
  const all = allProcesses();
  const roots = all.map(({ pid }) => pid).filter((pid) => pid === root || startedWith(pid, mark));
  return withDescendants(new Set(roots), all).map(({ pid }) => pid);
}

/** Arguments, program first. */
export function argumentsOf(pid: number): string[] {
  const text = readQuietly(`/proc/${pid}/cmdline`, 'utf8');
  return text.split('\0').slice(0, -1);
}

/** Those in `roots`, what they started, and what shares a terminal session that one of them leads. */
export function withDescendants(roots: ReadonlySet<number>, all: readonly Process[]): Process[] {
  const members = new Set(roots);
  for (let size = -1; size !== members.size; ) {
    size = members.size;
    for (const { pid, parent, leader } of all) {
      if (members.has(parent) || members.has(leader)) members.add(pid);
    }
  }
  return all.filter(({ pid }) => members.has(pid));
}

/** Linux tells times in these (getconf CLK_TCK), whatever its own tick is. */
const TICKS_PER_SECOND = 100;
/** On all that berthd is built for, unless the kernel was built otherwise. */
const PAGE_BYTES = 4096;

/**
 * What processes hold and used together: of their memory what none of them shares with others;
 * the kernel keeps neither a peak nor a count of kills for them.
 */
export function usageOf(pids: readonly number[]): UnitUsage {
  let pages = 0;
  let ticks = 0;
  for (const pid of pids) {
    // Resident and shared, in pages (proc(5)). Exact shares (smaps) cost ten times as much to read.
    const [, resident = 0, shared = 0] = readQuietly(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number);
    pages += resident - shared;
    ticks += cpuTicks(readQuietly(`/proc/${pid}/stat`, 'latin1'));
  }
  const cpuMs = (ticks * 1000) / TICKS_PER_SECOND;
  return { memoryBytes: pages * PAGE_BYTES, peakBytes: null, cpuMs, oomKills: 0, limitBytes: null };
}

/** Of a process, with the children that it waited for. */
function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
}

/** Empty where it cannot be read: it ended, or it is somebody else's. */
function readQuietly(file: string, encoding: 'latin1' | 'utf8'): string {
  try {
    return readFileSync(file, encoding);
  } catch {
    return '';
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ESRCH: it ended between the open and the read.
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

/** All that is asked of processes by those who run commands beside sessions. */
export const processTable: ProcessTable = {
  startedBy,
  childrenOf,
  environmentOf,
  startOf: (pid) => processOf(pid)?.start ?? null,
};
