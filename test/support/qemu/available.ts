/** Whether QEMU guests can run here. */
import { findProgram } from '../programs.ts';

/** Program to the Debian package that brings it. */
const NEEDED = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  debootstrap: 'debootstrap',
  mke2fs: 'e2fsprogs',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  flock: 'util-linux',
  setpriv: 'util-linux',
  'apt-get': 'apt',
} as const;

/** Why not; null where they can. */
export function qemuUnavailable(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'QEMU guests need Linux on x86-64';
  if (process.getuid?.() !== 0) return 'QEMU guests need root, to build their root file system';
  const missing = Object.entries(NEEDED).filter(([program]) => !findProgram(program));
  if (missing.length === 0) return null;
  return `QEMU guests need: apt-get install ${[...new Set(missing.map(([, name]) => name))].join(' ')}`;
}
