/** Hosts and sessions for tests of views. */
import { BARE_SESSION, type SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { LiveHost } from '../live-fleet.ts';

export function aSession(over: Partial<SessionSnapshot> = {}): SessionSnapshot {
  const id = 'sess-20261121-120000-aaaaaa';
  return { ...BARE_SESSION, id, state: 'running', createdAt: 0, startedAt: 0, ...over };
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
