/**
 * One host of a lab: a bare Debian with systemd as its first process, a network and a disk of its
 * own. It is switched on when made; the lab removes it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Finished } from '../running.ts';
import { until } from '../until.ts';
import { baseDirectory } from './base.ts';
import type { Cable, Impairment } from './cable.ts';
import { killAll } from './claim.ts';
import { command } from './command.ts';
import { account, type EnterOptions, enter } from './enter.ts';

const LAUNCH = join(import.meta.dirname, 'launch.sh');
const BOOT_MS = 60_000;

/** Prints the state of the system once it has come up and sshd greets. */
const AWAIT_UP = `
until state=$(systemctl is-system-running --wait 2>/dev/null); [[ $state == running || $state == degraded ]]
do sleep 0.02; done
until exec 3<>/dev/tcp/127.0.0.1/22 && read -r -t 5 <&3; do sleep 0.02; done 2>/dev/null
echo "$state"`;

export interface HostOptions {
  /** Reachable only from that host. */
  readonly behind?: LabHost;
  /** User dev may run anything by sudo, without a password. */
  readonly sudo?: boolean;
}

interface Place extends HostOptions {
  readonly name: string;
  /** Made for it, and removed by the lab. */
  readonly dir: string;
  /** Below each cgroup hierarchy. */
  readonly group: string;
  readonly cable: Cable;
  /** Line for authorized_keys. */
  readonly publicKey: string;
}

export class LabHost {
  readonly name: string;
  readonly address: string;
  readonly behind: LabHost | undefined;
  /** Public key of its sshd: type and key. */
  readonly hostKey: string;
  readonly cable: Cable;
  readonly #dir: string;
  readonly #root: string;
  readonly #group: string;
  readonly #publicKey: string;
  /** Plugged into this one. */
  readonly #inner: LabHost[] = [];
  #launcher: ChildProcess | null = null;
  #init = 0;

  constructor({ name, dir, group, cable, publicKey, behind, sudo = false }: Place) {
    this.name = name;
    this.address = cable.address;
    this.cable = cable;
    this.behind = behind;
    this.#dir = dir;
    this.#root = join(this.#dir, 'root');
    this.#group = group;
    this.#publicKey = publicKey;
    const [upper, work] = [join(this.#dir, 'upper'), join(this.#dir, 'work')];
    for (const directory of [this.#root, upper, work]) mkdirSync(directory, { recursive: true });
    const layers = `lowerdir=${baseDirectory()},upperdir=${upper},workdir=${work}`;
    command(['mount', '-t', 'overlay', 'overlay', '-o', layers, this.#root]);
    this.hostKey = this.#furnish(sudo);
    if (behind) behind.#inner.push(this);
    cable.plug();
  }

  /** Switches it on; resolves when the system is up and sshd answers. */
  async boot(): Promise<void> {
    if (this.on) throw new Error(`${this.name} is on`);
    const console = openSync(join(this.#dir, 'console.log'), 'a');
    const argv = [LAUNCH, this.#group, this.name, this.#root, this.cable.namespace];
    // A session of its own: a signal to the test's terminal is not one to the host. It dies with us.
    this.#launcher = spawn('setpriv', ['--pdeathsig', 'KILL', 'sh', ...argv], {
      detached: true,
      stdio: ['ignore', console, console],
    });
    closeSync(console);
    await this.#up();
  }

  get on(): boolean {
    return this.#launcher !== null && this.#launcher.exitCode === null && this.#launcher.signalCode === null;
  }

  /** Everything that the host printed on its console. */
  get console(): string {
    return readFileSync(join(this.#dir, 'console.log'), 'utf8');
  }

  /** A file of the host as seen from outside. What the host has in memory only is not there. */
  path(file: string): string {
    if (/^\/(run|dev|proc|sys)(\/|$)/.test(file)) throw new Error(`not on the host's disk: ${file}`);
    return join(this.#root, file);
  }

  /** A file, or a socket, as the host's own processes see it while it is on: what it has in memory, too. */
  live(file: string): string {
    return join(`/proc/${this.#init}/root`, file);
  }

  /**
   * Runs a program inside to its end. It counts to no session or unit; for what must, log in over
   * ssh or use systemd-run.
   */
  run(argv: readonly string[], options: EnterOptions = {}): Promise<Finished> {
    return enter(argv, { ...options, init: this.#init, root: this.#root });
  }

  /** Runs a text for bash; throws where it fails, unless `check` is false. */
  script(text: string, options: EnterOptions = {}): Promise<Finished> {
    return this.run(['bash', '-c', text], { check: true, ...options });
  }

  /** Number of the boot, as programs in the host read it. */
  async bootId(): Promise<string> {
    return (await this.run(['cat', '/proc/sys/kernel/random/boot_id'], { check: true })).stdout.trim();
  }

  /** A user who may log in with the lab's key. */
  async addUser(name: string): Promise<void> {
    await this.run(['useradd', '--create-home', '--shell', '/bin/bash', '--password', '*', name], {
      check: true,
    });
    this.#authorise(name);
  }

  /** The cable to this host: packets vanish both ways. */
  cut(): void {
    this.cable.cut();
  }

  mend(): void {
    this.cable.mend();
  }

  /** A slower or lossy cable, towards the host; null: a plain one. Connections live on. */
  latency(impairment: Impairment | null): void {
    this.cable.impair(impairment);
  }

  /** As an administrator does it; resolves when the next boot is up. */
  reboot(): Promise<void> {
    // It may be cut off before it can say that it went well.
    return this.rebootedBy(() => this.run(['systemctl', 'reboot']));
  }

  /** For a reboot that somebody else causes. */
  async rebootedBy(cause: () => Promise<unknown>): Promise<void> {
    const before = this.#init;
    await cause();
    await this.#up(before);
  }

  /**
   * All processes end at once, with nothing written and nothing sent. What the host had written is
   * kept by this machine's kernel, synced or not.
   */
  async powerCut(): Promise<void> {
    if (!this.on) throw new Error(`${this.name} is off`);
    for (const inner of this.#inner) inner.cable.unplug();
    this.cable.destroy();
    killAll({ dir: this.#dir, group: this.#group });
    await until(() => !this.on, { what: `${this.name} is off` });
    this.cable.plug();
    for (const inner of this.#inner) inner.cable.plug();
  }

  async #up(before = 0): Promise<void> {
    const what = `${this.name} has booted`;
    try {
      this.#init = await until(() => (this.on ? this.#findInit(before) : 'off'), {
        what,
        deadlineMs: BOOT_MS,
      }).then((found) => {
        if (found === 'off') throw new Error(`${what}: it is off`);
        return found;
      });
      await this.run(['bash', '-c', AWAIT_UP], { check: true, timeoutMs: BOOT_MS });
    } catch (cause) {
      throw new Error(`not ${what}; its console:\n${this.console.slice(-3_000)}`, { cause });
    }
  }

  /** Grandchild of the launcher: first of its namespace, and past the preparations of systemd-nspawn. */
  #findInit(before: number): number {
    const found = children(this.#launcher?.pid ?? 0)
      .flatMap(children)
      .find((pid) => pid !== before && /^NSpid:.*\s1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
    return found && readlinkSync(`/proc/${found}/exe`).endsWith('/systemd') ? found : 0;
  }

  #furnish(sudo: boolean): string {
    const key = this.path('/etc/ssh/ssh_host_ed25519_key');
    command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
    writeFileSync(this.path('/etc/machine-id'), `${randomUUID().replaceAll('-', '')}\n`);
    writeFileSync(this.path('/etc/hostname'), `${this.name}\n`);
    writeFileSync(this.path('/etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${this.name}\n`);
    if (sudo)
      writeFileSync(this.path('/etc/sudoers.d/dev'), 'dev ALL=(ALL) NOPASSWD: ALL\n', { mode: 0o440 });
    for (const user of ['root', 'dev']) this.#authorise(user);
    return readFileSync(`${key}.pub`, 'utf8').trim();
  }

  #authorise(user: string): void {
    const { home, uid, gid } = account(this.#root, user);
    const directory = this.path(join(home, '.ssh'));
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const keys = join(directory, 'authorized_keys');
    writeFileSync(keys, this.#publicKey, { mode: 0o600 });
    for (const path of [directory, keys]) chownSync(path, Number(uid), Number(gid));
  }
}

function children(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}
