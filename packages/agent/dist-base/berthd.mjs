import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  runtimeDirectory
} from "./chunk-B6ALBVRY.mjs";
import {
  VERSION,
  userRuntimeDirectory
} from "./chunk-SOL2KXNZ.mjs";
import {
  BerthError,
  EXIT,
  MIB,
  messageOf,
  parseMemory
} from "./chunk-UUE3IW3X.mjs";
import "./chunk-FWUHXHZR.mjs";

// packages/agent/src/config.ts
import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

// packages/shared/src/domain/duration.ts
var UNIT_MS = {
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: 864e5
};
function parseDuration(text) {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * 1e3);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : null;
}

// packages/agent/src/config.ts
var USAGE = `berthd: the agent that runs sessions on this host

usage: berthd [serve | dial-stdio | health | version] [options]
       berthd setup [--user | --system [--allow USER]] [--json] [--no-rollback]
                                               make this program the agent of this host
       berthd allow USER | disallow USER       who may share this host (system scope, as root)
       berthd uninstall [--system] [--purge]   stop it and take its units away

  --state-dir DIR         journal, transcripts, workspaces ($XDG_STATE_HOME/berth)
  --runtime-dir DIR       sockets ($XDG_RUNTIME_DIR/berth)
  --memory-capacity SIZE  what all slots together may hold (memory less the reserve)
  --memory-reserve SIZE   kept out of the ledger (a tenth, 512M to 8G)
  --slots N               divide the capacity into N slots (one for each 32 GB, 4 on a small host)
  --default-slot SIZE     of a session that names none (an equal share, at most 32G)
  --max-sessions N        sessions that may hold a slot at once (as many as fit)
  --max-lifetime TIME     longest a session may run, such as 8h (as long as it likes)
  --disk-quota SIZE       on the disk for all sessions; beyond, no new one starts (the whole disk)
  --transcript-cap SIZE   kept of each transcript (256M)
  --prompt-still TIME     a screen that is still for so long is looked at for a prompt (3s)
  --max-watches N         directories of one session's workspace that are watched (8192)
  --external-sessions DIR where tools of others report on tmux sessions (~/.claude-sessions)
  --scope SCOPE           user, or system: the memory of the machine is shared (user)
  --units KIND            auto, plain or systemd (auto)
  --log-level LEVEL       debug, info, warn or error (info)
  --http-port PORT        health and metrics on 127.0.0.1: /healthz, /readyz, /metrics (off)
  --json                  berthd health: print JSON

Each option can be set in the environment: BERTHD_STATE_DIR, BERTHD_MEMORY_CAPACITY, \u2026

example: berthd serve --memory-capacity 48G
`;
var OPTIONS = [
  "state-dir",
  "runtime-dir",
  "memory-capacity",
  "memory-reserve",
  "slots",
  "default-slot",
  "max-sessions",
  "max-lifetime",
  "disk-quota",
  "max-watches",
  "external-sessions",
  "scope",
  "transcript-cap",
  "prompt-still",
  "units",
  "log-level",
  "http-port"
];
function readConfig(argv, env) {
  const { values, positionals } = parse(argv);
  const command = values.help ? "help" : positionals[0] ?? "serve";
  if (!["serve", "ledger", "dial-stdio", "health", "version", "help"].includes(command) || positionals.length > 1) {
    throw new BerthError("USAGE", `berthd: unknown command: ${positionals.join(" ")}`, {
      hint: "see berthd --help"
    });
  }
  if (values.json && command !== "health") throw new BerthError("USAGE", "berthd: --json goes with health");
  const option = (name) => {
    const given = values[name];
    return typeof given === "string" ? given : env[`BERTHD_${name.toUpperCase().replaceAll("-", "_")}`] || void 0;
  };
  const size = (name) => {
    const text = option(name);
    if (text === void 0) return void 0;
    const bytes = parseMemory(text);
    if (bytes === null) {
      throw new BerthError("USAGE", `berthd: --${name} ${text} is no amount of memory`, {
        hint: "write 512M or 48G"
      });
    }
    return bytes;
  };
  const count = (name) => {
    const text = option(name);
    if (text === void 0) return void 0;
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new BerthError("USAGE", `berthd: --${name} ${text} is no number above 0`);
  };
  const time = (name) => {
    const text = option(name);
    if (text === void 0) return void 0;
    const ms = parseDuration(text);
    if (ms !== null && ms > 0) return ms;
    throw new BerthError("USAGE", `berthd: --${name} ${text} is no time`, { hint: "write 90s, 30m or 8h" });
  };
  const oneOf = (name, known, usual2) => {
    const text = option(name) ?? usual2;
    const found = known.find((value) => value === text);
    if (!found) throw new BerthError("USAGE", `berthd: --${name} must be one of ${known.join(", ")}`);
    return found;
  };
  const port = (name) => {
    const text = option(name);
    if (text === void 0) return void 0;
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
    throw new BerthError("USAGE", `berthd: --${name} ${text} is no port`, {
      hint: "write a number up to 65535"
    });
  };
  const home = env.HOME || homedir();
  const scope = oneOf("scope", ["user", "system"], "user");
  const user = userInfo().username;
  const shared = userRuntimeDirectory(user);
  const isShared = scope === "system" || command !== "serve" && existsSync(path.join(shared, "agent.sock"));
  const usual = isShared ? shared : runtimeDirectory(env);
  const runtime = path.resolve(option("runtime-dir") ?? usual);
  return Object.freeze({
    command,
    stateDirectory: path.resolve(
      option("state-dir") ?? path.join(env.XDG_STATE_HOME || path.join(home, ".local/state"), "berth")
    ),
    runtimeDirectory: runtime,
    socket: path.join(runtime, "agent.sock"),
    capacity: defined({
      capacityBytes: size("memory-capacity"),
      reserveBytes: size("memory-reserve"),
      defaultSlotBytes: size("default-slot"),
      slots: count("slots")
    }),
    maxSessions: count("max-sessions") ?? null,
    maxLifetimeMs: time("max-lifetime") ?? null,
    diskQuotaBytes: size("disk-quota") ?? 0,
    maxWatches: count("max-watches") ?? 8192,
    externalSessions: path.resolve(option("external-sessions") ?? path.join(home, ".claude-sessions")),
    scope,
    user,
    transcriptCap: size("transcript-cap") ?? 256 * MIB,
    promptStillMs: time("prompt-still") ?? 3e3,
    units: oneOf("units", ["auto", "plain", "systemd"], "auto"),
    logLevel: oneOf("log-level", ["debug", "info", "warn", "error"], "info"),
    httpPort: port("http-port"),
    json: values.json === true,
    home,
    shell: userInfo().shell || "/bin/sh"
  });
}
function parse(argv) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(OPTIONS.map((name) => [name, { type: "string" }])),
        help: { type: "boolean", short: "h" },
        json: { type: "boolean" }
      }
    });
  } catch (error) {
    throw new BerthError("USAGE", `berthd: ${messageOf(error)}`, { hint: "see berthd --help" });
  }
}
function defined(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== void 0));
}

// packages/agent/src/rpc/dial-stdio.ts
import { connect } from "node:net";
function dialStdio(socket) {
  return new Promise((resolve, reject) => {
    const connection = connect({ path: socket, allowHalfOpen: true });
    connection.once("error", (error) => {
      reject(new BerthError("AGENT_MISSING", `no agent answers on ${socket}: ${messageOf(error)}`));
    });
    connection.once("connect", () => {
      process.stdin.pipe(connection);
      connection.pipe(process.stdout);
    });
    connection.once("close", () => resolve());
    process.stdout.once("error", () => connection.destroy());
  });
}

// packages/agent/src/main.ts
async function main() {
  const [verb, ...rest] = process.argv.slice(2);
  if (verb === "setup" || verb === "uninstall" || verb === "allow" || verb === "disallow") {
    const commands = await import("./chunk-RSQBPNVD.mjs");
    process.exitCode = await commands[verb](rest, process.env);
    return;
  }
  const config = readConfig(process.argv.slice(2), process.env);
  switch (config.command) {
    case "help":
      process.stdout.write(USAGE);
      return;
    case "version":
      process.stdout.write(`berthd ${VERSION}
`);
      return;
    case "dial-stdio":
      await dialStdio(config.socket);
      process.exit(0);
      return;
    case "health": {
      const { health } = await import("./chunk-XINTZ6NZ.mjs");
      process.exitCode = await health(config.socket, { json: config.json });
      return;
    }
    case "ledger":
    case "serve": {
      const { createLog } = await import("./chunk-DRRCP5N5.mjs");
      const start = config.command === "serve" ? (await import("./chunk-XOCXQGEO.mjs")).startAgent : (await import("./chunk-OM6NMFX2.mjs")).startLedger;
      const log = createLog({
        level: config.logLevel,
        journald: process.env.JOURNAL_STREAM !== void 0
      });
      const ended = new Promise((resolve) => {
        for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => resolve(signal));
      });
      if (config.command === "serve") process.on("SIGHUP", () => log.info("SIGHUP ignored"));
      const agent = await start(config, log);
      log.info({ signal: await ended }, "stopping; sessions go on");
      await agent[Symbol.asyncDispose]();
      process.exit(0);
    }
  }
}
main().catch((error) => {
  const known = error instanceof BerthError ? error : null;
  process.stderr.write(`${messageOf(error)}
`);
  if (known?.hint) process.stderr.write(`  hint: ${known.hint}
`);
  if (!known) process.stderr.write(`${error instanceof Error ? error.stack : ""}
`);
  process.exit(known?.exitCode ?? EXIT.failed);
});
