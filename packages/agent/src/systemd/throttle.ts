/**
 * The throttle below a slot's limit (MemoryHigh, cgroup v2). It slows a session down while the
 * kernel reclaims, and ends nothing. Where nothing is left to reclaim, slots having no swap, a
 * program that only grows would be held just below its limit for minutes to hours, evicting the
 * pages of its own code: seen with 64 MB and Linux 6.1, three minutes. There the limit decides.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type CgroupLayout, ROOT } from './cgroup.ts';
import { type Manager, setProperties } from './systemctl.ts';

/** Parts of memory.stat that stay where they are without swap. */
const KEPT = /^(?:inactive_anon|active_anon|unevictable|kernel_stack|pagetables|slab_unreclaimable) (\d+)$/gm;

/** True where reclaiming cannot bring a group of systemd's below its throttle. */
async function isStuck(group: string): Promise<boolean> {
  const read = (name: string) => readFile(path.join(ROOT, group, name), 'utf8');
  try {
    const high = Number.parseInt(await read('memory.high'), 10);
    if (Number.isNaN(high)) return false;
    let kept = 0;
    for (const [, bytes] of (await read('memory.stat')).matchAll(KEPT)) kept += Number(bytes);
    return kept >= high;
  } catch {
    // It has ended, or its memory is not accounted for.
    return false;
  }
}

/** Lifts the throttle of a unit that is stuck on it; true if it did. The limit stays. */
export async function unthrottle(
  manager: Manager,
  { unit, group }: { unit: string; group: string },
  { unified }: CgroupLayout,
): Promise<boolean> {
  if (!unified || !(await isStuck(group))) return false;
  await setProperties(manager, unit, ['MemoryHigh=infinity']);
  return true;
}
