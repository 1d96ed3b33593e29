import type { Enforcement } from './session-state.ts';

/** A host as its agent tells it. Amounts in bytes, times in ms since the epoch. */
export interface HostSnapshot {
  /** Made once, kept for good; the client pins it. */
  readonly id: string;
  readonly hostname: string;
  readonly version: string;
  readonly agentStartedAt: number;
  readonly os: string;
  readonly architecture: string;
  readonly tmuxVersion: string;
  readonly ledger: LedgerSnapshot;
  readonly presets: readonly PresetSnapshot[];
  readonly enforcement: Enforcement;
  readonly warnings: readonly string[];
  readonly socketPath: string;
  readonly stateDirectory: string;
  /** It takes no new session. */
  readonly draining: boolean;
  /** Whose sessions the agent serves: one user's, or one of several that share the machine. */
  readonly scope: Scope;
  readonly load: HostLoad;
  readonly watching: WatchingSnapshot;
  readonly queue: QueueSnapshot;
  readonly disk: DiskQuota;
  /** When the last session that held a slot let go of it; null while one does, and if none ever did. */
  readonly idleSince: number | null;
}

/** Who waits in line for a slot of a host. */
export interface QueueSnapshot {
  readonly sessions: number;
  readonly bytes: number;
  /** The earliest time at which a slot comes free for sure; null: nobody can say. */
  readonly nextFreeAt: number | null;
}

/** What sessions and object caches may take on the disk, and took lately; 0 without a quota. */
export interface DiskQuota {
  readonly quotaBytes: number;
  readonly usedBytes: number;
}

/** How the agent learns of changes in files. */
export interface WatchingSnapshot {
  /** Directories watched now. */
  readonly directories: number;
  /** Directories looked at in intervals, since the kernel gave no watch for them. */
  readonly polledDirectories: number;
  /** How often the kernel dropped notices. */
  readonly overflows: number;
}

export type Scope = 'user' | 'system';

/** Of the whole machine. */
export interface HostLoad {
  readonly cpus: number;
  /** Over one minute. */
  readonly loadAverage: number;
  readonly memoryAvailableBytes: number;
  /** Of the file system that holds the state directory. */
  readonly diskTotalBytes: number;
  readonly diskFreeBytes: number;
}

export interface LedgerSnapshot {
  readonly capacityBytes: number;
  readonly heldBytes: number;
  readonly defaultSlotBytes: number;
  readonly memoryTotalBytes: number;
  readonly reserveBytes: number;
  readonly heldSlots: number;
  /** Part of heldBytes: slots of other users of a host of system scope. */
  readonly heldByOthersBytes: number;
}

export interface PresetSnapshot {
  readonly name: string;
  readonly description: string;
  readonly available: boolean;
  readonly program: string;
  /** It can run without a person, and end by itself. */
  readonly headless: boolean;
  /** Most turns it can be limited to; 0: it knows no such limit. */
  readonly maxTurns: number;
  readonly maxTurnsHeadlessOnly: boolean;
  /** Events of its hooks that its sessions tell of. */
  readonly hookEvents: readonly string[];
  /** How the end of a turn is known: `hook`, `screen` or `exit`; empty from an agent too old to say. */
  readonly end: string;
  /** It can be told to ask nobody before it acts. */
  readonly skipPermissions: boolean;
  /** Environment variables that its tool takes its credentials from, the usual one first. */
  readonly credentials: readonly string[];
}
