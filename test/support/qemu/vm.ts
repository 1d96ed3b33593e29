/**
 * A Debian guest on a kernel of its own, in software emulation: unified cgroup v2, systemd, sshd,
 * and a disk whose power can be cut.
 *
 * What a power cut simulates: QEMU dies at once, and with it all of the guest's memory, so also
 * what programs wrote and the guest's kernel had not yet sent to the disk, and what of the disk's
 * mapping (qcow2 tables) was not flushed. What the guest flushed (fsync) is there after. Not
 * simulated: torn sectors, and the loss or reordering of single writes that the disk had accepted
 * but nobody had asked to flush; the machine QEMU runs on keeps those in its own page cache.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type Finished, Running } from '../running.ts';
import { until } from '../until.ts';
import { makeDirectory, mortal } from './directory.ts';
import { GuestSsh, type GuestSshOptions, type GuestUser } from './guest-ssh.ts';
import { type GuestImage, makeOverlay, makeTreeDisk, openImage } from './image.ts';

export interface VmOptions {
  /** Default: 1500. */
  readonly memoryMiB?: number;
  /** Default: vm. */
  readonly hostname?: string;
  /**
   * A directory of this machine. The guest has a copy of it, read-only, at /opt/lab: the quick way
   * in for big files, since emulated ssh takes 4 MB/s.
   */
  readonly tree?: string | null;
}

export interface CopyOptions {
  /** Who owns the copy, and writes it. Default: dev. */
  readonly user?: GuestUser;
  /** As chmod takes it. Default: 644. */
  readonly mode?: string;
}

const BOOT_DEADLINE_MS = 120_000;
/**
 * Without AVX: what libraries then choose takes a sixth less to emulate. With random numbers from the
 * first moment. There are two: with one, each test took twice as long, and more of this machine's time.
 */
const CPU = 'Nehalem,+rdrand';

export class QemuVm implements AsyncDisposable {
  /** Of 127.0.0.1; leads to the guest's sshd. The same after each boot. */
  readonly port: number;
  readonly #dir: string;
  readonly #argv: readonly string[];
  readonly #ssh: GuestSsh;
  #qemu: Running | null = null;

  /** A new disk; not booted. */
  constructor({
    port,
    image,
    memoryMiB,
    hostname,
    tree,
  }: { port: number; image: GuestImage } & Required<VmOptions>) {
    this.port = port;
    this.#dir = makeDirectory();
    const disk = join(this.#dir, 'disk.qcow2');
    makeOverlay({ image, disk });
    const treeDisk = tree === null ? null : join(this.#dir, 'tree.ext4');
    if (tree !== null && treeDisk !== null) makeTreeDisk({ tree, disk: treeDisk });
    const boot = { kernel: image.kernel, initrd: image.initrd, hostname, console: this.#console };
    this.#argv = mortal(qemuArgv({ ...boot, disk, treeDisk, port, memoryMiB }));
    const hostKey = readFileSync(image.hostKey, 'utf8');
    this.#ssh = new GuestSsh({ dir: this.#dir, port, userKey: image.userKey, hostKey });
  }

  /** Path of an ssh config with one host, `vm`, user dev, host key pinned. */
  get sshConfig(): string {
    return this.#ssh.config;
  }

  /** Process id of QEMU; null while the power is off. A guest that reboots by itself stays off until `powerCut` and `boot`. */
  get pid(): number | null {
    return this.#qemu?.child.pid ?? null;
  }

  /** What the guest's kernel and systemd printed since the last boot. */
  get consoleText(): string {
    return readFileSync(this.#console, 'utf8');
  }

  get #console(): string {
    return join(this.#dir, 'console.log');
  }

  /** Power on; resolves when sshd answers. */
  async boot(): Promise<void> {
    if (this.#qemu) throw new Error('the VM is on');
    const qemu = new Running(this.#argv, { env: process.env });
    this.#qemu = qemu;
    const answers = async () => (qemu.ended ? 'ended' : hearsSshd(this.port));
    const heard = await until(answers, {
      what: 'sshd of the VM answers',
      deadlineMs: BOOT_DEADLINE_MS,
    }).catch((error: Error) => error.message);
    if (heard === true) return;
    const text = `${qemu.stderr}\n${this.consoleText.slice(-2_000)}`;
    await this.powerCut();
    throw new Error(`the VM did not boot: ${heard}\n${text}`);
  }

  /** Off at once, see above. The disk stays. */
  async powerCut(): Promise<void> {
    const qemu = this.#qemu;
    this.#qemu = null;
    await qemu?.[Symbol.asyncDispose]();
    await this.#ssh.close();
  }

  /** An orderly restart from inside; resolves when the new boot's sshd answers. */
  async reboot(): Promise<void> {
    const { code, stderr } = await this.ssh(['systemctl', 'reboot', '--no-block'], { user: 'root' });
    if (code !== 0) throw new Error(`cannot reboot: ${stderr}`);
    const what = 'the guest shut down';
    await until(() => this.#qemu?.ended, { what, deadlineMs: BOOT_DEADLINE_MS });
    await this.powerCut();
    await this.boot();
  }

  async bootId(): Promise<string> {
    const { code, stdout, stderr } = await this.ssh(['cat', '/proc/sys/kernel/random/boot_id'], {
      user: 'root',
    });
    if (code !== 0) throw new Error(`no boot id: ${stderr}`);
    return stdout.trim();
  }

  /** Runs a command in the guest to its end, whatever its exit code. */
  ssh(argv: readonly string[], options: GuestSshOptions = {}): Promise<Finished> {
    return this.#ssh.run(argv, options);
  }

  /** Directories above it must be there. */
  async copyIn(
    local: string,
    remote: string,
    { user = 'dev', mode = '644' }: CopyOptions = {},
  ): Promise<void> {
    const script = 'cat >"$1" && chmod "$2" "$1"';
    const argv = ['sh', '-c', script, 'copy', remote, mode];
    const { code, stderr } = await this.ssh(argv, { user, input: readFileSync(local), timeoutMs: 180_000 });
    if (code !== 0) throw new Error(`cannot copy ${local} to ${remote}: ${stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerCut();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** A VM with a disk of its own, on and answering ssh. */
export async function bootVm({
  memoryMiB = 1500,
  hostname = 'vm',
  tree = null,
}: VmOptions = {}): Promise<QemuVm> {
  const image = await openImage();
  const vm = new QemuVm({ image, port: await freePort(), memoryMiB, hostname, tree });
  try {
    await vm.boot();
    return vm;
  } catch (error) {
    await vm[Symbol.asyncDispose]();
    throw error;
  }
}

interface QemuOptions {
  readonly kernel: string;
  readonly initrd: string;
  readonly disk: string;
  readonly treeDisk: string | null;
  readonly console: string;
  readonly port: number;
  readonly memoryMiB: number;
  readonly hostname: string;
}

function qemuArgv(options: QemuOptions): readonly string[] {
  const { kernel, initrd, disk, treeDisk, console, port, memoryMiB, hostname } = options;
  const append = [
    ...['console=ttyS0', 'quiet', 'panic=-1', 'mitigations=off', 'random.trust_cpu=on', 'audit=0', 'nokaslr'],
    `systemd.machine_id=${randomBytes(16).toString('hex')}`,
    `systemd.hostname=${hostname}`,
  ];
  return [
    'qemu-system-x86_64',
    ...['-M', 'pc', '-cpu', CPU, '-accel', 'tcg,thread=multi', '-smp', '2', '-m', String(memoryMiB)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', `file:${console}`],
    ...['-kernel', kernel, '-initrd', initrd, '-append', append.join(' ')],
    // A new QEMU for each boot: after a reset, the next boot took twice as long (40 s, not 20).
    // writeback: a write is done when QEMU has it, and safe when the guest has flushed.
    ...['-drive', `file=${disk},if=none,id=disk,format=qcow2,cache=writeback`],
    ...['-device', 'virtio-blk-pci,drive=disk'],
    ...(treeDisk === null ? [] : ['-drive', `file=${treeDisk},if=virtio,format=raw,readonly=on`]),
    ...[
      '-netdev',
      `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:22`,
      '-device',
      'virtio-net-pci,netdev=net,romfile=',
    ],
  ];
}

/** QEMU takes connections from its start; the guest's sshd is there when its greeting comes through. */
function hearsSshd(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (heard: boolean): void => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(2_000, () => answer(false));
    socket.once('data', (data) => answer(data.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
