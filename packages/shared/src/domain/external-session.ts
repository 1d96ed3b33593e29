/** Sessions of others' tools, and how they are named and shown among ours. */
import type { Activity, AttentionSnapshot } from './attention.ts';
import { BARE_SESSION, type SessionSnapshot } from './session-snapshot.ts';

/** A tmux session that somebody else's tool reports in ~/.claude-sessions/NAME.json. */
export interface ExternalSnapshot {
  /** Of the tmux session; unique on its host. */
  readonly name: string;
  readonly toolSessionId: string;
  /** As reported: permission, waiting, working, error, idle, stopped, done. */
  readonly status: string;
  readonly message: string;
  readonly directory: string;
  /** Ms since the epoch. */
  readonly reportedAt: number;
  readonly metrics: Readonly<Record<string, string>>;
  readonly team: string;
  readonly agents: readonly string[];
  /** There is a tmux session of this name now. */
  readonly live: boolean;
  readonly attention: AttentionSnapshot | null;
}

/** No name of ours holds a colon: nothing of ours is ever called so. */
const EXTERNAL = 'external:';

/** What stands for its id: unique on its host. */
export function externalId(name: string): string {
  return `${EXTERNAL}${name}`;
}

export function isExternal(sessionId: string): boolean {
  return sessionId.startsWith(EXTERNAL);
}

/** The name behind such an id; null for sessions of ours. */
export function externalName(sessionId: string): string | null {
  return isExternal(sessionId) ? sessionId.slice(EXTERNAL.length) : null;
}

/** What can be said of it in the words that we have for sessions of our own. */
export function externalAsSession(external: ExternalSnapshot): SessionSnapshot {
  return {
    ...BARE_SESSION,
    id: externalId(external.name),
    name: external.name,
    state: external.live ? 'running' : 'lost',
    detail: external.message,
    createdAt: external.reportedAt,
    endedAt: external.live ? null : external.reportedAt,
    workspace: external.directory,
    attention: external.attention,
    activity: isAnswered(external) ? 'unknown' : activityOf(external.status),
  };
}

/** Its tool reports a question that somebody has seen to; what it does since, it has not told yet. */
export function isAnswered({ status, attention }: Pick<ExternalSnapshot, 'status' | 'attention'>): boolean {
  return attention === null && (status === 'permission' || status === 'waiting');
}

export function activityOf(status: string): Activity {
  return ACTIVITY_OF[status] ?? 'unknown';
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
