/** The form in which a host is remembered, to and from JSON. Pure. What cannot be read is null. */
import { ACTIVITIES, ATTENTION_KINDS, type AttentionSnapshot } from '@berth/shared/domain/attention';
import { BARE_SESSION, type SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { SESSION_STATES } from '@berth/shared/domain/session-state';

export interface KeptHost {
  readonly hostId: string;
  /** Ms since the epoch when it last told something. */
  readonly asOf: number;
  /** Ms since the epoch; null: it answered when it was last asked. */
  readonly unreachableSince: number | null;
  readonly sessions: ReadonlyMap<string, SessionSnapshot>;
  /** Names of the presets whose tools it has; empty where it was never asked. */
  readonly presets: readonly string[];
  /** Keys of tags that its sessions have. */
  readonly tagKeys: readonly string[];
}

const VERSION = 1;

export function encodeKept({ sessions, ...host }: KeptHost): object {
  return { version: VERSION, ...host, sessions: [...sessions.values()].map(encodeSession) };
}

export function decodeKept(json: unknown): KeptHost | null {
  if (!isRecord(json) || json.version !== VERSION || !Array.isArray(json.sessions)) return null;
  const asOf = numberOrNull(json.asOf);
  if (asOf === null) return null;
  const sessions = json.sessions.map(decodeSession).filter((session) => session !== null);
  return {
    hostId: text(json.hostId),
    asOf,
    unreachableSince: numberOrNull(json.unreachableSince),
    presets: texts(json.presets),
    tagKeys: texts(json.tagKeys),
    sessions: new Map(sessions.map((session) => [session.id, session])),
  };
}

/** Named one by one: what is not named here does not get to the disk. */
function encodeSession(session: SessionSnapshot): object {
  const { id, name, state, createdAt, startedAt, endedAt, exitCode, activity, headless, skipPermissions } =
    session;
  const { memoryBytes, memoryUsedBytes, memoryPeakBytes } = session;
  const attention = session.attention && {
    kind: session.attention.kind,
    since: session.attention.since,
    event: session.attention.event,
    snoozedUntil: session.attention.snoozedUntil,
  };
  const memory = { memoryBytes, memoryUsedBytes, memoryPeakBytes };
  return {
    id,
    name,
    state,
    createdAt,
    startedAt,
    endedAt,
    exitCode,
    activity,
    headless,
    skipPermissions,
    attention,
    ...memory,
  };
}

function decodeSession(json: unknown): SessionSnapshot | null {
  if (!isRecord(json) || typeof json.id !== 'string' || json.id === '') return null;
  const state = SESSION_STATES.find((known) => known === json.state);
  const createdAt = numberOrNull(json.createdAt);
  if (state === undefined || createdAt === null) return null;
  return {
    ...BARE_SESSION,
    id: json.id,
    name: text(json.name),
    state,
    createdAt,
    startedAt: numberOrNull(json.startedAt),
    endedAt: numberOrNull(json.endedAt),
    exitCode: numberOrNull(json.exitCode),
    activity: ACTIVITIES.find((known) => known === json.activity) ?? 'unknown',
    headless: json.headless === true,
    skipPermissions: json.skipPermissions === true,
    attention: decodeAttention(json.attention),
    memoryBytes: numberOrNull(json.memoryBytes) ?? 0,
    memoryUsedBytes: numberOrNull(json.memoryUsedBytes) ?? 0,
    memoryPeakBytes: numberOrNull(json.memoryPeakBytes) ?? 0,
  };
}

function decodeAttention(json: unknown): AttentionSnapshot | null {
  if (!isRecord(json)) return null;
  const kind = ATTENTION_KINDS.find((known) => known === json.kind);
  const since = numberOrNull(json.since);
  if (kind === undefined || since === null) return null;
  const snoozedUntil = numberOrNull(json.snoozedUntil);
  return {
    kind,
    reason: '',
    line: '',
    source: 'screen',
    since,
    event: numberOrNull(json.event) ?? 0,
    snoozedUntil,
  };
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null;
}

function text(json: unknown): string {
  return typeof json === 'string' ? json : '';
}

function texts(json: unknown): string[] {
  return Array.isArray(json) ? json.filter((one) => typeof one === 'string') : [];
}

function numberOrNull(json: unknown): number | null {
  return typeof json === 'number' && Number.isFinite(json) ? json : null;
}
