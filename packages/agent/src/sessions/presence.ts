/**
 * Who shows a session, told when somebody comes or goes. A terminal whose link broke comes back
 * under its attach id: it is gone only when it has stayed away for a while.
 */

export interface PresenceOptions {
  readonly onChange: (sessionId: string, change: { attached: boolean; count: number }) => void;
  /** Ms. */
  readonly graceMs?: number;
}

const GRACE_MS = 5000;

export class Presence implements Disposable {
  readonly #o: PresenceOptions;
  /** By session: how many connections each attach id has now. 0: it may come back. */
  readonly #present = new Map<string, Map<string, number>>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();

  constructor(options: PresenceOptions) {
    this.#o = options;
  }

  came(sessionId: string, attachId: string): void {
    clearTimeout(this.#leaving.get(attachId));
    this.#leaving.delete(attachId);
    const here = this.#present.get(sessionId) ?? new Map<string, number>();
    this.#present.set(sessionId, here);
    const connections = here.get(attachId);
    here.set(attachId, (connections ?? 0) + 1);
    if (connections === undefined) this.#tell(sessionId, true);
  }

  /** `forGood`: it will not come back. */
  went(sessionId: string, attachId: string, options: { forGood: boolean }): void {
    const here = this.#present.get(sessionId);
    const left = (here?.get(attachId) ?? 0) - 1;
    if (left < 0) return;
    here?.set(attachId, left);
    // A connection that broke may be noticed after the next one was made.
    if (left > 0) return;
    if (options.forGood) {
      this.#gone(sessionId, attachId);
      return;
    }
    const timer = setTimeout(() => this.#gone(sessionId, attachId), this.#o.graceMs ?? GRACE_MS);
    this.#leaving.set(attachId, timer.unref());
  }

  #gone(sessionId: string, attachId: string): void {
    this.#leaving.delete(attachId);
    const here = this.#present.get(sessionId);
    if (!here?.delete(attachId)) return;
    if (here.size === 0) this.#present.delete(sessionId);
    this.#tell(sessionId, false);
  }

  #tell(sessionId: string, attached: boolean): void {
    this.#o.onChange(sessionId, { attached, count: this.#present.get(sessionId)?.size ?? 0 });
  }

  /** Nothing is told any more: who is away when the agent ends comes back to the next one. */
  [Symbol.dispose](): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#present.clear();
  }
}
