import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  accountOf,
  allowName,
  allowedNames,
  disallowName
} from "./chunk-WKIMPFYV.mjs";
import {
  ask
} from "./chunk-EC6NZQKY.mjs";
import {
  runtimeDirectory
} from "./chunk-B6ALBVRY.mjs";
import {
  VERSION,
  userRuntimeDirectory
} from "./chunk-SOL2KXNZ.mjs";
import "./chunk-Z6KKIGI5.mjs";
import "./chunk-3VM6CNEJ.mjs";
import {
  BerthError,
  EXIT,
  messageOf
} from "./chunk-UUE3IW3X.mjs";
import "./chunk-4PAD5W7W.mjs";
import "./chunk-X44SVQ6W.mjs";
import "./chunk-FWUHXHZR.mjs";

// packages/agent/src/setup/command.ts
import { execFile as execFile2 } from "node:child_process";
import { rmSync as rmSync4 } from "node:fs";
import { homedir } from "node:os";
import path5 from "node:path";
import { parseArgs, promisify as promisify2 } from "node:util";

// packages/agent/src/setup/install.ts
import { existsSync as existsSync2, realpathSync } from "node:fs";
import { userInfo } from "node:os";
import path3 from "node:path";

// packages/agent/src/setup/layout.ts
import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
function layoutOf(scope, home, configHome) {
  const base = scope === "user" ? path.join(home, ".local/lib/berth") : "/usr/local/lib/berth";
  return {
    versions: path.join(base, "versions"),
    current: path.join(base, "current"),
    program: path.join(base, "current/berthd"),
    units: scope === "user" ? path.join(configHome, "systemd/user") : "/etc/systemd/system",
    command: scope === "user" ? path.join(home, ".local/bin/berthd") : "/usr/local/bin/berthd"
  };
}
function currentVersion({ current }) {
  try {
    return path.resolve(path.dirname(current), readlinkSync(current));
  } catch {
    return null;
  }
}
function makeCurrent(layout, version) {
  link(path.relative(path.dirname(layout.current), version), layout.current);
}
function linkCommand(layout) {
  try {
    if (!readlinkSync(layout.command).endsWith("/berth/current/berthd")) return;
  } catch (error) {
    if (error.code !== "ENOENT") return;
  }
  mkdirSync(path.dirname(layout.command), { recursive: true });
  link(layout.program, layout.command);
}
function pruneVersions({ versions }, keep) {
  const byAge = readdirSync(versions).map((name) => path.join(versions, name)).map((directory) => ({ directory, at: statSync(directory).mtimeMs })).sort((a, b) => b.at - a.at);
  for (const { directory } of byAge.slice(KEPT)) {
    if (!keep.includes(directory)) rmSync(directory, { recursive: true, force: true });
  }
}
var KEPT = 3;
function link(target, at) {
  const temporary = `${at}.${process.pid}`;
  rmSync(temporary, { force: true });
  symlinkSync(target, temporary);
  renameSync(temporary, at);
}

// packages/agent/src/setup/systemd-setup.ts
import { execFile } from "node:child_process";
import { existsSync, mkdirSync as mkdirSync2, readFileSync, renameSync as renameSync2, rmSync as rmSync2, writeFileSync } from "node:fs";
import path2 from "node:path";
import { promisify } from "node:util";
var CALL_MS = 9e4;
async function call(program, ...args) {
  try {
    return (await promisify(execFile)(program, args, { timeout: CALL_MS, encoding: "utf8" })).stdout;
  } catch (error) {
    const said = String(error.stderr ?? "").trim();
    const lines = said.split("\n").filter((line) => !/^See "?systemctl /.test(line));
    throw new Error(lines.at(-1) || `${program} ${args.join(" ")} failed`, { cause: error });
  }
}
function systemctl(scope, ...args) {
  return call("systemctl", `--${scope}`, "--no-ask-password", ...args);
}
async function startAgent(scope, unit) {
  const [socket, service] = [`${unit}.socket`, `${unit}.service`];
  const seen = await systemctl(scope, "show", "--property=FragmentPath", service);
  if (seen.includes("/transient/")) await systemctl(scope, "stop", service);
  await systemctl(scope, "enable", socket, service);
  await systemctl(scope, "reset-failed", service).catch(() => "");
  await systemctl(scope, "start", socket).catch(async () => {
    await systemctl(scope, "stop", service);
    await systemctl(scope, "start", socket);
  });
  await systemctl(scope, "restart", service);
}
function writeUnits(directory, files) {
  mkdirSync2(directory, { recursive: true });
  let changed = false;
  for (const { name, text: text2 } of files) {
    const file = path2.join(directory, name);
    if (existsSync(file) && readFileSync(file, "utf8") === text2) continue;
    writeFileSync(`${file}.new`, text2, { mode: 420 });
    renameSync2(`${file}.new`, file);
    changed = true;
  }
  return changed;
}
function removeUnits(directory, names) {
  for (const name of names) rmSync2(path2.join(directory, name), { force: true });
}
async function enableLinger(user) {
  if (existsSync(`/var/lib/systemd/linger/${user}`)) return "there";
  for (const [program, ...args] of [["loginctl"], ["sudo", "-n", "loginctl"]]) {
    try {
      await call(program, ...args, "--no-ask-password", "enable-linger", user);
      return "enabled";
    } catch {
    }
  }
  throw new BerthError(
    "HOST_UNSUITABLE",
    `cannot keep sessions of ${user} running after logout: enabling linger was refused`,
    { hint: `as root, on the host: loginctl enable-linger ${user}` }
  );
}
async function managerIsUp(scope) {
  const deadline = performance.now() + 2e4;
  for (; ; ) {
    try {
      await systemctl(scope, "show", "--property=Version");
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        throw new BerthError("HOST_UNSUITABLE", `systemd (${scope}) does not answer: ${String(error)}`, {
          hint: scope === "user" ? "install dbus-user-session and libpam-systemd on the host" : "check that systemd runs the host, and that you are root"
        });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// packages/agent/src/setup/unit-files.ts
function unitFiles({
  scope,
  program
}) {
  return scope === "user" ? [
    { name: "berthd.socket", text: userSocket() },
    { name: "berthd.service", text: userService(program) },
    { name: "berth.slice", text: slice() }
  ] : [
    { name: "berthd@.socket", text: socketOfUser() },
    { name: "berthd@.service", text: serviceOfUser(program) },
    { name: "berth-ledger.service", text: ledgerService(program) },
    { name: "berth.slice", text: slice() }
  ];
}
function quoted(program) {
  return program.replaceAll("%", "%%").replaceAll(" ", "\\x20");
}
var LIFE = `Type=notify
NotifyAccess=all
Restart=on-failure
# Wrong settings, and a journal of a newer version, do not mend themselves.
RestartPreventExitStatus=2 6
RestartSec=200ms
# Fed only after the agent has checked itself: event loop, journal, terminals.
WatchdogSec=30s
TimeoutStartSec=60s
TimeoutStopSec=20s
TimeoutAbortSec=5s
# Sessions are units of their own: nothing of theirs ends with the agent.
KillMode=mixed
OOMScoreAdjust=-500
LimitNOFILE=65536
UMask=0077
`;
var HARDENING = `NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
`;
var UNPRIVILEGED = `KeyringMode=private
SystemCallFilter=~@privileged @resources
`;
function userSocket() {
  return `[Unit]
Description=Socket of the Berth agent: calls wait here while it is restarted

[Socket]
ListenStream=%t/berth/agent.sock
FileDescriptorName=agent
SocketMode=0600
DirectoryMode=0700

[Install]
WantedBy=sockets.target
`;
}
function userService(program) {
  return `[Unit]
Description=Berth agent
Requires=berthd.socket
After=berthd.socket
StartLimitIntervalSec=60
StartLimitBurst=20

[Service]
ExecStart=${quoted(program)} serve
EnvironmentFile=-%E/berth/berthd.env
${LIFE}${HARDENING}${UNPRIVILEGED}
[Install]
WantedBy=default.target
Also=berthd.socket
`;
}
function socketOfUser() {
  return `[Unit]
Description=Socket of the Berth agent of %i
Wants=berth-ledger.service

[Socket]
# The directory is the user's: nobody else can enter it.
ExecStartPre=/usr/bin/install -d -m 0700 -o %i /run/berth/users/%i
ListenStream=/run/berth/users/%i/agent.sock
FileDescriptorName=agent
SocketMode=0600
SocketUser=%i
# Where there is none, nobody is allowed: clients look.
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
`;
}
function serviceOfUser(program) {
  return `[Unit]
Description=Berth agent of %i
Requires=berthd@%i.socket
Wants=berth-ledger.service
After=berthd@%i.socket berth-ledger.service
StartLimitIntervalSec=60
StartLimitBurst=20

[Service]
User=%i
ExecStart=${quoted(program)} serve --scope system
EnvironmentFile=-/etc/berth/berthd.env
${LIFE}${HARDENING}${UNPRIVILEGED}CapabilityBoundingSet=
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectClock=yes
ProtectHostname=yes

[Install]
WantedBy=multi-user.target
`;
}
function ledgerService(program) {
  return `[Unit]
Description=Berth ledger: the memory that the agents of all users share
StartLimitIntervalSec=60
StartLimitBurst=20

[Service]
ExecStart=${quoted(program)} ledger
ExecReload=/bin/kill -HUP $MAINPID
EnvironmentFile=-/etc/berth/berthd.env
${LIFE}${HARDENING}CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateNetwork=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectClock=yes
ProtectHostname=yes
StateDirectory=berth
StateDirectoryMode=0755
RuntimeDirectory=berth
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes

[Install]
WantedBy=multi-user.target
`;
}
function slice() {
  return `# The agent sets MemoryMax= to the sum that its sessions may hold.
[Unit]
Description=All Berth sessions

[Slice]
MemoryAccounting=yes
CPUAccounting=yes
TasksAccounting=yes
`;
}

// packages/agent/src/setup/install.ts
var HEALTH_MS = 3e4;
async function install(options) {
  const { scope, layout, step } = options;
  const program = realpathSync(options.program);
  const managed = program.startsWith(`${realpathOr(layout.versions)}/`);
  const before = managed ? currentVersion(layout) : null;
  if (scope === "user") {
    step("linger", "sessions go on after logout");
    await enableLinger(userInfo().username);
  }
  step("systemd", `the ${scope} manager answers`);
  await managerIsUp(scope);
  const own = path3.dirname(program);
  const run = managed ? layout.program : program;
  try {
    if (managed) {
      step("link", `${layout.current} -> ${path3.basename(own)}`);
      makeCurrent(layout, own);
      linkCommand(layout);
    }
    step("units", layout.units);
    writeUnits(layout.units, unitFiles({ scope, program: run }));
    await systemctl(scope, "daemon-reload");
    if (scope === "system") {
      step("start", "berth-ledger.service");
      for (const user of options.users) allowName(user.name);
      await systemctl(scope, "enable", "berth-ledger.service");
      await systemctl(scope, "restart", "berth-ledger.service");
    }
    for (const { unit } of options.agents) {
      step("start", `${unit}.service`);
      await startAgent(scope, unit);
    }
    step("health", "waiting for the agent to answer");
    const version = await options.health({ agents: options.agents, deadlineMs: HEALTH_MS });
    if (version !== VERSION) throw new Error(`version ${version} answers, and not ${VERSION}`);
  } catch (error) {
    throw await failed(error, { ...options, before, own });
  }
  if (managed) pruneVersions(layout, [own, before]);
  return { version: VERSION, program: run, before: before === own ? null : before };
}
async function failed(error, at) {
  const why = messageOf(error);
  const name = path3.dirname(at.own) === realpathOr(at.layout.versions) ? path3.basename(at.own) : VERSION;
  const hint = `on the host: journalctl ${at.scope === "user" ? "--user " : ""}-u berthd -n 50`;
  const previous = at.before === null ? null : path3.join(at.before, "berthd");
  if (!at.goBack || previous === null || at.before === at.own || !existsSync2(previous)) {
    return new BerthError("AGENT_START_FAILED", `berthd ${name} does not run: ${why}`, { hint });
  }
  at.step("rollback", `back to ${path3.basename(at.before ?? "")}`);
  try {
    await at.setUpOther(previous);
  } catch (again) {
    return new BerthError(
      "AGENT_START_FAILED",
      `berthd ${name} does not run (${why}), and ${previous} does not either: ${messageOf(again)}`,
      { hint }
    );
  }
  return new BerthError(
    "AGENT_START_FAILED",
    `berthd ${name} does not run: ${why}; the host runs ${path3.basename(at.before ?? "")} again`,
    { values: { rolled_back_to: path3.basename(at.before ?? "") }, hint }
  );
}
function realpathOr(directory) {
  return existsSync2(directory) ? realpathSync(directory) : directory;
}

// packages/agent/src/setup/settled-health.ts
import { setTimeout as pause } from "node:timers/promises";
var LOOK_MS = 200;
var LOOKS = 3;
async function healthOf(options) {
  const deadline = performance.now() + options.deadlineMs;
  const versions = await Promise.all(
    options.agents.map((agent) => settled(agent, { scope: options.scope, deadline }))
  );
  return versions.find((version) => version !== versions[0]) ?? versions[0] ?? VERSION;
}
async function settled(agent, at) {
  let problem = "it did not answer";
  let good = { pid: "", looks: 0 };
  while (performance.now() < at.deadline) {
    const pid = await mainPid(at.scope, agent.unit);
    const seen = await ask(agent.socket);
    if (seen.host && seen.problems.length === 0 && pid !== "0") {
      good = { pid, looks: good.pid === pid ? good.looks + 1 : 1 };
      if (good.looks >= LOOKS) return seen.host.version;
    } else {
      good = { pid: "", looks: 0 };
      problem = seen.problems.join("; ") || problem;
    }
    await pause(LOOK_MS);
  }
  throw new Error(`${agent.unit}: ${problem}`);
}
async function mainPid(scope, unit) {
  return (await systemctl(scope, "show", "--property=MainPID", "--value", `${unit}.service`)).trim();
}

// packages/agent/src/setup/shared-users.ts
async function allowUser({ name }) {
  allowName(name);
  await systemctl("system", "reload", "berth-ledger.service");
  await startAgent("system", `berthd@${name}`);
}
async function disallowUser(name) {
  await systemctl("system", "disable", "--now", `berthd@${name}.socket`, `berthd@${name}.service`).catch(
    () => ""
  );
  disallowName(name);
  await systemctl("system", "reload", "berth-ledger.service");
}

// packages/agent/src/setup/uninstall.ts
import { rmSync as rmSync3 } from "node:fs";
import path4 from "node:path";
async function removeAgent(options) {
  const { scope, layout, step } = options;
  const files = unitFiles({ scope, program: layout.program });
  for (const unit of unitsOf(scope)) {
    step("stop", unit);
    await systemctl(scope, "disable", "--now", unit).catch(() => "");
  }
  step("sessions", "berth.slice");
  await systemctl(scope, "stop", "berth.slice").catch(() => "");
  await systemctl(scope, "revert", "berth.slice").catch(() => "");
  step("units", layout.units);
  removeUnits(
    layout.units,
    files.map(({ name }) => name)
  );
  await systemctl(scope, "daemon-reload");
  step("versions", path4.dirname(layout.versions));
  rmSync3(path4.dirname(layout.versions), { recursive: true, force: true });
  rmSync3(layout.command, { force: true });
}
function unitsOf(scope) {
  if (scope === "user") return ["berthd.socket", "berthd.service"];
  const ofUsers = allowedNames().flatMap((name) => [`berthd@${name}.socket`, `berthd@${name}.service`]);
  return [...ofUsers, "berth-ledger.service"];
}

// packages/agent/src/setup/command.ts
var SETUP_MS = 12e4;
async function setup(argv, env) {
  const { values, positionals } = parse(argv, {
    program: "string",
    allow: "string",
    "no-rollback": "boolean"
  });
  noWords("setup", positionals);
  const { scope, layout, tell } = begin(values, env);
  const program = typeof values.program === "string" ? values.program : process.execPath;
  try {
    const done = await install({
      scope,
      layout,
      program,
      goBack: values["no-rollback"] !== true,
      step: (step, detail) => tell({ step, detail }),
      ...await agentsOf(scope, { allow: values.allow, env }),
      health: ({ agents, deadlineMs }) => healthOf({ agents, scope, deadlineMs }),
      setUpOther: setUpOther(scope)
    });
    tell({ done: true, ...done });
    return EXIT.done;
  } catch (error) {
    return failed2(error, tell);
  }
}
async function allow(argv, env) {
  const { values, positionals } = parse(argv, {});
  const { tell } = begin({ ...values, system: true }, env);
  for (const name of named(positionals)) {
    tell({ step: "allow", detail: name });
    await allowUser(await accountOf(name));
  }
  tell({ done: true });
  return EXIT.done;
}
async function disallow(argv, env) {
  const { values, positionals } = parse(argv, {});
  const { tell } = begin({ ...values, system: true }, env);
  for (const name of named(positionals)) {
    tell({ step: "disallow", detail: name });
    await disallowUser(name);
  }
  tell({ done: true });
  return EXIT.done;
}
function noWords(verb, [word]) {
  if (word !== void 0) throw new BerthError("USAGE", `berthd ${verb} takes no words, and ${word} is one`);
}
function named(names) {
  if (names.length === 0) throw new BerthError("USAGE", "berthd: name the users");
  return names;
}
async function uninstall(argv, env) {
  const { values, positionals } = parse(argv, { purge: "boolean" });
  noWords("uninstall", positionals);
  const { scope, layout, tell } = begin(values, env);
  try {
    await removeAgent({ scope, layout, step: (step, detail) => tell({ step, detail }) });
    if (values.purge === true) {
      for (const directory of ownedDirectories(scope, env)) {
        tell({ step: "purge", detail: directory });
        rmSync4(directory, { recursive: true, force: true });
      }
    }
    tell({ done: true });
    return EXIT.done;
  } catch (error) {
    return failed2(error, tell);
  }
}
function begin(values, env) {
  if (values.system === true && values.user === true) {
    throw new BerthError("USAGE", "berthd: choose one of --user and --system");
  }
  const scope = values.system === true ? "system" : "user";
  if (scope === "system" && process.getuid?.() !== 0) {
    throw new BerthError("USAGE", "berthd: --system needs root");
  }
  if (scope === "user") {
    process.env.XDG_RUNTIME_DIR ??= `/run/user/${process.getuid?.() ?? 0}`;
    process.env.DBUS_SESSION_BUS_ADDRESS ??= `unix:path=${process.env.XDG_RUNTIME_DIR}/bus`;
  }
  process.stdout.on("error", () => {
  });
  process.on("SIGHUP", () => {
  });
  process.on("SIGPIPE", () => {
  });
  const json = values.json === true;
  const tell = (line) => process.stdout.write(json ? `${JSON.stringify(line)}
` : text(line));
  const home = env.HOME || homedir();
  return { scope, layout: layoutOf(scope, home, env.XDG_CONFIG_HOME || path5.join(home, ".config")), tell };
}
function text(line) {
  if (line.step) return `${String(line.step)}: ${String(line.detail)}
`;
  return line.version ? `done: berthd ${String(line.version)} runs
` : "done\n";
}
function failed2(error, tell) {
  const known = error instanceof BerthError ? error : new BerthError("INTERNAL", messageOf(error));
  const { reason, message, hint, values } = known;
  tell({ step: "failed", detail: message, error: { reason, message, hint, values } });
  process.stderr.write(`berthd: ${message}
  hint: ${hint}
`);
  return known.exitCode;
}
function setUpOther(scope) {
  return async (program) => {
    const flags = [`--${scope}`, "--no-rollback"];
    await promisify2(execFile2)(program, ["setup", ...flags], { timeout: SETUP_MS });
  };
}
async function agentsOf(scope, { allow: allow2, env }) {
  if (scope === "user") {
    const socket = path5.join(runtimeDirectory({ ...env, ...process.env }), "agent.sock");
    return { users: [], agents: [{ unit: "berthd", socket }] };
  }
  const asked = typeof allow2 === "string" ? allow2 : env.SUDO_USER;
  const names = /* @__PURE__ */ new Set([...allowedNames(), ...asked && asked !== "root" ? [asked] : []]);
  const users = await Promise.all([...names].map(accountOf));
  const agents = users.map(({ name }) => ({
    unit: `berthd@${name}`,
    socket: path5.join(userRuntimeDirectory(name), "agent.sock")
  }));
  return { users, agents };
}
function ownedDirectories(scope, env) {
  if (scope === "system") return ["/var/lib/berth", "/run/berth", "/etc/berth"];
  const home = env.HOME || homedir();
  return [
    path5.join(env.XDG_STATE_HOME || path5.join(home, ".local/state"), "berth"),
    path5.join(env.XDG_CACHE_HOME || path5.join(home, ".cache"), "berth"),
    runtimeDirectory(env)
  ];
}
function parse(argv, own) {
  const types = { json: "boolean", system: "boolean", user: "boolean", ...own };
  const options = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new BerthError("USAGE", `berthd: ${messageOf(error)}`, { hint: "see berthd --help" });
  }
}
export {
  allow,
  disallow,
  setup,
  uninstall
};
