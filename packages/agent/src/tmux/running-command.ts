/** One command beside a session while it runs, by the pipes or the terminal that lead to it. */
import type { OpenPty, OutputKind, ProcessTable, RunningExec } from '../sessions/exec-port.ts';
import type { ReadEnd, WriteEnd } from './exec-pipes.ts';

/** What a command reads and writes: three pipes, or a terminal. */
type Ends = OpenPty | { readonly input: WriteEnd; readonly out: ReadEnd; readonly err: ReadEnd };

export interface RunningCommandOptions {
  /** NAME=VALUE in the environment of all that it starts. */
  readonly mark: string;
  readonly processes: Pick<ProcessTable, 'startedBy'>;
  readonly told: ReadEnd;
  readonly hold: WriteEnd;
  readonly ends: Ends;
}

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 3000;
const GONE_MS = 5000;
/** A terminal that others keep open is given this long to show what the command printed last. */
const LAST_MS = 200;

export class RunningCommand implements RunningExec {
  readonly ended: Promise<number | null>;
  readonly #o: RunningCommandOptions;
  readonly #begun = Promise.withResolvers<void>();
  /** What runs the command, and what watches over that. */
  #runner: { readonly pid: number; readonly watcher: number } | null = null;
  readonly #heard = Promise.withResolvers<void>();
  #over = false;

  constructor(options: RunningCommandOptions) {
    this.#o = options;
    const over = Promise.withResolvers<number | null>();
    this.ended = over.promise;
    this.#begun.promise.catch(() => {});
    let text = '';
    options.told.onData((data) => {
      text += data.toString('latin1');
      const begun = /^begun (\d+) (\d+)$/m.exec(text);
      if (begun && !this.#runner) this.#hasBegun(Number(begun[1]), Number(begun[2]));
      const ended = /^ended (\d+)$/m.exec(text);
      if (!ended || this.#over) return;
      this.#over = true;
      this.#begun.resolve();
      void this.#drained().then(() => over.resolve(Number(ended[1])));
    });
    options.told.onEnd(() => {
      if (this.#over) return;
      this.#begun.reject(new Error('what was to run it ended'));
      void this.#drained().then(() => over.resolve(null));
    });
    options.told.resume();
  }

  /** Resolves once it has opened its ends. */
  async begun(timeoutMs: number): Promise<void> {
    const late = setTimeout(
      () => this.#begun.reject(new Error(`it did not begin within ${timeoutMs} ms`)),
      timeoutMs,
    );
    await this.#begun.promise.finally(() => clearTimeout(late));
  }

  onOutput(listener: (kind: OutputKind, data: Uint8Array) => void): void {
    const { ends } = this.#o;
    if ('tty' in ends) ends.onData((data) => listener('stdout', data));
    else {
      ends.out.onData((data) => listener('stdout', data));
      ends.err.onData((data) => listener('stderr', data));
    }
    this.resume();
    this.#heard.resolve();
  }

  pause(): void {
    for (const end of this.#outputs()) end.pause();
  }

  resume(): void {
    for (const end of this.#outputs()) end.resume();
  }

  async write(data: Uint8Array): Promise<void> {
    const { ends } = this.#o;
    await ('tty' in ends ? ends : ends.input).write(data);
  }

  endInput(): void {
    const { ends } = this.#o;
    if (!('tty' in ends)) ends.input.end();
  }

  resize(columns: number, rows: number): void {
    const { ends } = this.#o;
    if ('tty' in ends) ends.resize(columns, rows);
  }

  signal(signal: NodeJS.Signals): void {
    for (const pid of this.#members()) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        // It has just ended; or became another user's (sudo), who alone may end it.
        const { code = '' } = error as NodeJS.ErrnoException;
        if (code !== 'ESRCH' && code !== 'EPERM') throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (!this.#over) await this.#end();
    } finally {
      // Without a word it would take the agent for dead.
      void this.#o.hold.write(Buffer.from('done\n'));
      this.#o.hold.end();
      this.#o.hold.taken();
      const { ends, told } = this.#o;
      for (const end of 'tty' in ends ? [ends] : [ends.input, ends.out, ends.err]) end[Symbol.dispose]();
      told[Symbol.dispose]();
    }
  }

  #hasBegun(pid: number, watcher: number): void {
    const { ends, told, hold } = this.#o;
    this.#runner = { pid, watcher };
    for (const end of [told, hold]) end.taken();
    if ('tty' in ends) ends.handedOver();
    else for (const end of [ends.input, ends.out, ends.err]) end.taken();
    this.#begun.resolve();
  }

  /** After its end: what it printed last. */
  async #drained(): Promise<void> {
    const { ends } = this.#o;
    // It may be over before anybody listens.
    await this.#heard.promise;
    if (!('tty' in ends)) {
      ends.out.finish();
      ends.err.finish();
      return;
    }
    ends.resume();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_MS);
    });
    await Promise.race([ends.closed, late]).finally(() => clearTimeout(timer));
  }

  /** SIGTERM to all of it, and SIGKILL to what is left. */
  async #end(): Promise<void> {
    const began = performance.now();
    let sent: NodeJS.Signals | null = null;
    for (let pause = 5; this.#members().length > 0; pause = Math.min(pause * 2, 100)) {
      const spent = performance.now() - began;
      const signal = spent < GRACE_MS ? 'SIGTERM' : 'SIGKILL';
      // Once each; whoever comes late is killed all the same.
      if (sent !== signal || signal === 'SIGKILL') this.signal(signal);
      sent = signal;
      if (spent > GRACE_MS + GONE_MS) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  #outputs(): readonly { pause(): void; resume(): void }[] {
    const { ends } = this.#o;
    return 'tty' in ends ? [ends] : [ends.out, ends.err];
  }

  #members(): readonly number[] {
    if (!this.#runner) return [];
    const { pid, watcher } = this.#runner;
    const all = this.#o.processes.startedBy(pid, this.#o.mark);
    return all.filter((one) => one !== pid && one !== watcher);
  }
}
