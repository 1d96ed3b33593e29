/** The sizes that hosts have, for choosing one. Pure. */
import type { HostRow } from '../../protocol.ts';

/** Each once, the smallest first; empty where no host has told one. */
export function hostSizes(hosts: Iterable<HostRow>): string[] {
  const memory = new Map<string, number>();
  for (const { vm } of hosts) {
    if (!vm || vm.size === '') continue;
    memory.set(vm.size, Math.max(memory.get(vm.size) ?? 0, vm.memory_total_bytes));
  }
  const smallerFirst = ([a, bytesA]: [string, number], [b, bytesB]: [string, number]) =>
    bytesA - bytesB || a.localeCompare(b);
  return [...memory].sort(smallerFirst).map(([size]) => size);
}
