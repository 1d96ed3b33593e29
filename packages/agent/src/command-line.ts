/** berthd's verbs: flags -> wiring -> serve -> a clean end on SIGTERM. Sessions go on without it. */
import { flushCompileCache } from 'node:module';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { EXIT } from '@berth/shared/domain/exit-codes';
import { VERSION } from '@berth/shared/domain/version';
import { readConfig, USAGE } from './config.ts';
import { dialStdio } from './rpc/dial-stdio.ts';

interface Hooks {
  /** All that a start needs has run. */
  readonly onServing: () => void;
}

/** Resolves when all is said and done, or rejects with what is in the way; `serve` ends the process itself. */
async function runVerb(argv: readonly string[], { onServing }: Hooks): Promise<void> {
  const [verb, ...rest] = argv;
  if (verb === 'setup' || verb === 'uninstall' || verb === 'allow' || verb === 'disallow') {
    const commands = await import('./setup/command.ts');
    process.exitCode = await commands[verb](rest, process.env);
    return;
  }
  const config = readConfig(argv, process.env);
  switch (config.command) {
    case 'help':
      process.stdout.write(USAGE);
      return;
    case 'version':
      process.stdout.write(`berthd ${VERSION}\n`);
      return;
    case 'dial-stdio':
      await dialStdio(config.socket);
      process.exit(0);
      return;
    case 'health': {
      const { health } = await import('./rpc/health-client.ts');
      process.exitCode = await health(config.socket, { json: config.json });
      return;
    }
    case 'ledger':
    case 'serve': {
      const { createLog } = await import('./log.ts');
      const start =
        config.command === 'serve'
          ? (await import('./agent.ts')).startAgent
          : (await import('./ledger-main.ts')).startLedger;
      const log = createLog({
        level: config.logLevel,
        journald: process.env.JOURNAL_STREAM !== undefined,
      });
      const ended = new Promise<string>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
      });
      // A terminal that closes must not take the agent with it.
      if (config.command === 'serve') process.on('SIGHUP', () => log.info('SIGHUP ignored'));
      const agent = await start(config, log);
      // For the next start, also where this one ends by SIGKILL.
      flushCompileCache();
      onServing();
      log.info({ signal: await ended }, 'stopping; sessions go on');
      await agent[Symbol.asyncDispose]();
      process.exit(0);
    }
  }
}

/** Runs the command line; what fails is told on standard error, and the process ended. */
export async function runBerthd(argv: readonly string[], hooks: Hooks): Promise<void> {
  try {
    await runVerb(argv, hooks);
  } catch (error) {
    const known = error instanceof BerthError ? error : null;
    process.stderr.write(`${messageOf(error)}\n`);
    if (known?.hint) process.stderr.write(`  hint: ${known.hint}\n`);
    if (!known) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
    process.exit(known?.exitCode ?? EXIT.failed);
  }
}
