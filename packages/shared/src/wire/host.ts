/** HostSnapshot <-> berth.v1.Host. */
import type { HostSnapshot } from '../domain/host-snapshot.ts';
import { Enforcement } from '../gen/berth/v1/common.ts';
import { Host, Scope } from '../gen/berth/v1/host.ts';
import { fromDate, toBytes, toDate } from './scalar.ts';

export function encodeHost(host: HostSnapshot): Host {
  return Host.fromPartial({
    id: host.id,
    hostname: host.hostname,
    version: host.version,
    agentStartedAt: new Date(host.agentStartedAt),
    os: host.os,
    architecture: host.architecture,
    tmuxVersion: host.tmuxVersion,
    ledger: {
      capacityBytes: BigInt(host.ledger.capacityBytes),
      heldBytes: BigInt(host.ledger.heldBytes),
      defaultSlotBytes: BigInt(host.ledger.defaultSlotBytes),
      memoryTotalBytes: BigInt(host.ledger.memoryTotalBytes),
      reserveBytes: BigInt(host.ledger.reserveBytes),
      heldSlots: host.ledger.heldSlots,
    },
    presets: host.presets.map((preset) => ({
      ...preset,
      hookEvents: [...preset.hookEvents],
      credentials: [...preset.credentials],
    })),
    enforcement: host.enforcement === 'kernel' ? Enforcement.KERNEL : Enforcement.ADVISORY,
    warnings: [...host.warnings],
    socketPath: host.socketPath,
    stateDirectory: host.stateDirectory,
    draining: host.draining,
    scope: host.scope === 'system' ? Scope.SYSTEM : Scope.USER,
    heldByOthersBytes: BigInt(host.ledger.heldByOthersBytes),
    watching: { ...host.watching },
    queuedSessions: host.queue.sessions,
    queuedBytes: BigInt(host.queue.bytes),
    nextFreeAt: toDate(host.queue.nextFreeAt),
    diskQuotaBytes: BigInt(host.disk.quotaBytes),
    diskUsedBytes: BigInt(host.disk.usedBytes),
    idleSince: toDate(host.idleSince),
    load: {
      cpus: host.load.cpus,
      loadAverage: host.load.loadAverage,
      memoryAvailableBytes: BigInt(host.load.memoryAvailableBytes),
      diskTotalBytes: BigInt(host.load.diskTotalBytes),
      diskFreeBytes: BigInt(host.load.diskFreeBytes),
    },
  });
}

export function decodeHost(host: Host): HostSnapshot {
  const ledger = host.ledger;
  return {
    id: host.id,
    hostname: host.hostname,
    version: host.version,
    agentStartedAt: fromDate(host.agentStartedAt) ?? 0,
    os: host.os,
    architecture: host.architecture,
    tmuxVersion: host.tmuxVersion,
    ledger: {
      capacityBytes: toBytes(ledger?.capacityBytes ?? 0n),
      heldBytes: toBytes(ledger?.heldBytes ?? 0n),
      defaultSlotBytes: toBytes(ledger?.defaultSlotBytes ?? 0n),
      memoryTotalBytes: toBytes(ledger?.memoryTotalBytes ?? 0n),
      reserveBytes: toBytes(ledger?.reserveBytes ?? 0n),
      heldSlots: ledger?.heldSlots ?? 0,
      heldByOthersBytes: toBytes(host.heldByOthersBytes),
    },
    presets: host.presets,
    enforcement: host.enforcement === Enforcement.KERNEL ? 'kernel' : 'advisory',
    warnings: host.warnings,
    socketPath: host.socketPath,
    stateDirectory: host.stateDirectory,
    draining: host.draining,
    scope: host.scope === Scope.SYSTEM ? 'system' : 'user',
    watching: host.watching ?? { directories: 0, polledDirectories: 0, overflows: 0 },
    queue: {
      sessions: host.queuedSessions,
      bytes: toBytes(host.queuedBytes),
      nextFreeAt: fromDate(host.nextFreeAt),
    },
    disk: { quotaBytes: toBytes(host.diskQuotaBytes), usedBytes: toBytes(host.diskUsedBytes) },
    idleSince: fromDate(host.idleSince),
    load: {
      cpus: host.load?.cpus ?? 0,
      loadAverage: host.load?.loadAverage ?? 0,
      memoryAvailableBytes: toBytes(host.load?.memoryAvailableBytes ?? 0n),
      diskTotalBytes: toBytes(host.load?.diskTotalBytes ?? 0n),
      diskFreeBytes: toBytes(host.load?.diskFreeBytes ?? 0n),
    },
  };
}
