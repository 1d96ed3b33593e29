/** Directories that only their user can enter: sockets, and secrets on tmpfs. */
import { createHash } from 'node:crypto';
import { lstatSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { makeDirectory } from '@berth/shared/files/make-directory';

/** statfs f_type of tmpfs and ramfs (linux/magic.h). */
const IN_MEMORY = new Set([0x01021994, 0x858458f6]);

/**
 * `$XDG_RUNTIME_DIR/berth`; without the variable /run/user/UID, where a login made it, else
 * /tmp/berth-UID. The client looks in the same places.
 */
export function runtimeDirectory(env: NodeJS.ProcessEnv): string {
  if (env.XDG_RUNTIME_DIR) return path.join(env.XDG_RUNTIME_DIR, 'berth');
  const uid = process.getuid?.() ?? 0;
  const login = `/run/user/${uid}`;
  return ownedBy(login, uid) ? path.join(login, 'berth') : `/tmp/berth-${uid}`;
}

/** Makes the directory (0700). Refuses one that is somebody else's, a link, or open to others. */
export function privateDirectory(directory: string): string {
  makeDirectory(directory);
  const found = lstatSync(directory);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new BerthError(
      'PERMISSION_DENIED',
      `cannot use ${directory}: it must be a directory of yours with mode 0700`,
      {
        hint: `remove it, or run chmod 700 ${directory}`,
      },
    );
  }
  return directory;
}

/**
 * Where secrets go if the runtime directory is on a disk. One for each runtime directory: an agent
 * sweeps what it does not know, and must not sweep another's.
 */
export function sharedMemoryDirectory(runtime: string): string {
  const own = createHash('sha256').update(runtime).digest('hex').slice(0, 12);
  return `/dev/shm/berth-${process.getuid?.() ?? 0}-${own}`;
}

/** A private directory that never reaches a disk; null where the machine has none. */
export function secretDirectory(runtime: string): string | null {
  for (const parent of [runtime, sharedMemoryDirectory(runtime)]) {
    try {
      privateDirectory(parent);
      if (IN_MEMORY.has(statfsSync(parent).type)) return privateDirectory(path.join(parent, 'env'));
    } catch {
      // The next place may do; the caller says so where none does.
    }
  }
  return null;
}

function ownedBy(directory: string, uid: number): boolean {
  try {
    return lstatSync(directory).uid === uid;
  } catch {
    return false;
  }
}
