/**
 * What a session is: its states, what each of them holds, and the events that move it from one to
 * another (transition.ts). Times are ms since the epoch.
 */
import type { Enforcement, FailureReason, RestartPolicy } from '@berth/shared/domain/session-state';
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';

/** What a session is to run, fixed at its start. */
export interface SessionSpec {
  /** Empty where an argv was given. */
  readonly prompt: string;
  /** Empty where an argv was given without one. */
  readonly preset: string;
  readonly argv: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly timeoutMs: number | null;
  readonly columns: number;
  readonly rows: number;
  /** The signal that asks this program to end, without SIG. */
  readonly stopSignal: string;
  readonly restart: RestartPolicy;
  /** It runs without a person: its tool ends by itself. */
  readonly headless: boolean;
  /** Its tool asks nobody before it acts. */
  readonly skipPermissions: boolean;
  /** What its workspace begins with. */
  readonly source: WorkspaceSource;
  /** Variables that were passed to it; their values are on tmpfs alone. */
  readonly envNames: readonly string[];
}

/** An end that was asked for and has not been observed yet. */
export interface EndIntent {
  readonly kind: 'kill' | 'timeout';
  readonly requestedAt: number;
  readonly graceMs: number;
  readonly signal: string;
}

interface Identity {
  readonly id: string;
  /** Empty if none was given. */
  readonly name: string;
  readonly incarnation: number;
  readonly createdAt: number;
  /** The slot it holds until it is final. */
  readonly memoryBytes: number;
}

/** The boot of the machine in which the session began: after another one it cannot be alive. */
export interface Begun extends Identity {
  readonly spec: SessionSpec;
  readonly bootId: string;
  /** When it began to wait in line; absent if it never did. */
  readonly queuedAt?: number;
}

/** Laid out for its start in the boot `bootId`, and waiting for a slot: it holds none. */
export interface Queued extends Begun {
  readonly state: 'queued';
  readonly queuedAt: number;
  /** Its number in the line: who has the lowest is next. */
  readonly ticket: number;
}

export interface Reserved extends Identity {
  readonly state: 'reserved';
  readonly reservedUntil: number;
}

export interface Expired extends Identity {
  readonly state: 'expired';
  readonly endedAt: number;
}

/** What the kernel kept of a session's memory. Read before its unit is ended, and gone with that. */
export interface MemoryStory {
  /** The kernel killed its main process for memory. */
  readonly outOfMemory: boolean;
  /** Most bytes held at once; null where the kernel does not keep it. */
  readonly memoryPeakBytes: number | null;
  /** Processes of it that the kernel killed for memory. */
  readonly oomKills: number;
  /** What the kernel held it to: less than its slot where an editor ran beside it. Absent where not known. */
  readonly limitBytes?: number;
}

interface Unended extends Begun {
  readonly intent: EndIntent | null;
  /** Set once its program has ended and its unit has not. */
  readonly memory?: MemoryStory;
}

export interface Starting extends Unended {
  readonly state: 'starting';
}

export interface Live extends Unended {
  readonly state: 'running' | 'suspended';
  readonly startedAt: number;
  /** As it was found once the session ran, not as it was wished. */
  readonly enforcement: Enforcement;
  /** Absent where all that was asked for in this is done, and it runs. */
  readonly suspension?: Suspension;
}

/** Somebody asked for it to stand still; not wanted any more, it is to go on. */
export interface Suspension {
  readonly requestedAt: number;
  readonly wanted: boolean;
}

export interface Ended extends Begun {
  readonly state: 'completed' | 'failed' | 'killed' | 'lost';
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly exitCode: number | null;
  /** Set on failed only. */
  readonly failureReason: FailureReason | null;
  readonly detail: string;
  readonly memoryPeakBytes: number | null;
  readonly killRequestedAt: number | null;
  /** Null where it never ran. */
  readonly enforcement: Enforcement | null;
  readonly oomKills: number;
}

export type Session = Queued | Reserved | Expired | Starting | Live | Ended;
/** A session that has, or may have, a unit. */
export type Active = Starting | Live;

/** How a session's unit was observed to end. */
export interface End extends MemoryStory {
  readonly at: number;
  /** Null where nothing recorded it. */
  readonly exitCode: number | null;
  /** Its program never ran: what was to run before it failed, with this exit code. */
  readonly unprepared?: boolean;
}

export type SessionEvent =
  | { readonly type: 'start'; readonly at: number; readonly spec: SessionSpec; readonly bootId: string }
  | { readonly type: 'expire'; readonly at: number }
  | { readonly type: 'release'; readonly at: number }
  /** The reservation holds until then, if it does not hold for longer already. */
  | { readonly type: 'extend'; readonly at: number; readonly until: number }
  /** It leaves the line: it has a slot now. */
  | { readonly type: 'admitted' }
  /** It was laid out anew, in this boot. */
  | { readonly type: 'restaged'; readonly bootId: string }
  | { readonly type: 'launched'; readonly at: number; readonly enforcement: Enforcement }
  | { readonly type: 'startFailed'; readonly at: number; readonly detail: string }
  | { readonly type: 'endRequested'; readonly intent: EndIntent }
  | { readonly type: 'measured'; readonly memory: MemoryStory }
  /** Somebody gave it another name, or other tags; null: as they are. */
  | {
      readonly type: 'updated';
      readonly name: string | null;
      readonly tags: Readonly<Record<string, string>> | null;
    }
  | { readonly type: 'suspendRequested'; readonly at: number }
  | { readonly type: 'resumeRequested' }
  | { readonly type: 'frozen' }
  | { readonly type: 'thawed' }
  | { readonly type: 'ended'; readonly end: End }
  | { readonly type: 'rebooted'; readonly at: number }
  /** The machine was booted anew, and the session begins again. */
  | { readonly type: 'restarted'; readonly bootId: string };

export type Rejection = 'final' | 'wrong-state' | 'reservation-expired';
export type Transition =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly rejection: Rejection };

/** True while the session has, or may have, a unit. */
export function isActive(session: Session): session is Active {
  return session.state === 'starting' || session.state === 'running' || session.state === 'suspended';
}

/** True while the session holds its slot. */
export function holdsSlot(session: Session): session is Reserved | Active {
  return session.state === 'reserved' || isActive(session);
}

export function moved(session: Session): Transition {
  return { ok: true, session };
}

export function rejected(rejection: Rejection): Transition {
  return { ok: false, rejection };
}
