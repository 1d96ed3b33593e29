/** What an end makes of a session: the part of the state machine that says which final state it is. */
import { MIN_SLOT_BYTES } from '@berth/shared/domain/limits';
import { formatMemory } from '@berth/shared/domain/memory';
import type { FailureReason } from '@berth/shared/domain/session-state';
import type { Active, End, Ended, Queued } from './session.ts';

/** Which final state an observed end means. What was asked for goes before what was seen. */
export function conclude(session: Active, end: End): Ended {
  const { at, exitCode } = end;
  const { memoryPeakBytes, oomKills, outOfMemory, limitBytes } = session.memory ?? end;
  const common = { at, exitCode, memoryPeakBytes, oomKills };
  if (session.intent?.kind === 'kill') return finish(session, { ...common, state: 'killed', detail: '' });
  if (session.intent?.kind === 'timeout') {
    const detail = `it ran longer than its timeout of ${Math.round((session.spec.timeoutMs ?? 0) / 1000)} s`;
    return finish(session, { ...common, state: 'failed', reason: 'timeout', detail });
  }
  if (outOfMemory) {
    const peak = memoryPeakBytes === null ? '' : `peak ${formatMemory(memoryPeakBytes)} of `;
    const detail = `out of memory: ${peak}${limitOf(session.memoryBytes, limitBytes)}`;
    return finish(session, { ...common, state: 'failed', reason: 'oom', detail });
  }
  if (end.unprepared) {
    const detail = `its repository could not be cloned: git ended with ${end.exitCode ?? 'no exit code'}`;
    return finish(session, { ...common, state: 'failed', reason: 'start', detail });
  }
  if (end.exitCode === 0) return finish(session, { ...common, state: 'completed', detail: '' });
  if (end.exitCode === null) {
    const detail = 'its terminal was destroyed and left no exit code';
    return finish(session, { ...common, state: 'failed', reason: 'unknown', detail });
  }
  const detail =
    end.exitCode > 128 && end.exitCode <= 192
      ? `ended by signal ${end.exitCode - 128}`
      : `exit code ${end.exitCode}`;
  return finish(session, { ...common, state: 'failed', reason: 'exit', detail });
}

/** The kernel counts in pages: what is hardly less than the slot is all of it. */
function limitOf(slotBytes: number, limitBytes = slotBytes): string {
  const slot = formatMemory(slotBytes);
  const taken = slotBytes - limitBytes;
  if (taken < MIN_SLOT_BYTES) return slot;
  return `${formatMemory(limitBytes)} (its editor had ${formatMemory(taken)} of the slot of ${slot})`;
}

/** The session as it ends. */
export function finish(
  session: Active | Queued,
  end: {
    at: number;
    state: Ended['state'];
    reason?: FailureReason;
    detail: string;
    exitCode?: number | null;
    memoryPeakBytes?: number | null;
    oomKills?: number;
    killRequestedAt?: number;
  },
): Ended {
  const intent = session.state === 'queued' ? null : session.intent;
  const live = session.state === 'queued' || session.state === 'starting' ? null : session;
  return {
    id: session.id,
    name: session.name,
    incarnation: session.incarnation,
    createdAt: session.createdAt,
    memoryBytes: session.memoryBytes,
    spec: session.spec,
    bootId: session.bootId,
    ...(session.queuedAt === undefined ? {} : { queuedAt: session.queuedAt }),
    state: end.state,
    startedAt: live?.startedAt ?? null,
    // A clock that was set back must not make a session end before it began.
    endedAt: Math.max(end.at, session.createdAt),
    exitCode: end.exitCode ?? null,
    failureReason: end.reason ?? null,
    detail: end.detail,
    memoryPeakBytes: end.memoryPeakBytes ?? null,
    killRequestedAt: end.killRequestedAt ?? (intent?.kind === 'kill' ? intent.requestedAt : null),
    enforcement: live?.enforcement ?? null,
    oomKills: end.oomKills ?? 0,
  };
}
