/** Somebody's laptop beside a lab: a user with the released client, whose ssh knows the lab's hosts. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../programs.ts';
import { type Finished, Running, run } from '../running.ts';
import { createSandbox, type Sandbox, type TerminalSize } from '../sandbox.ts';
import type { TestTerminal } from '../terminal.ts';
import { until } from '../until.ts';
import type { Lab } from './lab.ts';

const RELEASE = join(ROOT, 'dist/release');
/** The client, and the agent that it brings, as they are released. */
const CLIENT = join(RELEASE, `berth-linux-${process.arch}`);
export const AGENT = join(RELEASE, `berthd-linux-${process.arch}`);

interface LaptopOptions {
  /** Over the laptop's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: 60 s. */
  readonly timeoutMs?: number;
}

export class Laptop implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly #env: NodeJS.ProcessEnv;
  readonly #owned: AsyncDisposable[] = [];

  constructor(lab: Lab) {
    this.sandbox = createSandbox();
    // The agent's program is found beside the client.
    const settings = { BERTH_SSH_CONFIG: lab.sshConfig, BERTH_NO_SYSTEMD: '1' };
    this.#env = { ...this.sandbox.env, ...settings };
  }

  /** The client, to its end; its standard input is /dev/null. */
  berth(args: readonly string[], { env, timeoutMs = 60_000 }: LaptopOptions = {}): Promise<Finished> {
    return run([CLIENT, ...args], { cwd: this.sandbox.home, env: { ...this.#env, ...env }, timeoutMs });
  }

  /** The same; throws, with all it said, where its exit code is not 0. */
  async ok(args: readonly string[], options: LaptopOptions = {}): Promise<string> {
    const { code, signal, stdout, stderr } = await this.berth(args, options);
    if (code === 0) return stdout;
    throw new Error(`berth ${args.join(' ')} ended with ${code ?? signal}:\n${stdout}${stderr}`);
  }

  async json<T>(args: readonly string[], options: LaptopOptions = {}): Promise<T> {
    return JSON.parse(await this.ok([...args, '--json'], options)) as T;
  }

  /** The client, left running. */
  spawn(args: readonly string[], { env }: LaptopOptions = {}): Running {
    const running = new Running([CLIENT, ...args], {
      cwd: this.sandbox.home,
      env: { ...this.#env, ...env },
    });
    this.#owned.push(running);
    return running;
  }

  /** The client in a terminal. */
  terminal(args: readonly string[], { env, ...size }: LaptopOptions & TerminalSize = {}): TestTerminal {
    return this.sandbox.terminal([CLIENT, ...args], { env: { ...this.#env, ...env }, ...size });
  }

  /**
   * Lines typed into a shell, in a terminal, that ends at the first one that fails; the next lines go on in
   * the directory where these end. The keys are pressed one by one, once the screen ends with a shell's
   * prompt. Tells the exit code, and all that the terminal showed.
   */
  async types(lines: string, keys: readonly string[] = []): Promise<{ code: number; said: string }> {
    const bin = join(this.sandbox.dir, 'bin');
    if (!existsSync(bin)) {
      mkdirSync(bin);
      symlinkSync(CLIENT, join(bin, 'berth'));
    }
    const script = join(this.sandbox.dir, 'typed.sh');
    const left = join(this.sandbox.dir, 'typed.cwd');
    writeFileSync(script, `trap 'pwd > ${left}' EXIT\n${lines}`);
    const cwd = existsSync(left) ? readFileSync(left, 'utf8').trim() : this.sandbox.home;
    const env = { ...this.#env, PATH: `${bin}:${this.#env.PATH}` };
    const options = { env, cwd, columns: 130, rows: 50 };
    await using terminal = this.sandbox.terminal(['bash', '-e', script], options);
    for (const key of keys) {
      await terminal.waitForScreen(/\$\s*$/);
      terminal.press(key);
    }
    const code = await terminal.waitForExit({ deadlineMs: 120_000 }).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${terminal.screen()}`, { cause: error });
    });
    return { code, said: terminal.everything() };
  }

  /** Starts a session that prints a line every 50 ms, and sees its first one. */
  async chat(host: string, name: string): Promise<void> {
    const loop = 'i=0; while echo line $((i += 1)); do sleep 0.05; done';
    await this.ok(['start', '--host', host, '--name', name, '--', 'bash', '-c', loop]);
    await this.goesOn(name);
  }

  /** Resolves when a session has printed more than it had; throws where it does not run. */
  async goesOn(name: string): Promise<void> {
    const look = async () => {
      const seen = await this.json<{ status: string; transcript_end: number }>(['show', name]);
      if (seen.status !== 'running') throw new Error(`session ${name} is ${seen.status}`);
      return seen.transcript_end;
    };
    const before = await look();
    await until(async () => (await look()) > before, { what: `session ${name} goes on` });
  }

  /** What remotes.yaml holds; empty where there is none. */
  get remotes(): string {
    try {
      return readFileSync(join(this.sandbox.configDir, 'remotes.yaml'), 'utf8');
    } catch {
      return '';
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const owned of this.#owned) await owned[Symbol.asyncDispose]();
    await this.sandbox[Symbol.asyncDispose]();
  }
}
