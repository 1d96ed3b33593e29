/** Who this host is: its stable id, and what HostService tells of it. */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, loadavg, type as osType, release } from 'node:os';
import path from 'node:path';
import type {
  DiskQuota,
  HostLoad,
  HostSnapshot,
  Scope,
  WatchingSnapshot,
} from '@berth/shared/domain/host-snapshot';
import type { Enforcement } from '@berth/shared/domain/session-state';
import { VERSION } from '@berth/shared/domain/version';
import { type Capacity, holdings, idleSince } from './domain/ledger.ts';
import type { PresetRunner } from './sessions/preset-runner.ts';
import type { Registry } from './sessions/registry.ts';

/** The id in `<state>/host-id`; made on first use, whole or not at all, and never changed. */
export function hostId(stateDirectory: string): string {
  const file = path.join(stateDirectory, 'host-id');
  const read = () => readFileSync(file, 'utf8').trim();
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${randomUUID()}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  return read();
}

/** Changes with every boot of the machine (random(4)). */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

export function createHostSnapshot(options: {
  id: string;
  hostname: string;
  startedAt: number;
  tmuxVersion: string;
  capacity: Capacity;
  scope: Scope;
  enforcement: () => Enforcement;
  draining: () => boolean;
  /** Bytes and slots that other users hold. */
  others: () => Promise<{ bytes: number; slots: number }>;
  socketPath: string;
  stateDirectory: string;
  registry: Registry;
  presets: PresetRunner;
  warnings: () => readonly string[];
  watching: () => WatchingSnapshot;
  disk: () => DiskQuota;
}): () => Promise<HostSnapshot> {
  const { capacity, registry, presets } = options;
  return async () => {
    const held = holdings(registry.all());
    const others = await options.others();
    return {
      id: options.id,
      hostname: options.hostname,
      version: VERSION,
      agentStartedAt: options.startedAt,
      os: `${osType()} ${release()}`,
      architecture: arch(),
      tmuxVersion: options.tmuxVersion,
      ledger: {
        capacityBytes: capacity.capacityBytes,
        heldBytes: held.heldBytes + others.bytes,
        heldByOthersBytes: others.bytes,
        defaultSlotBytes: capacity.defaultSlotBytes,
        memoryTotalBytes: capacity.totalBytes,
        reserveBytes: capacity.reserveBytes,
        heldSlots: held.heldSlots + others.slots,
      },
      presets: await presets.snapshots(),
      enforcement: options.enforcement(),
      draining: options.draining(),
      scope: options.scope,
      load: loadOf(options.stateDirectory),
      queue: { sessions: held.queuedSessions, bytes: held.queuedBytes, nextFreeAt: held.nextFreeAt },
      disk: options.disk(),
      idleSince: idleSince(registry.all()),
      watching: options.watching(),
      warnings: options.warnings(),
      socketPath: options.socketPath,
      stateDirectory: options.stateDirectory,
    };
  };
}

function loadOf(directory: string): HostLoad {
  const disk = statfsSync(directory);
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'latin1'));
  return {
    cpus: availableParallelism(),
    loadAverage: loadavg()[0] ?? 0,
    memoryAvailableBytes: Number(available?.[1] ?? 0) * 1024,
    diskTotalBytes: disk.blocks * disk.bsize,
    diskFreeBytes: disk.bavail * disk.bsize,
  };
}
