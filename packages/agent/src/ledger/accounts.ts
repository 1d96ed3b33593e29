/** Users of the host, and which of them may share its memory: a file for each in /etc/berth/users. */
import { execFile } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { BerthError } from '@berth/shared/domain/berth-error';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { Account } from './units-port.ts';

const USERS_DIRECTORY = '/etc/berth/users';
/** What useradd(8) takes, and nothing that could leave a directory or begin a flag. */
const NAME = /^[a-z_][a-z0-9_.-]{0,31}$/i;

export function allowedNames(directory = USERS_DIRECTORY): string[] {
  try {
    return readdirSync(directory).filter((name) => NAME.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function allowName(name: string, directory = USERS_DIRECTORY): void {
  makeDirectory(directory, 0o755);
  writeFileSync(path.join(directory, name), '', { mode: 0o644 });
}

export function disallowName(name: string, directory = USERS_DIRECTORY): void {
  rmSync(path.join(directory, name), { force: true });
}

/** Throws ARGUMENT_INVALID for a name that no user has. */
export async function accountOf(name: string): Promise<Account> {
  if (!NAME.test(name)) throw new BerthError('ARGUMENT_INVALID', `${name} cannot be the name of a user`);
  try {
    const { stdout } = await promisify(execFile)('getent', ['passwd', name]);
    const [found = '', , uid, gid] = stdout.trim().split(':');
    return { name: found, uid: Number(uid), gid: Number(gid) };
  } catch {
    throw new BerthError('ARGUMENT_INVALID', `there is no user ${name} on this host`);
  }
}
