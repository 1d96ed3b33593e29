import type { Activity, AttentionSnapshot, ToolFigures } from './attention.ts';
import type { Enforcement, FailureReason, RestartPolicy, SessionState } from './session-state.ts';
import { EMPTY_SOURCE, type WorkspaceSource } from './workspace-source.ts';

/** A session as the agent tells it and the client shows it. Times are ms since the epoch. */
export interface SessionSnapshot {
  readonly id: string;
  /** Empty if none was given. */
  readonly name: string;
  readonly incarnation: number;
  readonly state: SessionState;
  readonly failureReason: FailureReason | null;
  /** One line about the end, for people; empty while it lives. */
  readonly detail: string;
  readonly prompt: string;
  /** Empty where an argv was given without one. */
  readonly preset: string;
  readonly argv: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** The slot, in bytes. */
  readonly memoryBytes: number;
  /** 0 where the host cannot tell. */
  readonly memoryPeakBytes: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly exitCode: number | null;
  readonly reservedUntil: number | null;
  readonly killRequestedAt: number | null;
  readonly timeoutMs: number | null;
  /** Terminals that show it now. */
  readonly attachedClients: number;
  /** The transcript holds the bytes [transcriptStart, transcriptEnd). */
  readonly transcriptStart: number;
  readonly transcriptEnd: number;
  readonly workspace: string;
  readonly restartPolicy: RestartPolicy;
  /** Null before it runs. */
  readonly enforcement: Enforcement | null;
  /** Bytes held now; 0 where the host cannot tell, and once it has ended. */
  readonly memoryUsedBytes: number;
  /** CPU time used so far; null where the host cannot tell. */
  readonly cpuMs: number | null;
  /** Of one CPU, over the last seconds. */
  readonly cpuPercent: number;
  /** Processes of it that the kernel ended for memory. */
  readonly oomKills: number;
  /** Null where it asks for nobody. */
  readonly attention: AttentionSnapshot | null;
  readonly activity: Activity;
  /** Null where its tool tells none. */
  readonly figures: ToolFigures | null;
  /** It runs without a person: its tool ends by itself. */
  readonly headless: boolean;
  /** Its tool asks nobody before it acts. */
  readonly skipPermissions: boolean;
  /** Its place among those that wait in line for a slot on its host, from 1; null: it does not wait. */
  readonly queuePlace: number | null;
  /** When it began to wait in line; null if it never did. */
  readonly queuedAt: number | null;
  /** Null unless somebody wants it suspended. */
  readonly suspendRequestedAt: number | null;
  /** What its workspace began with. */
  readonly source: WorkspaceSource;
  /** Variables that were passed to it; their values are told to nobody. */
  readonly envNames: readonly string[];
}

/** A session of which no more is known than that it is there: what is known goes over it. */
export const BARE_SESSION: Omit<SessionSnapshot, 'id' | 'state' | 'createdAt'> = {
  name: '',
  incarnation: 1,
  failureReason: null,
  detail: '',
  prompt: '',
  preset: '',
  argv: [],
  tags: {},
  memoryBytes: 0,
  memoryPeakBytes: 0,
  startedAt: null,
  endedAt: null,
  exitCode: null,
  reservedUntil: null,
  killRequestedAt: null,
  timeoutMs: null,
  attachedClients: 0,
  transcriptStart: 0,
  transcriptEnd: 0,
  workspace: '',
  restartPolicy: 'never',
  enforcement: null,
  memoryUsedBytes: 0,
  cpuMs: null,
  cpuPercent: 0,
  oomKills: 0,
  attention: null,
  activity: 'unknown',
  figures: null,
  headless: false,
  skipPermissions: false,
  queuePlace: null,
  queuedAt: null,
  suspendRequestedAt: null,
  source: EMPTY_SOURCE,
  envNames: [],
};
