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

export interface UserTmux {
  /** Of the sessions on the user's own tmux server. Rejects where it cannot be told. */
  names(): Promise<ReadonlySet<string>>;
}
