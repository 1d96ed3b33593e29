/** A directory of the user's own as a session's workspace. It is never removed, and nothing in it is. */
import { access, constants, readlink, realpath, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';

/** Its real path. Throws SOURCE_INVALID where a session could not work there. */
export async function settleDirectory(named: string, home: string): Promise<string> {
  const expanded = named === '~' || named.startsWith('~/') ? path.join(home, named.slice(1)) : named;
  const cannot = (why: string) =>
    new BerthError('SOURCE_INVALID', `no session can work in ${oneLine(named)}: ${why}`, {
      hint: 'name a directory of the host that is there and that you may enter',
    });
  try {
    const real = await realpath(expanded);
    if (!(await stat(real)).isDirectory()) throw cannot('it is no directory');
    await access(real, constants.X_OK);
    return real;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw cannot('there is no such directory');
    if (code === 'EACCES' || code === 'EPERM') throw cannot('you may not enter it');
    if (code === 'ELOOP' || code === 'ENAMETOOLONG') throw cannot(`its name leads nowhere (${code})`);
    throw error;
  }
}

/** The workspace is a link: what works in a workspace needs no other path. */
export async function linkDirectory(real: string, workspace: string): Promise<void> {
  await symlink(real, workspace, 'dir');
}

/** Throws SOURCE_INVALID where the directory that a workspace is a link to has gone since. */
export async function refuseLostDirectory(workspace: string): Promise<void> {
  const real = await readlink(workspace).catch(() => null);
  if (real === null || (await stat(real).catch(() => null))?.isDirectory()) return;
  throw new BerthError('SOURCE_INVALID', `no session can work in ${oneLine(real)}: it is gone`);
}
