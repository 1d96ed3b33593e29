#!/bin/sh
# Builds the root file system that all lab hosts share: a bare Debian 12 that people can log in to
# over ssh, and nothing of Berth. Renamed into place when whole; two at once: the second one waits.
#
#   base.sh DIR MIRROR
#
# The hash of this file names DIR: change the recipe, and the next run builds anew.
set -eu
base=$1
mirror=$2

packages=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,openssh-server,sudo
packages=$packages,tmux,git,ca-certificates,procps,iproute2

mkdir -p "${base%/*}"
exec 9>"${base%/*}/lock"
flock 9
[ ! -d "$base" ] || exit 0

rm -rf "${base%/*}"/new-base-*
new=$(mktemp -d "${base%/*}/new-base-XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 755 "$new"
debootstrap --variant=minbase --include="$packages" bookworm "$new" "$mirror"

rm -f "$new"/etc/ssh/ssh_host_* "$new"/etc/machine-id "$new"/etc/resolv.conf
rm -rf "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists/*
# Nobody logs in at a console, and nothing is fetched: no work and no noise from these.
for unit in console-getty.service apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer; do
  ln -sf /dev/null "$new/etc/systemd/system/$unit"
done
mkdir -p "$new/var/log/journal"
# Users without a password still come in by key.
chroot "$new" useradd -m -u 1000 -s /bin/bash -p '*' dev
mv "$new" "$base"
