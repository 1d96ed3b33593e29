/** The agent's health put together: checks, watchdog, HTTP, and the word that gRPC and warnings carry on. */
import { messageOf } from '@berth/shared/domain/berth-error';
import type { Log } from '../log.ts';
import {
  checkService,
  createChecks,
  eventLoopCheck,
  journalCheck,
  type LiveTerminal,
  socketCheck,
  tmuxCheck,
} from './checks.ts';
import type { EventLoopLag } from './event-loop.ts';
import type { Metrics } from './metrics.ts';
import { HealthMonitor } from './monitor.ts';
import { startWatchdog } from './watchdog.ts';

export interface HealthOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly eventLoop: EventLoopLag;
  readonly journal: { ping(): void };
  readonly socket: string;
  /** Sessions whose tmux must answer: not those that are frozen. */
  readonly terminals: () => readonly LiveTerminal[];
  /** The host takes no new sessions: not ready, but well. */
  readonly draining?: () => boolean;
  /** Undefined: no HTTP. */
  readonly httpPort: number | undefined;
  /** Tells systemd, e.g. `WATCHDOG=1`; true if that worked. */
  readonly notify: (state: string) => Promise<boolean>;
  /** One line of live figures, for systemd. */
  readonly status: () => string;
}

export interface Health extends AsyncDisposable {
  /** Null: off, or the port was taken (see warnings). */
  readonly httpPort: number | null;
  /** The agent serves from now on; `tell` gets the health of each gRPC health service whenever it was looked at. */
  serving(tell: (service: string, healthy: boolean) => void): void;
  /** The agent does not serve any more, though it may still answer. */
  stopping(): void;
  /** What fails now, for people. */
  warnings(): string[];
}

const CHECK_MS = 3000;
const EVENT_LOOP_LIMIT_MS = 1000;

export async function startHealth(options: HealthOptions): Promise<Health> {
  const { log, metrics } = options;
  const scope = new AsyncDisposableStack();
  const problems: string[] = [];
  let notServing: string | null = 'starting';
  let tell: (service: string, healthy: boolean) => void = () => {};

  const checks = [
    eventLoopCheck(options.eventLoop, EVENT_LOOP_LIMIT_MS),
    journalCheck(options.journal),
    tmuxCheck(options.terminals),
    socketCheck(options.socket),
  ];
  const monitor = new HealthMonitor({
    look: createChecks(checks, CHECK_MS),
    now: () => performance.now(),
    onReport(report, healthy) {
      for (const check of report.checks) tell(checkService(check.name), check.ok);
      tell('', healthy);
    },
    onFailure: ({ name, detail }) => log.error({ check: name, detail }, 'a health check failed'),
    onRecovery: ({ name }) => log.info({ check: name }, 'a health check passes again'),
  });
  scope.use(monitor);

  let httpPort: number | null = null;
  if (options.httpPort !== undefined) {
    try {
      const { httpPort: port } = options;
      const report = () => monitor.report();
      const why = () => notServing ?? (options.draining?.() ? 'draining' : null);
      const { serveHttp } = await import('./http.ts');
      const http = await serveHttp({ port, notServing: why, report, metrics });
      scope.use(http);
      httpPort = http.port;
      log.info({ port: httpPort }, 'health and metrics on loopback');
    } catch (error) {
      // Sessions matter more than their figures: the agent serves without them, and says so.
      const message = `no health and metrics over HTTP: ${messageOf(error)}`;
      log.error(message);
      problems.push(message);
    }
  }

  return {
    httpPort,
    serving(listener) {
      tell = listener;
      notServing = null;
      monitor.start();
      const watchdog = startWatchdog({
        env: options.env,
        pid: process.pid,
        report: () => monitor.report(),
        notify: options.notify,
        onPing: () => metrics.watchdogPing(),
        onWithheld: (failed) => {
          metrics.watchdogWithheld();
          log.error({ checks: failed }, "systemd's watchdog is not fed");
        },
        status: options.status,
        now: () => performance.now(),
      });
      scope.use(watchdog);
    },
    stopping() {
      notServing = 'stopping';
      monitor[Symbol.dispose]();
    },
    warnings: () => [
      ...problems,
      ...(monitor.last?.checks ?? [])
        .filter((check) => !check.ok)
        .map(({ name, detail }) => `health check ${name} failed: ${detail}`),
    ],
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}
