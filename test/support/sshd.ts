/** Real sshds on loopback, each playing a host of its own: own keys, own environment, own port. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findProgram } from './programs.ts';
import { Running } from './running.ts';
import type { Sandbox } from './sandbox.ts';
import { until } from './until.ts';

export interface SshdOptions {
  /** Name of the host; its directories are those of `sandbox.startAgent({ name })`. */
  readonly name: string;
  /** Lines of sshd_config, before all others: the first word on a subject counts. */
  readonly config?: readonly string[];
}

/** sshd -D on 127.0.0.1, and the client's ssh config that knows it. */
export class TestSshd implements AsyncDisposable {
  readonly port: number;
  readonly name: string;
  readonly #dir: string;
  readonly #argv: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #running: Running;

  private constructor(options: { name: string; port: number; dir: string; env: NodeJS.ProcessEnv }) {
    this.name = options.name;
    this.port = options.port;
    this.#dir = options.dir;
    this.#env = options.env;
    const program = findProgram('sshd');
    if (!program) throw new Error('sshd is not installed: apt-get install openssh-server');
    this.#argv = [program, '-D', '-e', '-f', join(this.#dir, 'sshd_config')];
    this.#running = this.#spawn();
  }

  static async start(sandbox: Sandbox, { name, config = [] }: SshdOptions): Promise<TestSshd> {
    const dir = join(sandbox.dir, `sshd-${name}`);
    mkdirSync(dir, { mode: 0o700 });
    makeKey(join(dir, 'host_key'));
    const user = userKey(sandbox);
    const port = await freePort();
    const own = name === 'local' ? sandbox.dir : join(sandbox.dir, name);
    const variables = {
      HOME: sandbox.home,
      XDG_STATE_HOME: join(own, 'state'),
      XDG_RUNTIME_DIR: join(own, 'run'),
      XDG_CONFIG_HOME: join(own, 'config'),
      XDG_CACHE_HOME: join(own, 'cache'),
    };
    // Without privilege separation's needs: no PAM, no pid file, keys from where we say.
    mkdirSync('/run/sshd', { recursive: true });
    const lines = [
      ...config,
      `ListenAddress 127.0.0.1`,
      `Port ${port}`,
      `HostKey ${join(dir, 'host_key')}`,
      `AuthorizedKeysFile ${user}.pub`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'LogLevel VERBOSE',
      'MaxStartups 100',
      `SetEnv ${Object.entries(variables)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`,
    ];
    writeFileSync(join(dir, 'sshd_config'), `${lines.join('\n')}\n`);
    const sshd = new TestSshd({ name, port, dir, env: sandbox.env });
    await sshd.#ready();
    return sshd;
  }

  /** Everything it logged since it was last started. */
  get log(): string {
    return this.#running.stderr;
  }

  /** The line of known_hosts for its key. */
  get knownHost(): string {
    return `[127.0.0.1]:${this.port} ${readFileSync(join(this.#dir, 'host_key.pub'), 'utf8')}`;
  }

  /** Another key from now on, as if the machine had been replaced. */
  async changeHostKey(): Promise<void> {
    await this.stop();
    makeKey(join(this.#dir, 'new_key'));
    renameSync(join(this.#dir, 'new_key'), join(this.#dir, 'host_key'));
    renameSync(join(this.#dir, 'new_key.pub'), join(this.#dir, 'host_key.pub'));
    await this.restart();
  }

  /** Numbers of the processes that serve connections now. */
  get connections(): number[] {
    const listed = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
    const rows = listed.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line));
    const children = (parent: number): number[] =>
      rows
        .filter((row) => Number(row?.[2]) === parent)
        .flatMap((row) => [
          Number(row?.[1]),
          ...(row?.[3]?.startsWith('sshd') ? children(Number(row[1])) : []),
        ]);
    return children(this.#running.child.pid ?? 0);
  }

  /** SIGKILL to all connections; the sshd goes on listening. */
  killConnections(): void {
    for (const pid of this.connections) signal(pid, 'SIGKILL');
  }

  /** Frozen (SIGSTOP) or going on: the listener and its connections. */
  freeze(frozen: boolean): void {
    for (const pid of [this.#running.child.pid ?? 0, ...this.connections]) {
      signal(pid, frozen ? 'SIGSTOP' : 'SIGCONT');
    }
  }

  async stop(): Promise<void> {
    this.killConnections();
    this.#running.kill('SIGKILL');
    await this.#running.finished;
  }

  async restart(): Promise<void> {
    if (!this.#running.ended) await this.stop();
    this.#running = this.#spawn();
    await this.#ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.freeze(false);
    await this.stop();
  }

  #spawn(): Running {
    return new Running(this.#argv, { env: this.#env });
  }

  async #ready(): Promise<void> {
    await until(() => /Server listening/.test(this.log) || this.#running.ended, { what: 'sshd listens' });
    if (this.#running.ended) throw new Error(`sshd ended: ${this.log}`);
  }
}

/** Writes the client's ssh config and remotes.yaml for these hosts. Returns the config's path. */
export function configureHosts(
  sandbox: Sandbox,
  hosts: readonly {
    readonly sshd: Pick<TestSshd, 'name' | 'port' | 'knownHost'>;
    readonly remote?: string;
    readonly jump?: string;
  }[],
  options: { knownHosts?: string } = {},
): string {
  const known = join(sandbox.dir, 'known_hosts');
  writeFileSync(known, options.knownHosts ?? hosts.map(({ sshd }) => sshd.knownHost).join(''));
  const blocks = hosts.map(({ sshd }) => `Host ${sshd.name}\n  HostName 127.0.0.1\n  Port ${sshd.port}\n`);
  const config = [
    ...blocks,
    'Host *',
    `  User ${process.env.USER || 'root'}`,
    `  IdentityFile ${userKey(sandbox)}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile ${known}`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '  LogLevel INFO',
  ].join('\n');
  const file = join(sandbox.dir, 'ssh_config');
  writeFileSync(file, `${config}\n`);
  const remotes = hosts.map(({ sshd, remote, jump }) => {
    const more = [jump ? `    jump_host: ${jump}\n` : '', remote ?? ''].join('');
    return `  - name: ${sshd.name}\n    host: ${sshd.name}\n${more}`;
  });
  sandbox.writeConfig('remotes.yaml', `remotes:\n${remotes.join('')}`);
  sandbox.writeConfig('config.yaml', `ssh_config: ${file}\n`);
  return file;
}

function userKey(sandbox: Sandbox): string {
  const file = join(sandbox.dir, 'user_key');
  try {
    readFileSync(file);
  } catch {
    makeKey(file);
  }
  return file;
}

function makeKey(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  chmodSync(file, 0o600);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
