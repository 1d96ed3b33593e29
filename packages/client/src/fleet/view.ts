/** Snapshots of hosts and sessions -> the rows that `list` and `status` show and print as JSON. Pure. */
import type { AttentionSnapshot, ToolFigures } from '@berth/shared/domain/attention';
import { externalAsSession, isExternal } from '@berth/shared/domain/external-session';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal, type SessionStatus, statusOf } from '@berth/shared/domain/session-state';
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';
import type { HostConfig } from '../config/remotes.ts';
import { priceOf } from '../placement/tiers.ts';
import type { Answer } from './fan-out.ts';
import type { Holding } from './inventory.ts';
import type { KeptHost } from './kept-host.ts';
import { bySessionOrder } from './session-order.ts';

const DAY_MS = 86_400_000;

export type SessionRow = ReturnType<typeof sessionRow>;
export type HostRow = ReturnType<typeof hostRow>;

export function sessionRow(
  place: { host: HostConfig; hostname: string; staleSince?: number | null },
  session: SessionSnapshot,
  now: number,
) {
  return {
    session_id: session.id,
    name: session.name,
    vm_name: place.host.name,
    hostname: place.hostname,
    session: session.name || session.id,
    status: statusOf(session.state) as SessionStatus,
    state: session.state,
    failure_reason: session.failureReason,
    detail: session.detail,
    attention: session.attention && attentionRow(session.attention),
    activity: session.activity,
    figures: session.figures && figuresRow(session.figures),
    headless: session.headless,
    skip_permissions: session.skipPermissions,
    external: isExternal(session.id),
    remote: place.host.kind !== 'local',
    prompt: session.prompt || session.argv.join(' ') || (isExternal(session.id) ? session.detail : ''),
    preset: session.preset,
    argv: session.argv,
    created_at: iso(session.createdAt),
    started_at: isoOrNull(session.startedAt),
    ended_at: isoOrNull(session.endedAt),
    age_minutes: minutes(now - session.createdAt),
    exit_code: session.exitCode,
    memory_bytes: session.memoryBytes,
    memory_peak_bytes: session.memoryPeakBytes,
    memory_used_bytes: session.memoryUsedBytes,
    cpu_seconds: session.cpuMs === null ? null : session.cpuMs / 1000,
    cpu_percent: session.cpuPercent,
    oom_kills: session.oomKills,
    enforcement: session.enforcement,
    restart: session.restartPolicy,
    attached_clients: session.attachedClients,
    incarnation: session.incarnation,
    tags: session.tags,
    workspace: session.workspace,
    source: sourceRow(session.source),
    env_names: session.envNames,
    transcript_start: session.transcriptStart,
    transcript_end: session.transcriptEnd,
    queue_place: session.queuePlace,
    queued_at: isoOrNull(session.queuedAt),
    suspend_requested_at: isoOrNull(session.suspendRequestedAt),
    region: place.host.region ?? '',
    stale_since: isoOrNull(place.staleSince ?? null),
  };
}

export function attentionRow({ kind, reason, since, line, source, snoozedUntil }: AttentionSnapshot) {
  return { kind, reason, since: iso(since), line, source, snoozed_until: isoOrNull(snoozedUntil) };
}

/** What the workspace began with. */
function sourceRow(source: WorkspaceSource) {
  switch (source.kind) {
    case 'empty':
    case 'directory':
    case 'clone':
      return source;
    case 'checkout': {
      const { kind, repository, upload, branch, commit, indexCommit, workCommit, historyLeftOut } = source;
      const commits = { commit, index_commit: indexCommit, work_commit: workCommit };
      return { kind, repository, upload, branch, ...commits, history_left_out: historyLeftOut };
    }
  }
}

function figuresRow({ turns, inputTokens, outputTokens, toolCalls, subagents }: ToolFigures) {
  const tokens = { input_tokens: inputTokens, output_tokens: outputTokens };
  return { turns, ...tokens, tool_calls: toolCalls, subagents };
}

/** `kept`: what is remembered of a host that does not answer. */
export function hostRow(answer: Answer<Holding>, kept: { readonly asOf: number; now: number } | null = null) {
  return {
    name: answer.host.name,
    state: answer.ok ? 'online' : 'unreachable',
    latency_ms: answer.latencyMs,
    age_ms: answer.ok ? 0 : kept && Math.max(0, kept.now - kept.asOf),
    error: answer.ok ? null : answer.error.message,
  };
}

export interface ListFilter {
  /** Empty: all. */
  readonly statuses: readonly string[];
  readonly tags: Readonly<Record<string, string | null>>;
  /** Also what ended more than a day ago. */
  readonly all: boolean;
}

/** What is remembered of a host that does not answer. */
export type Kept = Pick<KeptHost, 'asOf' | 'sessions'>;

/**
 * The rows to show, who asks for a person first, then the newest; how many old ones were left out, and
 * how many did not fit the filter. `kept` by the name of the host.
 */
export function listView(
  answers: readonly Answer<Holding>[],
  filter: ListFilter,
  now: number,
  kept: ReadonlyMap<string, Kept> = new Map(),
): { sessions: SessionRow[]; hosts: HostRow[]; leftOut: number; unfit: number } {
  const rows = answers.flatMap((answer) => {
    const { host } = answer;
    const known = kept.get(host.name);
    if (!answer.ok) {
      const place = { host, hostname: host.name, staleSince: known?.asOf ?? null };
      const sessions = [...(known?.sessions.values() ?? [])];
      return sessions.map((session) => ({ session, row: sessionRow(place, session, now) }));
    }
    const place = { host, hostname: answer.value.host?.hostname ?? host.name };
    const sessions = [...answer.value.sessions, ...answer.value.external.map(externalAsSession)];
    return sessions.map((session) => ({ session, row: sessionRow(place, session, now) }));
  });
  const wanted = rows.filter(({ row }) => matches(row, filter));
  const shown = filter.all ? wanted : wanted.filter(({ session }) => !isOld(session, now));
  const order = bySessionOrder(now);
  shown.sort((a, b) => order(a.session, b.session));
  const keptOf = (name: string) => {
    const known = kept.get(name);
    return known ? { asOf: known.asOf, now } : null;
  };
  return {
    sessions: shown.map(({ row }) => row),
    hosts: answers.map((answer) => hostRow(answer, keptOf(answer.host.name))),
    leftOut: wanted.length - shown.length,
    unfit: rows.length - wanted.length,
  };
}

/** It ended more than a day ago: lists leave it out unless all is asked for. */
export function isOld({ state, endedAt }: SessionSnapshot, now: number): boolean {
  return isFinal(state) && endedAt !== null && now - endedAt > DAY_MS;
}

function matches(row: SessionRow, filter: ListFilter): boolean {
  if (filter.statuses.length > 0 && !filter.statuses.includes(row.status)) return false;
  return Object.entries(filter.tags).every(([key, value]) =>
    value === null ? Object.hasOwn(row.tags, key) : row.tags[key] === value,
  );
}

/** The shape of `status --json`. A host that did not answer counts nothing and says so. */
export function pool(answers: readonly Answer<Holding>[], now: number) {
  const vms = answers.map((answer) => vmRow(answer, now));
  const sum = (pick: (vm: (typeof vms)[number]) => number) => vms.reduce((total, vm) => total + pick(vm), 0);
  return {
    total_vms: vms.length,
    total_capacity: sum((vm) => vm.capacity),
    active_sessions: sum((vm) => vm.active_sessions),
    available_capacity: sum((vm) => vm.available_capacity),
    memory_total_bytes: sum((vm) => vm.memory_total_bytes),
    memory_used_bytes: sum((vm) => vm.memory_reserved_bytes),
    cost_per_hour: cents(sum((vm) => (vm.load ? (vm.price_per_hour ?? 0) : 0))),
    idle_cost_per_hour: cents(sum((vm) => (vm.idle ? (vm.price_per_hour ?? 0) : 0))),
    queued_sessions: sum((vm) => vm.queued_sessions),
    sessions_by_status: countByStatus(answers),
    vms,
  };
}

export function vmRow(answer: Answer<Holding>, now: number) {
  const { name, size = '', region = '' } = answer.host;
  const base = { name, size, region, price_per_hour: priceOf(answer.host) };
  const host = answer.ok ? answer.value.host : null;
  if (!answer.ok || !host) {
    const error = answer.ok ? 'it told nothing about itself' : answer.error.message;
    const nothing = { capacity: 0, active_sessions: 0, available_capacity: 0, queued_sessions: 0 };
    const memory = { memory_total_bytes: 0, memory_reserved_bytes: 0, memory_capacity_bytes: 0 };
    return {
      ...base,
      ...nothing,
      ...memory,
      state: 'unreachable',
      idle: false,
      idle_since: null,
      age_minutes: null,
      enforcement: null,
      sessions: [],
      memory_used_bytes: 0,
      load: null,
      error,
    };
  }
  const holders = answer.value.sessions.filter(({ state }) => !isFinal(state) && state !== 'queued');
  const active = holders.length;
  const free = freeSlots(host);
  return {
    ...base,
    capacity: active + free,
    active_sessions: active,
    available_capacity: free,
    queued_sessions: host.queue.sessions,
    memory_total_bytes: host.ledger.memoryTotalBytes,
    memory_reserved_bytes: host.ledger.heldBytes,
    memory_capacity_bytes: host.ledger.capacityBytes,
    state: host.draining ? 'draining' : 'online',
    // Who waits in line there is about to begin.
    idle: host.ledger.heldSlots + host.queue.sessions === 0,
    idle_since: isoOrNull(host.idleSince),
    age_minutes: minutes(now - host.agentStartedAt),
    enforcement: host.enforcement,
    sessions: holders.map(usageRow),
    memory_used_bytes: answer.value.sessions.reduce((sum, s) => sum + s.memoryUsedBytes, 0),
    load: {
      cpus: host.load.cpus,
      load_average: host.load.loadAverage,
      memory_available_bytes: host.load.memoryAvailableBytes,
      disk_total_bytes: host.load.diskTotalBytes,
      disk_free_bytes: host.load.diskFreeBytes,
    },
    error: null,
  };
}

/** What one session uses of its slot now. */
function usageRow(session: SessionSnapshot) {
  return {
    session_id: session.id,
    name: session.name,
    status: statusOf(session.state),
    memory_bytes: session.memoryBytes,
    memory_used_bytes: session.memoryUsedBytes,
    memory_peak_bytes: session.memoryPeakBytes,
    cpu_seconds: session.cpuMs === null ? null : session.cpuMs / 1000,
    cpu_percent: session.cpuPercent,
  };
}

/** Slots of the host's usual size that fit now. */
function freeSlots(host: HostSnapshot): number {
  const { capacityBytes, heldBytes, defaultSlotBytes } = host.ledger;
  return defaultSlotBytes > 0 ? Math.max(0, Math.floor((capacityBytes - heldBytes) / defaultSlotBytes)) : 0;
}

function countByStatus(answers: readonly Answer<Holding>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    for (const session of answer.ok ? answer.value.sessions : []) {
      const status = statusOf(session.state);
      counts[status] = (counts[status] ?? 0) + 1;
    }
  }
  return counts;
}

/** Sums of prices, without what adding them makes of their digits. */
function cents(dollars: number): number {
  return Math.round(dollars * 10_000) / 10_000;
}

function minutes(ms: number): number {
  return Math.max(0, Math.floor(ms / 60_000));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
