/**
 * From reports of others' tools to what is told of their sessions. What was told is a value that
 * is kept over restarts: told is what differs from it, and nothing twice. Pure.
 */
import type { AttentionKind, AttentionSnapshot, ClearReason, Verdict } from '@berth/shared/domain/attention';
import type { Fact } from '@berth/shared/domain/event';
import { activityOf, type ExternalSnapshot } from '@berth/shared/domain/external-session';
import { HOOK_STATUSES, type HookStatus } from '../attention/hook-report.ts';
import type { Report } from './report.ts';

/** A report without a tmux session is shown for so long. */
export const STALE_MS = 24 * 60 * 60 * 1000;
/** Several tools may report on one tmux session: the word of one that works counts for so long. */
const WORKING_MS = 60 * 60 * 1000;
const MOST = 500;

const ATTENTION: Readonly<Partial<Record<HookStatus, AttentionKind>>> = {
  permission: 'permission',
  waiting: 'input',
  error: 'error',
  done: 'done',
};

/** By name: each session as it was last told, and what people said to it. */
export type Told = Readonly<Record<string, ToldSession>>;

export interface ToldSession {
  readonly session: ExternalSnapshot;
  /** The message that was seen to, and how; null: it was not. */
  readonly answered: { readonly message: string; readonly by: AnsweredBy } | null;
  /** Ms since the epoch; null: not snoozed, or no more by hand. */
  readonly snoozedUntil: number | null;
  /** Seen to when it had no tmux session any more: there is nothing left to come of that report. */
  readonly putAway: boolean;
  /** Put away or long past, and told to be gone: it is shown again only once its tool reports anew. */
  readonly hidden: boolean;
}

export type AnsweredBy = Extract<ClearReason, 'typed' | 'acknowledged'>;

type ExternalFact = Extract<Fact, { type: 'externalChanged' }>;

export interface ExternalNews {
  readonly facts: readonly ExternalFact[];
  readonly told: Told;
  /** As they are now, most urgent first; what is not worth an event is newer here than in `told`. */
  readonly sessions: readonly ExternalSnapshot[];
}

export function externalNews(look: {
  readonly told: Told;
  readonly reports: readonly Report[];
  /** Names of tmux sessions. */
  readonly live: ReadonlySet<string>;
  readonly now: number;
  /** Number that the next event will have. */
  readonly nextEvent: number;
  /** Some files are not readable yet: what is missing need not be gone. */
  readonly unsure: boolean;
}): ExternalNews {
  const facts: ExternalFact[] = [];
  const told: Record<string, ToldSession> = Object.create(null);
  const sessions: ExternalSnapshot[] = [];
  const leave = (before: ToldSession) => {
    if (before.hidden) return;
    const cleared = before.session.attention ? { cleared: before.answered?.by ?? ('ended' as const) } : {};
    const session = { ...before.session, attention: null };
    facts.push({ type: 'externalChanged', session, gone: true, ...cleared });
  };
  for (const report of newestOfEach(look.reports)) {
    const before = Object.hasOwn(look.told, report.name) ? look.told[report.name] : undefined;
    const live = look.live.has(report.name);
    if (isPast(report, before, { live, now: look.now })) {
      if (!before) continue;
      leave(before);
      const known = { ...unasked(report), live, attention: null };
      told[report.name] = { ...before, session: known, hidden: true };
      continue;
    }
    if (sessions.length >= MOST) continue;
    const next = nextTold(report, before, { live, now: look.now, event: look.nextEvent + facts.length });
    sessions.push(next.session);
    const isNews = !before || before.hidden || newsOf(before.session) !== newsOf(next.session);
    if (isNews) {
      const cleared = clearedBy(before, next);
      facts.push({ type: 'externalChanged', session: next.session, gone: false, ...cleared });
    }
    told[report.name] = isNews ? next : { ...next, session: before.session };
  }
  for (const [name, before] of Object.entries(look.told)) {
    if (name in told) continue;
    if (look.unsure) {
      told[name] = before;
      if (!before.hidden) sessions.push(before.session);
    } else leave(before);
  }
  return { facts, told, sessions };
}

/** One of each name, most urgent first. */
function newestOfEach(reports: readonly Report[]): Report[] {
  const byName = new Map<string, Report>();
  for (const report of [...reports].sort((a, b) => a.at - b.at)) {
    const other = byName.get(report.name);
    const isEnd = ['idle', 'stopped', 'done'].includes(report.status);
    const worksOn =
      other !== undefined &&
      other.toolSessionId !== report.toolSessionId &&
      ['permission', 'waiting', 'working'].includes(other.status) &&
      report.at - other.at < WORKING_MS;
    if (!isEnd || !worksOn) byName.set(report.name, report);
  }
  return [...byName.values()].sort((a, b) => rank(a) - rank(b) || b.at - a.at || (a.name < b.name ? -1 : 1));
}

/** Nobody looks after it any more. */
function isPast(
  report: Report,
  before: ToldSession | undefined,
  { live, now }: { live: boolean; now: number },
): boolean {
  if (before?.hidden || before?.putAway) {
    const { status, message, reportedAt } = before.session;
    if (report.status === status && report.message === message && report.at === reportedAt) return true;
    // The last words of a tool whose terminal was ended.
    if (!live && (report.status === 'idle' || report.status === 'stopped')) return true;
  }
  return !live && now - report.at >= STALE_MS;
}

function nextTold(
  report: Report,
  before: ToldSession | undefined,
  { live, now, event }: { live: boolean; now: number; event: number },
): ToldSession {
  // It is one question that was seen to: the next is new.
  const same = before?.session.status === report.status ? before : null;
  const answered = same?.answered?.message === report.message ? same.answered : null;
  const snoozedUntil = before?.snoozedUntil ?? null;
  const stood = same?.session.attention ?? null;
  const attention = answered ? null : attentionOf(report, stood, { event, now, snoozedUntil });
  return {
    session: { ...unasked(report), live, attention },
    answered,
    snoozedUntil,
    putAway: false,
    hidden: false,
  };
}

function unasked({ at: reportedAt, ...rest }: Report): Omit<ExternalSnapshot, 'live' | 'attention'> {
  return { ...rest, reportedAt };
}

/** Why what stood before stands no more. */
function clearedBy(before: ToldSession | undefined, next: ToldSession): { cleared?: ClearReason } {
  const [stood, stands] = [before?.session.attention, next.session.attention];
  if (!stood || stood.event === stands?.event) return {};
  return { cleared: stands ? 'replaced' : (next.answered?.by ?? 'went-on') };
}

function rank({ status }: Report): number {
  return HOOK_STATUSES.indexOf(status);
}

/** `stood`: what stood while the status was the same. A snooze that ran out raises it anew. */
function attentionOf(
  report: Report,
  stood: AttentionSnapshot | null,
  { event, now, snoozedUntil }: { event: number; now: number; snoozedUntil: number | null },
): AttentionSnapshot | null {
  const kind = ATTENTION[report.status];
  if (!kind) return null;
  const ranOut = snoozedUntil !== null && snoozedUntil <= now && stood?.snoozedUntil === snoozedUntil;
  return {
    kind,
    reason: report.message || REASONS[kind],
    line: report.message,
    source: 'hook',
    since: stood?.since ?? report.at,
    event: stood && !ranOut ? stood.event : event,
    snoozedUntil: snoozedUntil !== null && snoozedUntil > now ? snoozedUntil : null,
  };
}

const REASONS: Readonly<Record<AttentionKind, string>> = {
  permission: 'asks for permission',
  input: 'waits for input',
  error: 'reports an error',
  done: 'is done',
  bell: 'rang',
};

/**
 * What makes an event. Figures and times change all the time, and what a tool that works says of
 * its work: those are for who looks.
 */
function newsOf({
  reportedAt: _at,
  metrics: _metrics,
  message,
  attention,
  ...rest
}: ExternalSnapshot): string {
  const asked = rest.status === 'working' || rest.status === 'idle' ? '' : message;
  const asks = attention && [attention.kind, attention.event, attention.snoozedUntil];
  return JSON.stringify([rest, asked, asks]);
}

/**
 * Somebody saw to what it asks for; what has no tmux session any more is put away with that. Null:
 * there is nothing to see to. `now`: the session as it is.
 */
export function answer(told: Told, now: ExternalSnapshot, by: AnsweredBy): Told | null {
  const known = Object.hasOwn(told, now.name) ? told[now.name] : undefined;
  const putAway = by === 'acknowledged' && !now.live;
  if (!known || known.hidden || !(known.session.attention || putAway)) return null;
  const answered = { message: now.message, by };
  const session = { ...now, attention: known.session.attention };
  return { ...told, [now.name]: { ...known, session, answered, putAway } };
}

/** `until` in ms since the epoch; in the past: ends it, and it is not raised anew. */
export function snooze(told: Told, name: string, { until, now }: { until: number; now: number }): Told {
  const known = Object.hasOwn(told, name) ? told[name] : undefined;
  if (!known) return told;
  return { ...told, [name]: { ...known, snoozedUntil: until > now ? until : null } };
}

/** What its file says, as `berth explain` shows it. */
export function explain({ session, answered }: ToldSession): Verdict {
  const { status, message, reportedAt, attention } = session;
  const asks = ATTENTION[status as HookStatus] ?? null;
  const lost = asks && !attention ? `${answered?.by ?? 'acknowledged'} since` : '';
  return {
    source: 'hook',
    rule: `external-${status}`,
    at: reportedAt,
    activity: activityOf(status),
    attention: asks,
    seen: message || `its report says ${status}`,
    holds: lost === '',
    lost,
  };
}
