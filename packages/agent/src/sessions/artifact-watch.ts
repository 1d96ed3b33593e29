/**
 * Tells of the files that one session hands over. Notices only say when to look; what is told
 * follows from the looks alone, so that nothing depends on what was noticed, or by which agent.
 */
import { artifactNews, byPath } from '../domain/artifact-news.ts';
import type { Artifacts, SessionPaths } from './ports.ts';
import type { Registry } from './registry.ts';

/** A file that stood still for so long is whole. */
const STILL_MS = 1000;
/** What could not be read or told is tried again after so long. */
const AGAIN_MS = 30_000;

interface ArtifactWatchOptions {
  readonly sessionId: string;
  readonly paths: SessionPaths;
  readonly artifacts: Artifacts;
  readonly registry: Registry;
  readonly onProblem: (error: unknown) => void;
}

export class ArtifactWatch {
  readonly #options: ArtifactWatchOptions;
  #told: ReturnType<typeof byPath> | null = null;
  #before: ReturnType<typeof byPath> = new Map();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  #over = false;

  constructor(options: ArtifactWatchOptions) {
    this.#options = options;
    this.#look();
  }

  /** Something changed: looks once it has had time to stand still. */
  changed(): void {
    this.#later(STILL_MS);
  }

  #later(ms: number): void {
    if (this.#over || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#look();
    }, ms);
    this.#timer.unref();
  }

  /** Nobody writes any more: tells what is there. Resolves when that is done. */
  async end(): Promise<void> {
    void this.stop();
    this.#look(true);
    await this.#looking;
  }

  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer ?? undefined);
    return this.#looking;
  }

  #look(last = false): void {
    this.#looking = this.#looking
      .then(() => this.#lookNow(last))
      .catch((error: unknown) => {
        this.#options.onProblem(error);
        this.#later(AGAIN_MS);
      });
  }

  async #lookNow(last: boolean): Promise<void> {
    const { sessionId, paths, artifacts, registry } = this.#options;
    this.#told ??= byPath(await artifacts.told(paths));
    const found = await artifacts.list(paths.outputDir);
    if (this.#over && !last) return;
    const now = byPath(found.artifacts);
    const before = last ? null : this.#before;
    const news = artifactNews({ told: this.#told, before, now, more: found.more });
    this.#before = now;
    if (news.facts.length > 0) {
      registry.tell(news.facts, { sessionId });
      this.#told = news.told;
      await artifacts.keepTold(paths, [...news.told.values()]);
    }
    if (news.unsettled) this.changed();
  }
}
