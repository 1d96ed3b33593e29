import type { Begun, Session } from '../domain/session.ts';
import type { GrantedRequest } from './journal-port.ts';
import type { ExitRecord, SessionPaths } from './ports.ts';

/**
 * The directories of sessions. A session's files are staged before its start is committed, so
 * that a full disk refuses the start instead of breaking it, and adopted after; what is staged
 * and was never committed is swept at boot.
 */
export interface SessionFiles {
  paths(sessionId: string): SessionPaths;
  /** Writes all that a launch needs. `env` goes to tmpfs alone. Throws DISK_FULL, and what `layOut` throws. */
  stage(staged: StagedSession): Promise<void>;
  /**
   * All that a launch needs again, for a session whose machine was booted anew. After a power cut
   * nothing of what was staged need be there: it is made from the session itself.
   */
  restage(session: Begun, launch: Omit<Launch, 'argv'>): Promise<void>;
  /** Removes what a launch would need, for one that will not come; the session's record stays. */
  unstage(sessionId: string): Promise<void>;
  discard(sessionId: string): Promise<void>;
  /** Puts staged files in their place; done already: nothing happens. */
  adopt(sessionId: string): Promise<void>;
  /** Keeps the session's newest record beside its files, for the day the journal is damaged. */
  update(session: Session): Promise<void>;
  /** Every record that `stage` and `update` left; unreadable ones are skipped and named in `problems`. */
  saved(): Promise<{ records: SavedSession[]; problems: string[] }>;
  /** Null where the wrapper left none. */
  exitRecord(sessionId: string): Promise<ExitRecord | null>;
  /** The wrapper consumed what it was given. */
  begun(sessionId: string): Promise<boolean>;
  /** All of a session goes, of a workspace that is a link only the link. Rejects where something stays. */
  remove(sessionId: string): Promise<void>;
  /** Ids of sessions of which `remove` left something, or that `removed` says were removed. */
  leftovers(removed: (sessionId: string) => boolean): Promise<string[]>;
  /** Removes staged files and environments of sessions that are not `wanted`. */
  sweep(wanted: (sessionId: string) => boolean): Promise<void>;
}

export interface StagedSession extends SavedSession, Launch {}

/** What a session is launched with. */
export interface Launch {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Names and texts of files in the tool directory. */
  readonly toolFiles: Readonly<Record<string, string>>;
  /** Runs in the workspace before argv, until it has succeeded once; empty: nothing. */
  readonly prelude: readonly string[];
  /** Makes the workspace, at a path where nothing is. */
  readonly layOut: (workspace: string) => Promise<void>;
}

export interface SavedSession {
  readonly session: Session;
  /** The request that started it, so that a rebuilt journal still knows it. */
  readonly request: GrantedRequest | null;
}
