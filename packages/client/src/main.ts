/**
 * `berth`: runs the command line and leaves with its exit code. A bundle of its own, and small:
 * only what is loaded after the compile cache is on profits from it.
 */
import { cacheCompiledCode } from '@berth/shared/files/compile-cache';

const argv = process.argv.slice(2);
cacheCompiledCode(process.env, { bundle: 'client.cjs', run: argv[0] });

// `berth list | head -1` closes our output early: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
process.on('SIGINT', () => {
  // A command that ends cleanly on Ctrl-C listens too, and then decides.
  if (process.listenerCount('SIGINT') === 1) process.exit(130);
});

// Asked for every few seconds, all day: nothing else is loaded for it.
if (/^status --format[ =]tmux$/.test(argv.join(' '))) {
  void import('./commands/status-bar.ts').then(async ({ statusBar }) => {
    process.stdout.write(`${await statusBar(process.env, Date.now())}\n`);
  });
} else {
  void import('./cli.ts').then(async ({ runCli }) => {
    process.exitCode = await runCli(argv, process.env);
  });
}
