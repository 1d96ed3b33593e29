/** What a host is like before (and after) it has an agent: one script for its sh, and its answers. Pure. */

/** Facts by name, as the script prints them; one that could not be found out is missing. */
export type Facts = ReadonlyMap<string, string>;

/**
 * Prints `name=value` lines between two marks, whatever start-up files print around them. Each
 * question is asked on its own: one that fails leaves its line out.
 */
export const PROBE_SCRIPT = `
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
uid=$(id -u)
: "\${XDG_RUNTIME_DIR:=/run/user/$uid}" "\${DBUS_SESSION_BUS_ADDRESS:=unix:path=/run/user/$uid/bus}"
export XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS
say() { [ -z "$2" ] || printf '%s=%s\\n' "$1" "$2"; }
have() { command -v "$1" >/dev/null 2>&1; }
echo '--- berth probe'
say user "$(id -un)"
say uid "$uid"
say os "$(. /etc/os-release 2>/dev/null && printf %s "$PRETTY_NAME")"
say kernel "$(uname -sr)"
say arch "$(uname -m)"
say hostname "$(uname -n)"
say memory_kb "$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo 2>/dev/null)"
say init "$(cat /proc/1/comm 2>/dev/null)"
have systemctl && say systemd "$(systemctl --version 2>/dev/null | awk 'NR == 1 { print $2 }')"
say user_manager "$(timeout 5 systemctl --user show --property=Version --value 2>/dev/null)"
have systemd-run && say systemd_run yes
[ -e "/var/lib/systemd/linger/$(id -un)" ] && say linger yes || say linger no
say kill_user_processes "$(timeout 5 busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager KillUserProcesses 2>/dev/null | awk '{ print $2 }')"
sudo -n true 2>/dev/null && say sudo yes || say sudo no
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  say cgroup unified
  say delegated "$(cat "/sys/fs/cgroup/user.slice/user-$uid.slice/user@$uid.service/cgroup.controllers" 2>/dev/null)"
elif [ -d /sys/fs/cgroup/memory ]; then say cgroup legacy
fi
have tmux && say tmux "$(tmux -V 2>/dev/null | awk '{ print $2 }')"
for program in bash git gzip sha256sum fallocate; do have "$program" && say "has_$program" yes; done
[ -d "$HOME" ] && [ -w "$HOME" ] && say home "$HOME"
say disk_free_kb "$(df -Pk "$HOME" 2>/dev/null | awk 'NR == 2 { print $4 }')"
say inotify_watches "$(cat /proc/sys/fs/inotify/max_user_watches 2>/dev/null)"
say inotify_instances "$(cat /proc/sys/fs/inotify/max_user_instances 2>/dev/null)"
say agent_current "$(readlink "$HOME/.local/lib/berth/current" 2>/dev/null)"
say agent_current_system "$(readlink /usr/local/lib/berth/current 2>/dev/null)"
[ -S "/run/berth/users/$(id -un)/agent.sock" ] && say shared_agent yes
for at in "$HOME/.local/lib/berth/current/berthd" /usr/local/lib/berth/current/berthd /usr/bin/berthd; do
  [ -x "$at" ] && say agent_health "$(timeout 15 "$at" health 2>/dev/null)" && break
done
# Last: it is compared with the time at which the answer is here.
say time "$(date +%s)"
echo '--- end of probe'
`;

/** Null where the output holds no whole answer. */
export function parseProbe(output: string): Facts | null {
  const begin = output.lastIndexOf('--- berth probe\n');
  const end = output.indexOf('--- end of probe', begin);
  if (begin === -1 || end === -1) return null;
  const lines = output.slice(begin, end).split('\n').slice(1);
  return new Map(
    lines.flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
}
