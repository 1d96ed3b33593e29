/** Whether the host takes new sessions. Set by whoever runs it; outlives the agent and a reboot. */
import type { Journal } from './journal-port.ts';
import type { Registry } from './registry.ts';

const SETTING = 'draining';

export class Draining {
  readonly #journal: Journal;
  readonly #registry: Pick<Registry, 'notice'>;
  readonly #onChange: () => void;
  #now: boolean;

  constructor(options: { journal: Journal; registry: Pick<Registry, 'notice'>; onChange: () => void }) {
    this.#onChange = options.onChange;
    this.#journal = options.journal;
    this.#registry = options.registry;
    this.#now = options.journal.setting(SETTING) === 'yes';
  }

  get now(): boolean {
    return this.#now;
  }

  /** Committed when it returns. Told once, however often it is asked for. */
  set(draining: boolean): void {
    if (draining === this.#now) return;
    this.#journal.set(SETTING, draining ? 'yes' : 'no');
    this.#now = draining;
    const message = draining ? 'the host takes no new sessions' : 'the host takes new sessions again';
    this.#registry.notice(draining ? 'HOST_DRAINING' : 'HOST_UNDRAINED', message);
    this.#onChange();
  }
}
