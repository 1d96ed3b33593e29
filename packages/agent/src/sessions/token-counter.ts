/**
 * Follows the transcripts that the tools of sessions keep themselves, and hands on what their models
 * used. How far one was read is kept with what was counted, in one record: nothing counts twice.
 */
import { answerUsage } from '../domain/attention/token-count.ts';
import type { AttentionKeeper } from './attention-keeper.ts';
import { coalesced } from './coalesced.ts';
import type { ToolTranscripts } from './ports.ts';

export interface TokenCounterOptions {
  readonly keeper: Pick<AttentionKeeper, 'state' | 'signal'>;
  readonly transcripts: ToolTranscripts;
  /** What lies before is the past of a conversation that goes on here. Ms since the epoch. */
  readonly createdAt: (sessionId: string) => number;
  readonly onProblem: (sessionId: string, error: unknown) => void;
}

/** A tool writes its transcript a little after it calls its hooks; and hooks come in bursts. */
const SOON_MS = 250;
/** Of a long transcript one look takes so many reads; the next look goes on. */
const MOST_READS = 64;

interface Followed {
  readonly paths: Set<string>;
  readonly look: () => Promise<void>;
  timer: NodeJS.Timeout | null;
}

export class TokenCounter implements Disposable {
  readonly #o: TokenCounterOptions;
  readonly #followed = new Map<string, Followed>();

  constructor(options: TokenCounterOptions) {
    this.#o = options;
  }

  /** A hook named these: they are looked at soon. */
  named(sessionId: string, paths: readonly string[]): void {
    if (paths.length === 0) return;
    const followed = this.#followed.get(sessionId) ?? this.#follow(sessionId);
    for (const path of paths) followed.paths.add(path);
    followed.timer ??= setTimeout(() => {
      followed.timer = null;
      void followed.look();
    }, SOON_MS).unref();
  }

  /** The session has ended: looks for the last time. */
  async finish(sessionId: string): Promise<void> {
    const followed = this.#followed.get(sessionId);
    if (!followed) return;
    this.#followed.delete(sessionId);
    if (followed.timer) clearTimeout(followed.timer);
    await followed.look();
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#followed.values()) if (timer) clearTimeout(timer);
    this.#followed.clear();
  }

  #follow(sessionId: string): Followed {
    const paths = new Set<string>();
    const look = coalesced(async () => {
      const due = [...paths];
      paths.clear();
      for (const path of due) await this.#count(sessionId, path);
    });
    const followed: Followed = {
      paths,
      look: () => look().catch((error: unknown) => this.#o.onProblem(sessionId, error)),
      timer: null,
    };
    this.#followed.set(sessionId, followed);
    return followed;
  }

  async #count(sessionId: string, path: string): Promise<void> {
    const { keeper, transcripts, createdAt } = this.#o;
    for (let reads = 0; reads < MOST_READS; reads++) {
      const from = keeper.state(sessionId).transcripts[path]?.offset ?? 0;
      const read = await transcripts.lines(path, from);
      if (!read || read.end === from) return;
      const since = createdAt(sessionId);
      const answers = read.lines
        .map(answerUsage)
        .filter((usage) => usage !== null)
        .filter(({ at }) => at === null || at >= since);
      keeper.signal(sessionId, { type: 'answers', path, offset: read.end, answers });
    }
  }
}
