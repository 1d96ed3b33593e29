/**
 * What is known of each session's attention, in memory with the journal behind. Invariants:
 * - what is told has been committed, in one step with the state it follows from;
 * - a signal that changes nothing that is told is kept in memory alone, and committed with the next
 *   change: whoever looks again after a crash comes to the same conclusions.
 */
import type { Verdict } from '@berth/shared/domain/attention';
import type { Fact } from '@berth/shared/domain/event';
import { isFinal } from '@berth/shared/domain/session-state';
import { type AttentionState, NO_PULSE, NOTHING_KNOWN, type Pulse } from '../domain/attention/evidence.ts';
import { reduce, type Signal, settle } from '../domain/attention/reduce.ts';
import { judge, judgeAgainAt } from '../domain/attention/rules.ts';
import { NO_OVERLAY, type Overlay } from '../domain/snapshot.ts';
import type { GrantedRequest, Journal } from './journal-port.ts';
import type { Registry } from './registry.ts';

export interface AttentionKeeperOptions {
  readonly journal: Pick<Journal, 'attention' | 'eventRange'>;
  readonly registry: () => Pick<Registry, 'keepAttention' | 'get'>;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** Percent of one CPU; null where that is not known. */
  readonly cpuPercent: (sessionId: string) => number | null;
  readonly onProblem: (sessionId: string, error: unknown) => void;
}

type Printing = Pick<Pulse, 'printing' | 'printedAt'>;

export class AttentionKeeper implements Disposable {
  readonly #o: AttentionKeeperOptions;
  readonly #states = new Map<string, AttentionState>();
  readonly #printing = new Map<string, Printing>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: AttentionKeeperOptions) {
    this.#o = options;
    for (const [id, record] of options.journal.attention()) {
      this.#states.set(id, { ...NOTHING_KNOWN, ...(JSON.parse(record) as Partial<AttentionState>) });
    }
  }

  state(sessionId: string): AttentionState {
    return this.#states.get(sessionId) ?? NOTHING_KNOWN;
  }

  of(sessionId: string): Overlay {
    const state = this.#states.get(sessionId);
    if (!state) return NO_OVERLAY;
    return { attention: state.standing, activity: state.activity, figures: state.figures };
  }

  /** Takes one piece of evidence in. `scanned`: the transcript has been looked through up to here. */
  signal(sessionId: string, signal: Signal, scanned?: number): void {
    const next = reduce(this.state(sessionId), signal);
    this.#settle(sessionId, scanned === undefined ? next : { ...next, scanned });
  }

  /** It began to print, or fell silent: told, with what follows from it. */
  printing(sessionId: string, printing: Printing, transcriptEnd: number): void {
    this.#printing.set(sessionId, printing);
    const state = { ...this.state(sessionId), printing: printing.printing };
    this.#settle(sessionId, state, [{ type: 'outputChanged', printing: state.printing, transcriptEnd }]);
  }

  /** Goes on with what an agent before this one told: nothing is told again. True if the session printed. */
  resume(sessionId: string): boolean {
    const { printing } = this.state(sessionId);
    if (printing) this.#printing.set(sessionId, { printing, printedAt: this.#o.now() });
    return printing;
  }

  /** What the session did so far is no news: see evidence.ts. */
  isOld(sessionId: string): void {
    this.checkpoint(sessionId, -1);
  }

  /** Keeps how far the transcript was looked through; nothing is told. */
  checkpoint(sessionId: string, scanned: number): void {
    const state = { ...this.state(sessionId), scanned };
    this.#commit(sessionId, { state, facts: [] });
  }

  /** Somebody typed into it. Cheap where it asked for nobody: nothing is committed then. */
  typed(sessionId: string): void {
    this.signal(sessionId, { type: 'answered', at: this.#o.now(), by: 'typed' });
  }

  /** True if there was something to clear; then the request is remembered with it. */
  acknowledge(sessionId: string, request: GrantedRequest): boolean {
    const stood = this.state(sessionId).standing !== null;
    const next = reduce(this.state(sessionId), { type: 'answered', at: this.#o.now(), by: 'acknowledged' });
    this.#settle(sessionId, next, [], request);
    return stood;
  }

  /** `until` in ms since the epoch; in the past: ends it. */
  snooze(sessionId: string, until: number, request: GrantedRequest): void {
    const state = reduce(this.state(sessionId), { type: 'snooze', until });
    const ends = until <= this.#o.now();
    // Ended by hand, it is not raised anew: whoever ended it knows of it.
    const quiet = ends ? { ...state, snoozedUntil: null } : state;
    const standing = quiet.standing && { ...quiet.standing, snoozedUntil: quiet.snoozedUntil };
    this.#commit(sessionId, {
      state: { ...quiet, standing },
      facts: [{ type: 'attentionSnoozed', until }],
      request,
    });
    this.#again(sessionId);
  }

  explain(sessionId: string): readonly Verdict[] {
    return judge(this.state(sessionId), this.#pulse(sessionId), this.#o.now()).verdicts;
  }

  /** The session has ended, or is gone: what moves by itself is forgotten. */
  forget(sessionId: string): void {
    this.#printing.delete(sessionId);
    clearTimeout(this.#timers.get(sessionId));
    this.#timers.delete(sessionId);
  }

  /** The session was removed: nothing is known of it. */
  removed(sessionId: string): void {
    this.forget(sessionId);
    this.#states.delete(sessionId);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #pulse(sessionId: string): Pulse {
    const printing = this.#printing.get(sessionId) ?? NO_PULSE;
    return { ...printing, cpuPercent: this.#o.cpuPercent(sessionId) };
  }

  /** `facts` go before what follows from the state. */
  #settle(
    sessionId: string,
    state: AttentionState,
    facts: readonly Fact[] = [],
    request?: GrantedRequest,
  ): void {
    const nextEvent = this.#o.journal.eventRange().newest + 1 + facts.length;
    const settled = settle(state, { pulse: this.#pulse(sessionId), now: this.#o.now(), nextEvent });
    const told = { ...settled, facts: [...facts, ...settled.facts] };
    if (told.facts.length > 0) this.#commit(sessionId, request ? { ...told, request } : told);
    else if (this.#o.registry().get(sessionId)) this.#states.set(sessionId, settled.state);
    this.#again(sessionId);
  }

  #commit(sessionId: string, change: ReturnType<typeof settle> & { request?: GrantedRequest }): void {
    const { state, ...told } = change;
    // Evidence that was on its way when its session was removed.
    if (!this.#o.registry().get(sessionId)) return;
    try {
      this.#o.registry().keepAttention(sessionId, { record: JSON.stringify(state), ...told });
      this.#states.set(sessionId, state);
    } catch (error) {
      // A full disk, say. What was seen is remembered and told with the next signal.
      const known = this.state(sessionId);
      this.#states.set(sessionId, { ...state, standing: known.standing, activity: known.activity });
      this.#o.onProblem(sessionId, error);
    }
  }

  /** Looks again when time alone may change what is believed. */
  #again(sessionId: string): void {
    clearTimeout(this.#timers.get(sessionId));
    this.#timers.delete(sessionId);
    const now = this.#o.now();
    const at = judgeAgainAt(this.state(sessionId), this.#pulse(sessionId), now);
    const session = this.#o.registry().get(sessionId);
    if (at === null || !session || (isFinal(session.state) && this.state(sessionId).standing === null))
      return;
    const timer = setTimeout(
      () => this.#settle(sessionId, this.state(sessionId)),
      Math.min(at - now + 1, 2 ** 31 - 1),
    );
    timer.unref();
    this.#timers.set(sessionId, timer);
  }
}
