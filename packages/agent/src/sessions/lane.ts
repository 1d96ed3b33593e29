/**
 * One lane a session: its work, one thing after another. Invariants:
 * - `run` is never entered twice at once; a wake during a run leads to one more look;
 * - a step is run only from a plan made of a look at the session after the step before it;
 * - a look that failed is tried again, later and later, and changes nothing.
 */
import { isFinal } from '@berth/shared/domain/session-state';
import { type Observed, plan, type Step } from '../domain/plan.ts';
import type { Session } from '../domain/session.ts';
import { type Effects, executors } from './execute.ts';

export interface LaneOptions {
  readonly sessionId: string;
  readonly effects: Effects;
  readonly observe: (session: Session) => Promise<Observed>;
  readonly onError: (error: unknown) => void;
}

const RETRY_MS = { first: 500, most: 30_000 };

export class Lane {
  readonly #options: LaneOptions;
  #wanted = false;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #stopped = false;
  /** Signals sent to the session in this life of the agent, in order. */
  readonly signals: string[] = [];

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Looks again soon. Never blocks, never throws. */
  wake(): void {
    if (this.#stopped) return;
    this.#wanted = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // Woken after its last look, and before this.
      if (this.#wanted) this.wake();
    });
  }

  /** Resolves once there is nothing to do but wait for news. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Ends the lane; a step under way is finished. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wanted = false;
    if (this.#timer) clearTimeout(this.#timer);
    await this.settled();
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      try {
        await this.#work();
        this.#failures = 0;
      } catch (error) {
        this.#options.onError(error);
        this.#failures += 1;
        this.#wakeIn(Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** this.#failures));
      }
    }
  }

  async #work(): Promise<void> {
    const { effects, sessionId, observe } = this.#options;
    const session = effects.registry.get(sessionId);
    if (!session || (isFinal(session.state) && this.#stopped)) return;
    const steps = plan(session, await observe(session), effects.now());
    for (const step of steps) {
      // A call may have changed the session while the last step was under way.
      if (effects.registry.get(sessionId) !== session && step.do !== 'record') {
        this.#wanted = true;
        return;
      }
      if ((await this.#perform(step, session)) === 'look-again') {
        this.#wanted = true;
        return;
      }
    }
    const last = steps.at(-1);
    if (last && last.do !== 'wait') this.#wanted = true;
  }

  async #perform(step: Step, session: Session): Promise<'go-on' | 'look-again'> {
    const { effects } = this.#options;
    switch (step.do) {
      case 'wait':
        this.#wakeIn(Math.max(0, step.until - effects.now()));
        return 'go-on';
      case 'signal':
        if (this.signals.includes(step.signal)) return 'go-on';
        this.signals.push(step.signal);
        await effects.units.signal(
          session.id,
          effects.files.paths(session.id),
          `SIG${step.signal}` as NodeJS.Signals,
        );
        return 'go-on';
      case 'stop':
        return await executors.stop(step, session, effects);
      case 'launch':
        return await executors.launch(step, session, effects);
      case 'restage':
        return await executors.restage(step, session, effects);
      case 'unstage':
        return await executors.unstage(step, session, effects);
      case 'freeze':
        return await executors.freeze(step, session, effects);
      case 'thaw':
        return await executors.thaw(step, session, effects);
      case 'drain':
        return await executors.drain(step, session, effects);
      case 'record':
        return await executors.record(step, session, effects);
    }
  }

  #wakeIn(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#stopped) return;
    // setTimeout takes at most 2^31-1 ms; a longer wait just looks once in between.
    this.#timer = setTimeout(() => this.wake(), Math.min(ms, 2 ** 31 - 1));
  }
}
