/**
 * What sessions take on the disk, and what they may. Invariants:
 * - the whole is measured in one go, and never twice at once;
 * - what is known outlives the agent, so that a restart lets nobody past the quota;
 * - what was removed during a look is taken off its result.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { DiskQuota } from '@berth/shared/domain/host-snapshot';
import { formatMemory } from '@berth/shared/domain/memory';
import { isFinal } from '@berth/shared/domain/session-state';
import type { DiskReport, DiskUse } from '@berth/shared/domain/workspace-source';
import type { Session } from '../domain/session.ts';
import type { DiskMeter } from './disk-port.ts';
import type { SessionFiles } from './files-port.ts';
import type { Journal } from './journal-port.ts';
import { limiter } from './limiter.ts';
import type { Registry } from './registry.ts';

export interface DiskKeeperOptions {
  readonly meter: DiskMeter;
  readonly files: Pick<SessionFiles, 'paths'>;
  readonly registry: Pick<Registry, 'all' | 'get' | 'onChange'>;
  readonly journal: Pick<Journal, 'setting' | 'set'>;
  readonly hostname: string;
  /** 0: none. */
  readonly quotaBytes: number;
  /** Ms; only differences count. */
  readonly now: () => number;
  readonly onProblem: (error: unknown) => void;
}

const SETTING = 'disk_used';
const EVERY_MS = 5 * 60_000;
/** After the end of a session, or a removal. */
const SOON_MS = 500;
/** Of the time, at most one part in so many is spent looking. */
const REST = 20;
/** Nobody should write to the files of a session that has ended, but somebody may. */
const FRESH_MS = 10 * 60_000;
const AT_ONCE = 2;
/** Of the quota: from here on there is a warning. */
const NEAR = 0.9;

export class DiskKeeper implements Disposable {
  readonly #o: DiskKeeperOptions;
  readonly #limit = limiter(AT_ONCE);
  readonly #ended = new Map<string, { readonly use: DiskUse; readonly at: number }>();
  #usedBytes: number;
  #freedMeanwhile = 0;
  #looking = false;
  #restUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #dueAt = Number.POSITIVE_INFINITY;
  #over = false;

  constructor(options: DiskKeeperOptions) {
    this.#o = options;
    this.#usedBytes = Number(options.journal.setting(SETTING) ?? 0);
    if (options.quotaBytes === 0) return;
    options.registry.onChange((session) => {
      if (isFinal(session.state)) this.#lookIn(SOON_MS);
    });
    this.#lookIn(0);
  }

  /** As it was measured last. */
  get quota(): DiskQuota {
    const { quotaBytes } = this.#o;
    return { quotaBytes, usedBytes: quotaBytes === 0 ? 0 : this.#usedBytes };
  }

  /** Throws DISK_QUOTA where there is no room for another session. */
  check(): void {
    const { quotaBytes, usedBytes } = this.quota;
    if (quotaBytes === 0 || usedBytes < quotaBytes) return;
    const message = `no new sessions on ${this.#o.hostname}: ${this.#taken()}`;
    const values = { used_bytes: String(usedBytes), quota_bytes: String(quotaBytes) };
    throw new BerthError('DISK_QUOTA', message, { values });
  }

  /** For the operator. */
  warnings(): string[] {
    const { quotaBytes, usedBytes } = this.quota;
    if (quotaBytes === 0 || usedBytes < quotaBytes * NEAR) return [];
    const refused = usedBytes < quotaBytes ? '' : ': new ones are refused';
    return [`${this.#taken()}${refused}; remove what is not needed any more: berth prune`];
  }

  /** Of one session, measured now. */
  async use(session: Session): Promise<DiskUse> {
    const use = await this.#limit(() => this.#o.meter.session(this.#o.files.paths(session.id)));
    if (isFinal(session.state)) this.#ended.set(session.id, { use, at: this.#o.now() });
    return use;
  }

  /** Of those that are there of these ids; of all where there are none. */
  async report(ids: readonly string[]): Promise<DiskReport> {
    const { registry, meter, quotaBytes } = this.#o;
    const wanted = ids.length > 0 ? ids.map((id) => registry.get(id)) : [...registry.all()];
    const there = wanted.filter((session) => session !== undefined && session.state !== 'expired');
    const [uses, total] = await Promise.all([
      Promise.all(there.map(async (session) => [session.id, await this.#known(session)] as const)),
      ids.length > 0 ? null : this.#limit(() => meter.total()),
    ]);
    return { sessions: new Map(uses), repositoriesBytes: total?.repositoriesBytes ?? 0, quotaBytes };
  }

  /** A session was removed. */
  removed(sessionId: string, freedBytes: number): void {
    this.#ended.delete(sessionId);
    this.#freedMeanwhile += freedBytes;
    this.#keep(Math.max(0, this.#usedBytes - freedBytes));
    this.#lookIn(SOON_MS);
  }

  [Symbol.dispose](): void {
    this.#over = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #known(session: Session): Promise<DiskUse> {
    const known = this.#ended.get(session.id);
    if (known && this.#o.now() - known.at < FRESH_MS) return known.use;
    return await this.use(session);
  }

  #lookIn(ms: number): void {
    if (this.#over || this.#o.quotaBytes === 0) return;
    const now = this.#o.now();
    const due = Math.max(now + ms, this.#restUntil);
    if (this.#timer && this.#dueAt <= due) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueAt = due;
    this.#timer = setTimeout(() => void this.#look(), due - now);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    this.#timer = null;
    if (this.#looking) return this.#lookIn(SOON_MS);
    this.#looking = true;
    this.#freedMeanwhile = 0;
    const began = this.#o.now();
    try {
      const { sessionsBytes, repositoriesBytes } = await this.#limit(() => this.#o.meter.total());
      if (!this.#over) this.#keep(Math.max(0, sessionsBytes + repositoriesBytes - this.#freedMeanwhile));
    } catch (error) {
      this.#o.onProblem(error);
    } finally {
      this.#looking = false;
      const now = this.#o.now();
      this.#restUntil = now + REST * (now - began);
      this.#lookIn(EVERY_MS);
    }
  }

  #keep(bytes: number): void {
    if (bytes === this.#usedBytes) return;
    this.#usedBytes = bytes;
    try {
      this.#o.journal.set(SETTING, String(bytes));
    } catch (error) {
      this.#o.onProblem(error);
    }
  }

  #taken(): string {
    const { quotaBytes, usedBytes } = this.quota;
    return `sessions and object caches take ${formatMemory(usedBytes)} of the ${formatMemory(quotaBytes)} of disk they may take`;
  }
}
