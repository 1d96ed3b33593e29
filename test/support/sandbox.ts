/**
 * A user of its own for one test: home, config, state and runtime directories, in which the real
 * programs run. Disposing it ends every process that was started in it and removes it.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sharedMemoryDirectory } from '../../packages/agent/src/runtime-directory.ts';
import { TestAgent } from './agent.ts';
import { killMarked, RUN_VARIABLE, sandboxPrefix } from './marker.ts';
import { BERTH, BERTHD, ROOT } from './programs.ts';
import { type Finished, Running, run } from './running.ts';
import { TestTerminal } from './terminal.ts';

export interface BerthOptions {
  /** Whole standard input. Absent: /dev/null. */
  readonly input?: string | Uint8Array;
  /** Over the sandbox's environment; undefined removes. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
}

export interface AgentOptions {
  /** `local` (default) is the host that the client finds by itself; others get directories of their own. */
  readonly name?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Of `berthd serve`; they come after the defaults (`--units plain`, 32 MB slots of 512 MB). */
  readonly flags?: readonly string[];
}

export interface TerminalSize {
  readonly columns?: number;
  readonly rows?: number;
}

const AGENT_FLAGS = ['--units', 'plain', '--memory-capacity', '512M', '--default-slot', '32M'];

export class Sandbox implements AsyncDisposable {
  readonly dir: string;
  readonly home: string;
  readonly configDir: string;
  readonly stateDir: string;
  readonly runtimeDir: string;
  /** Nothing of the caller's but what every program needs. */
  readonly env: NodeJS.ProcessEnv;
  readonly #owned: AsyncDisposable[] = [];
  /** Runtime directories of agents. */
  readonly #runtimes = new Set<string>();
  #terminals = 0;
  #ending = false;

  constructor() {
    const testRun = process.env[RUN_VARIABLE] ?? '';
    this.dir = mkdtempSync(sandboxPrefix(testRun));
    this.home = join(this.dir, 'home');
    const xdg = xdgDirectories(this.dir, this.home);
    this.configDir = join(xdg.XDG_CONFIG_HOME, 'berth');
    this.stateDir = join(xdg.XDG_STATE_HOME, 'berth');
    this.runtimeDir = join(xdg.XDG_RUNTIME_DIR, 'berth');
    this.#runtimes.add(this.runtimeDir);
    shareCompressed(join(xdg.XDG_CACHE_HOME, 'berth'));
    const { PATH, LANG, LC_ALL, TZ, USER, LOGNAME, NODE_COMPILE_CACHE } = process.env;
    const inherited = { PATH, LANG: LANG ?? 'C.UTF-8', LC_ALL, TZ, USER, LOGNAME, NODE_COMPILE_CACHE };
    // On a machine that runs many tests at once a living host may take longer than a person would wait.
    const patience = { BERTH_FANOUT_TIMEOUT: '10s' };
    const env = {
      ...inherited,
      ...patience,
      SHELL: '/bin/bash',
      TERM: 'xterm-256color',
      ...xdg,
      [RUN_VARIABLE]: testRun,
    };
    this.env = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  }

  /** Runs the client to its end. */
  berth(args: readonly string[], { env, ...options }: BerthOptions = {}): Promise<Finished> {
    return run([...BERTH, ...args], { cwd: this.home, ...options, env: this.#environment(env) });
  }

  /** Runs the client, and parses what it printed; throws where it failed. */
  async json<T>(args: readonly string[], options: BerthOptions = {}): Promise<T> {
    const { code, stdout, stderr } = await this.berth([...args, '--json'], options);
    if (code !== 0) throw new Error(`berth ${args.join(' ')} exited with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** Starts the client and leaves it running. */
  spawnBerth(args: readonly string[], { env, ...options }: BerthOptions = {}): Running {
    return this.#own(
      new Running([...BERTH, ...args], { cwd: this.home, ...options, env: this.#environment(env) }),
    );
  }

  /** A real agent, ready to be called when this resolves. */
  async startAgent({ name = 'local', env, flags = [] }: AgentOptions = {}): Promise<TestAgent> {
    const own = name === 'local' ? {} : xdgDirectories(join(this.dir, name), this.home);
    const environment = this.#environment({ ...own, ...env });
    const socket = join(environment.XDG_RUNTIME_DIR ?? '', 'berth', 'agent.sock');
    this.#runtimes.add(dirname(socket));
    // A client that finds the agent killed would start one of its own, and win against the test's.
    if (name === 'local') this.env.BERTH_AGENT = JSON.stringify(['/bin/sh', '-c', 'sleep 60']);
    const argv = [...BERTHD, 'serve', ...AGENT_FLAGS, ...flags];
    return this.#own(await TestAgent.start({ argv, env: environment, socket }));
  }

  /** Any program in a terminal. */
  terminal(argv: readonly string[], { env, cwd, ...size }: BerthOptions & TerminalSize = {}): TestTerminal {
    const socket = join(this.dir, `t${++this.#terminals}`);
    const options = { argv, socket, cwd: cwd ?? this.home, env: this.#environment(env), ...size };
    return this.#own(new TestTerminal(options));
  }

  /** The client in a terminal. */
  berthTerminal(args: readonly string[], options: BerthOptions & TerminalSize = {}): TestTerminal {
    return this.terminal([...BERTH, ...args], options);
  }

  /** Writes a file below the config directory, e.g. `remotes.yaml`. */
  writeConfig(file: string, text: string): string {
    const path = join(this.configDir, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Of what is to be started now. */
  #environment(over: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    // It would keep the end of all from coming to an end.
    if (this.#ending) throw new Error(`${this.dir} is being removed`);
    const merged = Object.entries({ ...this.env, ...over });
    return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
  }

  #own<T extends AsyncDisposable>(thing: T): T {
    this.#owned.push(thing);
    return thing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    for (const thing of this.#owned.reverse()) await thing[Symbol.asyncDispose]();
    await killMarked([this.dir]);
    for (const runtime of this.#runtimes)
      rmSync(sharedMemoryDirectory(runtime), { recursive: true, force: true });
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

export function createSandbox(): Sandbox {
  return new Sandbox();
}

/** The agent's program is compressed once for all users of a run's tests, not for each of them. */
function shareCompressed(cache: string): void {
  const shared = join(ROOT, '.berth/agents');
  for (const directory of [shared, cache]) mkdirSync(directory, { recursive: true });
  symlinkSync(shared, join(cache, 'agents'));
}

/** Makes the directories of one user below `base`, and returns the variables that name them. */
function xdgDirectories(base: string, home: string) {
  const variables = {
    HOME: home,
    XDG_CONFIG_HOME: join(base, 'config'),
    XDG_STATE_HOME: join(base, 'state'),
    XDG_CACHE_HOME: join(base, 'cache'),
    XDG_RUNTIME_DIR: join(base, 'run'),
  };
  for (const directory of Object.values(variables)) mkdirSync(directory, { recursive: true, mode: 0o700 });
  return variables;
}
