/** One session of the live view: what is shown of it, safe to print. Pure. */
import {
  type AttentionKind,
  type AttentionSnapshot,
  isSnoozed,
  urgency,
} from '@berth/shared/domain/attention';
import { type ExternalSnapshot, isAnswered } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal, type SessionStatus, statusOf } from '@berth/shared/domain/session-state';
import type { LiveHost } from '../live-fleet.ts';
import { cellText } from './cell-text.ts';

/** `permission` to `bell`: it asks for a person. The others: what it does, or how it ended. */
export type Mood =
  | AttentionKind
  | 'working'
  | 'waiting'
  | 'quiet'
  | 'pending'
  | 'suspended'
  | 'ended'
  | 'failed';

export interface DashRow {
  /** Of one session on one host, for as long as it is known. */
  readonly key: string;
  readonly host: LiveHost;
  /** Null: another tool's session, in `external`. */
  readonly session: SessionSnapshot | null;
  readonly external: ExternalSnapshot | null;
  readonly name: string;
  readonly mood: Mood;
  readonly status: SessionStatus | 'external';
  /** In a word or two: `permission`, `running`, `failed (1)`. */
  readonly state: string;
  readonly ended: boolean;
  readonly directory: string;
  /** Why it asks for a person, else what it is about. */
  readonly message: string;
  /** Null where it asks for nobody, or is not to be told of yet. */
  readonly asking: AttentionSnapshot | null;
  readonly snoozedUntil: number | null;
  /** Ms since the epoch. */
  readonly begun: number;
  /** Ms since the epoch when this was known; null: now. */
  readonly staleSince: number | null;
}

export function rowsOf(host: LiveHost, now: number): DashRow[] {
  const sessions = [...host.sessions.values()].filter(({ state }) => state !== 'expired');
  return [
    ...sessions.map((session) => sessionRow(host, session, now)),
    ...host.external.map((external) => externalRow(host, external, now)),
  ];
}

function sessionRow(host: LiveHost, session: SessionSnapshot, now: number): DashRow {
  const asking = unsnoozed(session.attention, now);
  return {
    ...common(host, session.attention, now),
    key: `${host.config.name}:${session.id}`,
    session,
    external: null,
    name: cellText(session.name) || session.id,
    mood: asking?.kind ?? moodOf(session),
    status: statusOf(session.state),
    state: asking?.kind ?? stateOf(session),
    ended: isFinal(session.state),
    directory: cellText(session.workspace),
    message: about(asking) || cellText(session.detail || session.prompt || session.argv.join(' ')),
    begun: session.createdAt,
  };
}

function externalRow(host: LiveHost, external: ExternalSnapshot, now: number): DashRow {
  const asking = unsnoozed(external.attention, now);
  const working = external.status === 'working';
  return {
    ...common(host, external.attention, now),
    key: `${host.config.name}::${external.name}`,
    session: null,
    external,
    name: cellText(external.name),
    mood: asking?.kind ?? (!external.live ? 'ended' : working ? 'working' : 'waiting'),
    status: 'external',
    state: asking?.kind ?? (isAnswered(external) ? 'answered' : cellText(external.status) || 'unknown'),
    ended: !external.live,
    directory: cellText(external.directory),
    message: about(asking) || cellText(external.message),
    begun: external.reportedAt,
  };
}

function common(host: LiveHost, attention: AttentionSnapshot | null, now: number) {
  const snoozed = attention && isSnoozed(attention, now) ? attention.snoozedUntil : null;
  return {
    host,
    asking: unsnoozed(attention, now),
    snoozedUntil: snoozed,
    staleSince: host.link === 'connected' ? null : (host.asOf ?? 0),
  };
}

function unsnoozed(attention: AttentionSnapshot | null, now: number): AttentionSnapshot | null {
  return attention && !isSnoozed(attention, now) ? attention : null;
}

function about(asking: AttentionSnapshot | null): string {
  if (!asking) return '';
  const [reason, line] = [cellText(asking.reason), cellText(asking.line)];
  return line && line !== reason ? (reason ? `${reason}: ${line}` : line) : reason;
}

function moodOf(session: SessionSnapshot): Mood {
  switch (statusOf(session.state)) {
    case 'pending':
      return 'pending';
    case 'suspended':
      return 'suspended';
    case 'running':
      if (session.activity === 'working') return 'working';
      return session.activity === 'waiting' || session.activity === 'idle' ? 'waiting' : 'quiet';
    case 'failed':
    case 'lost':
      return 'failed';
    case 'completed':
    case 'killed':
      return 'ended';
  }
}

function stateOf(session: SessionSnapshot): string {
  const status = statusOf(session.state);
  if (session.queuePlace) return `queued (${session.queuePlace})`;
  if (status === 'running' && session.activity !== 'unknown') return session.activity;
  return status === 'failed' && session.exitCode !== null ? `failed (${session.exitCode})` : status;
}

/** Smaller is more urgent: who asks, then what lives, then what ended. */
export function rank(row: DashRow): number {
  if (row.asking) return urgency(row.asking);
  return row.ended ? 20 : 10;
}
