/** Directories that only their user can enter: sockets, and secrets on tmpfs. */
import { lstatSync, mkdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';

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
  mkdirSync(directory, { recursive: true, mode: 0o700 });
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

/** A private directory that never reaches a disk; null where the machine has none. */
export function secretDirectory(runtime: string): string | null {
  const uid = process.getuid?.() ?? 0;
  for (const parent of [runtime, `/dev/shm/berth-${uid}`]) {
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
