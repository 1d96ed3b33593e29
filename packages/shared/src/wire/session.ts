/** SessionSnapshot <-> berth.v1.Session. */
import type { SessionSnapshot } from '../domain/session-snapshot.ts';
import {
  type Enforcement,
  FAILURE_REASONS,
  type FailureReason,
  type RestartPolicy,
  SESSION_STATES,
  SESSION_STATUSES,
  type SessionState,
  type SessionStatus,
  statusOf,
} from '../domain/session-state.ts';
import {
  Enforcement as WireEnforcement,
  FailureReason as WireFailureReason,
  RestartPolicy as WireRestartPolicy,
  SessionState as WireState,
  SessionStatus as WireStatus,
} from '../gen/berth/v1/common.ts';
import { Session } from '../gen/berth/v1/session.ts';
import {
  decodeActivity,
  decodeAttention,
  decodeFigures,
  encodeActivity,
  encodeAttention,
  encodeFigures,
} from './attention.ts';
import { fromDate, fromDuration, toBytes, toDate, toDuration } from './scalar.ts';
import { decodeSource, encodeSource } from './workspace.ts';

export function encodeSession(session: SessionSnapshot): Session {
  return Session.fromPartial({
    id: session.id,
    name: session.name,
    incarnation: session.incarnation,
    status: encodeStatusOf(statusOf(session.state)),
    state: WireState[upper(session.state)],
    failureReason: session.failureReason
      ? WireFailureReason[upper(session.failureReason)]
      : WireFailureReason.UNSPECIFIED,
    detail: session.detail,
    prompt: session.prompt,
    preset: session.preset,
    argv: [...session.argv],
    tags: { ...session.tags },
    memoryBytes: BigInt(session.memoryBytes),
    memoryPeakBytes: BigInt(session.memoryPeakBytes),
    createdAt: new Date(session.createdAt),
    startedAt: toDate(session.startedAt),
    endedAt: toDate(session.endedAt),
    exitCode: session.exitCode ?? undefined,
    reservedUntil: toDate(session.reservedUntil),
    killRequestedAt: toDate(session.killRequestedAt),
    timeout: toDuration(session.timeoutMs),
    attachedClients: session.attachedClients,
    transcriptStart: BigInt(session.transcriptStart),
    transcriptEnd: BigInt(session.transcriptEnd),
    workspace: session.workspace,
    restartPolicy: encodeRestartPolicy(session.restartPolicy),
    enforcement: encodeEnforcement(session.enforcement),
    memoryUsedBytes: BigInt(session.memoryUsedBytes),
    cpuTime: toDuration(session.cpuMs),
    cpuPercent: session.cpuPercent,
    oomKills: session.oomKills,
    attention: session.attention ? encodeAttention(session.attention) : undefined,
    activity: encodeActivity(session.activity),
    figures: session.figures ? encodeFigures(session.figures) : undefined,
    headless: session.headless,
    skipPermissions: session.skipPermissions,
    queuePlace: session.queuePlace ?? 0,
    queuedAt: toDate(session.queuedAt),
    suspendRequestedAt: toDate(session.suspendRequestedAt),
    source: encodeSource(session.source),
    envNames: [...session.envNames],
  });
}

export function decodeSession(session: Session): SessionSnapshot {
  return {
    id: session.id,
    name: session.name,
    incarnation: session.incarnation,
    state: decodeState(session.state),
    failureReason: decodeFailureReason(session.failureReason),
    detail: session.detail,
    prompt: session.prompt,
    preset: session.preset,
    argv: session.argv,
    tags: session.tags,
    memoryBytes: toBytes(session.memoryBytes),
    memoryPeakBytes: toBytes(session.memoryPeakBytes),
    createdAt: fromDate(session.createdAt) ?? 0,
    startedAt: fromDate(session.startedAt),
    endedAt: fromDate(session.endedAt),
    exitCode: session.exitCode ?? null,
    reservedUntil: fromDate(session.reservedUntil),
    killRequestedAt: fromDate(session.killRequestedAt),
    timeoutMs: fromDuration(session.timeout),
    attachedClients: session.attachedClients,
    transcriptStart: toBytes(session.transcriptStart),
    transcriptEnd: toBytes(session.transcriptEnd),
    workspace: session.workspace,
    restartPolicy: decodeRestartPolicy(session.restartPolicy),
    enforcement: decodeEnforcement(session.enforcement),
    memoryUsedBytes: toBytes(session.memoryUsedBytes),
    cpuMs: fromDuration(session.cpuTime),
    cpuPercent: session.cpuPercent,
    oomKills: session.oomKills,
    attention: session.attention ? decodeAttention(session.attention) : null,
    activity: decodeActivity(session.activity),
    figures: session.figures ? decodeFigures(session.figures) : null,
    headless: session.headless,
    skipPermissions: session.skipPermissions,
    queuePlace: session.queuePlace || null,
    queuedAt: fromDate(session.queuedAt),
    suspendRequestedAt: fromDate(session.suspendRequestedAt),
    source: decodeSource(session.source),
    envNames: session.envNames,
  };
}

export function encodeStatusOf(status: SessionStatus): WireStatus {
  return WireStatus[upper(status)];
}

/** Null for a status that this version does not know. */
export function decodeStatusOf(status: WireStatus): SessionStatus | null {
  return SESSION_STATUSES.find((known) => WireStatus[upper(known)] === status) ?? null;
}

export function encodeRestartPolicy(policy: RestartPolicy): WireRestartPolicy {
  return policy === 'on-reboot' ? WireRestartPolicy.ON_REBOOT : WireRestartPolicy.NEVER;
}

/** One from a newer program that this version does not know counts as never. */
export function decodeRestartPolicy(policy: WireRestartPolicy): RestartPolicy {
  return policy === WireRestartPolicy.ON_REBOOT ? 'on-reboot' : 'never';
}

function encodeEnforcement(enforcement: Enforcement | null): WireEnforcement {
  if (enforcement === null) return WireEnforcement.UNSPECIFIED;
  return enforcement === 'kernel' ? WireEnforcement.KERNEL : WireEnforcement.ADVISORY;
}

function decodeEnforcement(enforcement: WireEnforcement): Enforcement | null {
  if (enforcement === WireEnforcement.UNSPECIFIED) return null;
  return enforcement === WireEnforcement.KERNEL ? 'kernel' : 'advisory';
}

/** A state from a newer agent that this version does not know counts as running: it may live. */
function decodeState(state: WireState): SessionState {
  return SESSION_STATES.find((known) => WireState[upper(known)] === state) ?? 'running';
}

function decodeFailureReason(reason: WireFailureReason): FailureReason | null {
  if (reason === WireFailureReason.UNSPECIFIED) return null;
  return FAILURE_REASONS.find((known) => WireFailureReason[upper(known)] === reason) ?? 'unknown';
}

function upper<T extends string>(text: T): Uppercase<T> {
  return text.toUpperCase() as Uppercase<T>;
}
