/**
 * `berthd`: turns V8's compile cache on, then runs the command line. A bundle of its own, and
 * small: only what is loaded after the cache is on profits from it.
 */
import { cacheCompiledCode } from '@berth/shared/files/compile-cache';

const argv = process.argv.slice(2);
const keepCode = cacheCompiledCode(process.env, { bundle: 'command-line.cjs', run: argv[0] });

void import('./command-line.ts').then(({ runBerthd }) => runBerthd(argv, { onServing: keepCode }));
