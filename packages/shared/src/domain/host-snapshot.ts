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
  readonly enforcement: 'advisory' | 'kernel';
  readonly warnings: readonly string[];
  readonly socketPath: string;
  readonly stateDirectory: string;
}

export interface LedgerSnapshot {
  readonly capacityBytes: number;
  readonly heldBytes: number;
  readonly defaultSlotBytes: number;
  readonly memoryTotalBytes: number;
  readonly reserveBytes: number;
  readonly heldSlots: number;
}

export interface PresetSnapshot {
  readonly name: string;
  readonly description: string;
  readonly available: boolean;
  readonly program: string;
}
