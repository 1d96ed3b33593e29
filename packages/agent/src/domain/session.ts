/**
 * The session state machine: the only place that moves a session. Pure; times are ms since the
 * epoch and come with the events.
 */
import type { Enforcement, FailureReason, RestartPolicy } from '@berth/shared/domain/session-state';
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';
import { conclude, finish } from './session-end.ts';
import { fromQueued } from './session-queued.ts';
import { suspended } from './session-suspended.ts';

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

/** Applies one event. A rejection leaves the session as it was; final states reject everything. */
export function transition(session: Session, event: SessionEvent): Transition {
  switch (session.state) {
    case 'queued':
      return fromQueued(session, event);
    case 'reserved':
      return fromReserved(session, event);
    case 'starting':
    case 'running':
    case 'suspended':
      return fromActive(session, event);
    case 'completed':
    case 'failed':
    case 'killed':
    case 'lost':
    case 'expired':
      return rejected('final');
  }
}

function fromReserved(session: Reserved, event: SessionEvent): Transition {
  const { state: _state, reservedUntil, ...identity } = session;
  switch (event.type) {
    case 'start':
      if (event.at >= reservedUntil) return rejected('reservation-expired');
      return moved({ ...identity, state: 'starting', spec: event.spec, bootId: event.bootId, intent: null });
    case 'expire':
      if (event.at < reservedUntil) return rejected('wrong-state');
      return moved({ ...identity, state: 'expired', endedAt: event.at });
    case 'release':
      return moved({ ...identity, state: 'expired', endedAt: event.at });
    case 'extend':
      if (event.at >= reservedUntil) return rejected('reservation-expired');
      return moved({ ...session, reservedUntil: Math.max(reservedUntil, event.until) });
    case 'endRequested':
      return moved({ ...identity, state: 'expired', endedAt: event.intent.requestedAt });
    default:
      return rejected('wrong-state');
  }
}

function fromActive(session: Active, event: SessionEvent): Transition {
  switch (event.type) {
    case 'launched': {
      if (session.state !== 'starting') return rejected('wrong-state');
      const { state: _state, ...rest } = session;
      return moved({ ...rest, state: 'running', startedAt: event.at, enforcement: event.enforcement });
    }
    case 'startFailed':
      if (session.state !== 'starting') return rejected('wrong-state');
      return moved(finish(session, { at: event.at, state: 'failed', reason: 'start', detail: event.detail }));
    case 'endRequested':
      return moved({ ...session, intent: mergeIntent(session.intent, event.intent) });
    case 'measured':
      return session.memory ? rejected('wrong-state') : moved({ ...session, memory: event.memory });
    case 'updated': {
      const spec = { ...session.spec, tags: event.tags ?? session.spec.tags };
      return moved({ ...session, name: event.name ?? session.name, spec });
    }
    case 'suspendRequested':
    case 'resumeRequested':
    case 'frozen':
    case 'thawed':
      return session.state === 'starting' ? rejected('wrong-state') : suspended(session, event);
    case 'ended':
      return moved(conclude(session, event.end));
    case 'rebooted':
      return moved(
        finish(session, { at: event.at, state: 'lost', detail: 'the machine went down while it ran' }),
      );
    case 'restarted':
      if (session.spec.restart !== 'on-reboot' || session.intent) return rejected('wrong-state');
      return moved(again(session, event.bootId));
    case 'start':
    case 'expire':
    case 'release':
    case 'extend':
    case 'admitted':
    case 'restaged':
      return rejected('wrong-state');
  }
}

/** The next incarnation of a session. */
function again(session: Active, bootId: string): Starting {
  const { id, name, createdAt, memoryBytes, spec, queuedAt } = session;
  const incarnation = session.incarnation + 1;
  const waited = queuedAt === undefined ? {} : { queuedAt };
  return {
    ...{ id, name, incarnation, createdAt, memoryBytes, spec, bootId, ...waited },
    ...{ state: 'starting', intent: null },
  };
}

/** A kill outweighs a timeout; a second kill keeps the first time and takes the shorter wait. */
function mergeIntent(known: EndIntent | null, asked: EndIntent): EndIntent {
  if (!known || (known.kind === 'timeout' && asked.kind === 'kill')) return asked;
  if (asked.kind === 'timeout') return known;
  const end = Math.min(known.requestedAt + known.graceMs, asked.requestedAt + asked.graceMs);
  return { ...known, signal: asked.signal, graceMs: Math.max(0, end - known.requestedAt) };
}

function moved(session: Session): Transition {
  return { ok: true, session };
}

function rejected(rejection: Rejection): Transition {
  return { ok: false, rejection };
}
