import type { Screen } from '../domain/typed-text.ts';
import type { Notice } from './ports.ts';

/** A file with a report of somebody else's tool. */
export interface ReportFile {
  /** `NAME` of `NAME.json`. */
  readonly name: string;
  /** Ms since the epoch. */
  readonly modifiedAt: number;
  /** Changes with every change of the file. */
  readonly version: string;
}

export interface ReportFiles {
  readonly directory: string;
  /** All that are there now, in no order. A directory that is not there holds none. */
  list(): Promise<ReportFile[]>;
  /** Rejects where it cannot be read, or is far too long. */
  read(name: string): Promise<string>;
}

/** The user's own tmux server. Calls that name a session take its exact name. */
export interface UserTmux {
  /** Of the sessions on it. Rejects where it cannot be told. */
  names(): Promise<ReadonlySet<string>>;
  /** As Terminals.type, into the session's active pane. */
  type(name: string, input: { data: Uint8Array; keys: readonly string[] }): Promise<void>;
  capture(name: string, options: { screenOnly: boolean }): Promise<string[]>;
  look(name: string): Promise<Screen>;
  hidesTyping(name: string): Promise<boolean>;
  /** As Terminals.detachAll. */
  detachAll(name: string): Promise<number>;
  /** As Screens.notify. */
  notify(notice: Notice): Promise<void>;
  /** Ends the session: SIGHUP to what runs in it. One that is gone is ended. */
  end(name: string): Promise<void>;
}
