/** An installation of this machine as an archive, for a host. */
import { accessSync, constants, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { type Paths, privateDirectory } from '../config/paths.ts';
import { isAlive } from '../tunnel/process-lock.ts';

const PACK_MS = 15 * 60_000;

/** The file itself; of a directory (an installation of this machine) an archive that goes with its use. */
export async function archiveOf(
  from: string,
  { cacheDir }: Pick<Paths, 'cacheDir'>,
  progress: (step: string) => void,
): Promise<{ readonly file: string } & Disposable> {
  if (!isDirectory(from)) return { file: from, [Symbol.dispose]() {} };
  if (!statSync(path.join(from, 'bin/code-server'), { throwIfNoEntry: false })) {
    throw new BerthError('FILE_NOT_FOUND', `there is no bin/code-server in ${from}`, {
      hint: 'name the directory of an installation, or an archive of one',
    });
  }
  progress('packing it');
  makeDirectory(cacheDir, 0o777);
  const directory = privateDirectory(path.join(cacheDir, 'code-server'));
  removeLeft(directory);
  const file = path.join(directory, `${process.pid}.tar.gz`);
  const { runProgram } = await import('../notify/program.ts');
  const { code, stderr } = await runProgram(['tar', '-czf', file, '-C', from, '.'], {
    env: { ...process.env, GZIP: '-1' },
    timeoutMs: PACK_MS,
  });
  const archive = { file, [Symbol.dispose]: () => rmSync(file, { force: true }) };
  if (code === 0) return archive;
  archive[Symbol.dispose]();
  throw new BerthError(
    'EDITOR_INSTALL_FAILED',
    `cannot pack ${from}: ${oneLine(stderr.trim().split('\n').at(-1) ?? '')}`,
  );
}

/** True of a directory. Throws FILE_NOT_FOUND for what cannot be read. */
function isDirectory(from: string): boolean {
  const hint = 'name an archive or a directory';
  try {
    const found = statSync(from, { throwIfNoEntry: false });
    if (!found) throw new BerthError('FILE_NOT_FOUND', `there is no ${from}`, { hint });
    accessSync(from, constants.R_OK);
    return found.isDirectory();
  } catch (error) {
    if (error instanceof BerthError) throw error;
    throw new BerthError('FILE_NOT_FOUND', `cannot read ${from}: ${messageOf(error)}`, { hint });
  }
}

/** Archives of commands that were killed: hundreds of megabytes each. */
function removeLeft(directory: string): void {
  for (const name of readdirSync(directory)) {
    const owner = /^(\d+)\.tar\.gz$/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(path.join(directory, name), { force: true });
  }
}
