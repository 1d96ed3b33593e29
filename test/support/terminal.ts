/** A terminal for interactive programs: a pane of a tmux server of the test's own. */
import { execFileSync } from 'node:child_process';
import { until } from './until.ts';

export interface TerminalOptions {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Path of the tmux server's socket; its directory exists. */
  readonly socket: string;
  readonly cwd?: string;
  readonly columns?: number;
  readonly rows?: number;
}

export class TestTerminal implements AsyncDisposable {
  readonly #socket: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor({ argv, env, socket, cwd, columns = 80, rows = 24 }: TerminalOptions) {
    this.#socket = socket;
    this.#env = { ...env, TERM: 'xterm-256color' };
    const size = ['-x', String(columns), '-y', String(rows)];
    // The pane stays when its program ends, so that the last screen and the status can be read.
    const options = [
      'set-option',
      '-g',
      'remain-on-exit',
      'on',
      ';',
      'set-option',
      '-g',
      'status',
      'off',
      ';',
    ];
    const directory = cwd ? ['-c', cwd] : [];
    this.#tmux([...options, 'new-session', '-d', '-s', 't', ...size, ...directory, '--', ...argv]);
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#tmux(['send-keys', '-t', 't', '-l', '--', text]);
  }

  /** Presses keys by tmux's names: Enter, C-c, Escape. */
  press(...keys: string[]): void {
    this.#tmux(['send-keys', '-t', 't', ...keys]);
  }

  resize(columns: number, rows: number): void {
    this.#tmux(['resize-window', '-t', 't', '-x', String(columns), '-y', String(rows)]);
  }

  /** What the terminal shows, trailing blank lines cut. */
  screen(): string {
    return this.#tmux(['capture-pane', '-t', 't', '-p']).trimEnd();
  }

  /** All that it has shown, line by line, also what has left the screen; trailing blank lines cut. */
  everything(): string {
    return this.#tmux(['capture-pane', '-t', 't', '-p', '-J', '-S', '-']).replaceAll(/ +$/gm, '').trimEnd();
  }

  async waitForScreen(pattern: RegExp, { deadlineMs = 15_000 } = {}): Promise<RegExpMatchArray> {
    return await until(() => this.screen().match(pattern), {
      what: `${pattern} on the screen`,
      deadlineMs,
    }).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${this.screen()}`, { cause: error });
    });
  }

  /** A format of tmux for the pane, e.g. `#{cursor_flag}`. */
  ask(format: string): string {
    return this.#tmux(['display-message', '-t', 't', '-p', format]).trimEnd();
  }

  /** The program's exit code, 128+N where signal N ended it. */
  async waitForExit({ deadlineMs = 15_000 } = {}): Promise<number> {
    const look = () => {
      const answer = this.ask('#{pane_dead}:#{pane_dead_status}:#{pane_dead_signal}');
      // tmux 3.3 at times misses the signal that its child has ended (seen in 1 of 30): give it another.
      if (answer === '1::') process.kill(Number(this.ask('#{pid}')), 'SIGCHLD');
      return answer.match(/^1:(?:(\d+):|:(\d+)$)/);
    };
    const [, status, signal] = await until(look, { what: 'the program in the terminal ended', deadlineMs });
    return status ? Number(status) : 128 + Number(signal);
  }

  #tmux(args: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#tmux(['kill-server']);
    } catch {
      // Its server is gone already.
    }
  }
}
