/**
 * The fleet as it is now, kept so by events: what `watch`, `dash`, `next` and notifications look at.
 * A host that goes away keeps what was last known of it, dated; connections come back by themselves.
 * Made by live/open-live-fleet.ts.
 */
import type { HostEvent } from '@berth/shared/domain/event';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { HostConfig } from '../config/remotes.ts';

export type LinkState = 'connecting' | 'connected' | 'unreachable';

/** One host and what is known of it. Never changed in place: a change makes a new one. */
export interface LiveHost {
  readonly config: HostConfig;
  readonly link: LinkState;
  /** Ms since the epoch: since when the link is in this state. */
  readonly linkSince: number;
  /** Of the last answer; null before the first. */
  readonly latencyMs: number | null;
  /** Ms since the epoch when the host last told something; null: never, and nothing is cached. */
  readonly asOf: number | null;
  /** Why it is unreachable; null while it is not. */
  readonly error: string | null;
  /** Null where it is not known. */
  readonly snapshot: HostSnapshot | null;
  readonly sessions: ReadonlyMap<string, SessionSnapshot>;
  readonly external: readonly ExternalSnapshot[];
}

export type FleetNews =
  /** `replayed`: it happened before the watch reached the host (a resumed or a `since` watch). */
  | {
      readonly kind: 'event';
      readonly host: HostConfig;
      readonly journalId: string;
      readonly event: HostEvent;
      readonly replayed: boolean;
    }
  /**
   * Events that were asked for are gone from the host's journal: they were too old, or the whole
   * journal was `replaced` by a new one. What follows begins with `oldest`.
   */
  | {
      readonly kind: 'gone';
      readonly host: HostConfig;
      readonly oldest: number;
      readonly replaced: boolean;
    }
  /**
   * A stream of events was opened: all up to this number was told before, or was not asked for. Not
   * told of a watch from a time on before its first event.
   */
  | {
      readonly kind: 'opened';
      readonly host: HostConfig;
      readonly journalId: string;
      readonly number: number;
    }
  /** The link came or went. */
  | { readonly kind: 'link'; readonly host: LiveHost };

export interface LiveFleet extends AsyncDisposable {
  /** In the order of the configuration. */
  hosts(): readonly LiveHost[];
  /** Calls back after changes, gathered: at most once a turn of the event loop. */
  onChange(listener: () => void): Disposable;
  /**
   * Calls back for each event, in the order of each host's numbers, each once. A promise that the
   * listener gives back holds the host's next news until it resolves: nothing piles up here, what
   * waits does so in the host's journal. It must not reject.
   */
  onNews(listener: (news: FleetNews) => void | Promise<void>): Disposable;
}
