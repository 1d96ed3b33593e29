/** What is looked up only when one session is asked for. */
export interface SessionDetails {
  /** Null where the workspace is no git repository. */
  readonly git: GitState | null;
  /** Newest first; at most 1000. */
  readonly artifacts: readonly Artifact[];
  readonly outputDirectory: string;
  readonly statusDirectory: string;
  readonly tmuxSocket: string;
}

export interface GitState {
  /** Empty on a detached head. */
  readonly branch: string;
  readonly commit: string;
  readonly dirtyFiles: number;
  /** Against the upstream; null where there is none. */
  readonly ahead: number | null;
  readonly behind: number | null;
  readonly upstream: string;
}

/** A file that a session hands over. */
export interface Artifact {
  /** Relative to the output directory. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}
