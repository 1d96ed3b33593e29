/** One command beside a session, on this process's own standard input, output and error. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Console } from '../render/console.ts';
import type { ExecStream, HostClient } from '../rpc/host-client.ts';
import { enterRawMode } from './raw-mode.ts';

export interface ExecOnTerminal {
  readonly client: HostClient;
  readonly console: Console;
  readonly session: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Give it a terminal: this one, raw. */
  readonly terminal: boolean;
  readonly term: string;
}

/** Resolves with the command's exit code. A second Ctrl-C ends it without asking. */
export async function execHere(options: ExecOnTerminal): Promise<number> {
  const { client, console, terminal, term, ...open } = options;
  const stop = new AbortController();
  const { stdout } = console;
  const size = () => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  const stream = client.exec({ ...open, terminal: terminal ? { ...size(), term } : null }, stop.signal);
  using _keys = terminal ? enterRawMode(console, { inline: true }) : interrupts(stream, stop);
  const resized = () => {
    const { columns, rows } = size();
    stream.resize(columns, rows);
  };
  if (terminal) stdout.on('resize', resized);
  let exitCode: number | null = null;
  try {
    for await (const message of stream.messages) {
      if (message.kind === 'opened') sendInput(console, stream);
      else if (message.kind === 'ended') exitCode = message.exitCode;
      else await (message.kind === 'stdout' ? console.write : console.writeErr)(message.data);
    }
  } catch (error) {
    throw broken(error, options.session);
  } finally {
    stdout.off('resize', resized);
    // Whatever else is typed is for others, and nothing waits for it.
    console.stdin.destroy();
  }
  if (exitCode !== null) return exitCode;
  if (stop.signal.aborted) return 130;
  throw broken(new BerthError('HOST_UNREACHABLE', 'the agent ended the call'), options.session);
}

/** Ctrl-C goes to the command; a second one ends the call, and the command with it. */
function interrupts(stream: ExecStream, stop: AbortController): Disposable {
  let sent = false;
  const onInterrupt = () => {
    if (sent) stop.abort();
    else stream.signal('INT');
    sent = true;
  };
  process.on('SIGINT', onInterrupt);
  return { [Symbol.dispose]: () => void process.off('SIGINT', onInterrupt) };
}

/** At the pace of the command. */
function sendInput({ stdin }: Console, stream: ExecStream): void {
  const send = async () => {
    for await (const chunk of stdin) await stream.write(chunk as Uint8Array);
    stream.endInput();
  };
  // A standard input that breaks, or is closed here because all is over, has nothing more to say.
  send().catch(() => stream.endInput());
}

/** Running it again may do it twice: that is not for us to decide. */
function broken(error: unknown, session: string): unknown {
  if (!(error instanceof BerthError) || error.reason !== 'HOST_UNREACHABLE') return error;
  return new BerthError('HOST_UNREACHABLE', `${error.message}; the command in ${session} was ended with it`, {
    values: { ...error.values, session },
    hint: 'what it did before that stands: look, and run it again if that does no harm',
    cause: error,
  });
}
