/** Where the events of a watch go: each sink gets each event that is wanted, in order, one at a time. */
import type { HostEvent } from '@berth/shared/domain/event';
import type { HostConfig } from '../config/remotes.ts';
import type { SessionChange } from './session-changes.ts';

export interface WatchedEvent {
  readonly host: HostConfig;
  readonly journalId: string;
  readonly event: HostEvent;
  /** It happened before the watch reached the host. */
  readonly replayed: boolean;
  /** What became of the session's name and tags; null: that is not what it tells. */
  readonly changed: SessionChange | null;
  /** As `--json` prints it: one line, without its newline. */
  readonly json: string;
}

/** Resolves when the event was handled: only then its place is noted, and the next one comes. Never rejects. */
export type EventSink = (watched: WatchedEvent) => Promise<void>;
