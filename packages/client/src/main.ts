/**
 * `berth`: runs the command line and leaves with its exit code. Small, and the rest bundles of their
 * own: only what is loaded later has its code kept.
 */
import { ownBundles } from '@berth/shared/files/own-bundles';

const argv = process.argv.slice(2);
const { load } = ownBundles(process.env, argv[0]);

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
  void load('status-bar.cjs', () => import('./commands/status-bar.ts')).then(async ({ statusBar }) => {
    process.stdout.write(`${await statusBar(process.env, Date.now())}\n`);
  });
} else {
  void load('client.cjs', () => import('./cli.ts')).then(async ({ runCli }) => {
    process.exitCode = await runCli(argv, process.env);
  });
}
