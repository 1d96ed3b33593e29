/** A lab: a few Linux hosts on a network of their own, on this machine, gone when disposed. */
import { mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBase } from './base.ts';
import { Cable, openNetwork } from './cable.ts';
import { type Claim, claimLab, removeLab, sweepLabs } from './claim.ts';
import { command } from './command.ts';
import { type HostOptions, LabHost } from './host.ts';

const OVERLAYFS = 0x794c7630;
/** The last of 63 small subnets is number 62; number 0 is the way in. */
const MOST_HOSTS = 62;

export class Lab implements AsyncDisposable {
  readonly claim: Claim;
  /** For `ssh -F`: knows all hosts, their keys, and the way to them. */
  readonly sshConfig: string;
  readonly #key: string;
  readonly #disks: string;
  readonly #hosts: LabHost[] = [];

  constructor() {
    this.claim = claimLab();
    open.add(this.claim);
    const { dir } = this.claim;
    this.#disks = join(dir, 'disks');
    mkdirSync(this.#disks);
    // A layer that is written to cannot lie on an overlay, as the root of many a container is.
    if (statfsSync(dir).type === OVERLAYFS) {
      command(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', this.#disks]);
    }
    this.sshConfig = join(dir, 'ssh_config');
    this.#key = join(dir, 'key');
    command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', this.#key]);
    this.#writeConfig();
    openNetwork(this.claim);
  }

  /** A host that is up. */
  async host(name: string, options: HostOptions = {}): Promise<LabHost> {
    if (this.#hosts.some((host) => host.name === name)) throw new Error(`there is a host ${name}`);
    const index = this.#hosts.length + 1;
    if (index > MOST_HOSTS) throw new Error(`a lab has at most ${MOST_HOSTS} hosts`);
    const { claim } = this;
    const { behind } = options;
    const dir = join(this.#disks, name);
    const group = `${claim.group}/${name}`;
    const cable = new Cable({ claim, index, ...(behind ? { into: behind.cable } : {}) });
    const publicKey = readFileSync(`${this.#key}.pub`, 'utf8');
    const host = new LabHost({ ...options, name, dir, group, cable, publicKey });
    this.#hosts.push(host);
    this.#writeConfig();
    await host.boot();
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    removeLab(this.claim);
    open.delete(this.claim);
  }

  #writeConfig(): void {
    const known = join(this.claim.dir, 'known_hosts');
    writeFileSync(known, this.#hosts.map(({ address, hostKey }) => `${address} ${hostKey}\n`).join(''));
    const blocks = this.#hosts.map(
      ({ name, address, behind }) =>
        `Host ${name}\n  HostName ${address}\n${behind ? `  ProxyJump ${behind.name}\n` : ''}`,
    );
    const all = [
      'Host *',
      '  User dev',
      `  IdentityFile ${this.#key}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${known}`,
      '  GlobalKnownHostsFile /dev/null',
      '  StrictHostKeyChecking yes',
      '  BatchMode yes',
    ];
    writeFileSync(this.sshConfig, `${[...blocks, ...all].join('\n')}\n`);
  }
}

/** Opens an empty lab, after removing what crashed runs left behind. */
export async function openLab(): Promise<Lab> {
  await ensureBase();
  removeAtExit();
  sweepLabs();
  return new Lab();
}

/** What a lab makes outlives a process, so a process that is told to end ends it first. */
const open = new Set<Claim>();
let watching = false;

function removeAtExit(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const claim of open) removeLab(claim);
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}
