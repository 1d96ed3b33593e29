/** Whether git can have a repository for a directory, without a process: most starts outside of one need none. */
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * False only where git would surely find none. A link's own place is not looked at: `directory` is
 * a real path, as the working directory is.
 */
export function mayHaveRepository(directory: string, env: NodeJS.ProcessEnv): boolean {
  if (env.GIT_DIR) return true;
  for (let at = directory; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, '.git'))) return true;
    // One without a work tree.
    if (existsSync(path.join(at, 'HEAD')) && existsSync(path.join(at, 'objects'))) return true;
    if (at === path.dirname(at)) return false;
  }
}
