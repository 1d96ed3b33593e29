/** What the ledger needs of the system's manager. */

/** A user of the host. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The units that a session can have. */
export type UnitOf = 'session' | 'editor';

/** Of sessions that are known by a checked id. */
export interface SharedUnits {
  start(unit: SharedUnit): Promise<void>;
  /** The user as whom the unit runs; null where it does not. */
  owner(sessionId: string, of: UnitOf): Promise<string | null>;
  /** Ends all of it at once; forgets it, if it had failed. */
  kill(sessionId: string, of: UnitOf): Promise<void>;
  /** Bound to the session's unit, whose limit it leaves alone. */
  startEditor(unit: Omit<SharedUnit, 'env'>): Promise<void>;
  /** Asks it to end, then ends all of it; forgets it, if it had failed. */
  stopEditor(sessionId: string): Promise<void>;
  /** Resolves with what the kernel holds the session's unit to then; null: to nothing. */
  limitSession(sessionId: string, memoryBytes: number): Promise<number | null>;
}

export interface SharedUnit {
  readonly sessionId: string;
  readonly account: Account;
  readonly memoryBytes: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}
