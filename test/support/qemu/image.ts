/**
 * The cached parts of every QEMU guest: kernel, initramfs, key pair, and an ext4 image that guests
 * only ever read. Built once per recipe, in a temporary name, renamed when whole.
 */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { withLock } from './lock.ts';
import {
  CACHE,
  DISK_SIZE,
  FILES,
  INIT,
  MASKED,
  MODULES,
  PACKAGES,
  recipeHash,
  SUITE,
  TREE,
} from './recipe.ts';

export interface GuestImage {
  readonly kernel: string;
  readonly initrd: string;
  /** Raw ext4. Guests write to an overlay. */
  readonly disk: string;
  /** Private key that root and dev let in. */
  readonly userKey: string;
  /** Public half of the guests' host key, the same for all. */
  readonly hostKey: string;
}

/** Builds the image where there is none: about two minutes. */
export async function openImage(): Promise<GuestImage> {
  const dir = join(CACHE, `qemu-${recipeHash()}`);
  mkdirSync(CACHE, { recursive: true });
  if (!existsSync(dir)) await withLock(`${dir}.lock`, () => existsSync(dir) || build(dir));
  const at = (name: string): string => join(dir, name);
  return {
    kernel: at('vmlinuz'),
    initrd: at('initrd'),
    disk: at('root.ext4'),
    userKey: at('user_key'),
    hostKey: at('host_key.pub'),
  };
}

/** A disk of its own for a guest, which starts as the image and costs only what is written to it. */
export function makeOverlay({ image, disk }: { image: GuestImage; disk: string }): void {
  call(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', image.disk, '-F', 'raw', disk]);
}

/** A disk that holds a copy of a directory, its files owned by root. */
export function makeTreeDisk({ tree, disk }: { tree: string; disk: string }): void {
  const kilobytes = Number(call(['du', '-skL', tree]).split('\t')[0]);
  const size = `${Math.ceil(kilobytes * 1.1) + 8_192}k`;
  const options = 'root_owner=0:0,lazy_itable_init=1';
  call(['mke2fs', '-q', '-t', 'ext4', '-O', '^has_journal', '-E', options, '-d', tree, disk, size]);
}

function build(dir: string): void {
  // Whoever holds the lock is the only builder: what else is there, a crash left behind.
  for (const name of readdirSync(CACHE)) {
    if (name.startsWith(`${basename(dir)}.new-`)) rmSync(join(CACHE, name), { recursive: true });
  }
  const work = mkdtempSync(`${dir}.new-`);
  try {
    for (const key of ['user_key', 'host_key'])
      call(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', join(work, key)]);
    const kernel = unpackKernel(work);
    makeInitrd({ work, kernel });
    makeRoot(work);
    for (const name of ['root', 'unpacked', 'initramfs']) rmSync(join(work, name), { recursive: true });
    renameSync(work, dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Fetches kernel and busybox as packages, without installing them; returns the kernel's version. */
function unpackKernel(work: string): string {
  const depends = call(['apt-cache', 'depends', '--important', 'linux-image-cloud-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (!name) throw new Error(`no versioned kernel in: ${depends}`);
  const unpacked = join(work, 'unpacked');
  mkdirSync(unpacked);
  call(['apt-get', '-q', '-o', 'APT::Sandbox::User=root', 'download', name, 'busybox-static'], unpacked);
  for (const file of readdirSync(unpacked).filter((entry) => entry.endsWith('.deb')))
    call(['dpkg', '-x', file, '.'], unpacked);
  const version = name.replace('linux-image-', '');
  copyFileSync(join(unpacked, `boot/vmlinuz-${version}`), join(work, 'vmlinuz'));
  return version;
}

function makeInitrd({ work, kernel }: { work: string; kernel: string }): void {
  const tree = join(work, 'initramfs');
  for (const name of ['bin', 'dev', 'proc', 'root', 'modules'])
    mkdirSync(join(tree, name), { recursive: true });
  const busybox = join(tree, 'bin/busybox');
  copyFileSync(join(work, 'unpacked/bin/busybox'), busybox);
  chmodSync(busybox, 0o755);
  const modules = join(work, `unpacked/lib/modules/${kernel}/kernel`);
  for (const path of MODULES)
    copyFileSync(join(modules, `${path}.ko`), join(tree, 'modules', `${basename(path)}.ko`));
  writeFileSync(join(tree, 'init'), INIT, { mode: 0o755 });
  const names = ['.', ...(readdirSync(tree, { recursive: true }) as string[])].join('\n');
  // Not compressed: unpacking would be emulated.
  const archive = execFileSync(busybox, ['cpio', '-o', '-H', 'newc'], {
    cwd: tree,
    input: `${names}\n`,
    maxBuffer: 64 * 2 ** 20,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  writeFileSync(join(work, 'initrd'), archive);
}

function makeRoot(work: string): void {
  const root = join(work, 'root');
  call(['debootstrap', '--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, root]);
  for (const junk of [
    'var/cache/apt',
    'var/lib/apt/lists',
    'usr/share/doc',
    'usr/share/man',
    'usr/share/locale',
  ])
    rmSync(join(root, junk), { recursive: true, force: true });
  for (const key of readdirSync(join(root, 'etc/ssh')).filter((name) => name.startsWith('ssh_host_')))
    rmSync(join(root, 'etc/ssh', key));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const unit of MASKED) {
    rmSync(join(root, 'etc/systemd/system', unit), { force: true });
    symlinkSync('/dev/null', join(root, 'etc/systemd/system', unit));
  }
  installKeys({ root, work });
  mkdirSync(join(root, TREE));
  // Tables written now are not written by a thread of the guest's kernel after each boot.
  const tables = 'lazy_itable_init=0,lazy_journal_init=0';
  call(['mke2fs', '-q', '-t', 'ext4', '-E', tables, '-d', root, join(work, 'root.ext4'), DISK_SIZE]);
}

function installKeys({ root, work }: { root: string; work: string }): void {
  copyFileSync(join(work, 'host_key'), join(root, 'etc/ssh/ssh_host_ed25519_key'));
  copyFileSync(join(work, 'host_key.pub'), join(root, 'etc/ssh/ssh_host_ed25519_key.pub'));
  rmSync(join(work, 'host_key'));
  appendFileSync(join(root, 'etc/passwd'), 'dev:x:1000:1000::/home/dev:/bin/bash\n');
  appendFileSync(join(root, 'etc/group'), 'dev:x:1000:\n');
  appendFileSync(join(root, 'etc/shadow'), 'dev:*:19000:0:99999:7:::\n');
  for (const { home, id } of [
    { home: 'root', id: 0 },
    { home: 'home/dev', id: 1000 },
  ]) {
    const ssh = join(root, home, '.ssh');
    mkdirSync(ssh, { recursive: true });
    copyFileSync(join(work, 'user_key.pub'), join(ssh, 'authorized_keys'));
    for (const path of [dirname(ssh), ssh]) chmodSync(path, 0o700);
    for (const path of [dirname(ssh), ssh, join(ssh, 'authorized_keys')]) chownSync(path, id, id);
  }
}

function call([program = '', ...args]: readonly string[], cwd = '/'): string {
  return execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  });
}
