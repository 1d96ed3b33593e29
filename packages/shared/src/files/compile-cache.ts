/** V8's compile cache: what is loaded once it is on starts faster the next time. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { makeDirectory } from './make-directory.ts';

/** Without it where its directory cannot be made. A release loads no files, and needs none. */
export function cacheCompiledCode(env: NodeJS.ProcessEnv): void {
  if (isSea()) return;
  // Not in the shared /tmp, where somebody else could put code for us.
  const directory = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'berth', 'code');
  try {
    makeDirectory(directory);
  } catch {
    return;
  }
  enableCompileCache(directory);
}
