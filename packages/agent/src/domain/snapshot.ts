import type { Activity, AttentionSnapshot, ToolFigures } from '@berth/shared/domain/attention';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { EMPTY_SOURCE } from '@berth/shared/domain/workspace-source';
import { isActive, type Session } from './session.ts';

/** What the journal does not hold of a session: where it lies, and what can be seen of it now. */
export interface SessionFacts extends Overlay {
  readonly workspace: string;
  readonly attachedClients: number;
  /** In the line, from 1; null where it does not wait. */
  readonly queuePlace: number | null;
  readonly transcriptStart: number;
  readonly transcriptEnd: number;
  /** What it uses now; null where that cannot be told, or it has ended. */
  readonly usage: SessionUsage | null;
}

/** What lies over a session's state, not in it. */
export interface Overlay {
  readonly attention: AttentionSnapshot | null;
  readonly activity: Activity;
  readonly figures: ToolFigures | null;
}

export const NO_OVERLAY: Overlay = { attention: null, activity: 'unknown', figures: null };

/** Of one session, measured lately. Bytes and milliseconds; percent of one CPU. */
export interface SessionUsage {
  readonly memoryBytes: number;
  readonly peakBytes: number | null;
  readonly cpuMs: number | null;
  readonly cpuPercent: number;
  readonly oomKills: number;
}

/** The session as it is told to others. */
export function snapshot(session: Session, { usage, ...facts }: SessionFacts): SessionSnapshot {
  const spec = 'spec' in session ? session.spec : null;
  const intent = isActive(session) ? session.intent : null;
  const suspension = 'suspension' in session ? session.suspension : null;
  const end = 'exitCode' in session ? session : null;
  return {
    id: session.id,
    name: session.name,
    incarnation: session.incarnation,
    state: session.state,
    failureReason: end?.failureReason ?? null,
    detail: end?.detail ?? '',
    prompt: spec?.prompt ?? '',
    preset: spec?.preset ?? '',
    argv: spec?.argv ?? [],
    tags: spec?.tags ?? {},
    memoryBytes: session.memoryBytes,
    memoryPeakBytes: end ? (end.memoryPeakBytes ?? 0) : (usage?.peakBytes ?? 0),
    createdAt: session.createdAt,
    startedAt: 'startedAt' in session ? session.startedAt : null,
    endedAt: 'endedAt' in session ? session.endedAt : null,
    exitCode: end?.exitCode ?? null,
    reservedUntil: session.state === 'reserved' ? session.reservedUntil : null,
    killRequestedAt: end ? end.killRequestedAt : intent?.kind === 'kill' ? intent.requestedAt : null,
    timeoutMs: spec?.timeoutMs ?? null,
    restartPolicy: spec?.restart ?? 'never',
    enforcement: 'enforcement' in session ? session.enforcement : null,
    memoryUsedBytes: usage?.memoryBytes ?? 0,
    cpuMs: usage?.cpuMs ?? null,
    cpuPercent: usage?.cpuPercent ?? 0,
    oomKills: end ? end.oomKills : (usage?.oomKills ?? 0),
    headless: spec?.headless ?? false,
    skipPermissions: spec?.skipPermissions ?? false,
    queuedAt: ('queuedAt' in session ? session.queuedAt : null) ?? null,
    suspendRequestedAt: suspension?.wanted ? suspension.requestedAt : null,
    source: spec?.source ?? EMPTY_SOURCE,
    envNames: spec?.envNames ?? [],
    ...facts,
  };
}
