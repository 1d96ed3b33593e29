/** What the live view needs of the rest of the client. Rejections are BerthErrors. */
import type { SessionDetails } from '@berth/shared/domain/session-details';
import type { DashRow } from '../fleet/dash/row.ts';
import type { LiveFleet } from '../fleet/live-fleet.ts';
import type { StartForm } from './state.ts';

export interface DashPorts {
  readonly fleet: LiveFleet;
  now(): number;
  details(row: DashRow, signal: AbortSignal): Promise<SessionDetails>;
  /** The last lines of what it printed. */
  screen(row: DashRow, lines: number, signal: AbortSignal): Promise<string[]>;
  /** On the bare terminal; resolves with one line about how it ended. */
  attach(row: DashRow): Promise<string>;
  kill(row: DashRow): Promise<void>;
  /** Resolves when it stands still, or goes on. */
  suspend(row: DashRow): Promise<void>;
  resume(row: DashRow): Promise<void>;
  acknowledge(row: DashRow): Promise<void>;
  /** `until` in ms since the epoch. */
  snooze(row: DashRow, until: number): Promise<void>;
  rename(row: DashRow, name: string): Promise<void>;
  tag(row: DashRow, change: TagChange): Promise<void>;
  /** Resolves with the key of the row that it will have. */
  start(form: StartForm, size: { columns: number; rows: number }): Promise<string>;
}

export interface TagChange {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}
