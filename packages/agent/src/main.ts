/**
 * `berthd`: turns V8's compile cache on, then runs the command line. A bundle of its own, and
 * small: only what is loaded after the cache is on profits from it.
 */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSea } from 'node:sea';

// Not in the shared /tmp, where somebody else could put code for us. A release loads no files.
if (!isSea())
  enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'berth', 'code'));

void import('./command-line.ts').then(({ runBerthd }) => runBerthd(process.argv.slice(2)));
