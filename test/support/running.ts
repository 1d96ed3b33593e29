/** A program that a test started and talks to while it runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until, within } from './until.ts';

export interface Finished {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Given whole, then standard input is closed. Absent: standard input is /dev/null. */
  readonly input?: string | Uint8Array;
  /** SIGKILL and an error after this long. Default: 30 s. */
  readonly timeoutMs?: number;
}

/** Ends with SIGKILL when disposed, where it has not ended before. */
export class Running implements AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves when it has ended and all its output is here. */
  readonly finished: Promise<Finished>;
  readonly #argv: readonly string[];
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  #closed = false;

  constructor(argv: readonly string[], { env, cwd, input }: RunOptions) {
    this.#argv = argv;
    const [program = '', ...args] = argv;
    const stdin = input === undefined ? 'ignore' : 'pipe';
    this.child = spawn(program, args, { env, ...(cwd ? { cwd } : {}), stdio: [stdin, 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    // A program that ends without reading its input breaks the pipe: that is its good right.
    this.child.stdin?.on('error', () => {});
    if (input !== undefined) this.child.stdin?.end(input);
    this.finished = once(this.child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
    this.child.once('close', () => {
      this.#closed = true;
    });
    this.finished.catch(() => {});
  }

  get stdout(): string {
    return this.bytes.toString('utf8');
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString('utf8');
  }

  /** Standard output so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#stdout);
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until standard output and error, one after the other, match. */
  async waitForText(pattern: RegExp, { deadlineMs = 15_000 } = {}): Promise<RegExpMatchArray> {
    const text = () => `${this.stdout}\n${this.stderr}`;
    const look = () => {
      // Asked before the look: what it printed last is then there to be seen.
      const over = this.#closed;
      return text().match(pattern) ?? (over ? 'over' : null);
    };
    const what = `${pattern} in the output of ${this.#argv.slice(-6).join(' ')}`;
    const fail = (why: string): never => {
      throw new Error(`${why}; it printed:\n${text().slice(-2_000)}`);
    };
    const seen = await until(look, { what, deadlineMs }).catch((error: Error) => fail(error.message));
    return seen === 'over' ? fail(`ended before it printed ${pattern}`) : seen;
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.child.kill(signal);
  }

  /** Ends it without waiting for what holds its output. */
  abandon(): void {
    this.child.kill('SIGKILL');
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.ended) this.child.kill('SIGKILL');
    await this.finished.catch(() => {});
  }
}

/** Runs a program to its end. */
export async function run(argv: readonly string[], options: RunOptions): Promise<Finished> {
  const { timeoutMs = 30_000 } = options;
  const running = new Running(argv, options);
  const finished = await within(running.finished, timeoutMs);
  if (finished) return finished;
  const { stdout, stderr } = running;
  // What it started may hold its output after its end.
  const what = running.ended ? 'to close its output' : 'to end';
  running.abandon();
  throw new Error(
    `took longer than ${timeoutMs} ms ${what}: ${argv.slice(2).join(' ')}\n${stdout}\n${stderr}`,
  );
}
