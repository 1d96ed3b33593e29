/** What all hosts have together, as the page shows it. Pure. */
import type { HostRow } from '../../protocol.ts';

export interface PoolSums {
  readonly hosts: number;
  /** Of which something current is known. */
  readonly connected: number;
  readonly slots: number;
  readonly usedSlots: number;
  readonly memoryBytes: number;
  readonly reservedBytes: number;
  readonly pricePerHour: number;
  readonly idlePerHour: number;
  readonly queued: number;
}

/** Hosts that do not answer count as hosts, and nothing more. */
export function poolSums(hosts: Iterable<HostRow>): PoolSums {
  const sums = {
    hosts: 0,
    connected: 0,
    slots: 0,
    usedSlots: 0,
    memoryBytes: 0,
    reservedBytes: 0,
    pricePerHour: 0,
    idlePerHour: 0,
    queued: 0,
  };
  for (const { link, vm } of hosts) {
    sums.hosts++;
    if (link !== 'connected' || !vm) continue;
    const price = vm.price_per_hour ?? 0;
    sums.connected++;
    sums.slots += vm.capacity;
    sums.usedSlots += vm.active_sessions;
    sums.memoryBytes += vm.memory_capacity_bytes;
    sums.reservedBytes += vm.memory_reserved_bytes;
    sums.pricePerHour += price;
    sums.idlePerHour += vm.idle ? price : 0;
    sums.queued += vm.queued_sessions;
  }
  return sums;
}
