import type { Fact, HostEvent } from '@berth/shared/domain/event';
import type { Session } from '../domain/session.ts';

/** A request that was granted, remembered so that the same request id gets the same answer. */
export interface GrantedRequest {
  readonly requestId: string;
  readonly method: string;
  /** Hash of what was asked for; never holds a secret. */
  readonly fingerprint: string;
  readonly sessionId: string;
}

/** A fact that is about to get its number; `sessionId` is empty for facts of the host. */
export interface NewFact {
  readonly sessionId: string;
  readonly sessionName: string;
  readonly fact: Fact;
}

export interface Setting {
  readonly name: string;
  readonly value: string;
}

/**
 * The durable record of the host. Every method is synchronous; what `commit` was given is on
 * disk when it returns, all of it or nothing (it throws).
 */
export interface Journal {
  /** Changes only when a damaged journal was replaced: event numbers count within one id. */
  readonly journalId: string;
  /** All sessions ever recorded, in no order. */
  sessions(): Session[];
  request(requestId: string): GrantedRequest | null;
  commit(change: {
    readonly at: number;
    readonly sessions: readonly Session[];
    readonly request?: GrantedRequest;
    /** Ids of sessions of which nothing is kept any more but the requests that named them. */
    readonly removed?: readonly string[];
    /** What is known of a session's attention, by session id. */
    readonly attention?: readonly { readonly sessionId: string; readonly record: string }[];
    readonly facts: readonly NewFact[];
    /** As by `set`. */
    readonly settings?: readonly Setting[];
  }): void;
  /** The attention records as they were committed, by session id. */
  attention(): ReadonlyMap<string, string>;
  /** At most `limit` events with a number greater than `since`, in order. */
  events(since: number, limit: number): HostEvent[];
  /** The number after which the events at or after a time begin (ms since the epoch). */
  numberBefore(at: number): number;
  /** A setting of the host that outlives the agent; null where it was never set. */
  setting(name: string): string | null;
  set(name: string, value: string): void;
  /** Numbers of the oldest and newest event kept; 0, 0 where there is none. */
  eventRange(): { oldest: number; newest: number };
  /** When the oldest event kept happened, in ms since the epoch; null where there is none. */
  oldestEventAt(): number | null;
  /** Commits a row of its own: throws where nothing could be committed now. */
  ping(): void;
}
