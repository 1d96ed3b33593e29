/** A session that somebody else's tool reports, as a row among ours. Pure. */
import type { Activity } from '@berth/shared/domain/attention';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';

/** No name of ours holds a colon: no id of a session is like it. */
const EXTERNAL = 'external:';

/** What can be said of it in the words that we have for sessions of our own. */
export function externalAsSession(external: ExternalSnapshot): SessionSnapshot {
  return {
    id: `${EXTERNAL}${external.name}`,
    name: external.name,
    incarnation: 1,
    state: external.live ? 'running' : 'lost',
    failureReason: null,
    detail: external.message,
    prompt: '',
    preset: '',
    argv: [],
    tags: {},
    memoryBytes: 0,
    memoryPeakBytes: 0,
    createdAt: external.reportedAt,
    startedAt: null,
    endedAt: external.live ? null : external.reportedAt,
    exitCode: null,
    reservedUntil: null,
    killRequestedAt: null,
    timeoutMs: null,
    attachedClients: 0,
    transcriptStart: 0,
    transcriptEnd: 0,
    workspace: external.directory,
    restartPolicy: 'never',
    enforcement: null,
    memoryUsedBytes: 0,
    cpuMs: null,
    cpuPercent: 0,
    oomKills: 0,
    attention: external.attention,
    activity: ACTIVITY_OF[external.status] ?? 'unknown',
    figures: null,
    headless: false,
    skipPermissions: false,
  };
}

export function isExternal(sessionId: string): boolean {
  return sessionId.startsWith(EXTERNAL);
}

const ACTIVITY_OF: Readonly<Record<string, Activity>> = {
  permission: 'waiting',
  waiting: 'waiting',
  working: 'working',
  error: 'idle',
  idle: 'idle',
  stopped: 'idle',
  done: 'idle',
};
