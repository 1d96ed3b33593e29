/** What the guest's disk is made of: Debian packages, files over them, and services that stay off. */
import { createHash } from 'node:crypto';

export const SUITE = 'bookworm';
export const CACHE = '/var/cache/berth-lab';

/** dbus-user-session: without it `systemd-run --user` finds no bus. */
export const PACKAGES: readonly string[] = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'dbus-user-session',
  'libpam-systemd',
  'openssh-server',
  'tmux',
  'git',
  'procps',
  'iproute2',
  'ca-certificates',
];

/** Where the guest has the tree that a test gave it. */
export const TREE = '/opt/lab';

/** In the order in which they can be loaded. All else the guest needs is built into the kernel. */
export const MODULES: readonly string[] = [
  'drivers/virtio/virtio_ring',
  'drivers/virtio/virtio',
  'drivers/virtio/virtio_pci_modern_dev',
  'drivers/virtio/virtio_pci_legacy_dev',
  'drivers/virtio/virtio_pci',
  'drivers/block/virtio_blk',
  'net/core/failover',
  'drivers/net/net_failover',
  'drivers/net/virtio_net',
];

/** The guest's first process: it loads the drivers, gives the network card its address, and hands over to systemd. */
export const INIT = `#!/bin/busybox sh
busybox mount -t devtmpfs devtmpfs /dev
busybox mount -t proc proc /proc
for module in ${MODULES.map((path) => path.split('/').at(-1)).join(' ')}; do
  busybox insmod /modules/$module.ko
done
busybox ip link set lo up
busybox ip addr add 10.0.2.15/24 dev eth0
busybox ip link set eth0 up
busybox ip route add default via 10.0.2.2
busybox mount -t ext4 -o rw,noatime /dev/vda /root
busybox [ -e /dev/vdb ] && busybox mount -t ext4 -o ro /dev/vdb /root${TREE}
busybox umount /proc
exec busybox switch_root /root /lib/systemd/systemd
`;

/**
 * Emulation makes every program that starts cost: what neither a server nor a test needs stays
 * off. Without udev, a getty on the serial port would wait 90 s for its device.
 */
export const MASKED: readonly string[] = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'systemd-tmpfiles-clean.timer',
  'getty.target',
  'getty@tty1.service',
  'serial-getty@ttyS0.service',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'proc-sys-fs-binfmt_misc.automount',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'modprobe@.service',
  'kmod-static-nodes.service',
  'systemd-binfmt.service',
  'systemd-firstboot.service',
  'systemd-machine-id-commit.service',
  'systemd-modules-load.service',
  'systemd-pcrphase-sysinit.service',
  'systemd-pcrphase.service',
  'systemd-pstore.service',
  'systemd-random-seed.service',
  'systemd-remount-fs.service',
  'systemd-repart.service',
  'systemd-sysusers.service',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
];

/** Path in the guest to its text. */
export const FILES: Readonly<Record<string, string>> = {
  // Without the line of systemd for root, whose first login would otherwise wait seconds for a
  // user manager of its own.
  '/etc/pam.d/common-session': [
    'session required pam_permit.so',
    'session required pam_unix.so',
    'session [success=1 default=ignore] pam_succeed_if.so quiet uid = 0',
    'session optional pam_systemd.so',
    '',
  ].join('\n'),
  '/etc/fstab': '',
  '/etc/hostname': 'vm\n',
  '/etc/hosts': '127.0.0.1 localhost vm\n',
  '/etc/resolv.conf': 'nameserver 10.0.2.3\n',
  // Boots that find an empty one count as the first, and set up every unit anew. The real one is
  // an argument of the kernel, of each VM its own.
  '/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  '/etc/ssh/sshd_config.d/lab.conf': [
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'UseDNS no',
    'MaxStartups 100',
    'PrintLastLog no',
    '',
  ].join('\n'),
  // Until then only root may log in: "System is booting up".
  '/etc/systemd/system/ssh.service.d/lab.conf':
    '[Unit]\nAfter=systemd-user-sessions.service systemd-logind.service\n[Service]\nExecStartPre=\n',
};

/** Names the image: another recipe is another image. */
export function recipeHash(): string {
  const recipe = JSON.stringify([SUITE, PACKAGES, MODULES, INIT, MASKED, FILES, DISK_SIZE]);
  return createHash('sha256').update(recipe).digest('hex').slice(0, 12);
}

/** Of the root file system; takes space only where written. */
export const DISK_SIZE = '4G';
