/** What a session's workspace begins with. */
export type WorkspaceSource =
  /** A directory of the session's own, with nothing in it. */
  | { readonly kind: 'empty' }
  /** An existing directory on the host, absolute or beginning with `~/`: never removed. */
  | { readonly kind: 'directory'; readonly path: string }
  | ({ readonly kind: 'checkout' } & Checkout)
  | ({ readonly kind: 'clone' } & Clone);

/** Work that a push brought to the host. Commits as hexadecimal; empty: none. */
export interface Checkout {
  /** Names the repository's object cache on the host. */
  readonly repository: string;
  /** The push that brought it. */
  readonly upload: string;
  /** Empty: a detached head. */
  readonly branch: string;
  /** Empty: a repository without a commit. */
  readonly commit: string;
  /** Its tree is the index; empty: that of `commit`. */
  readonly indexCommit: string;
  /** Its tree is the work tree, untracked files included; empty: that of `commit`. */
  readonly workCommit: string;
  /** `commit` has no parents: the history stayed at home. */
  readonly historyLeftOut: boolean;
  /** Whose commits those of the session are; empty: as the host's own git has it. */
  readonly authorName: string;
  readonly authorEmail: string;
}

/** A repository that the host's own git fetches when the session starts. */
export interface Clone {
  readonly url: string;
  /** Branch or tag; empty: the remote's own choice. */
  readonly branch: string;
  /** Commits of history; 0: all of it. */
  readonly depth: number;
}

export const EMPTY_SOURCE: WorkspaceSource = { kind: 'empty' };

/** What is in the repository of a session's workspace. */
export interface WorkspaceState {
  /** Empty: a detached head. */
  readonly branch: string;
  /** Empty: no commit. */
  readonly commit: string;
  /** A commit of what is not committed, on top of `commit`; empty: there is nothing. */
  readonly workCommit: string;
  readonly dirtyFiles: number;
  readonly branches: readonly { readonly name: string; readonly commit: string }[];
  readonly outputDirectory: string;
}

/** Bytes on the disk. */
export interface DiskUse {
  /** 0 for a directory of the user's own. */
  readonly workspaceBytes: number;
  readonly transcriptBytes: number;
  readonly outputBytes: number;
}

/** What the sessions of a host take on its disk. */
export interface DiskReport {
  readonly sessions: ReadonlyMap<string, DiskUse>;
  readonly repositoriesBytes: number;
  /** 0: as much as the disk has. */
  readonly quotaBytes: number;
}

/**
 * Whether the address of a repository holds a secret: a password, a token in the place of a name or in
 * its query. It would be in the journal of the host, in the arguments of git, and in events.
 */
export function holdsSecret(url: string): boolean {
  const [, user = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/]*)@/i.exec(url) ?? [];
  const asked = /[?&][^=&]*(?:token|password|secret|key)=[^&]/i.test(url);
  return asked || /:[^:]/.test(user.replace(/%3a/gi, ':')) || TOKEN.test(user);
}

/** As the large forges make them. */
const TOKEN = /^(?:gh[pousr]_|github_pat_|glpat-|gloas-|ATATT|ATBB|hf_|pat-)[\w-]{10,}/;
