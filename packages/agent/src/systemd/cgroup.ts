/**
 * What the kernel tells of a cgroup, in either layout: unified (v2), or a hierarchy a controller
 * (v1, also as the hybrid layout has it). Files and meanings: cgroup-v2 and cgroup-v1/memory of
 * the kernel's documentation.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { UnitUsage } from '../sessions/ports.ts';

export const ROOT = '/sys/fs/cgroup';

/** Where each controller keeps the group that systemd calls `group`, e.g. `/user.slice/…/x.service`. */
export interface CgroupLayout {
  readonly unified: boolean;
}

/** Unified where the root names its controllers; mount types differ too much to judge by. */
export async function cgroupLayout(): Promise<CgroupLayout> {
  return { unified: (await readOr(path.join(ROOT, 'cgroup.controllers'))) !== null };
}

/** Null where the group is not there (any more), or its memory is not accounted for. */
export async function usageOf(group: string, { unified }: CgroupLayout): Promise<UnitUsage | null> {
  return unified ? await usageUnified(path.join(ROOT, group)) : await usageLegacy(group);
}

async function usageUnified(directory: string): Promise<UnitUsage | null> {
  const read = (name: string) => readOr(path.join(directory, name));
  const [current, statistics, peak, events, cpu, limit = null] = await Promise.all(
    ['memory.current', 'memory.stat', 'memory.peak', 'memory.events', 'cpu.stat', 'memory.max'].map(read),
  );
  if (current === null || current === undefined) return null;
  const micros = field(cpu, 'usage_usec');
  return {
    memoryBytes: Math.max(0, Number(current) - (field(statistics, 'inactive_file') ?? 0)),
    // Since Linux 5.19.
    peakBytes: peak ? Number(peak) : null,
    cpuMs: micros === null ? null : Math.round(micros / 1000),
    oomKills: field(events, 'oom_kill') ?? 0,
    limitBytes: limitIn(limit),
  };
}

async function usageLegacy(group: string): Promise<UnitUsage | null> {
  const memory = (name: string) => readOr(path.join(ROOT, 'memory', group, name));
  const [current, statistics, peak, limit, control, cpuMs] = await Promise.all([
    memory('memory.usage_in_bytes'),
    memory('memory.stat'),
    memory('memory.max_usage_in_bytes'),
    memory('memory.limit_in_bytes'),
    memory('memory.oom_control'),
    cpuMsLegacy(group),
  ]);
  if (current === null) return null;
  return {
    memoryBytes: Math.max(0, Number(current) - (field(statistics, 'total_inactive_file') ?? 0)),
    peakBytes: peak ? Number(peak) : null,
    cpuMs,
    // Since Linux 4.13.
    oomKills: field(control, 'oom_kill') ?? 0,
    limitBytes: limitIn(limit),
  };
}

/** The hybrid layout has a unified tree beside the others, which counts CPU time in every group. */
async function cpuMsLegacy(group: string): Promise<number | null> {
  const micros = field(await readOr(path.join(ROOT, 'unified', group, 'cpu.stat')), 'usage_usec');
  if (micros !== null) return Math.round(micros / 1000);
  const nanos = await readOr(path.join(ROOT, 'cpuacct', group, 'cpuacct.usage'));
  return nanos === null ? null : Math.round(Number(nanos) / 1e6);
}

/** The group that accounts for the memory of a process; null where it has ended. */
export async function memoryGroupOf(pid: number, { unified }: CgroupLayout): Promise<string | null> {
  const text = await readOr(`/proc/${pid}/cgroup`);
  const lines = (text ?? '').split('\n').map((line) => line.split(':'));
  const own = unified
    ? lines.find(([number]) => number === '0')
    : lines.find(([, controllers]) => controllers?.split(',').includes('memory'));
  return own?.slice(2).join(':') ?? null;
}

/**
 * The lowest memory limit that holds for a group, from its own up to the top that can be seen;
 * null where there is none.
 */
export async function memoryLimit(group: string, { unified }: CgroupLayout): Promise<number | null> {
  const [base, file] = unified ? [ROOT, 'memory.max'] : [path.join(ROOT, 'memory'), 'memory.limit_in_bytes'];
  let lowest: number | null = null;
  for (let at = group; ; at = path.dirname(at)) {
    const limit = limitIn(await readOr(path.join(base, at, file)));
    if (limit !== null && (lowest === null || limit < lowest)) lowest = limit;
    if (at === '/' || at === '.') return lowest;
  }
}

/** Null: there is none, which v1 writes as a number near 2^63. */
function limitIn(text: string | null): number | null {
  const limit = Number.parseInt(text ?? '', 10);
  return Number.isSafeInteger(limit) ? limit : null;
}

/** Processes of a group. */
export async function processesOf(group: string, { unified }: CgroupLayout): Promise<number[]> {
  const base = unified ? ROOT : path.join(ROOT, 'systemd');
  const text = (await readOr(path.join(base, group, 'cgroup.procs'))) ?? '';
  return text.split('\n').filter(Boolean).map(Number);
}

/** `name value` lines. */
function field(text: string | null | undefined, name: string): number | null {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '');
  return found ? Number(found[1]) : null;
}

async function readOr(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return null;
  }
}
