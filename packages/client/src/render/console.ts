/** Where a command writes: results on standard output, everything else on standard error. */
import type { Readable, Writable } from 'node:stream';

export interface Console {
  /** Writes a result, as it is. */
  out(text: string): void;
  /** Writes a result and resolves when the stream takes more. */
  write(data: Uint8Array | string): Promise<void>;
  /** Writes what another program told on its standard error, and resolves when the stream takes more. */
  writeErr(data: Uint8Array | string): Promise<void>;
  /** Writes a remark, as it is. */
  err(text: string): void;
  /** Keeps remarks back, for as long as the terminal belongs to a view; then they come. */
  holdRemarks(): Disposable;
  /** Standard output is a terminal. */
  readonly isTty: boolean;
  /** Standard error is a terminal. */
  readonly errIsTty: boolean;
  /** Standard input and standard error are terminals: a person can be asked. */
  readonly canAsk: boolean;
  readonly color: boolean;
  /** Width of the terminal; null in a pipe, where nothing is fitted. */
  readonly columns: number | null;
  readonly json: boolean;
  readonly stdin: Readable & { isTTY?: boolean; setRawMode?: (on: boolean) => unknown };
  readonly stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
}

export interface ConsoleOptions {
  /** Asked when it is first needed: opening standard input costs start-up time. */
  readonly stdin: () => Console['stdin'];
  readonly stdout: Console['stdout'];
  readonly stderr: Writable & { isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  readonly noColor: boolean;
  readonly json: boolean;
}

export function createConsole(options: ConsoleOptions): Console {
  const { stdin, stdout, stderr, env } = options;
  const isTty = stdout.isTTY === true;
  let held: string | null = null;
  return {
    out: (text) => void stdout.write(text),
    write: (data) => paced(stdout, data),
    writeErr: (data) => paced(stderr, data),
    err: (text) => {
      if (held === null) stderr.write(text);
      else held += text;
    },
    holdRemarks: () => {
      held ??= '';
      return {
        [Symbol.dispose]: () => {
          if (held) stderr.write(held);
          held = null;
        },
      };
    },
    isTty,
    errIsTty: stderr.isTTY === true,
    get canAsk() {
      return stdin().isTTY === true && stderr.isTTY === true && !env.CI;
    },
    color: isTty && !options.noColor && !env.NO_COLOR && !env.CI && env.TERM !== 'dumb',
    columns: isTty ? (stdout.columns ?? 80) : null,
    json: options.json,
    get stdin() {
      return stdin();
    },
    stdout,
  };
}

/** Resolves when the stream takes more; also where it is closed. */
function paced(stream: Writable, data: Uint8Array | string): Promise<void> {
  if (stream.write(data)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}

/** Bold on a terminal, plain elsewhere. */
export function bold(console: Pick<Console, 'color'>, text: string): string {
  return console.color ? `\u001b[1m${text}\u001b[22m` : text;
}

/** Dimmed on a terminal, plain elsewhere. */
export function dim(console: Pick<Console, 'color'>, text: string): string {
  return console.color ? `\u001b[2m${text}\u001b[22m` : text;
}
