/** Commands in a guest, through one lasting ssh connection per user. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, Running, run } from '../running.ts';
import { until } from '../until.ts';
import { mortal } from './directory.ts';

export type GuestUser = 'dev' | 'root';

export interface GuestSshOptions {
  /** Default: dev. */
  readonly user?: GuestUser;
  /** Whole standard input. Absent: /dev/null. */
  readonly input?: string | Uint8Array;
  /** Default: 60 s, since everything in there is slow. */
  readonly timeoutMs?: number;
}

export class GuestSsh implements AsyncDisposable {
  /** Knows the one host `vm`. It shares no connections: its users bring their own way to. */
  readonly config: string;
  readonly #dir: string;
  readonly #masters = new Map<GuestUser, Promise<Running>>();

  constructor({
    dir,
    port,
    userKey,
    hostKey,
  }: { dir: string; port: number; userKey: string; hostKey: string }) {
    this.#dir = dir;
    this.config = join(dir, 'ssh_config');
    const known = join(dir, 'known_hosts');
    const [type, key] = hostKey.split(' ');
    writeFileSync(known, `[127.0.0.1]:${port} ${type} ${key}\n`);
    const lines = [
      'Host vm',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      '  User dev',
      `  IdentityFile ${userKey}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${known}`,
      '  GlobalKnownHostsFile /dev/null',
      '  StrictHostKeyChecking yes',
      '  LogLevel ERROR',
    ];
    writeFileSync(this.config, `${lines.join('\n')}\n`);
  }

  async run(
    argv: readonly string[],
    { user = 'dev', input, timeoutMs = 60_000 }: GuestSshOptions = {},
  ): Promise<Finished> {
    await this.#connected(user);
    // The shell over there takes the words apart again.
    const command = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const argvHere = [...this.#ssh(user), 'vm', '--', command];
    return run(argvHere, { env: process.env, timeoutMs, ...(input === undefined ? {} : { input }) });
  }

  /** Ends the connections; the next command makes new ones. */
  async close(): Promise<void> {
    const masters = [...this.#masters.values()];
    this.#masters.clear();
    for (const master of masters) await (await master.catch(() => null))?.[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connected(user: GuestUser): Promise<void> {
    const before = this.#masters.get(user);
    if (before && !(await before.catch(() => null))?.ended) await before;
    else {
      const master = this.#connect(user);
      this.#masters.set(user, master);
      await master;
    }
  }

  async #connect(user: GuestUser): Promise<Running> {
    // A master that was killed leaves its socket, and no other would open one in its place.
    rmSync(this.#socket(user), { force: true });
    const argv = mortal([
      ...this.#ssh(user),
      '-o',
      'ControlMaster=yes',
      '-o',
      'ConnectTimeout=60',
      '-N',
      'vm',
    ]);
    const master = new Running(argv, { env: process.env });
    const check = async (): Promise<boolean> => {
      if (master.ended) return true;
      const asked = await run([...this.#ssh(user), '-O', 'check', 'vm'], { env: process.env });
      return asked.code === 0;
    };
    await until(check, { what: `ssh ${user}@vm connected`, deadlineMs: 60_000 });
    if (master.ended) throw new Error(`ssh ${user}@vm: ${master.stderr}`);
    return master;
  }

  #socket(user: GuestUser): string {
    return join(this.#dir, `${user}.sock`);
  }

  #ssh(user: GuestUser): readonly string[] {
    return ['ssh', '-F', this.config, '-l', user, '-o', `ControlPath=${this.#socket(user)}`];
  }
}
