/**
 * Looks at the agent's health every 10 s, sooner after a failure, and on demand. Invariants:
 * - one look at a time: who asks meanwhile, or right after, gets the same report;
 * - each failure is told once, and once that it is over;
 * - unhealthy is said after two failed looks of its own in a row, healthy again after one good one.
 */
import type { CheckResult, HealthReport } from './checks.ts';

export interface MonitorOptions {
  readonly look: () => Promise<HealthReport>;
  readonly now: () => number;
  /** After each look of its own; `healthy` is the verdict over several. */
  readonly onReport: (report: HealthReport, healthy: boolean) => void;
  readonly onFailure: (check: CheckResult) => void;
  readonly onRecovery: (check: CheckResult) => void;
}

const EVERY_MS = 10_000;
const SOON_MS = 2000;
/** A report this young is given to whoever asks: probes must not add up to load. */
const FRESH_MS = 1000;
const FAILURES = 2;

export class HealthMonitor implements Disposable {
  readonly #o: MonitorOptions;
  #last: { at: number; report: HealthReport } | null = null;
  #looking: Promise<HealthReport> | null = null;
  #failures = 0;
  readonly #failing = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: MonitorOptions) {
    this.#o = options;
  }

  /** The newest report, without looking; null before the first. */
  get last(): HealthReport | null {
    return this.#last?.report ?? null;
  }

  /** Begins to look. */
  start(): void {
    void this.#round();
  }

  /** A report not older than a second. */
  async report(): Promise<HealthReport> {
    if (this.#last && this.#o.now() - this.#last.at < FRESH_MS) return this.#last.report;
    this.#looking ??= this.#look();
    return await this.#looking;
  }

  async #look(): Promise<HealthReport> {
    try {
      const report = await this.#o.look();
      this.#last = { at: this.#o.now(), report };
      for (const check of report.checks) this.#note(check);
      return report;
    } finally {
      this.#looking = null;
    }
  }

  #note(check: CheckResult): void {
    if (check.ok) {
      if (this.#failing.delete(check.name)) this.#o.onRecovery(check);
    } else if (!this.#failing.has(check.name)) {
      this.#failing.add(check.name);
      this.#o.onFailure(check);
    }
  }

  async #round(): Promise<void> {
    const report = await this.report();
    if (this.#stopped) return;
    this.#failures = report.ok ? 0 : this.#failures + 1;
    this.#o.onReport(report, this.#failures < FAILURES);
    this.#timer = setTimeout(() => void this.#round(), report.ok ? EVERY_MS : SOON_MS);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }
}
