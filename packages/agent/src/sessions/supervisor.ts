/**
 * Keeps a lane and a watch for each session that may have a unit: wakes the lane on news, and
 * the readers of its output when it printed.
 */
import { messageOf } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Observed } from '../domain/plan.ts';
import { isActive, type Session } from '../domain/session.ts';
import type { Effects } from './execute.ts';
import { Lane } from './lane.ts';
import { limiter } from './limiter.ts';
import type { Watcher } from './ports.ts';

export interface SupervisorOptions {
  readonly effects: Effects;
  readonly watcher: Watcher;
  readonly observe: (session: Session) => Promise<Observed>;
  readonly log: (level: 'warn' | 'error', fields: object, message: string) => void;
}

/** Unit liveness is looked at this often: what the watches cannot tell (a unit killed from outside). */
const SWEEP_MS = 10_000;
const LOOKS_AT_ONCE = 8;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #lanes = new Map<string, { lane: Lane; watch: Disposable | null }>();
  readonly #readers = new Map<string, Set<() => void>>();
  readonly #limit = limiter(LOOKS_AT_ONCE);
  readonly #sweep: NodeJS.Timeout;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    options.effects.registry.onChange((session) => this.#changed(session));
    this.#sweep = setInterval(() => void this.#sweepUnits(), SWEEP_MS);
    this.#sweep.unref();
  }

  /** Starts work on a session, or gives it another look. */
  wake(sessionId: string): Lane {
    const known = this.#lanes.get(sessionId);
    if (known) {
      known.lane.wake();
      return known.lane;
    }
    const { effects, observe, log } = this.#options;
    const lane = new Lane({
      sessionId,
      effects,
      observe: (session) => this.#limit(() => observe(session)),
      onError: (error) =>
        log('error', { session: sessionId, error: messageOf(error) }, 'work on a session failed'),
    });
    this.#lanes.set(sessionId, { lane, watch: null });
    lane.wake();
    return lane;
  }

  /** Takes over a session that was there before this agent: a watch where it runs, and a first look. */
  adopt(session: Session): void {
    this.wake(session.id);
    const entry = this.#lanes.get(session.id);
    if (entry && isActive(session) && session.state !== 'starting') entry.watch ??= this.#watch(session);
  }

  /** Signals sent to a session's program by this agent, in order. */
  signals(sessionId: string): readonly string[] {
    return this.#lanes.get(sessionId)?.lane.signals ?? [];
  }

  /** Calls back whenever the session may have printed something. */
  onOutput(sessionId: string, listener: () => void): Disposable {
    const readers = this.#readers.get(sessionId) ?? new Set();
    this.#readers.set(sessionId, readers.add(listener));
    return {
      [Symbol.dispose]: () => {
        readers.delete(listener);
        if (readers.size === 0) this.#readers.delete(sessionId);
      },
    };
  }

  /** Resolves when no lane has work at hand. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(({ lane }) => lane.settled()));
  }

  /** Stops all work; sessions go on without the agent. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    for (const { watch } of this.#lanes.values()) watch?.[Symbol.dispose]();
    await Promise.all([...this.#lanes.values()].map(({ lane }) => lane.stop()));
  }

  #changed(session: Session): void {
    const entry = this.#lanes.get(session.id);
    if (session.state === 'running' && entry && !entry.watch) entry.watch = this.#watch(session);
    this.#ring(session.id);
    if (!isFinal(session.state)) return;
    // The lane ends itself; it stays in the map a while for what it knows of signals.
    entry?.watch?.[Symbol.dispose]();
    setTimeout(() => this.#forget(session.id), 60_000).unref();
  }

  #watch(session: Session): Disposable {
    const { watcher, effects } = this.#options;
    const paths = effects.files.paths(session.id);
    return watcher.watch(paths.directory, (fileName) => {
      if (fileName !== 'transcript') this.wake(session.id);
      if (fileName === 'transcript' || fileName === null) {
        this.#ring(session.id);
        void effects.transcripts.trim(paths).catch((error: unknown) => {
          this.#options.log('warn', { session: session.id, error: messageOf(error) }, 'trim failed');
        });
      }
    });
  }

  #ring(sessionId: string): void {
    for (const wake of this.#readers.get(sessionId) ?? []) wake();
  }

  async #sweepUnits(): Promise<void> {
    const { effects, log } = this.#options;
    for (const session of effects.registry.active()) {
      const paths = effects.files.paths(session.id);
      try {
        const gone = (await effects.units.observe(session.id, paths)) !== 'alive';
        if (gone || (await effects.files.exitRecord(session.id))) this.wake(session.id);
      } catch (error) {
        log('warn', { session: session.id, error: messageOf(error) }, 'could not look at a unit');
      }
    }
  }

  #forget(sessionId: string): void {
    const session = this.#options.effects.registry.get(sessionId);
    if (session && !isFinal(session.state)) return;
    void this.#lanes.get(sessionId)?.lane.stop();
    this.#lanes.delete(sessionId);
  }
}
