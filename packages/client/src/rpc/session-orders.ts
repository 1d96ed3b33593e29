/** What a host is asked to do with sessions: reserve, start, kill; the domain's types only. */
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { RestartPolicy } from '@berth/shared/domain/session-state';
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';

export interface ReserveSession {
  readonly requestId: string;
  /** 0: the host's default slot. */
  readonly memoryBytes: number;
  readonly ttlMs: number;
  readonly name: string;
}

export interface StartSession {
  readonly requestId: string;
  /** Id of a reserved session; empty: take a slot now. */
  readonly reservation: string;
  readonly memoryBytes: number;
  readonly name: string;
  readonly prompt: string;
  readonly preset: string;
  readonly argv: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number | null;
  readonly restartPolicy: RestartPolicy;
  /** 0: the tool's own limit. */
  readonly maxTurns?: number;
  /** Without a person: the tool ends by itself. */
  readonly headless?: boolean;
  /** The tool asks nobody before it acts. */
  readonly skipPermissions?: boolean;
  /** Waits in line on the host where there is no slot. */
  readonly queue?: boolean;
  /** Absent: an empty workspace. */
  readonly source?: WorkspaceSource;
  readonly columns: number;
  readonly rows: number;
}

export interface KillSession {
  readonly requestId: string;
  readonly session: string;
  readonly graceMs: number;
  /** Without SIG; empty: TERM. */
  readonly signal: string;
}

export interface KillOutcome {
  readonly session: SessionSnapshot;
  readonly alreadyEnded: boolean;
  readonly signals: readonly string[];
}
