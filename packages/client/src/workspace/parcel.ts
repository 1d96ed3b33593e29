/** What `start` takes along to a host, found before any host is asked. */
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';
import type { HostClient } from '../rpc/host-client.ts';

export interface Parcel extends AsyncDisposable {
  /** One line for people; empty where nothing is taken along. */
  readonly summary: string;
  /** What a session begins with where nothing has to be brought: no slot is held meanwhile. */
  readonly ready?: WorkspaceSource;
  /**
   * Brings it to a host and tells what a session begins with there. Asked again for another host, and
   * for the same one, where it then costs next to nothing.
   */
  bring(client: HostClient, options: BringOptions): Promise<WorkspaceSource>;
}

export interface BringOptions {
  readonly signal: AbortSignal;
  /** Told, in a few words, how far it has come. */
  readonly progress: (text: string) => void;
}

/** A source that needs no bringing. */
export function nothingToBring(source: WorkspaceSource, summary = ''): Parcel {
  return { summary, ready: source, bring: async () => source, [Symbol.asyncDispose]: async () => {} };
}
