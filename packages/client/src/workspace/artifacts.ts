/** The files of a session's output directory, brought here as an archive. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
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

/** Throws GIT_FAILED's like for tar: EXEC_FAILED, or what the host failed with. Nothing is written then. */
export async function bringArtifacts(options: ArtifactsOptions): Promise<void> {
  const { client, session, outputDirectory, directory, signal } = options;
  mkdirSync(directory, { recursive: true });
  // On the same disk; a name that leaves it, or a link that does, has nowhere to go.
  const fresh = mkdtempSync(path.join(path.dirname(directory), '.berth-output-'));
  try {
    const archive = client.download({ session, paths: [outputDirectory] }, signal);
    await unpack(archive, fresh);
    const from = path.join(fresh, path.basename(outputDirectory));
    if (options.replace)
      for (const name of readdirSync(directory)) rmSync(path.join(directory, name), { recursive: true });
    for (const name of readdirSync(from))
      cpSync(path.join(from, name), path.join(directory, name), {
        recursive: true,
        force: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function unpack(archive: AsyncIterable<Uint8Array>, directory: string): Promise<void> {
  // Tar itself refuses names with `..` in them, and takes the slash off those that begin with one.
  const child = spawn('tar', ['-x', '-f', '-', '--no-same-owner', '-C', directory], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4096);
  });
  child.stdin.on('error', () => {});
  const closed = once(child, 'close');
  closed.catch(() => {});
  try {
    for await (const chunk of archive)
      if (!child.stdin.write(chunk)) await Promise.race([once(child.stdin, 'drain'), closed]);
  } catch (error) {
    child.kill();
    throw error;
  }
  child.stdin.end();
  const [code] = (await closed) as [number | null];
  if (code === 0) return;
  const why = oneLine(stderr.trim().split('\n').at(-1) ?? '') || `exit code ${code}`;
  throw new BerthError('EXEC_FAILED', `cannot unpack the session's output: tar: ${why}`, { hint: '' });
}
