/** HostSnapshot <-> berth.v1.Host. */
import type { HostSnapshot } from '../domain/host-snapshot.ts';
import { Enforcement, Host } from '../gen/berth/v1/host.ts';
import { toBytes } from './scalar.ts';

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
    presets: host.presets.map((preset) => ({ ...preset })),
    enforcement: host.enforcement === 'kernel' ? Enforcement.KERNEL : Enforcement.ADVISORY,
    warnings: [...host.warnings],
    socketPath: host.socketPath,
    stateDirectory: host.stateDirectory,
  });
}

export function decodeHost(host: Host): HostSnapshot {
  const ledger = host.ledger;
  return {
    id: host.id,
    hostname: host.hostname,
    version: host.version,
    agentStartedAt: host.agentStartedAt?.getTime() ?? 0,
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
    },
    presets: host.presets,
    enforcement: host.enforcement === Enforcement.KERNEL ? 'kernel' : 'advisory',
    warnings: host.warnings,
    socketPath: host.socketPath,
    stateDirectory: host.stateDirectory,
  };
}
