import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  accountOf,
  allowedNames
} from "./chunk-WKIMPFYV.mjs";
import {
  LedgerServiceService,
  MIN_SLOT_BYTES,
  OneAtATime,
  acceptOn,
  admitBeside,
  capacityOf,
  cgroupLayout,
  createWrapper,
  hostId,
  isAlive,
  isSessionId,
  killUnit,
  limitSlice,
  notifyReady,
  notifyState,
  probeEnforcement,
  propertiesOf,
  sessionSettings,
  slotRefused,
  startTransient,
  unitName,
  unthrottle
} from "./chunk-4PY3UAUN.mjs";
import {
  ledgerSocket
} from "./chunk-SOL2KXNZ.mjs";
import {
  Enforcement,
  toBytes
} from "./chunk-3VM6CNEJ.mjs";
import {
  BerthError,
  messageOf
} from "./chunk-UUE3IW3X.mjs";
import {
  require_src
} from "./chunk-4PAD5W7W.mjs";
import "./chunk-X44SVQ6W.mjs";
import {
  __toESM
} from "./chunk-FWUHXHZR.mjs";

// packages/agent/src/ledger-main.ts
import { chmodSync, lchownSync, mkdirSync } from "node:fs";
import { hostname, totalmem } from "node:os";
import path from "node:path";

// packages/agent/src/ledger/ledger.ts
var Ledger = class {
  #o;
  #sessions = new OneAtATime();
  constructor(options) {
    this.#o = options;
  }
  describe({ uid }) {
    const { hostId: hostId2, capacity, enforcement, store } = this.#o;
    const all = store.all();
    const others = all.filter((slot) => slot.uid !== uid);
    return {
      hostId: hostId2,
      capacity,
      enforcement,
      heldBytes: sum(all),
      others: { bytes: sum(others), slots: others.length }
    };
  }
  /** Throws SLOT_EXHAUSTED. */
  take({ uid }, slot) {
    const { store, capacity, hostname: hostname2 } = this.#o;
    const { sessionId, memoryBytes } = checked(slot);
    const held = store.find(sessionId);
    if (held) {
      if (held.uid === uid && held.memoryBytes === memoryBytes) return;
      throw new BerthError("PERMISSION_DENIED", `the slot of ${sessionId} is held already`);
    }
    const all = store.all();
    const unknown = { nextFreeAt: null, queuedSessions: 0, queuedBytes: 0 };
    const holdings = { heldBytes: sum(all), heldSlots: all.length, ...unknown };
    const admission = admitBeside(capacity, holdings, memoryBytes);
    if (!admission.ok) throw slotRefused(admission.refusal, { hostname: hostname2, now: 0 });
    store.put({ sessionId, uid, memoryBytes });
  }
  /** Throws SESSION_NOT_RUNNING while the unit is alive. */
  async giveBack(account, sessionId) {
    if (!this.#own(account, sessionId)) return;
    if (!await this.#removeIfEnded(sessionId)) {
      throw new BerthError("SESSION_NOT_RUNNING", `the unit of ${sessionId} is alive: its slot stays held`);
    }
  }
  /** Gives back what the caller holds, does not name, and does not run. */
  async sync(account, sessionIds) {
    const named = new Set(sessionIds);
    for (const { sessionId, uid } of this.#o.store.all()) {
      if (uid === account.uid && !named.has(sessionId)) await this.#removeIfEnded(sessionId);
    }
  }
  /** Gives back what users hold whom nobody serves (any more): they cannot do it themselves. */
  async sweep(served) {
    const left = this.#o.store.all().filter(({ uid }) => !served.has(uid));
    for (const uid of new Set(left.map((slot) => slot.uid))) await this.sync({ uid }, []);
  }
  /** Throws SLOT_EXHAUSTED for a session without a slot of the caller's. */
  async start(account, unit) {
    if (!unit.workingDirectory.startsWith("/") || unit.argv.length === 0) {
      throw new BerthError("ARGUMENT_INVALID", "a unit needs a program and an absolute directory");
    }
    await this.#sessions.run([unit.sessionId], async () => {
      const slot = this.#own(account, unit.sessionId);
      if (!slot) throw new BerthError("SLOT_EXHAUSTED", `${unit.sessionId} holds no slot`);
      await this.#o.units.start({ ...unit, account, memoryBytes: slot.memoryBytes });
    });
  }
  /** Throws PERMISSION_DENIED where it runs as somebody else. */
  async end(account, sessionId) {
    if (!isSessionId(sessionId)) throw new BerthError("ARGUMENT_INVALID", "this is no session id");
    const owner = await this.#o.units.owner(sessionId);
    if (owner === null) return;
    if (owner !== account.name) {
      throw new BerthError("PERMISSION_DENIED", `the unit of ${sessionId} belongs to somebody else`);
    }
    await this.#o.units.kill(sessionId);
  }
  async #removeIfEnded(sessionId) {
    return await this.#sessions.run([sessionId], async () => {
      const ended = await this.#o.units.owner(sessionId) === null;
      if (ended) this.#o.store.remove(sessionId);
      return ended;
    });
  }
  #own({ uid }, sessionId) {
    const slot = this.#o.store.find(sessionId);
    return slot?.uid === uid ? slot : null;
  }
};
function checked(slot) {
  if (!isSessionId(slot.sessionId)) throw new BerthError("ARGUMENT_INVALID", "this is no session id");
  if (slot.memoryBytes < MIN_SLOT_BYTES) throw new BerthError("MEMORY_INVALID", "the slot is too small");
  return slot;
}
function sum(slots) {
  return slots.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
}

// packages/agent/src/ledger/slot-store.ts
import { DatabaseSync } from "node:sqlite";
function openSlotStore(file) {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS slots (
      session_id TEXT PRIMARY KEY,
      uid INTEGER NOT NULL,
      memory_bytes INTEGER NOT NULL
    ) STRICT;`);
  const select = db.prepare("SELECT * FROM slots");
  const insert = db.prepare("INSERT INTO slots VALUES (?, ?, ?)");
  const drop = db.prepare("DELETE FROM slots WHERE session_id = ?");
  const slots = /* @__PURE__ */ new Map();
  for (const row of select.all()) {
    slots.set(row.session_id, { sessionId: row.session_id, uid: row.uid, memoryBytes: row.memory_bytes });
  }
  return {
    all: () => [...slots.values()],
    find: (sessionId) => slots.get(sessionId) ?? null,
    put(slot) {
      insert.run(slot.sessionId, slot.uid, slot.memoryBytes);
      slots.set(slot.sessionId, slot);
    },
    remove(sessionId) {
      drop.run(sessionId);
      slots.delete(sessionId);
    },
    [Symbol.dispose]: () => db.close()
  };
}

// packages/agent/src/rpc/ledger-service.ts
var import_grpc_js = __toESM(require_src(), 1);
async function serveLedger(options) {
  const server = new import_grpc_js.Server();
  server.addService(LedgerServiceService, ledgerService(options));
  return await acceptOn(server, options.socket);
}
function ledgerService({
  wrap,
  ledger,
  account
}) {
  return {
    describe: wrap.unary("Ledger.Describe", () => {
      const { hostId: hostId2, capacity, enforcement, heldBytes, others } = ledger.describe(account);
      return {
        hostId: hostId2,
        memoryTotalBytes: BigInt(capacity.totalBytes),
        reserveBytes: BigInt(capacity.reserveBytes),
        capacityBytes: BigInt(capacity.capacityBytes),
        defaultSlotBytes: BigInt(capacity.defaultSlotBytes),
        heldBytes: BigInt(heldBytes),
        heldByOthersBytes: BigInt(others.bytes),
        heldByOthersSlots: others.slots,
        enforcement: enforcement === "kernel" ? Enforcement.KERNEL : Enforcement.ADVISORY
      };
    }),
    take: wrap.unary("Ledger.Take", ({ sessionId, memoryBytes }) => {
      ledger.take(account, { sessionId, memoryBytes: toBytes(memoryBytes) });
      return {};
    }),
    giveBack: wrap.unary("Ledger.GiveBack", async ({ sessionId }) => {
      await ledger.giveBack(account, sessionId);
      return {};
    }),
    sync: wrap.unary("Ledger.Sync", async ({ sessionIds }) => {
      await ledger.sync(account, sessionIds);
      return {};
    }),
    startUnit: wrap.unary("Ledger.StartUnit", async ({ sessionId, argv, env, workingDirectory }) => {
      await ledger.start(account, { sessionId, argv, env, workingDirectory });
      return {};
    }),
    endUnit: wrap.unary("Ledger.EndUnit", async ({ sessionId }) => {
      await ledger.end(account, sessionId);
      return {};
    })
  };
}

// packages/agent/src/systemd/shared-units.ts
function createSharedUnits(layout) {
  async function owner(sessionId) {
    const seen = await propertiesOf("system", unitName(sessionId), ["ActiveState", "User"]);
    return isAlive(seen.get("ActiveState")) ? seen.get("User") ?? "" : null;
  }
  return {
    owner,
    kill: (sessionId) => killUnit("system", unitName(sessionId)),
    /** Lets those that are stuck below their limit run into it: their owners' agents may not. */
    async unthrottle(sessionIds) {
      for (const unit of sessionIds.map(unitName)) {
        await unthrottle("system", { unit, group: `/berth.slice/${unit}` }, layout);
      }
    },
    /** Where it runs already, as this user, nothing happens. */
    async start({ sessionId, account, memoryBytes, argv, env, workingDirectory }) {
      if (await owner(sessionId) === account.name) return;
      await startTransient("system", {
        name: unitName(sessionId),
        slice: "berth.slice",
        argv,
        env,
        settings: [
          `User=${account.name}`,
          `Description=Berth session ${sessionId} of ${account.name}`,
          ...sessionSettings({ memoryBytes, workingDirectory })
        ]
      });
    }
  };
}

// packages/agent/src/ledger-main.ts
var STATE = "/var/lib/berth";
var LOOK_MS = 1e4;
var STUCK_MS = 5e3;
async function startLedger(config, log) {
  const scope = new AsyncDisposableStack();
  mkdirSync(STATE, { recursive: true, mode: 493 });
  const capacity = capacityOf(totalmem(), config.capacity);
  const store = scope.use(openSlotStore(path.join(STATE, "ledger.db")));
  const layout = await cgroupLayout();
  const enforcement = await probeEnforcement("system", layout);
  await limitSlice("system", capacity.capacityBytes);
  const id = hostId(STATE);
  const units = createSharedUnits(layout);
  const ledger = new Ledger({ hostId: id, hostname: hostname(), capacity, enforcement, store, units });
  const wrap = createWrapper({ hostId: id, log, onCall: () => {
  } });
  const served = /* @__PURE__ */ new Map();
  scope.defer(async () => {
    for (const { server } of served.values()) await server[Symbol.asyncDispose]();
  });
  const serveAllowed = async () => {
    const names = new Set(allowedNames());
    for (const [name, { server }] of served) {
      if (names.has(name)) continue;
      served.delete(name);
      await server[Symbol.asyncDispose]();
    }
    for (const name of names) {
      if (served.has(name)) continue;
      try {
        const account = await accountOf(name);
        served.set(name, { account, server: await serveAccount(account, { ledger, wrap }) });
      } catch (error) {
        log.error({ user: name, error: messageOf(error) }, "cannot serve a user");
      }
    }
    log.info({ users: [...served.keys()], enforcement, capacity: capacity.capacityBytes }, "serving");
  };
  await serveAllowed();
  let reloading = Promise.resolve();
  process.on("SIGHUP", () => {
    reloading = reloading.then(serveAllowed).catch((error) => log.error({ error: messageOf(error) }, "cannot read who is allowed"));
  });
  await notifyReady(process.env, log);
  const look = () => {
    void notifyState(process.env, log, ["WATCHDOG=1"]);
    const uids = new Set([...served.values()].map(({ account }) => account.uid));
    ledger.sweep(uids).catch((error) => log.warn({ error: messageOf(error) }, "cannot look at slots"));
  };
  const alive = setInterval(look, LOOK_MS);
  scope.defer(() => clearInterval(alive));
  const unstick = () => units.unthrottle(store.all().map(({ sessionId }) => sessionId));
  const looking = setInterval(() => {
    unstick().catch((error) => log.error({ error: messageOf(error) }, "cannot lift a throttle"));
  }, STUCK_MS);
  scope.defer(() => clearInterval(looking));
  return scope;
}
async function serveAccount(account, at) {
  const socket = ledgerSocket(account.name);
  const directory = path.dirname(socket);
  mkdirSync(directory, { recursive: true });
  chmodSync(path.dirname(directory), 493);
  lchownSync(directory, 0, account.gid);
  chmodSync(directory, 456);
  const server = await serveLedger({ ...at, account, socket: { path: socket, descriptor: null } });
  lchownSync(socket, account.uid, account.gid);
  return server;
}
export {
  startLedger
};
