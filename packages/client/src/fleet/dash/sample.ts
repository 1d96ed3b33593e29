/** Hosts and sessions for tests of views. */
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { LiveHost } from '../live-fleet.ts';

export function aSession(over: Partial<SessionSnapshot> = {}): SessionSnapshot {
  return {
    id: 'sess-20261121-120000-aaaaaa',
    name: '',
    incarnation: 1,
    state: 'running',
    failureReason: null,
    detail: '',
    prompt: '',
    preset: '',
    argv: [],
    tags: {},
    memoryBytes: 0,
    memoryPeakBytes: 0,
    createdAt: 0,
    startedAt: 0,
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
    ...over,
  };
}

/** Connected, if nothing else is said. */
export function aHost(
  name: string,
  sessions: readonly SessionSnapshot[] = [],
  over: Partial<LiveHost> = {},
): LiveHost {
  const scope = 'user';
  return {
    config: { name, kind: name === 'local' ? 'local' : 'ssh', labels: {}, scope, enabled: true },
    link: 'connected',
    linkSince: 0,
    latencyMs: null,
    asOf: 0,
    error: null,
    snapshot: null,
    sessions: new Map(sessions.map((session) => [session.id, session])),
    external: [],
    ...over,
  };
}
