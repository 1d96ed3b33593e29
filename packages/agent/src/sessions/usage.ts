/**
 * What each session uses: memory, its peak, CPU and the kernel's kills. Looked at every few
 * seconds, one look for all who ask; where a look is dear only after somebody asked, so that
 * nobody waits for it and an idle host stays idle.
 */
import { isPressed } from '../domain/memory-pressure.ts';
import type { Active, Session } from '../domain/session.ts';
import type { SessionUsage } from '../domain/snapshot.ts';
import type { SessionPaths, Units, UnitUsage } from './ports.ts';

export interface UsageMeterOptions {
  readonly units: Pick<Units, 'usage' | 'usageIsDear'>;
  readonly active: () => readonly Active[];
  readonly paths: (session: Active) => SessionPaths;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** The kernel ended processes of a session that goes on. */
  readonly onOomKill: (session: Session, kills: number) => void;
  /**
   * A session came near the end of its slot, or of what an editor leaves of it, or got away from it. Not told
   * where a look is dear.
   */
  readonly onPressure: (
    session: Session,
    pressure: { high: boolean; usedBytes: number; slotBytes: number },
  ) => void;
}

interface Look {
  readonly at: number;
  readonly usage: SessionUsage;
  readonly pressed: boolean;
}

const EVERY_MS = 5000;
const SOON_MS = 1000;

export class UsageMeter implements Disposable {
  readonly #o: UsageMeterOptions;
  readonly #looks = new Map<string, Look>();
  /** Begun under this agent, and not looked at yet. */
  readonly #fresh = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #looking = false;

  constructor(options: UsageMeterOptions) {
    this.#o = options;
    if (options.units.usageIsDear) return;
    this.#timer = setInterval(() => void this.look(), EVERY_MS);
    this.#timer.unref();
  }

  /** Null for a session that was never looked at, or has ended. */
  of(sessionId: string): SessionUsage | null {
    return this.#looks.get(sessionId)?.usage ?? null;
  }

  /** The same, for somebody who wants to know: where looks are dear the next one is made now. */
  asked(session: Active): SessionUsage | null {
    const last = this.#looks.get(session.id);
    const stale = this.#o.now() - (last?.at ?? Number.NEGATIVE_INFINITY) > EVERY_MS;
    const young = session.state === 'starting' || this.#o.clock() - session.startedAt < EVERY_MS;
    if (this.#o.units.usageIsDear && stale && !young) this.#lookSoon();
    return last?.usage ?? null;
  }

  /** After the answer that made it wanted is on its way. */
  #lookSoon(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#timer = setTimeout(() => {
      void this.look().finally(() => {
        this.#looking = false;
      });
    }, SOON_MS);
    this.#timer.unref();
  }

  /** A session has begun to run. */
  begun(session: Active): void {
    if (this.#o.units.usageIsDear) return;
    if (!this.#looks.has(session.id)) this.#fresh.add(session.id);
    void this.lookAt(session);
  }

  /** Bytes that all sessions hold now. */
  get memoryBytes(): number {
    let sum = 0;
    for (const { usage } of this.#looks.values()) sum += usage.memoryBytes;
    return sum;
  }

  /** Looks at all of them. */
  async look(): Promise<void> {
    const active = this.#o.active();
    const living = new Set(active.map(({ id }) => id));
    for (const known of [this.#looks, this.#fresh]) {
      for (const id of known.keys()) if (!living.has(id)) known.delete(id);
    }
    for (const session of active) await this.lookAt(session);
  }

  /** A look that fails keeps what was seen before. */
  async lookAt(session: Active): Promise<void> {
    const seen = await this.#o.units.usage(session.id, this.#o.paths(session)).catch(() => null);
    if (!seen) return;
    const before = this.#looks.get(session.id);
    const slotBytes = Math.min(session.memoryBytes, seen.limitBytes ?? session.memoryBytes);
    const pressed = isPressed(before?.pressed ?? false, seen.memoryBytes, slotBytes);
    const look = { ...next(before, seen, this.#o.now()), pressed };
    this.#looks.set(session.id, look);
    if (pressed !== (before?.pressed ?? false) && !this.#o.units.usageIsDear)
      this.#o.onPressure(session, { high: pressed, usedBytes: seen.memoryBytes, slotBytes });
    // What the first look finds was told before, by the agent before this one, unless it began under this one.
    const isNew = this.#fresh.delete(session.id);
    const told = before?.usage.oomKills ?? (isNew ? 0 : look.usage.oomKills);
    const kills = look.usage.oomKills - told;
    if (kills > 0) this.#o.onOomKill(session, kills);
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer);
  }
}

/** The next look after one before: CPU is what was used between the two. */
function next(before: Look | undefined, seen: UnitUsage, at: number) {
  const ms = before ? at - before.at : 0;
  const used = (seen.cpuMs ?? 0) - (before?.usage.cpuMs ?? 0);
  const cpuPercent = ms > 0 && before?.usage.cpuMs != null ? Math.max(0, Math.round((100 * used) / ms)) : 0;
  const peak = Math.max(seen.peakBytes ?? 0, before?.usage.peakBytes ?? 0, seen.memoryBytes);
  return { at, usage: { ...seen, peakBytes: peak, cpuPercent } };
}

/** What the operator is told. */
export function killsMessage(sessionId: string, kills: number): string {
  return `the kernel ended ${kills === 1 ? 'a process' : `${kills} processes`} of ${sessionId} for memory`;
}
