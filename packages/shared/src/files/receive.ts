/**
 * What arrives as an archive: unpacked beside its place, looked at, and only then put there by
 * renames. Broken off half way, nothing of it stands under its name.
 */
import { lstat, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { BerthError } from '../domain/berth-error.ts';
import { oneLine } from '../domain/text.ts';
import { unpack } from './tar.ts';

export interface Receiving {
  readonly archive: AsyncIterable<Uint8Array>;
  /** Absolute, and there. */
  readonly directory: string;
  /** The names that may come, and what each is to be called; absent: whatever comes, as it is called. */
  readonly names?: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** Resolves with how many entries of the directory it wrote to. */
export async function receive({ archive, directory, names, signal }: Receiving): Promise<number> {
  const staging = await mkdtemp(path.join(directory, '.berth-cp-'));
  try {
    await unpack(archive, { directory: staging, signal });
    await refuseSpecial(staging);
    const came = await readdir(staging);
    const strange = names && came.find((name) => !names.has(name));
    if (strange !== undefined) {
      throw new BerthError('EXEC_FAILED', `what came is not what was asked for: ${oneLine(strange)}`, {
        hint: 'nothing of it was kept',
      });
    }
    for (const name of came) {
      await settle(path.join(staging, name), path.join(directory, names?.get(name) ?? name));
    }
    return came.length;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Devices and pipes are no work, and some do harm where they are opened. */
async function refuseSpecial(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const own = path.join(directory, entry.name);
    if (entry.isDirectory()) await refuseSpecial(own);
    else if (!entry.isFile() && !entry.isSymbolicLink()) {
      const message = `cannot take ${oneLine(entry.name)}: it is no file, directory or link`;
      throw new BerthError('EXEC_FAILED', message, { hint: 'leave it out' });
    }
  }
}

/** As `cp -r` does: directories are merged, anything else is replaced. No link is followed. */
async function settle(from: string, to: string): Promise<void> {
  const [source, there] = [await lstat(from), await lstat(to).catch(() => null)];
  if (there && source.isDirectory() !== there.isDirectory()) {
    const [what, other] = there.isDirectory() ? ['a directory', 'none'] : ['no directory', 'one'];
    throw new BerthError(
      'EXEC_FAILED',
      `cannot replace ${oneLine(to)}: it is ${what}, and what came is ${other}`,
      {
        hint: 'remove it first, or choose another name',
      },
    );
  }
  if (!there || !source.isDirectory()) {
    await rename(from, to);
    return;
  }
  for (const name of await readdir(from)) await settle(path.join(from, name), path.join(to, name));
  await rmdir(from);
}
