/**
 * The terminals of all tabs. Few are drawn at a time; of the others the screen is kept as text, is
 * painted again at once when its tab is shown, and is then brought up to date by the session itself.
 */
import type { SessionKey } from '../../protocol.ts';

export interface KeptScreen {
  /** What paints it, as escape sequences. */
  readonly painted: string;
  readonly columns: number;
  readonly rows: number;
}

export class Terminals {
  readonly #kept = new Map<SessionKey, KeptScreen>();
  #loading: Promise<typeof import('./screens.ts')> | null = null;

  /** Loads what draws terminals, once. */
  load(): Promise<typeof import('./screens.ts')> {
    this.#loading ??= import('./screens.ts').catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  keep(key: SessionKey, screen: KeptScreen): void {
    this.#kept.set(key, screen);
  }

  kept(key: SessionKey): KeptScreen | null {
    return this.#kept.get(key) ?? null;
  }

  forget(key: SessionKey): void {
    this.#kept.delete(key);
  }
}
