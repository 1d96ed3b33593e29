/** Who this host is: its stable id, and what HostService tells of it. */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, type as osType, release } from 'node:os';
import path from 'node:path';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { VERSION } from '@berth/shared/domain/version';
import { type Capacity, holdings } from './domain/ledger.ts';
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
  enforcement: HostSnapshot['enforcement'];
  socketPath: string;
  stateDirectory: string;
  registry: Registry;
  presets: PresetRunner;
  warnings: () => readonly string[];
}): () => Promise<HostSnapshot> {
  const { capacity, registry, presets } = options;
  return async () => {
    const held = holdings(registry.all());
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
        heldBytes: held.heldBytes,
        defaultSlotBytes: capacity.defaultSlotBytes,
        memoryTotalBytes: capacity.totalBytes,
        reserveBytes: capacity.reserveBytes,
        heldSlots: held.heldSlots,
      },
      presets: await presets.snapshots(),
      enforcement: options.enforcement,
      warnings: options.warnings(),
      socketPath: options.socketPath,
      stateDirectory: options.stateDirectory,
    };
  };
}
