#!/usr/bin/env python3
"""A provider for Berth: machines that are containers of systemd-nspawn on this Linux machine.

It speaks the contract of docs/providers.md, needs root and nothing but the standard library, and is
meant to be read, and changed into one for your own machines. Settings, in providers.yaml:

  directory:        where the machines are kept
  image:            a root file system with systemd and sshd, and the user below; it is not changed
  user:             who logs in; may use sudo without a password
  authorized_keys:  file with the keys that may log in
  network:          the first three numbers of a network that is free, such as 10.77.0
  group:            name of the machines' cgroup, and of their network namespaces (berth-nspawn)
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

UP_S = 90
INIT = "/usr/local/sbin/machine-init"


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def say(message):
    print(json.dumps(message), flush=True)


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused("failed", f"{' '.join(argv[:4])}: {done.stderr.strip()}")
    return done.stdout


class Machines:
    def __init__(self, settings):
        try:
            self.directory = pathlib.Path(settings["directory"])
            self.image = pathlib.Path(settings["image"])
            self.network = settings["network"]
            self.user = settings["user"]
            self.keys = pathlib.Path(settings["authorized_keys"]).read_text()
        except KeyError as missing:
            raise Refused("invalid", f"settings have no {missing}") from None
        self.group = settings.get("group", "berth-nspawn")
        self.prefix = settings.get("prefix", "berth-ns")
        self.directory.mkdir(parents=True, exist_ok=True)

    # What is there

    def names(self):
        return sorted(file.parent.name for file in self.directory.glob("*/machine.json"))

    def read(self, name):
        try:
            return json.loads((self.directory / name / "machine.json").read_text())
        except FileNotFoundError:
            raise Refused("not_found", f"there is no machine {name}") from None

    def describe(self, name):
        machine = self.read(name)
        state = "running" if self.leader(machine) else "stopped"
        return {
            "name": name,
            "id": name,
            "state": state,
            "size": machine["size"],
            "region": machine["region"],
            "address": f"{self.network}.{4 * machine['index'] + 2}",
            "user": self.user,
            "host_keys": [machine["host_key"]],
            "price": 0,
        }

    def leader(self, machine):
        """Number of the systemd-nspawn that runs it; None where it is off."""
        pid = machine.get("pid")
        with contextlib.suppress(OSError):
            if pid and machine["name"] in pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                return pid
        return None

    # What is done

    def create(self, name, size, region):
        home = self.directory / name
        with self.locked():
            # Asked again, it is the same machine.
            if not (home / "machine.json").exists():
                taken = {self.read(other)["index"] for other in self.names()}
                index = next(i for i in range(1, 63) if i not in taken)
                if home.exists():
                    self.unmount(name)
                    shutil.rmtree(home)
                for part in ("root", "upper", "work"):
                    (home / part).mkdir(parents=True)
                machine = {"name": name, "size": size, "region": region, "index": index}
                say({"progress": "preparing the disk", "share": 0.1})
                self.mount(name)
                machine["host_key"] = self.furnish(name)
                self.write(name, machine)
        self.start(name)

    def start(self, name):
        machine = self.read(name)
        if self.leader(machine) is None:
            self.mount(name)
            self.plug(machine)
            machine["pid"] = self.boot(machine)
            self.write(name, machine)
        say({"progress": "waiting until it is up", "share": 0.5})
        self.await_up(name)

    def stop(self, name):
        machine = self.read(name)
        leader = self.leader(machine)
        # The first asks it to shut down, the second takes its power away.
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            if leader is None:
                break
            os.kill(leader, wanted)
            deadline = time.monotonic() + 20
            while self.leader(machine) and time.monotonic() < deadline:
                time.sleep(0.05)
            leader = self.leader(machine)
        subprocess.run(["ip", "netns", "del", self.netns(machine)], capture_output=True, check=False)

    def delete(self, name):
        # Of a machine that is not there: it is done.
        with contextlib.suppress(Refused):
            machine = self.read(name)
            self.stop(name)
            self.unmount(name)
            shutil.rmtree(self.directory / name)
            for group in self.groups(name):
                self.remove_group(group)

    # How

    @contextlib.contextmanager
    def locked(self):
        with open(self.directory / "lock", "w", encoding="utf8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def write(self, name, machine):
        file = self.directory / name / "machine.json"
        new = file.with_suffix(".new")
        new.write_text(json.dumps(machine))
        new.rename(file)

    def mount(self, name):
        home = self.directory / name
        if not os.path.ismount(home / "root"):
            layers = f"lowerdir={self.image},upperdir={home}/upper,workdir={home}/work"
            run("mount", "-t", "overlay", "overlay", "-o", layers, str(home / "root"))

    def unmount(self, name):
        root = self.directory / name / "root"
        if os.path.ismount(root):
            run("umount", str(root))

    def furnish(self, name):
        """Identity, and who may come in. Gives the public key of its sshd."""
        root = self.directory / name / "root"
        key = root / "etc/ssh/ssh_host_ed25519_key"
        key.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key))
        (root / "etc/machine-id").write_text(os.urandom(16).hex() + "\n")
        (root / "etc/hostname").write_text(f"{name}\n")
        (root / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {name}\n")
        sudoers = root / "etc/sudoers.d/berth"
        sudoers.write_text(f"{self.user} ALL=(ALL) NOPASSWD: ALL\n")
        sudoers.chmod(0o440)
        accounts = [line.split(":") for line in (root / "etc/passwd").read_text().splitlines()]
        account = next((fields for fields in accounts if fields[0] == self.user), None)
        if account is None:
            raise Refused("invalid", f"the image has no user {self.user}")
        ssh = root / account[5].lstrip("/") / ".ssh"
        ssh.mkdir(parents=True, exist_ok=True)
        (ssh / "authorized_keys").write_text(self.keys)
        for path, mode in ((ssh, 0o700), (ssh / "authorized_keys", 0o600)):
            os.chown(path, int(account[2]), int(account[3]))
            path.chmod(mode)
        init = root / INIT.lstrip("/")
        # On cgroup v1 it gets its groups read-only, and limits of memory would have no effect.
        controllers = "" if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else "memory pids cpu"
        init.write_text(
            "#!/bin/sh\n"
            f"for c in {controllers}; do mount -o remount,rw,bind /sys/fs/cgroup/$c; done\n"
            "exec setpriv --pdeathsig KILL /lib/systemd/systemd\n"
        )
        init.chmod(0o755)
        return (root / "etc/ssh/ssh_host_ed25519_key.pub").read_text().strip()

    def netns(self, machine):
        return f"{self.prefix}-{machine['index']}"

    def plug(self, machine):
        """A network namespace, and a cable from there to this machine."""
        name, index = self.netns(machine), machine["index"]
        if os.path.exists(f"/run/netns/{name}"):
            run("ip", "netns", "del", name)
        ours, theirs = f"{self.network}.{4 * index + 1}", f"{self.network}.{4 * index + 2}"
        run("ip", "netns", "add", name)
        run("ip", "link", "add", name, "type", "veth", "peer", "name", "host0", "netns", name)
        run("ip", "addr", "add", f"{ours}/30", "dev", name)
        run("ip", "link", "set", name, "up")
        run("ip", "-n", name, "addr", "add", f"{theirs}/30", "dev", "host0")
        for device in ("lo", "host0"):
            run("ip", "-n", name, "link", "set", device, "up")
        run("ip", "-n", name, "route", "add", "default", "via", ours)

    def groups(self, name):
        """Its directory below each cgroup hierarchy."""
        top = pathlib.Path("/sys/fs/cgroup")
        unified = (top / "cgroup.controllers").exists()
        kinds = ("memory", "pids", "cpu", "systemd", "unified")
        tops = [top] if unified else [top / kind for kind in kinds if (top / kind).exists()]
        return [each / self.group / name for each in tops]

    def remove_group(self, group):
        below = [pathlib.Path(path) for path, _, _ in os.walk(group, topdown=False)]
        for directory in below:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    directory.rmdir()
                    break
                time.sleep(0.05)

    def boot(self, machine):
        name = machine["name"]
        groups = self.groups(name)
        for group in groups:
            self.remove_group(group)
            group.mkdir(parents=True, exist_ok=True)

        def join():
            for group in groups:
                (group / "cgroup.procs").write_text(str(os.getpid()))

        root = self.directory / name / "root"
        argv = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--directory={root}"]
        argv += ["--machine", name, f"--hostname={name}", "--capability=CAP_NET_ADMIN"]
        argv += [f"--network-namespace-path=/run/netns/{self.netns(machine)}"]
        argv += ["--resolv-conf=off", "--timezone=off", "--notify-ready=no", INIT]
        env = dict(os.environ, SYSTEMD_NSPAWN_TMPFS_TMP="0")
        if not (pathlib.Path("/sys/fs/cgroup/cgroup.controllers").exists() or len(groups) == 5):
            env["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "0"
        with open(self.directory / name / "console.log", "ab") as console:
            # It outlives this program: a session of its own, and none of our files.
            return subprocess.Popen(
                argv, env=env, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                start_new_session=True, preexec_fn=join,
            ).pid

    def await_up(self, name):
        """Until people can log in."""
        deadline = time.monotonic() + UP_S
        machine = self.read(name)
        address = f"{self.network}.{4 * machine['index'] + 2}"
        while time.monotonic() < deadline:
            if self.leader(machine) is None:
                raise Refused("failed", f"{name} went off again: see console.log in {self.directory / name}")
            with contextlib.suppress(OSError):
                with socket.create_connection((address, 22), timeout=1) as connection:
                    if connection.recv(4) == b"SSH-" and self.is_up(machine):
                        return
            time.sleep(0.1)
        raise Refused("failed", f"{name} was not up after {UP_S} s")

    def is_up(self, machine):
        children = pathlib.Path(f"/proc/{machine['pid']}/task/{machine['pid']}/children").read_text().split()
        enter = ["nsenter", "--target", children[0], "--mount", "--pid", "--ipc", "--uts", "--net"]
        asked = [*enter, "systemctl", "is-system-running", "--wait"]
        state = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        return state in ("running", "degraded")


def answer(request):
    operation, name = request["operation"], request.get("name", "")
    if operation == "describe":
        return {"capabilities": ["create", "start", "stop", "delete", "quota"]}
    machines = Machines(request.get("settings", {}))
    if operation == "list":
        return {"machines": [machines.describe(each) for each in machines.names()]}
    if operation == "quota":
        return {"quotas": [{"name": "machines", "used": len(machines.names()), "limit": 62}]}
    if not name or "/" in name or name.startswith("."):
        raise Refused("invalid", f"no name for a machine: {name}")
    if operation == "create":
        machines.create(name, request.get("size", ""), request.get("region", ""))
    elif operation == "start":
        machines.start(name)
    elif operation == "stop":
        machines.stop(name)
    elif operation == "delete":
        machines.delete(name)
        return {}
    else:
        raise Refused("unsupported", f"unknown operation {operation}")
    return {"machine": machines.describe(name)}


def main():
    try:
        say({"result": answer(json.load(sys.stdin))})
    except Refused as refused:
        say({"error": {"code": refused.code, "message": str(refused)}})


main()
