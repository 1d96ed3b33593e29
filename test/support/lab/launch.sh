#!/bin/sh
# Runs one host of the lab in the foreground until it is powered off, rebooting it as often as it asks.
#
#   launch.sh GROUP NAME ROOT NETNS
#
# GROUP: the host's directory below each cgroup hierarchy. Everything dies with the caller.
set -u
group=$1
name=$2
root=$3
netns=$4

# On the unified layout the container gets its controllers by delegation. On the legacy one it would
# see them read-only, and a memory limit would silently have no effect: the host gets a group of its
# own in each hierarchy, and the first program inside opens them for writing.
controllers=
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  hierarchies=/sys/fs/cgroup
else
  controllers='memory pids cpu'
  hierarchies='/sys/fs/cgroup/memory /sys/fs/cgroup/pids /sys/fs/cgroup/cpu /sys/fs/cgroup/systemd'
  # Of the hybrid one systemd uses the unified part to see when a service has no process left. Where
  # that is not there, a stop may take until its time is up.
  if [ -d /sys/fs/cgroup/unified ]; then
    hierarchies="$hierarchies /sys/fs/cgroup/unified"
  else
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0
  fi
fi
# systemd-nspawn may end without ending what it runs; so the first program asks for that too.
init=/usr/local/sbin/lab-init
cat >"$root$init" <<INIT
#!/bin/sh
for controller in $controllers; do mount -o remount,rw,bind "/sys/fs/cgroup/\$controller"; done
exec setpriv --pdeathsig KILL /lib/systemd/systemd
INIT
chmod 755 "$root$init"
# As on a VM, /tmp lies on the disk.
export SYSTEMD_NSPAWN_TMPFS_TMP=0

while :; do
  for hierarchy in $hierarchies; do
    mkdir -p "$hierarchy/$group"
    find "$hierarchy/$group" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null
  done
  # shellcheck disable=SC2016 # expanded by the inner shell, whose number is that of the container
  setpriv --pdeathsig KILL sh -c '
    group=$1 hierarchies=$2
    shift 2
    for hierarchy in $hierarchies; do echo $$ >"$hierarchy/$group/cgroup.procs" || exit 1; done
    exec "$@"
  ' join "$group" "$hierarchies" \
    systemd-nspawn --quiet --register=no --keep-unit --directory="$root" --machine="$name" --hostname="$name" \
    --network-namespace-path="/run/netns/$netns" --capability=CAP_NET_ADMIN \
    --resolv-conf=off --timezone=off --notify-ready=no "$init"
  code=$?
  # 133: the host wants to boot again.
  [ "$code" = 133 ] || exit "$code"
done
