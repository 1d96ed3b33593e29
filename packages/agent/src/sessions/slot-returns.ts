/**
 * On a shared host: a slot goes back to the ledger once its session is final. Tried until it
 * works; what was left when the agent ended is found out at its next start (SharedLedger.sync).
 */
import { isFinal } from '@berth/shared/domain/session-state';
import { holdsSlot } from '../domain/session.ts';
import type { SharedLedger } from './ledger-port.ts';
import type { Registry } from './registry.ts';

const RETRY_MS = 1000;

export class SlotReturns implements Disposable {
  readonly #ledger: SharedLedger;
  readonly #waiting = new Set<string>();
  readonly #onProblem: (sessionId: string, error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: {
    registry: Registry;
    ledger: SharedLedger;
    onProblem: (sessionId: string, error: unknown) => void;
  }) {
    this.#ledger = options.ledger;
    this.#onProblem = options.onProblem;
    options.registry.onChange((session) => {
      // Not: where it holds none. One that waits in line may be about to get one.
      if (isFinal(session.state)) void this.giveBack(session.id);
    });
  }

  /** Resolves once it was tried; what fails is tried again. */
  async giveBack(id: string): Promise<void> {
    await this.#ledger.release(id).then(
      () => this.#waiting.delete(id),
      (error: unknown) => {
        if (!this.#waiting.has(id)) this.#onProblem(id, error);
        this.#waiting.add(id);
        this.#timer ??= setTimeout(() => this.#again(), RETRY_MS);
      },
    );
  }

  #again(): void {
    this.#timer = null;
    for (const id of this.#waiting) void this.giveBack(id);
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer);
  }
}

/**
 * At start: the ledger and the journal agree on what this user holds. Known already, but for a
 * ledger that was lost: where others have taken the memory since, sessions go on all the same.
 */
export async function agree(
  registry: Registry,
  ledger: SharedLedger,
  onProblem: (sessionId: string, error: unknown) => void,
): Promise<void> {
  const held = [...registry.all()].filter(holdsSlot);
  await ledger.sync(held.map(({ id }) => id));
  for (const session of held) {
    await ledger.take(session).catch((error: unknown) => onProblem(session.id, error));
  }
}
