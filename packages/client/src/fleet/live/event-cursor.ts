/**
 * How far a host's events were told: what to ask of its journal next, and which of what comes was
 * not told before. Pure. Each event once, in order, across any number of streams.
 */
import type { HostEvent } from '@berth/shared/domain/event';
import type { WatchEvents, WatchMessage } from '../../rpc/host-client.ts';

/** Where a watch begins that has told nothing yet. */
export type Beginning =
  /** With what happens from now on. */
  | { readonly kind: 'now' }
  /** With the first event at or after this time (ms since the epoch). */
  | { readonly kind: 'time'; readonly at: number }
  /** After this event. */
  | { readonly kind: 'after'; readonly journalId: string; readonly number: number };

type Opened = Extract<WatchMessage, { kind: 'opened' }>;

export interface Start {
  /** Events before `oldest` that were asked for are gone. */
  readonly gone: { readonly oldest: number; readonly replaced: boolean } | null;
  /** The stream just opened is at the wrong place: open another. */
  readonly again: boolean;
}

const GOES_ON: Start = { gone: null, again: false };

export class EventCursor {
  #journalId: string | null = null;
  /** The last that was told or passed over; null: the first stream is yet to open. */
  #number: number | null = null;
  #sinceTime: number | null;
  /** A stream from a time on was opened before. */
  #begun = false;
  #newest = 0;

  constructor(beginning: Beginning) {
    this.#sinceTime = beginning.kind === 'time' ? beginning.at : null;
    if (beginning.kind === 'after') {
      this.#journalId = beginning.journalId;
      this.#number = beginning.number;
    }
  }

  /** Empty before the first stream opened. */
  get journalId(): string {
    return this.#journalId ?? '';
  }

  /** Of the last event that was told or passed over; null where that is not known yet. */
  get number(): number | null {
    return this.#number;
  }

  /** `asOf`: the newest event that is known by a listing; 0: there was none, or the agent is too old to say. */
  request(asOf: number): WatchEvents {
    if (this.#number !== null) return { since: this.#number, follow: true };
    if (this.#sinceTime !== null) return { sinceTime: this.#sinceTime, follow: true };
    return { since: asOf, follow: true };
  }

  opened({ journalId, oldest, newest, oldestAt }: Opened, asOf: number): Start {
    this.#newest = newest;
    const before = this.#number;
    const replaced = this.#journalId !== null && this.#journalId !== journalId;
    this.#journalId = journalId;
    if (before !== null) {
      if (!replaced && newest >= before) return GOES_ON;
      // Numbers of another journal mean nothing here.
      this.#number = 0;
      return { gone: { oldest, replaced: true }, again: true };
    }
    if (this.#sinceTime !== null) {
      const cut = oldest > 1 && oldestAt !== null && this.#sinceTime < oldestAt;
      const first = !this.#begun;
      this.#begun = true;
      return { gone: cut && first ? { oldest, replaced: false } : null, again: false };
    }
    // An agent from before listings told their number tells no time either: it would tell all it has.
    const old = asOf === 0 && newest > 0 && oldestAt === null;
    if (!old && newest >= asOf) {
      this.#number = asOf;
      return GOES_ON;
    }
    this.#number = newest;
    return { gone: null, again: true };
  }

  /** The events after the last one told are gone; the journal begins with `oldest`. */
  gone(oldest: number): void {
    this.#number = Math.max(0, oldest - 1);
  }

  /** Null for what was told before or was not asked for; else whether it happened before the watch came. */
  take({ number, at }: Pick<HostEvent, 'number' | 'at'>): { replayed: boolean } | null {
    if (this.#number !== null && number <= this.#number) return null;
    this.#number = number;
    // An agent from before times could be asked for begins with its first event.
    if (this.#sinceTime !== null && at < this.#sinceTime) return null;
    return { replayed: number <= this.#newest };
  }
}
