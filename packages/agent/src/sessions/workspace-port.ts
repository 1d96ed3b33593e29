/** What the application needs to fill workspaces, and to move work by git's own protocol. */
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { WorkspaceSource, WorkspaceState } from '@berth/shared/domain/workspace-source';

/** What sessions begin with. */
export interface Workspaces {
  /** A source as it is recorded: a directory by its real path. Throws SOURCE_INVALID. */
  settle(source: WorkspaceSource): Promise<WorkspaceSource>;
  /**
   * Makes the workspace of a session at `directory`, where nothing is yet. On an error something may be
   * left there. Throws SOURCE_INVALID, DISK_FULL, GIT_FAILED.
   */
  layOut(source: WorkspaceSource, directory: string): Promise<void>;
}

/** A directory for each repository, in which objects are kept between sessions. */
export interface ObjectCaches {
  /**
   * Receives one push, which may write refs below refs/uploads/<upload>/ alone. What breaks off leaves
   * nothing behind. git reads and writes the connection where there is one: what comes over it must not
   * be of a shallow repository.
   */
  receive<T>(
    push: { readonly repository: string; readonly upload: string },
    connection: Socket | null,
    converse: (program: ProtocolProgram) => Promise<T>,
  ): Promise<T>;
}

/** The repositories that sessions work in. */
export interface SessionRepositories {
  /** Throws SOURCE_INVALID where the directory is no repository, GIT_FAILED. */
  snapshot(directory: string, signal: AbortSignal): Promise<Omit<WorkspaceState, 'outputDirectory'>>;
  /**
   * Serves one fetch; `protocol` is the caller's GIT_PROTOCOL. git reads and writes the connection where
   * there is one. Throws SOURCE_INVALID.
   */
  upload(directory: string, protocol: string, connection: Socket | null): Promise<ProtocolProgram>;
}

/** git's end of a push or a fetch. Disposing it ends it with all that it started. */
export interface ProtocolProgram extends AsyncDisposable {
  /** Null: it has a connection of its own. */
  readonly streams: { readonly input: Writable; readonly output: Readable } | null;
  /** Once it has ended; null: well, else what it said. */
  readonly ended: Promise<string | null>;
}
