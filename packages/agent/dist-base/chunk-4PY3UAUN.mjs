import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  VERSION
} from "./chunk-SOL2KXNZ.mjs";
import {
  BinaryReader,
  BinaryWriter
} from "./chunk-3VM6CNEJ.mjs";
import {
  BerthError,
  GIB,
  KIB,
  MIB,
  REASONS,
  formatMemory,
  isReason,
  messageOf
} from "./chunk-UUE3IW3X.mjs";
import {
  require_src
} from "./chunk-4PAD5W7W.mjs";
import {
  __commonJS,
  __require,
  __toESM
} from "./chunk-FWUHXHZR.mjs";

// node_modules/systemd-notify/notify.js
var require_notify = __commonJS({
  "node_modules/systemd-notify/notify.js"(exports, module) {
    var { spawn } = __require("child_process");
    function generateArgs(opts) {
      const result = [];
      if ("ready" in opts && opts.ready === true) {
        result.push("--ready");
      }
      if ("pid" in opts) {
        result.push(`--pid=${opts.pid}`);
      } else if ("ready" in opts || "status" in opts) {
        result.push(`--pid=${process.pid}`);
      }
      if ("status" in opts) {
        result.push(`--status=${opts.status}`);
      }
      if ("booted" in opts && opts.booted === true) {
        result.push("--booted");
      }
      return result;
    }
    module.exports = (opts = {}, callback) => new Promise((resolve, reject) => {
      const args = generateArgs(opts);
      const cmd = spawn("systemd-notify", args);
      let stdout = "";
      let stderr = "";
      let hasCalledBack = false;
      cmd.stdout.on("data", (d) => {
        stdout += d;
      });
      cmd.stderr.on("data", (d) => {
        stderr += d;
      });
      cmd.on("error", (err) => {
        if (hasCalledBack) {
          return null;
        }
        hasCalledBack = true;
        return typeof callback === "function" ? callback(err) : reject(err);
      });
      cmd.on("close", (code) => {
        if (hasCalledBack) {
          return null;
        }
        hasCalledBack = true;
        if (code !== 0) {
          const err = stderr.trim() || stdout.trim();
          return typeof callback === "function" ? callback(err) : reject(err);
        }
        return typeof callback === "function" ? callback(null, cmd) : resolve(cmd);
      });
    });
  }
});

// packages/agent/src/domain/session-end.ts
function conclude(session, end) {
  const { at, exitCode } = end;
  const { memoryPeakBytes, oomKills, outOfMemory } = session.memory ?? end;
  const common = { at, exitCode, memoryPeakBytes, oomKills };
  if (session.intent?.kind === "kill") return finish(session, { ...common, state: "killed", detail: "" });
  if (session.intent?.kind === "timeout") {
    const detail2 = `it ran longer than its timeout of ${Math.round((session.spec.timeoutMs ?? 0) / 1e3)} s`;
    return finish(session, { ...common, state: "failed", reason: "timeout", detail: detail2 });
  }
  if (outOfMemory) {
    const slot = formatMemory(session.memoryBytes);
    const peak = memoryPeakBytes === null ? "" : `peak ${formatMemory(memoryPeakBytes)} of `;
    const detail2 = `out of memory: ${peak}${slot}`;
    return finish(session, { ...common, state: "failed", reason: "oom", detail: detail2 });
  }
  if (end.unprepared) {
    const detail2 = `its repository could not be cloned: git ended with ${end.exitCode ?? "no exit code"}`;
    return finish(session, { ...common, state: "failed", reason: "start", detail: detail2 });
  }
  if (end.exitCode === 0) return finish(session, { ...common, state: "completed", detail: "" });
  if (end.exitCode === null) {
    const detail2 = "its terminal was destroyed and left no exit code";
    return finish(session, { ...common, state: "failed", reason: "unknown", detail: detail2 });
  }
  const detail = end.exitCode > 128 && end.exitCode <= 192 ? `ended by signal ${end.exitCode - 128}` : `exit code ${end.exitCode}`;
  return finish(session, { ...common, state: "failed", reason: "exit", detail });
}
function finish(session, end) {
  const intent = session.state === "queued" ? null : session.intent;
  const live = session.state === "queued" || session.state === "starting" ? null : session;
  return {
    id: session.id,
    name: session.name,
    incarnation: session.incarnation,
    createdAt: session.createdAt,
    memoryBytes: session.memoryBytes,
    spec: session.spec,
    bootId: session.bootId,
    ...session.queuedAt === void 0 ? {} : { queuedAt: session.queuedAt },
    state: end.state,
    startedAt: live?.startedAt ?? null,
    // A clock that was set back must not make a session end before it began.
    endedAt: Math.max(end.at, session.createdAt),
    exitCode: end.exitCode ?? null,
    failureReason: end.reason ?? null,
    detail: end.detail,
    memoryPeakBytes: end.memoryPeakBytes ?? null,
    killRequestedAt: end.killRequestedAt ?? (intent?.kind === "kill" ? intent.requestedAt : null),
    enforcement: live?.enforcement ?? null,
    oomKills: end.oomKills ?? 0
  };
}

// packages/agent/src/domain/session-queued.ts
function fromQueued(session, event) {
  switch (event.type) {
    case "admitted": {
      const { state: _state, ticket: _ticket, ...rest } = session;
      return moved({ ...rest, state: "starting", intent: null });
    }
    case "restaged":
      return moved({ ...session, bootId: event.bootId });
    case "updated": {
      const spec = { ...session.spec, tags: event.tags ?? session.spec.tags };
      return moved({ ...session, name: event.name ?? session.name, spec });
    }
    case "endRequested": {
      const at = event.intent.requestedAt;
      const detail = "it waited in line and never ran";
      return moved(finish(session, { at, state: "killed", detail, killRequestedAt: at }));
    }
    case "startFailed":
      return moved(finish(session, { at: event.at, state: "failed", reason: "start", detail: event.detail }));
    default:
      return { ok: false, rejection: "wrong-state" };
  }
}
function neverLeftTheLine({ queuedAt, startedAt }) {
  return queuedAt !== void 0 && startedAt === null;
}
function moved(session) {
  return { ok: true, session };
}

// packages/agent/src/domain/session-suspended.ts
var REJECTED = { ok: false, rejection: "wrong-state" };
function suspended(session, event) {
  const { suspension: asked, ...rest } = session;
  switch (event.type) {
    case "suspendRequested": {
      if (session.intent) return REJECTED;
      const requestedAt = asked?.wanted ? asked.requestedAt : event.at;
      return moved2({ ...session, suspension: { requestedAt, wanted: true } });
    }
    case "resumeRequested":
      return moved2(asked ? { ...session, suspension: { ...asked, wanted: false } } : session);
    case "frozen":
      if (!asked?.wanted || session.state === "suspended") return REJECTED;
      return moved2({ ...session, state: "suspended" });
    case "thawed":
      if (!asked || asked.wanted && !session.intent) return REJECTED;
      return moved2({ ...rest, state: "running" });
  }
}
function moved2(session) {
  return { ok: true, session };
}

// packages/agent/src/domain/session.ts
function isActive(session) {
  return session.state === "starting" || session.state === "running" || session.state === "suspended";
}
function holdsSlot(session) {
  return session.state === "reserved" || isActive(session);
}
function transition(session, event) {
  switch (session.state) {
    case "queued":
      return fromQueued(session, event);
    case "reserved":
      return fromReserved(session, event);
    case "starting":
    case "running":
    case "suspended":
      return fromActive(session, event);
    case "completed":
    case "failed":
    case "killed":
    case "lost":
    case "expired":
      return rejected("final");
  }
}
function fromReserved(session, event) {
  const { state: _state, reservedUntil, ...identity } = session;
  switch (event.type) {
    case "start":
      if (event.at >= reservedUntil) return rejected("reservation-expired");
      return moved3({ ...identity, state: "starting", spec: event.spec, bootId: event.bootId, intent: null });
    case "expire":
      if (event.at < reservedUntil) return rejected("wrong-state");
      return moved3({ ...identity, state: "expired", endedAt: event.at });
    case "release":
      return moved3({ ...identity, state: "expired", endedAt: event.at });
    case "extend":
      if (event.at >= reservedUntil) return rejected("reservation-expired");
      return moved3({ ...session, reservedUntil: Math.max(reservedUntil, event.until) });
    case "endRequested":
      return moved3({ ...identity, state: "expired", endedAt: event.intent.requestedAt });
    default:
      return rejected("wrong-state");
  }
}
function fromActive(session, event) {
  switch (event.type) {
    case "launched": {
      if (session.state !== "starting") return rejected("wrong-state");
      const { state: _state, ...rest } = session;
      return moved3({ ...rest, state: "running", startedAt: event.at, enforcement: event.enforcement });
    }
    case "startFailed":
      if (session.state !== "starting") return rejected("wrong-state");
      return moved3(finish(session, { at: event.at, state: "failed", reason: "start", detail: event.detail }));
    case "endRequested":
      return moved3({ ...session, intent: mergeIntent(session.intent, event.intent) });
    case "measured":
      return session.memory ? rejected("wrong-state") : moved3({ ...session, memory: event.memory });
    case "updated": {
      const spec = { ...session.spec, tags: event.tags ?? session.spec.tags };
      return moved3({ ...session, name: event.name ?? session.name, spec });
    }
    case "suspendRequested":
    case "resumeRequested":
    case "frozen":
    case "thawed":
      return session.state === "starting" ? rejected("wrong-state") : suspended(session, event);
    case "ended":
      return moved3(conclude(session, event.end));
    case "rebooted":
      return moved3(
        finish(session, { at: event.at, state: "lost", detail: "the machine went down while it ran" })
      );
    case "restarted":
      if (session.spec.restart !== "on-reboot" || session.intent) return rejected("wrong-state");
      return moved3(again(session, event.bootId));
    case "start":
    case "expire":
    case "release":
    case "extend":
    case "admitted":
    case "restaged":
      return rejected("wrong-state");
  }
}
function again(session, bootId2) {
  const { id, name, createdAt, memoryBytes, spec, queuedAt } = session;
  const incarnation = session.incarnation + 1;
  const waited = queuedAt === void 0 ? {} : { queuedAt };
  return {
    ...{ id, name, incarnation, createdAt, memoryBytes, spec, bootId: bootId2, ...waited },
    ...{ state: "starting", intent: null }
  };
}
function mergeIntent(known, asked) {
  if (!known || known.kind === "timeout" && asked.kind === "kill") return asked;
  if (asked.kind === "timeout") return known;
  const end = Math.min(known.requestedAt + known.graceMs, asked.requestedAt + asked.graceMs);
  return { ...known, signal: asked.signal, graceMs: Math.max(0, end - known.requestedAt) };
}
function moved3(session) {
  return { ok: true, session };
}
function rejected(rejection) {
  return { ok: false, rejection };
}

// packages/agent/src/domain/ledger.ts
var TIER_STEP = 32 * GIB;
var SMALLEST_OF_A_TIER = 28 * GIB;
function capacityOf(totalBytes, configured) {
  const usual = Math.min(8 * GIB, Math.max(512 * MIB, Math.floor(totalBytes / 10)));
  const reserveBytes = Math.min(configured.reserveBytes ?? usual, totalBytes);
  const capacityBytes = configured.capacityBytes ?? totalBytes - reserveBytes;
  const sold = configured.capacityBytes ?? totalBytes;
  const tier = Math.max(1, Math.round(sold / TIER_STEP));
  const slots = configured.slots ?? (sold >= SMALLEST_OF_A_TIER ? tier : 4);
  const slot = Math.min(TIER_STEP, Math.floor(capacityBytes / slots));
  return { totalBytes, reserveBytes, capacityBytes, defaultSlotBytes: configured.defaultSlotBytes ?? slot };
}
function holdings(sessions) {
  let heldBytes = 0;
  let heldSlots = 0;
  let nextFreeAt = null;
  let queuedSessions = 0;
  let queuedBytes = 0;
  for (const session of sessions) {
    if (session.state === "queued") {
      queuedSessions += 1;
      queuedBytes += session.memoryBytes;
    }
    if (!holdsSlot(session)) continue;
    heldBytes += session.memoryBytes;
    heldSlots += 1;
    const free = freeAt(session);
    if (free !== null && (nextFreeAt === null || free < nextFreeAt)) nextFreeAt = free;
  }
  return { heldBytes, heldSlots, nextFreeAt, queuedSessions, queuedBytes };
}
function slotRefused(refusal, { hostname, now }) {
  const needed = formatMemory(refusal.requestedBytes);
  const values = {
    requested_bytes: String(refusal.requestedBytes),
    free_bytes: String(refusal.freeBytes),
    capacity_bytes: String(refusal.capacityBytes),
    held_slots: String(refusal.heldSlots),
    queued_sessions: String(refusal.queuedSessions),
    ...refusal.nextFreeAt === null ? {} : { next_free_at: new Date(refusal.nextFreeAt).toISOString() }
  };
  if (refusal.requestedBytes > refusal.capacityBytes) {
    const message2 = `no slot of ${needed} on ${hostname}: the host has ${formatMemory(refusal.capacityBytes)} for sessions in all`;
    return new BerthError("SLOT_EXHAUSTED", message2, { values, hint: "ask for less with --memory" });
  }
  if (refusal.queuedSessions > 0) {
    const wait = refusal.queuedSessions === 1 ? "1 session waits" : `${refusal.queuedSessions} sessions wait`;
    const message2 = `no slot of ${needed} on ${hostname}: ${wait} in line before it`;
    return new BerthError("SLOT_EXHAUSTED", message2, { values, hint: "wait in line as well, with --queue" });
  }
  const free = `${formatMemory(refusal.freeBytes)} of ${formatMemory(refusal.capacityBytes)} free`;
  const message = `no slot of ${needed} on ${hostname}: ${free}, ${refusal.heldSlots} sessions hold the rest`;
  const hint = refusal.nextFreeAt === null ? "no session has a timeout, so none ends by itself for sure: end one with berth kill, or ask for less with --memory" : `a slot comes free in ${Math.max(1, Math.ceil((refusal.nextFreeAt - now) / 1e3))} s at the latest; or ask for less with --memory`;
  return new BerthError("SLOT_EXHAUSTED", message, { values, hint });
}
function admitNewcomer(capacity, sessions, bytes) {
  const held = holdings(sessions);
  return held.queuedSessions > 0 ? refused(capacity, held, bytes) : admitBeside(capacity, held, bytes);
}
function admit(capacity, sessions, bytes) {
  return admitBeside(capacity, holdings(sessions), bytes);
}
function admitBeside(capacity, held, bytes) {
  return held.heldBytes + bytes <= capacity.capacityBytes ? { ok: true } : refused(capacity, held, bytes);
}
function refused({ capacityBytes }, held, bytes) {
  const freeBytes = Math.max(0, capacityBytes - held.heldBytes);
  return { ok: false, refusal: { ...held, requestedBytes: bytes, freeBytes, capacityBytes } };
}
function freeAt(session) {
  if (session.state === "reserved") return session.reservedUntil;
  const lives = session.state === "running" || session.state === "suspended";
  if (lives && session.spec.timeoutMs !== null) {
    return session.startedAt + session.spec.timeoutMs;
  }
  return null;
}
function idleSince(sessions) {
  let last = null;
  for (const session of sessions) {
    if (holdsSlot(session)) return null;
    if (!("endedAt" in session) || "exitCode" in session && neverLeftTheLine(session)) continue;
    last = Math.max(last ?? 0, session.endedAt);
  }
  return last;
}

// packages/agent/src/systemd/cgroup.ts
import { readFile } from "node:fs/promises";
import path from "node:path";
var ROOT = "/sys/fs/cgroup";
async function cgroupLayout() {
  return { unified: await readOr(path.join(ROOT, "cgroup.controllers")) !== null };
}
async function usageOf(group, { unified }) {
  return unified ? await usageUnified(path.join(ROOT, group)) : await usageLegacy(group);
}
async function usageUnified(directory) {
  const read = (name) => readOr(path.join(directory, name));
  const [current, statistics, peak, events, cpu] = await Promise.all(
    ["memory.current", "memory.stat", "memory.peak", "memory.events", "cpu.stat"].map(read)
  );
  if (current === null || current === void 0) return null;
  const micros = field(cpu, "usage_usec");
  return {
    memoryBytes: Math.max(0, Number(current) - (field(statistics, "inactive_file") ?? 0)),
    // Since Linux 5.19.
    peakBytes: peak ? Number(peak) : null,
    cpuMs: micros === null ? null : Math.round(micros / 1e3),
    oomKills: field(events, "oom_kill") ?? 0
  };
}
async function usageLegacy(group) {
  const memory = (name) => readOr(path.join(ROOT, "memory", group, name));
  const [current, statistics, peak, control, cpuMs] = await Promise.all([
    memory("memory.usage_in_bytes"),
    memory("memory.stat"),
    memory("memory.max_usage_in_bytes"),
    memory("memory.oom_control"),
    cpuMsLegacy(group)
  ]);
  if (current === null) return null;
  return {
    memoryBytes: Math.max(0, Number(current) - (field(statistics, "total_inactive_file") ?? 0)),
    peakBytes: peak ? Number(peak) : null,
    cpuMs,
    // Since Linux 4.13.
    oomKills: field(control, "oom_kill") ?? 0
  };
}
async function cpuMsLegacy(group) {
  const micros = field(await readOr(path.join(ROOT, "unified", group, "cpu.stat")), "usage_usec");
  if (micros !== null) return Math.round(micros / 1e3);
  const nanos = await readOr(path.join(ROOT, "cpuacct", group, "cpuacct.usage"));
  return nanos === null ? null : Math.round(Number(nanos) / 1e6);
}
async function memoryGroupOf(pid, { unified }) {
  const text = await readOr(`/proc/${pid}/cgroup`);
  const lines = (text ?? "").split("\n").map((line) => line.split(":"));
  const own = unified ? lines.find(([number]) => number === "0") : lines.find(([, controllers]) => controllers?.split(",").includes("memory"));
  return own?.slice(2).join(":") ?? null;
}
async function memoryLimit(group, { unified }) {
  const [base, file] = unified ? [ROOT, "memory.max"] : [path.join(ROOT, "memory"), "memory.limit_in_bytes"];
  let lowest = null;
  for (let at = group; ; at = path.dirname(at)) {
    const limit = Number.parseInt(await readOr(path.join(base, at, file)) ?? "", 10);
    if (Number.isSafeInteger(limit) && (lowest === null || limit < lowest)) lowest = limit;
    if (at === "/" || at === ".") return lowest;
  }
}
async function processesOf(group, { unified }) {
  const base = unified ? ROOT : path.join(ROOT, "systemd");
  const text = await readOr(path.join(base, group, "cgroup.procs")) ?? "";
  return text.split("\n").filter(Boolean).map(Number);
}
function field(text, name) {
  const found = new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "");
  return found ? Number(found[1]) : null;
}
async function readOr(file) {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch {
    return null;
  }
}

// packages/agent/src/systemd/probe.ts
import { randomBytes } from "node:crypto";

// packages/agent/src/systemd/systemctl.ts
import { execFile } from "node:child_process";
import { promisify } from "node:util";
var run = promisify(execFile);
var CALL_MS = 1e4;
var PROBE_MS = 2e3;
async function managerAnswers(manager) {
  try {
    await run("systemctl", [`--${manager}`, "show", "--property=Version"], { timeout: PROBE_MS });
    return true;
  } catch {
    return false;
  }
}
async function isStopping(manager) {
  return (await systemctl(manager, "show", "--property=SystemState")).trim() === "SystemState=stopping";
}
async function startTransient(manager, unit) {
  await run(
    "systemd-run",
    [
      ...[`--${manager}`, "--quiet", `--unit=${unit.name}`, `--slice=${unit.slice}`],
      ...unit.settings.map((setting) => `--property=${setting}`),
      ...Object.entries(unit.env).map(([name, value]) => `--setenv=${name}=${value}`),
      ...["--", ...unit.argv]
    ],
    { timeout: CALL_MS }
  );
}
async function killUnit(manager, name) {
  const call = (...args) => systemctl(manager, ...args).catch(() => "");
  await call("kill", "--signal=SIGKILL", name);
  await call("stop", name);
  await call("reset-failed", name);
}
async function propertiesOf(manager, name, wanted) {
  const text = await systemctl(manager, "show", `--property=${wanted.join(",")}`, name);
  return new Map(
    text.split("\n").map((line) => [line.split("=")[0] ?? "", line.slice(line.indexOf("=") + 1)])
  );
}
function isAlive(activeState) {
  return ["active", "activating", "deactivating", "reloading"].includes(activeState ?? "");
}
async function setProperties(manager, name, settings) {
  await systemctl(manager, "set-property", "--runtime", name, ...settings);
}
async function systemctl(manager, ...args) {
  return (await run("systemctl", [`--${manager}`, ...args], { timeout: CALL_MS })).stdout;
}

// packages/agent/src/systemd/probe.ts
var LIMIT = 64 * MIB;
async function probeEnforcement(manager, layout) {
  const name = `berth-probe-${randomBytes(4).toString("hex")}.service`;
  try {
    await startTransient(manager, {
      name,
      slice: "berth.slice",
      argv: ["/bin/sleep", "10"],
      env: {},
      settings: ["Type=exec", `MemoryMax=${LIMIT}`]
    });
    const group = (await propertiesOf(manager, name, ["ControlGroup"])).get("ControlGroup");
    const limit = group ? await memoryLimit(group, layout) : null;
    return limit !== null && limit <= LIMIT ? "kernel" : "advisory";
  } finally {
    await killUnit(manager, name);
  }
}
async function limitSlice(manager, capacityBytes) {
  await setProperties(manager, "berth.slice", [`MemoryMax=${capacityBytes}`, "MemoryAccounting=yes"]);
}

// packages/agent/src/host.ts
import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, loadavg, type as osType, release } from "node:os";
import path2 from "node:path";
function hostId(stateDirectory) {
  const file = path2.join(stateDirectory, "host-id");
  const read = () => readFileSync(file, "utf8").trim();
  try {
    return read();
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${randomUUID()}
`, { mode: 384, flush: true });
  try {
    linkSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  return read();
}
function bootId() {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
function createHostSnapshot(options) {
  const { capacity, registry, presets } = options;
  return async () => {
    const held = holdings(registry.all());
    const others = await options.others();
    return {
      id: options.id,
      hostname: options.hostname,
      version: VERSION,
      agentStartedAt: options.startedAt,
      os: `${osType()} ${release()}`,
      architecture: arch(),
      tmuxVersion: options.tmuxVersion,
      ledger: {
        capacityBytes: capacity.capacityBytes,
        heldBytes: held.heldBytes + others.bytes,
        heldByOthersBytes: others.bytes,
        defaultSlotBytes: capacity.defaultSlotBytes,
        memoryTotalBytes: capacity.totalBytes,
        reserveBytes: capacity.reserveBytes,
        heldSlots: held.heldSlots + others.slots
      },
      presets: await presets.snapshots(),
      enforcement: options.enforcement(),
      draining: options.draining(),
      scope: options.scope,
      load: loadOf(options.stateDirectory),
      queue: { sessions: held.queuedSessions, bytes: held.queuedBytes, nextFreeAt: held.nextFreeAt },
      disk: options.disk(),
      idleSince: idleSince(registry.all()),
      watching: options.watching(),
      warnings: options.warnings(),
      socketPath: options.socketPath,
      stateDirectory: options.stateDirectory
    };
  };
}
function loadOf(directory) {
  const disk = statfsSync(directory);
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "latin1"));
  return {
    cpus: availableParallelism(),
    loadAverage: loadavg()[0] ?? 0,
    memoryAvailableBytes: Number(available?.[1] ?? 0) * 1024,
    diskTotalBytes: disk.blocks * disk.bsize,
    diskFreeBytes: disk.bavail * disk.bsize
  };
}

// packages/agent/src/notify.ts
import { execFile as execFile2 } from "node:child_process";
import { promisify as promisify2 } from "node:util";
var import_systemd_notify = __toESM(require_notify(), 1);
var TELL_MS = 5e3;
async function notifyReady(env, log) {
  if (!env.NOTIFY_SOCKET) return;
  try {
    await (0, import_systemd_notify.default)({ ready: true });
  } catch (error) {
    log.warn({ err: error }, "systemd could not be told that berthd is ready");
  }
}
async function notifyState(env, log, states) {
  if (!env.NOTIFY_SOCKET) return false;
  try {
    await promisify2(execFile2)("systemd-notify", ["--", ...states], { env, timeout: TELL_MS });
    return true;
  } catch (error) {
    log.warn({ error: messageOf(error) }, "systemd could not be told how berthd is");
    return false;
  }
}

// packages/agent/src/rpc/handler.ts
import { randomUUID as randomUUID2 } from "node:crypto";

// packages/shared/src/wire/metadata.ts
var HOST_ID = "berth-host-id";
var AGENT_VERSION = "berth-version";
var EXPECT_HOST = "berth-expect-host";
var CALL_ID = "berth-call-id";

// packages/shared/src/wire/rpc-status.ts
var DETAILS_KEY = "grpc-status-details-bin";
var DOMAIN = "berth.dev";
var ERROR_INFO_TYPE = "type.googleapis.com/google.rpc.ErrorInfo";
function encodeStatus(error) {
  const info = new BinaryWriter().uint32(10).string(error.reason).uint32(18).string(DOMAIN);
  for (const [key, value] of Object.entries({ ...error.values, hint: error.hint })) {
    info.uint32(26).fork().uint32(10).string(key).uint32(18).string(value).join();
  }
  const any = new BinaryWriter().uint32(10).string(ERROR_INFO_TYPE).uint32(18).bytes(info.finish());
  return new BinaryWriter().uint32(8).int32(REASONS[error.reason].grpc).uint32(18).string(error.message).uint32(26).bytes(any.finish()).finish();
}
function decodeStatus(bytes) {
  let message = "";
  let found = null;
  readFields(bytes, (field2, reader) => {
    if (field2 === 2) message = reader.string();
    else if (field2 === 3) found = decodeAny(reader.bytes()) ?? found;
    else return false;
    return true;
  });
  const info = found;
  if (!info || !isReason(info.reason)) return null;
  const { hint, ...values } = info.values;
  return new BerthError(info.reason, message, { values, ...hint === void 0 ? {} : { hint } });
}
function decodeAny(bytes) {
  let type = "";
  let value = new Uint8Array();
  readFields(bytes, (field2, reader) => {
    if (field2 === 1) type = reader.string();
    else if (field2 === 2) value = new Uint8Array(reader.bytes());
    else return false;
    return true;
  });
  if (type !== ERROR_INFO_TYPE) return null;
  let reason = "";
  const values = {};
  readFields(value, (field2, reader) => {
    if (field2 === 1) reason = reader.string();
    else if (field2 === 3) {
      let key = "";
      let entry = "";
      readFields(reader.bytes(), (inner, entryReader) => {
        if (inner === 1) key = entryReader.string();
        else if (inner === 2) entry = entryReader.string();
        else return false;
        return true;
      });
      values[key] = entry;
    } else return false;
    return true;
  });
  return { reason, values };
}
function readFields(bytes, take) {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (!take(tag >>> 3, reader)) reader.skip(tag & 7);
  }
}

// packages/agent/src/rpc/handler.ts
var import_grpc_js = __toESM(require_src(), 1);
function createWrapper(options) {
  function enter(name, call) {
    const callId = printable(call.metadata.get(CALL_ID)[0]) ?? randomUUID2();
    const log = options.log.child({ call: callId, method: name });
    const told = new import_grpc_js.Metadata();
    told.set(HOST_ID, options.hostId);
    told.set(AGENT_VERSION, VERSION);
    call.sendMetadata(told);
    const controller = new AbortController();
    call.on("cancelled", () => controller.abort(new BerthError("DEADLINE", "the caller is gone")));
    const began = performance.now();
    return {
      signal: controller.signal,
      log,
      finished(error) {
        const ms = Math.round((performance.now() - began) * 10) / 10;
        if (error === void 0 || controller.signal.aborted) log.debug({ ms }, "call done");
        else log.info({ ms, reason: reasonOf(error), error: messageOf(error) }, "call refused");
        options.onCall?.({ method: name, code: codeOf(error, controller.signal), ms });
        controller.abort();
      }
    };
  }
  function checkHost(call) {
    const expected = printable(call.metadata.get(EXPECT_HOST)[0]);
    if (expected === null || expected === options.hostId) return;
    throw new BerthError("HOST_MISMATCH", `this is host ${options.hostId}, not the expected ${expected}`, {
      values: { host_id: options.hostId, expected }
    });
  }
  return {
    unary: (name, handle) => (call, callback) => {
      const context = enter(name, call);
      void (async () => {
        try {
          checkHost(call);
          const response = await handle(call.request, context);
          context.finished();
          callback(null, response);
        } catch (error) {
          context.finished(error);
          callback(statusOf(error, context.log));
        }
      })();
    },
    serverStream: (name, handle) => (call) => {
      const context = enter(name, call);
      void (async () => {
        try {
          checkHost(call);
          for await (const message of handle(call.request, context)) {
            if (context.signal.aborted) break;
            if (!call.write(message)) await drained(call, context.signal);
          }
          context.finished();
          call.end();
        } catch (error) {
          context.finished(error);
          fail(call, statusOf(error, context.log));
        }
      })();
    },
    clientStream: (name, handle) => (call, callback) => {
      const context = enter(name, call);
      void (async () => {
        try {
          checkHost(call);
          const requests = call[Symbol.asyncIterator]();
          const response = await handle(requests, context);
          context.finished();
          callback(null, response);
        } catch (error) {
          context.finished(error);
          callback(statusOf(error, context.log));
        }
      })();
    },
    bidi: (name, handle) => (call) => {
      const context = enter(name, call);
      void (async () => {
        try {
          checkHost(call);
          await handle(call, context);
          context.finished();
          call.end();
        } catch (error) {
          context.finished(error);
          fail(call, statusOf(error, context.log));
        }
      })();
    }
  };
}
function drained(stream, signal) {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    stream.once("drain", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
function fail(stream, error) {
  stream.emit("error", error);
}
function statusOf(error, log) {
  const known = error instanceof BerthError ? error : internal(error, log);
  const metadata = new import_grpc_js.Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(encodeStatus(known)));
  return Object.assign(new Error(known.message), {
    code: REASONS[known.reason].grpc,
    details: known.message,
    metadata
  });
}
function internal(error, log) {
  const id = randomUUID2().slice(0, 8);
  log.error({ id, err: error }, "unexpected error");
  return new BerthError("INTERNAL", `unexpected error ${id} in berthd`, {
    hint: `look for ${id} in the log of the agent`
  });
}
function codeOf(error, signal) {
  if (signal.aborted) return import_grpc_js.status[import_grpc_js.status.CANCELLED];
  if (error === void 0) return import_grpc_js.status[import_grpc_js.status.OK];
  return import_grpc_js.status[REASONS[error instanceof BerthError ? error.reason : "INTERNAL"].grpc] ?? "UNKNOWN";
}
function reasonOf(error) {
  return error instanceof BerthError ? error.reason : "INTERNAL";
}
function printable(value) {
  return typeof value === "string" && /^[\x20-\x7e]{1,128}$/.test(value) ? value : null;
}

// packages/shared/src/domain/session-id.ts
var ID = /^sess-\d{8}-\d{6}-[0-9a-z]{6}$/;
var ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
var ID_SPACE = 36 ** 6;
function sessionId(nowMs, random) {
  const iso = new Date(nowMs).toISOString();
  const date = iso.slice(0, 10).replaceAll("-", "");
  const time = iso.slice(11, 19).replaceAll(":", "");
  let suffix = "";
  for (let rest = random; suffix.length < 6; rest = Math.floor(rest / 36)) {
    suffix = ALPHABET.charAt(rest % 36) + suffix;
  }
  return `sess-${date}-${time}-${suffix}`;
}
function isSessionId(text) {
  return ID.test(text);
}

// packages/agent/src/sessions/one-at-a-time.ts
var OneAtATime = class {
  #busy = /* @__PURE__ */ new Map();
  /** Runs `work` once nobody else works under any of the keys. Empty keys stand for nothing. */
  async run(keys, work) {
    const mine = keys.filter((key) => key !== "");
    for (let other = this.#anyOf(mine); other; other = this.#anyOf(mine)) await other;
    const { promise, resolve } = Promise.withResolvers();
    for (const key of mine) this.#busy.set(key, promise);
    try {
      return await work();
    } finally {
      for (const key of mine) this.#busy.delete(key);
      resolve();
    }
  }
  #anyOf(keys) {
    return keys.map((key) => this.#busy.get(key)).find((busy) => busy !== void 0);
  }
};

// packages/shared/src/gen/berth/v1/ledger.ts
var import_grpc_js2 = __toESM(require_src(), 1);
function createBaseDescribeRequest() {
  return {};
}
var DescribeRequest = {
  encode(_, writer = new BinaryWriter()) {
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseDescribeRequest();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return DescribeRequest.fromPartial(base ?? {});
  },
  fromPartial(_) {
    const message = createBaseDescribeRequest();
    return message;
  }
};
function createBaseDescribeResponse() {
  return {
    hostId: "",
    memoryTotalBytes: 0n,
    reserveBytes: 0n,
    capacityBytes: 0n,
    defaultSlotBytes: 0n,
    heldBytes: 0n,
    heldByOthersBytes: 0n,
    heldByOthersSlots: 0,
    enforcement: 0
  };
}
var DescribeResponse = {
  encode(message, writer = new BinaryWriter()) {
    if (message.hostId !== "") {
      writer.uint32(10).string(message.hostId);
    }
    if (message.memoryTotalBytes !== 0n) {
      if (BigInt.asUintN(64, message.memoryTotalBytes) !== message.memoryTotalBytes) {
        throw new globalThis.Error("value provided for field message.memoryTotalBytes of type uint64 too large");
      }
      writer.uint32(16).uint64(message.memoryTotalBytes);
    }
    if (message.reserveBytes !== 0n) {
      if (BigInt.asUintN(64, message.reserveBytes) !== message.reserveBytes) {
        throw new globalThis.Error("value provided for field message.reserveBytes of type uint64 too large");
      }
      writer.uint32(24).uint64(message.reserveBytes);
    }
    if (message.capacityBytes !== 0n) {
      if (BigInt.asUintN(64, message.capacityBytes) !== message.capacityBytes) {
        throw new globalThis.Error("value provided for field message.capacityBytes of type uint64 too large");
      }
      writer.uint32(32).uint64(message.capacityBytes);
    }
    if (message.defaultSlotBytes !== 0n) {
      if (BigInt.asUintN(64, message.defaultSlotBytes) !== message.defaultSlotBytes) {
        throw new globalThis.Error("value provided for field message.defaultSlotBytes of type uint64 too large");
      }
      writer.uint32(40).uint64(message.defaultSlotBytes);
    }
    if (message.heldBytes !== 0n) {
      if (BigInt.asUintN(64, message.heldBytes) !== message.heldBytes) {
        throw new globalThis.Error("value provided for field message.heldBytes of type uint64 too large");
      }
      writer.uint32(48).uint64(message.heldBytes);
    }
    if (message.heldByOthersBytes !== 0n) {
      if (BigInt.asUintN(64, message.heldByOthersBytes) !== message.heldByOthersBytes) {
        throw new globalThis.Error("value provided for field message.heldByOthersBytes of type uint64 too large");
      }
      writer.uint32(56).uint64(message.heldByOthersBytes);
    }
    if (message.heldByOthersSlots !== 0) {
      writer.uint32(64).uint32(message.heldByOthersSlots);
    }
    if (message.enforcement !== 0) {
      writer.uint32(72).int32(message.enforcement);
    }
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseDescribeResponse();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.hostId = reader.string();
            continue;
          }
          case 2: {
            if (tag !== 16) {
              break;
            }
            message.memoryTotalBytes = reader.uint64();
            continue;
          }
          case 3: {
            if (tag !== 24) {
              break;
            }
            message.reserveBytes = reader.uint64();
            continue;
          }
          case 4: {
            if (tag !== 32) {
              break;
            }
            message.capacityBytes = reader.uint64();
            continue;
          }
          case 5: {
            if (tag !== 40) {
              break;
            }
            message.defaultSlotBytes = reader.uint64();
            continue;
          }
          case 6: {
            if (tag !== 48) {
              break;
            }
            message.heldBytes = reader.uint64();
            continue;
          }
          case 7: {
            if (tag !== 56) {
              break;
            }
            message.heldByOthersBytes = reader.uint64();
            continue;
          }
          case 8: {
            if (tag !== 64) {
              break;
            }
            message.heldByOthersSlots = reader.uint32();
            continue;
          }
          case 9: {
            if (tag !== 72) {
              break;
            }
            message.enforcement = reader.int32();
            continue;
          }
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return DescribeResponse.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseDescribeResponse();
    message.hostId = object.hostId ?? "";
    message.memoryTotalBytes = object.memoryTotalBytes !== void 0 && object.memoryTotalBytes !== null ? BigInt(object.memoryTotalBytes) : 0n;
    message.reserveBytes = object.reserveBytes !== void 0 && object.reserveBytes !== null ? BigInt(object.reserveBytes) : 0n;
    message.capacityBytes = object.capacityBytes !== void 0 && object.capacityBytes !== null ? BigInt(object.capacityBytes) : 0n;
    message.defaultSlotBytes = object.defaultSlotBytes !== void 0 && object.defaultSlotBytes !== null ? BigInt(object.defaultSlotBytes) : 0n;
    message.heldBytes = object.heldBytes !== void 0 && object.heldBytes !== null ? BigInt(object.heldBytes) : 0n;
    message.heldByOthersBytes = object.heldByOthersBytes !== void 0 && object.heldByOthersBytes !== null ? BigInt(object.heldByOthersBytes) : 0n;
    message.heldByOthersSlots = object.heldByOthersSlots ?? 0;
    message.enforcement = object.enforcement ?? 0;
    return message;
  }
};
function createBaseTakeRequest() {
  return { sessionId: "", memoryBytes: 0n };
}
var TakeRequest = {
  encode(message, writer = new BinaryWriter()) {
    if (message.sessionId !== "") {
      writer.uint32(10).string(message.sessionId);
    }
    if (message.memoryBytes !== 0n) {
      if (BigInt.asUintN(64, message.memoryBytes) !== message.memoryBytes) {
        throw new globalThis.Error("value provided for field message.memoryBytes of type uint64 too large");
      }
      writer.uint32(16).uint64(message.memoryBytes);
    }
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseTakeRequest();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.sessionId = reader.string();
            continue;
          }
          case 2: {
            if (tag !== 16) {
              break;
            }
            message.memoryBytes = reader.uint64();
            continue;
          }
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return TakeRequest.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseTakeRequest();
    message.sessionId = object.sessionId ?? "";
    message.memoryBytes = object.memoryBytes !== void 0 && object.memoryBytes !== null ? BigInt(object.memoryBytes) : 0n;
    return message;
  }
};
function createBaseTakeResponse() {
  return {};
}
var TakeResponse = {
  encode(_, writer = new BinaryWriter()) {
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseTakeResponse();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return TakeResponse.fromPartial(base ?? {});
  },
  fromPartial(_) {
    const message = createBaseTakeResponse();
    return message;
  }
};
function createBaseGiveBackRequest() {
  return { sessionId: "" };
}
var GiveBackRequest = {
  encode(message, writer = new BinaryWriter()) {
    if (message.sessionId !== "") {
      writer.uint32(10).string(message.sessionId);
    }
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseGiveBackRequest();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.sessionId = reader.string();
            continue;
          }
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return GiveBackRequest.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseGiveBackRequest();
    message.sessionId = object.sessionId ?? "";
    return message;
  }
};
function createBaseGiveBackResponse() {
  return {};
}
var GiveBackResponse = {
  encode(_, writer = new BinaryWriter()) {
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseGiveBackResponse();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return GiveBackResponse.fromPartial(base ?? {});
  },
  fromPartial(_) {
    const message = createBaseGiveBackResponse();
    return message;
  }
};
function createBaseSyncRequest() {
  return { sessionIds: [] };
}
var SyncRequest = {
  encode(message, writer = new BinaryWriter()) {
    for (const v of message.sessionIds) {
      writer.uint32(10).string(v);
    }
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseSyncRequest();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.sessionIds.push(reader.string());
            continue;
          }
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return SyncRequest.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseSyncRequest();
    message.sessionIds = object.sessionIds?.map((e) => e) || [];
    return message;
  }
};
function createBaseSyncResponse() {
  return {};
}
var SyncResponse = {
  encode(_, writer = new BinaryWriter()) {
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseSyncResponse();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return SyncResponse.fromPartial(base ?? {});
  },
  fromPartial(_) {
    const message = createBaseSyncResponse();
    return message;
  }
};
function createBaseStartUnitRequest() {
  return { sessionId: "", argv: [], env: {}, workingDirectory: "" };
}
var StartUnitRequest = {
  encode(message, writer = new BinaryWriter()) {
    if (message.sessionId !== "") {
      writer.uint32(10).string(message.sessionId);
    }
    for (const v of message.argv) {
      writer.uint32(18).string(v);
    }
    globalThis.Object.entries(message.env).forEach(([key, value]) => {
      StartUnitRequest_EnvEntry.encode({ key, value }, writer.uint32(26).fork()).join();
    });
    if (message.workingDirectory !== "") {
      writer.uint32(34).string(message.workingDirectory);
    }
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseStartUnitRequest();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.sessionId = reader.string();
            continue;
          }
          case 2: {
            if (tag !== 18) {
              break;
            }
            message.argv.push(reader.string());
            continue;
          }
          case 3: {
            if (tag !== 26) {
              break;
            }
            const entry3 = StartUnitRequest_EnvEntry.decode(reader, reader.uint32());
            if (entry3.value !== void 0) {
              message.env[entry3.key] = entry3.value;
            }
            continue;
          }
          case 4: {
            if (tag !== 34) {
              break;
            }
            message.workingDirectory = reader.string();
            continue;
          }
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return StartUnitRequest.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseStartUnitRequest();
    message.sessionId = object.sessionId ?? "";
    message.argv = object.argv?.map((e) => e) || [];
    message.env = globalThis.Object.entries(object.env ?? {}).reduce(
      (acc, [key, value]) => {
        if (value !== void 0) {
          acc[key] = globalThis.String(value);
        }
        return acc;
      },
      {}
    );
    message.workingDirectory = object.workingDirectory ?? "";
    return message;
  }
};
function createBaseStartUnitRequest_EnvEntry() {
  return { key: "", value: "" };
}
var StartUnitRequest_EnvEntry = {
  encode(message, writer = new BinaryWriter()) {
    if (message.key !== "") {
      writer.uint32(10).string(message.key);
    }
    if (message.value !== "") {
      writer.uint32(18).string(message.value);
    }
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseStartUnitRequest_EnvEntry();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.key = reader.string();
            continue;
          }
          case 2: {
            if (tag !== 18) {
              break;
            }
            message.value = reader.string();
            continue;
          }
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return StartUnitRequest_EnvEntry.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseStartUnitRequest_EnvEntry();
    message.key = object.key ?? "";
    message.value = object.value ?? "";
    return message;
  }
};
function createBaseStartUnitResponse() {
  return {};
}
var StartUnitResponse = {
  encode(_, writer = new BinaryWriter()) {
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseStartUnitResponse();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return StartUnitResponse.fromPartial(base ?? {});
  },
  fromPartial(_) {
    const message = createBaseStartUnitResponse();
    return message;
  }
};
function createBaseEndUnitRequest() {
  return { sessionId: "" };
}
var EndUnitRequest = {
  encode(message, writer = new BinaryWriter()) {
    if (message.sessionId !== "") {
      writer.uint32(10).string(message.sessionId);
    }
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseEndUnitRequest();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.sessionId = reader.string();
            continue;
          }
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return EndUnitRequest.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseEndUnitRequest();
    message.sessionId = object.sessionId ?? "";
    return message;
  }
};
function createBaseEndUnitResponse() {
  return {};
}
var EndUnitResponse = {
  encode(_, writer = new BinaryWriter()) {
    return writer;
  },
  decode(input, length) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    const previousRecursionDepth = reader.__tsProtoDecodeDepth ?? 0;
    if (previousRecursionDepth >= 100) {
      throw new globalThis.Error("protobuf decode recursion limit exceeded");
    }
    reader.__tsProtoDecodeDepth = previousRecursionDepth + 1;
    try {
      const end = length === void 0 ? reader.len : reader.pos + length;
      const message = createBaseEndUnitResponse();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
        }
        if ((tag & 7) === 4 || tag === 0) {
          break;
        }
        reader.skip(tag & 7);
      }
      return message;
    } finally {
      reader.__tsProtoDecodeDepth = previousRecursionDepth;
    }
  },
  create(base) {
    return EndUnitResponse.fromPartial(base ?? {});
  },
  fromPartial(_) {
    const message = createBaseEndUnitResponse();
    return message;
  }
};
var LedgerServiceService = {
  /** What there is to share, and who holds how much. */
  describe: {
    path: "/berth.v1.LedgerService/Describe",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(DescribeRequest.encode(value).finish()),
    requestDeserialize: (value) => DescribeRequest.decode(value),
    responseSerialize: (value) => Buffer.from(DescribeResponse.encode(value).finish()),
    responseDeserialize: (value) => DescribeResponse.decode(value)
  },
  /**
   * Sets memory aside for one session; committed when it answers. A slot that is held already is
   * granted again. Errors: SLOT_EXHAUSTED.
   */
  take: {
    path: "/berth.v1.LedgerService/Take",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(TakeRequest.encode(value).finish()),
    requestDeserialize: (value) => TakeRequest.decode(value),
    responseSerialize: (value) => Buffer.from(TakeResponse.encode(value).finish()),
    responseDeserialize: (value) => TakeResponse.decode(value)
  },
  /**
   * Gives a slot back once the session's unit has ended. A slot that is not held is no error.
   * Errors: SESSION_NOT_RUNNING (FAILED_PRECONDITION) while the unit is alive.
   */
  giveBack: {
    path: "/berth.v1.LedgerService/GiveBack",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(GiveBackRequest.encode(value).finish()),
    requestDeserialize: (value) => GiveBackRequest.decode(value),
    responseSerialize: (value) => Buffer.from(GiveBackResponse.encode(value).finish()),
    responseDeserialize: (value) => GiveBackResponse.decode(value)
  },
  /** Gives back what the caller holds and does not name, units that are alive excepted. */
  sync: {
    path: "/berth.v1.LedgerService/Sync",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(SyncRequest.encode(value).finish()),
    requestDeserialize: (value) => SyncRequest.decode(value),
    responseSerialize: (value) => Buffer.from(SyncResponse.encode(value).finish()),
    responseDeserialize: (value) => SyncResponse.decode(value)
  },
  /** Starts the unit of a session that holds a slot, as the calling user and within the slot. */
  startUnit: {
    path: "/berth.v1.LedgerService/StartUnit",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(StartUnitRequest.encode(value).finish()),
    requestDeserialize: (value) => StartUnitRequest.decode(value),
    responseSerialize: (value) => Buffer.from(StartUnitResponse.encode(value).finish()),
    responseDeserialize: (value) => StartUnitResponse.decode(value)
  },
  /** Ends all of a unit of the calling user. */
  endUnit: {
    path: "/berth.v1.LedgerService/EndUnit",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(EndUnitRequest.encode(value).finish()),
    requestDeserialize: (value) => EndUnitRequest.decode(value),
    responseSerialize: (value) => Buffer.from(EndUnitResponse.encode(value).finish()),
    responseDeserialize: (value) => EndUnitResponse.decode(value)
  }
};
var LedgerServiceClient = (0, import_grpc_js2.makeGenericClientConstructor)(
  LedgerServiceService,
  "berth.v1.LedgerService"
);

// packages/agent/src/systemd/throttle.ts
import { readFile as readFile2 } from "node:fs/promises";
import path3 from "node:path";
var KEPT = /^(?:inactive_anon|active_anon|unevictable|kernel_stack|pagetables|slab_unreclaimable) (\d+)$/gm;
async function isStuck(group) {
  const read = (name) => readFile2(path3.join(ROOT, group, name), "utf8");
  try {
    const high = Number.parseInt(await read("memory.high"), 10);
    if (Number.isNaN(high)) return false;
    let kept = 0;
    for (const [, bytes] of (await read("memory.stat")).matchAll(KEPT)) kept += Number(bytes);
    return kept >= high;
  } catch {
    return false;
  }
}
async function unthrottle(manager, { unit, group }, { unified }) {
  if (!unified || !await isStuck(group)) return false;
  await setProperties(manager, unit, ["MemoryHigh=infinity"]);
  return true;
}

// packages/agent/src/systemd/units.ts
import { readFile as readFile3 } from "node:fs/promises";
var TASKS = 16384;
function directControl(manager, layout) {
  return {
    start: ({ sessionId: sessionId2, paths, argv, env, memoryBytes }) => startTransient(manager, {
      name: unitName(sessionId2),
      slice: "berth.slice",
      argv,
      env,
      settings: [
        `Description=Berth session ${sessionId2}`,
        ...sessionSettings({ memoryBytes, workingDirectory: paths.workspace })
      ]
    }),
    kill: (sessionId2) => killUnit(manager, unitName(sessionId2)),
    async unthrottle({ sessionId: sessionId2, group }) {
      await unthrottle(manager, { unit: unitName(sessionId2), group }, layout);
    }
  };
}
function unitName(sessionId2) {
  return `berth-${sessionId2}.service`;
}
function createSystemdUnits(options) {
  const { manager, control, layout, standstill } = options;
  const groups = /* @__PURE__ */ new Map();
  const show = (sessionId2, ...wanted) => propertiesOf(manager, unitName(sessionId2), wanted);
  async function observe(sessionId2) {
    const seen = await show(sessionId2, "ActiveState", "ControlGroup");
    const alive = isAlive(seen.get("ActiveState"));
    const ends = !alive || seen.get("ActiveState") === "deactivating";
    if (ends && groups.has(sessionId2) && await isStopping(manager)) throw new Error("the host goes down");
    const group = seen.get("ControlGroup");
    if (alive && group) groups.set(sessionId2, group);
    else groups.delete(sessionId2);
    return alive ? "alive" : "gone";
  }
  async function groupOf(sessionId2) {
    if (!groups.has(sessionId2)) await observe(sessionId2);
    return groups.get(sessionId2) ?? null;
  }
  async function pidsOf(sessionId2) {
    const group = await groupOf(sessionId2);
    return group === null ? [] : await processesOf(group, layout);
  }
  async function afterwards(sessionId2) {
    const result = (await show(sessionId2, "Result")).get("Result");
    return result === "oom-kill" ? { memoryBytes: 0, peakBytes: null, cpuMs: null, oomKills: 1 } : null;
  }
  return {
    enforcement: options.enforcement,
    usageIsDear: false,
    observe,
    async start(unit) {
      if (await observe(unit.sessionId) === "alive") return;
      await control.start({ ...unit, env: { ...unit.env, BERTH_SESSION_ID: unit.sessionId } });
    },
    async signal(sessionId2, paths, signal) {
      for (const pid of await pidsOf(sessionId2)) {
        const environment = await readFile3(`/proc/${pid}/environ`, "utf8").catch(() => "");
        if (!environment.split("\0").includes(`BERTH_WORKSPACE=${paths.workspace}`)) continue;
        try {
          process.kill(pid, signal);
        } catch (error) {
          if (error.code !== "ESRCH") throw error;
        }
      }
    },
    freeze: (sessionId2, paths) => standstill.freeze(() => pidsOf(sessionId2), paths),
    thaw: (sessionId2, paths) => standstill.thaw(() => pidsOf(sessionId2), paths),
    frozen: (sessionId2, paths) => standstill.frozen(() => pidsOf(sessionId2), paths),
    async kill(sessionId2) {
      await control.kill(sessionId2);
      if (await observe(sessionId2) === "alive") throw new Error(`${unitName(sessionId2)} does not end`);
    },
    async usage(sessionId2) {
      const group = await groupOf(sessionId2);
      if (group === null) return await afterwards(sessionId2);
      await control.unthrottle?.({ sessionId: sessionId2, group }).catch(() => {
      });
      const told = await usageOf(group, layout);
      return told ?? options.measure(await processesOf(group, layout));
    },
    async enforces(sessionId2, { pid, memoryBytes }) {
      const own = pid === null ? null : await memoryGroupOf(pid, layout);
      const group = own ?? await groupOf(sessionId2);
      const held = group === null ? null : await memoryLimit(group, layout);
      return held !== null && held <= memoryBytes ? "kernel" : "advisory";
    }
  };
}
function sessionSettings(of) {
  return [
    "Type=exec",
    `MemoryMax=${of.memoryBytes}`,
    // A little before the limit the kernel slows it down and reclaims; throttle.ts ends that where it is in vain.
    `MemoryHigh=${Math.floor(of.memoryBytes * 0.95)}`,
    // A slot is memory: what is swapped out would slow the neighbours down.
    "MemorySwapMax=0",
    // The hungry process alone is ended; the wrapper lives to record what became of it.
    "OOMPolicy=continue",
    `TasksMax=${TASKS}`,
    "CPUWeight=100",
    "KillMode=control-group",
    // What is asked to end by systemd itself (a reboot) has this long; then it is killed.
    "TimeoutStopSec=10s",
    "UMask=0077",
    // A percent sign would begin a specifier.
    `WorkingDirectory=${of.workingDirectory.replaceAll("%", "%%")}`
  ];
}

// packages/shared/src/domain/limits.ts
var MAX_PROMPT_BYTES = 120 * KIB;
var MAX_TURNS = 1e3;
var MAX_ARGV_BYTES = 1 * MIB;
var MIN_SLOT_BYTES = 16 * MIB;
var MAX_SLOT_BYTES = 64 * 1024 * GIB;
var MAX_INPUT_BYTES = 1 * MIB;
var MAX_SOCKET_PATH_BYTES = 103;

// packages/agent/src/rpc/listen.ts
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
var import_grpc_js3 = __toESM(require_src(), 1);
var DRAIN_MS = 2e3;
async function acceptOn(server, socket) {
  const injector = server.createConnectionInjector(import_grpc_js3.ServerCredentials.createInsecure());
  const open = /* @__PURE__ */ new Set();
  const listener = createServer((connection) => {
    open.add(connection);
    connection.once("close", () => open.delete(connection));
    connection.on("error", () => {
    });
    injector.injectConnection(connection);
  });
  if (socket.descriptor === null) await listenAt(listener, socket.path);
  else await listening(listener, { fd: socket.descriptor });
  return {
    async [Symbol.asyncDispose]() {
      listener.close();
      const closed = [...open].map((connection) => once(connection, "close"));
      const late = setTimeout(() => {
        server.forceShutdown();
        for (const connection of open) connection.destroy();
      }, DRAIN_MS);
      await new Promise((resolve) => server.tryShutdown(() => resolve()));
      await Promise.all(closed);
      clearTimeout(late);
    }
  };
}
async function listenAt(listener, path4) {
  if (Buffer.byteLength(path4) > MAX_SOCKET_PATH_BYTES) {
    throw new BerthError(
      "SOCKET_PATH_TOO_LONG",
      `cannot listen on ${path4}: the path has ${Buffer.byteLength(path4)} bytes, the limit is ${MAX_SOCKET_PATH_BYTES}`
    );
  }
  await refuseIfServed(path4);
  await rm(path4, { force: true });
  const previous = process.umask(127);
  try {
    await listening(listener, { path: path4 });
  } catch (error) {
    throw new Error(`cannot listen on ${path4}: ${messageOf(error)}`);
  } finally {
    process.umask(previous);
  }
}
function listening(listener, at) {
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(at, () => {
      listener.off("error", reject);
      resolve();
    });
  });
}
async function refuseIfServed(socket) {
  const served = await new Promise((resolve) => {
    const probe = connect(socket);
    probe.once("error", () => resolve(false));
    probe.once("close", () => probe.destroy());
    setTimeout(() => resolve(true), 2e3).unref();
    probe.once("connect", () => {
      resolve(true);
      probe.destroy();
    });
  });
  if (served) throw new BerthError("AGENT_RUNNING", `cannot start berthd: another one serves ${socket}`);
}

export {
  neverLeftTheLine,
  isActive,
  holdsSlot,
  transition,
  capacityOf,
  holdings,
  slotRefused,
  admitNewcomer,
  admit,
  admitBeside,
  ID_SPACE,
  sessionId,
  isSessionId,
  OneAtATime,
  LedgerServiceService,
  LedgerServiceClient,
  DETAILS_KEY,
  decodeStatus,
  cgroupLayout,
  managerAnswers,
  startTransient,
  killUnit,
  propertiesOf,
  isAlive,
  probeEnforcement,
  limitSlice,
  unthrottle,
  directControl,
  unitName,
  createSystemdUnits,
  sessionSettings,
  hostId,
  bootId,
  createHostSnapshot,
  notifyReady,
  notifyState,
  createWrapper,
  MAX_PROMPT_BYTES,
  MAX_TURNS,
  MAX_ARGV_BYTES,
  MIN_SLOT_BYTES,
  MAX_SLOT_BYTES,
  MAX_INPUT_BYTES,
  acceptOn
};
