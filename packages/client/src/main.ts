/** `berth`: runs the command line and leaves with its exit code. */
import { enableCompileCache } from 'node:module';

enableCompileCache();

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

const { runCli } = await import('./cli.ts');
process.exitCode = await runCli(process.argv.slice(2), process.env);
