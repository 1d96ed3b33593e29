#!/bin/sh
# `npm run test:lab`: the tests in test/lab, on hosts with systemd in containers on this machine.
# Where there can be none it says why in one line, and nothing is run. Arguments as for test.sh.
set -u
cd "$(dirname "$0")/.." || exit 1

refuse() {
  echo "test:lab: SKIPPED, NOTHING WAS TESTED: $1" >&2
  echo '0 passed, 0 failed (all skipped)'
  exit 0
}

[ "$(uname)" = Linux ] || refuse 'hosts in containers need Linux'
[ "$(id -u)" = 0 ] || refuse 'hosts in containers need root'
PATH=$PATH:/usr/sbin:/sbin
missing=
for program in systemd-nspawn:systemd-container debootstrap:debootstrap ip:iproute2 setpriv:util-linux \
  nsenter:util-linux python3:python3 ssh:openssh-client; do
  command -v "${program%:*}" >/dev/null || missing="$missing ${program#*:}"
done
[ -z "$missing" ] || refuse "not installed; try: apt-get install -y$missing"
# A container as this machine may have all programs and still not be allowed to.
unshare --mount --net --pid --fork sh -c 'mount -t tmpfs tmpfs /mnt && ip link add lab0 type veth peer name lab1' \
  >/dev/null 2>&1 || refuse 'this machine does not let root mount, or make network interfaces'
[ -c /dev/net/tun ] || refuse 'there is no /dev/net/tun'
grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || refuse 'the kernel has no overlayfs'

exec sh scripts/test.sh --project lab "$@"
