/** The files of a session's output directory, brought here as an archive. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { receive } from '@berth/shared/files/receive';
import type { HostClient } from '../rpc/host-client.ts';

export interface ArtifactsOptions {
  readonly client: HostClient;
  readonly session: string;
  /** On the host, absolute. */
  readonly outputDirectory: string;
  /** Here. Files of the same names are written over. */
  readonly directory: string;
  /** It is Berth's own: what is not in the output any more goes. */
  readonly replace: boolean;
  readonly signal: AbortSignal;
}

/** Throws EXEC_FAILED, DISK_FULL, or what the host failed with. Where it breaks off what was there stays. */
export async function bringArtifacts(options: ArtifactsOptions): Promise<void> {
  const { client, session, outputDirectory, directory, signal } = options;
  makeDirectory(directory, 0o777);
  const contents = `${outputDirectory.replace(/\/+$/, '')}/.`;
  const archive = client.download({ session, paths: [contents] }, signal);
  if (!options.replace) {
    await receive({ archive, directory, signal });
    return;
  }
  const fresh = await mkdtemp(path.join(path.dirname(directory), '.berth-output-'));
  try {
    await receive({ archive, directory: fresh, signal });
    await rm(directory, { recursive: true, force: true });
    await rename(fresh, directory);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
