/** URLs under which a browser fetches one artifact by itself: each a secret, good for ten minutes. Pure but for randomness. */
import type { SessionKey } from './protocol.ts';
import { newSecret } from './secrets.ts';

export interface ArtifactLink {
  readonly session: SessionKey;
  readonly path: string;
  readonly how: 'keep' | 'look';
}

const LIFE_MS = 10 * 60_000;
const MOST = 1000;

export class ArtifactLinks {
  readonly #now: () => number;
  readonly #links = new Map<string, ArtifactLink & { readonly until: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A path on the UI's own origin. */
  make(link: ArtifactLink): string {
    for (const [key, { until }] of this.#links)
      if (until <= this.#now() || this.#links.size >= MOST) this.#links.delete(key);
    const secret = newSecret();
    this.#links.set(secret, { ...link, until: this.#now() + LIFE_MS });
    return `/api/artifact?link=${secret}`;
  }

  /** Null where there is none (any more). */
  find(secret: string): ArtifactLink | null {
    const found = this.#links.get(secret);
    return found && found.until > this.#now() ? found : null;
  }
}
