import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { Session } from '../domain/session.ts';

/** A request that was granted, remembered so that the same request id gets the same answer. */
export interface GrantedRequest {
  readonly requestId: string;
  readonly method: string;
  /** Hash of what was asked for; never holds a secret. */
  readonly fingerprint: string;
  readonly sessionId: string;
}

export type Fact =
  | { readonly type: 'sessionChanged'; readonly session: SessionSnapshot }
  | { readonly type: 'hostNotice'; readonly reason: string; readonly message: string };

/** One numbered fact. Numbers have no gaps; `at` in ms since the epoch. */
export interface JournalEvent {
  readonly number: number;
  readonly at: number;
  readonly sessionId: string;
  readonly fact: Fact;
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
    readonly facts: readonly { readonly sessionId: string; readonly fact: Fact }[];
  }): void;
  /** At most `limit` events with a number greater than `since`, in order. */
  events(since: number, limit: number): JournalEvent[];
  /** A setting of the host that outlives the agent; null where it was never set. */
  setting(name: string): string | null;
  set(name: string, value: string): void;
  /** Numbers of the oldest and newest event kept; 0, 0 where there is none. */
  eventRange(): { oldest: number; newest: number };
  /** Commits a row of its own: throws where nothing could be committed now. */
  ping(): void;
}
