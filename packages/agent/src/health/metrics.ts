/** The agent's figures for Prometheus: numbers and fixed labels, no names, prompts or secrets. */
import { SESSION_STATES } from '@berth/shared/domain/session-state';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is read when somebody asks; amounts in bytes, times in seconds. */
export interface Figures {
  readonly sessions: Readonly<Record<string, number>>;
  readonly heldSlots: number;
  readonly heldBytes: number;
  readonly capacityBytes: number;
  readonly attachedClients: number;
  readonly eventLagSeconds: number;
  readonly eventLoopLagSeconds: number;
}

export interface MetricsOptions {
  readonly version: string;
  readonly figures: () => Figures;
  /** What all sessions use now, in bytes; null where it cannot be told. */
  readonly sessionMemory?: () => Promise<number | null>;
}

export interface Metrics {
  /** Prometheus' text format 0.0.4. */
  text(): Promise<string>;
  readonly contentType: string;
  rpc(call: { method: string; code: string; ms: number }): void;
  journalCommit(ms: number): void;
  oomKill(): void;
  watchdogPing(): void;
  watchdogWithheld(): void;
}

const RPC_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const counter = (name: string, help: string) => new Counter({ name, help, registers });

  const sessions = new Gauge({
    name: 'berth_sessions',
    help: 'Sessions that the agent knows, by state.',
    labelNames: ['state'],
    registers,
  });
  const slots = gauge('berth_slots_held', 'Memory slots that are held now, reservations included.');
  const capacity = gauge('berth_memory_capacity_bytes', 'What all slots together may hold.');
  const held = gauge('berth_memory_held_bytes', 'What the slots hold now.');
  const attached = gauge('berth_attached_clients', 'Terminals attached through the agent.');
  const eventLag = gauge(
    'berth_event_lag_seconds',
    'How long the slowest event watcher has had events waiting for it; 0 where none waits.',
  );
  const loopLag = gauge('berth_event_loop_lag_seconds', 'How late the event loop runs, 99th percentile.');
  const oomKills = counter(
    'berth_oom_kills_total',
    'Processes of sessions that the kernel ended for memory.',
  );
  const pings = counter('berth_watchdog_pings_total', "Times that systemd's watchdog was fed.");
  const withheld = counter('berth_watchdog_withheld_total', 'Times that a failed check held the ping back.');
  const rpc = new Histogram({
    name: 'berth_rpc_duration_seconds',
    help: 'Calls by method and gRPC code, streams over their whole life.',
    labelNames: ['method', 'code'],
    buckets: RPC_SECONDS,
    registers,
  });
  const commits = new Histogram({
    name: 'berth_journal_commit_seconds',
    help: 'Commits to the journal, each on disk when it ends.',
    buckets: COMMIT_SECONDS,
    registers,
  });
  new Gauge({
    name: 'berth_build_info',
    help: 'Always 1; the version is its label.',
    labelNames: ['version'],
    registers,
  }).set({ version: options.version }, 1);
  const { sessionMemory } = options;
  const memory = sessionMemory
    ? gauge('berth_session_memory_bytes', 'What all sessions together use now.')
    : null;

  return {
    contentType: registry.contentType,
    async text() {
      const figures = options.figures();
      for (const state of SESSION_STATES) sessions.set({ state }, figures.sessions[state] ?? 0);
      slots.set(figures.heldSlots);
      held.set(figures.heldBytes);
      capacity.set(figures.capacityBytes);
      attached.set(figures.attachedClients);
      eventLag.set(figures.eventLagSeconds);
      loopLag.set(figures.eventLoopLagSeconds);
      const used = (await sessionMemory?.()) ?? null;
      if (used === null) memory?.remove();
      else memory?.set(used);
      return await registry.metrics();
    },
    rpc: ({ method, code, ms }) => rpc.observe({ method, code }, ms / 1000),
    journalCommit: (ms) => commits.observe(ms / 1000),
    oomKill: () => oomKills.inc(),
    watchdogPing: () => pings.inc(),
    watchdogWithheld: () => withheld.inc(),
  };
}
