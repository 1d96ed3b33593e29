/**
 * From reports of others' tools to what is told of their sessions. What was told is a value that
 * is kept over restarts: told is what differs from it, and nothing twice. Pure.
 */
import type { AttentionKind, AttentionSnapshot } from '@berth/shared/domain/attention';
import type { Fact } from '@berth/shared/domain/event';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
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

/** By name: each session as it was last told, and the message it bore when it was acknowledged. */
export type Told = Readonly<Record<string, ToldSession>>;

interface ToldSession {
  readonly session: ExternalSnapshot;
  readonly acknowledged: string | null;
}

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
  for (const report of chosen(look.reports, look.live, look.now)) {
    const before = Object.hasOwn(look.told, report.name) ? look.told[report.name] : undefined;
    const event = look.nextEvent + facts.length;
    // It is one question that was seen to: the next is new.
    const same = before?.session.status === report.status ? before : null;
    const acknowledged = same?.acknowledged === report.message ? report.message : null;
    const attention =
      acknowledged === null ? attentionOf(report, same?.session.attention ?? null, event) : null;
    const { at: reportedAt, ...rest } = report;
    const session = { ...rest, reportedAt, live: look.live.has(report.name), attention };
    sessions.push(session);
    const isNews = !before || newsOf(before.session) !== newsOf(session);
    if (isNews) facts.push({ type: 'externalChanged', session, gone: false });
    told[report.name] = { session: isNews ? session : before.session, acknowledged };
  }
  for (const [name, before] of Object.entries(look.told)) {
    if (name in told) continue;
    if (look.unsure) {
      told[name] = before;
      sessions.push(before.session);
    } else
      facts.push({ type: 'externalChanged', session: { ...before.session, attention: null }, gone: true });
  }
  return { facts, told, sessions };
}

/** One of each name, most urgent first; without those that nobody looks after any more. */
function chosen(reports: readonly Report[], live: ReadonlySet<string>, now: number): Report[] {
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
  return [...byName.values()]
    .filter(({ name, at }) => live.has(name) || now - at < STALE_MS)
    .sort((a, b) => rank(a) - rank(b) || b.at - a.at || (a.name < b.name ? -1 : 1))
    .slice(0, MOST);
}

function rank({ status }: Report): number {
  return HOOK_STATUSES.indexOf(status);
}

/** `before`: what stood while the status was the same. */
function attentionOf(
  report: Report,
  before: AttentionSnapshot | null,
  event: number,
): AttentionSnapshot | null {
  const kind = ATTENTION[report.status];
  if (!kind) return null;
  return {
    kind,
    reason: report.message || REASONS[kind],
    line: report.message,
    source: 'hook',
    since: before?.since ?? report.at,
    event: before?.event ?? event,
    snoozedUntil: null,
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
  return JSON.stringify([rest, asked, attention?.kind ?? null]);
}

/** Null: there is nothing to acknowledge under that name. */
export function acknowledge(told: Told, name: string): Told | null {
  const known = Object.hasOwn(told, name) ? told[name] : undefined;
  if (!known?.session.attention) return null;
  return { ...told, [name]: { ...known, acknowledged: known.session.message } };
}
