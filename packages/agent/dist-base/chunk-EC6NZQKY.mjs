import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  CHECK_NAMES,
  HostServiceClient,
  checkService,
  decodeHost,
  figuresLine,
  require_health
} from "./chunk-Z6KKIGI5.mjs";
import {
  EXIT,
  messageOf
} from "./chunk-UUE3IW3X.mjs";
import {
  require_src
} from "./chunk-4PAD5W7W.mjs";
import {
  __toESM
} from "./chunk-FWUHXHZR.mjs";

// packages/agent/src/rpc/health-client.ts
var import_grpc_js = __toESM(require_src(), 1);
var import_grpc_health_check = __toESM(require_health(), 1);
var DEADLINE_MS = 3e3;
async function health(socket, options) {
  const found = await ask(socket);
  const healthy = found.problems.length === 0;
  const { host } = found;
  if (options.json) {
    const { ledger } = host ?? {};
    const told = {
      healthy,
      reachable: found.reachable,
      version: host?.version ?? null,
      problems: found.problems,
      checks: found.checks,
      sessions: ledger?.heldSlots ?? null,
      held_bytes: ledger?.heldBytes ?? null,
      capacity_bytes: ledger?.capacityBytes ?? null
    };
    process.stdout.write(`${JSON.stringify(told)}
`);
  } else if (healthy && host) {
    process.stdout.write(`healthy: berthd ${host.version}, ${figuresLine(host.ledger)}
`);
  } else {
    process.stdout.write(`unhealthy: ${found.problems.join("; ")}
`);
  }
  if (!found.reachable) return EXIT.unreachable;
  return healthy ? EXIT.done : EXIT.failed;
}
async function ask(socket) {
  const address = `unix:${socket}`;
  const deadline = Date.now() + DEADLINE_MS;
  const Health = (0, import_grpc_js.makeClientConstructor)(import_grpc_health_check.service, "Health");
  const health2 = new Health(address, import_grpc_js.credentials.createInsecure());
  const hosts = new HostServiceClient(address, import_grpc_js.credentials.createInsecure());
  const serving = (name) => new Promise((resolve, reject) => {
    const answered = (error, answer) => {
      if (error?.code === import_grpc_js.status.NOT_FOUND) resolve(null);
      else if (error) reject(error);
      else resolve(answer?.status === "SERVING");
    };
    const check = health2.Check;
    check.call(health2, { service: name }, { deadline }, answered);
  });
  try {
    const [all, host, ...each] = await Promise.all([
      serving(""),
      getHost(hosts, deadline),
      ...CHECK_NAMES.map((name) => serving(checkService(name)))
    ]);
    const checks = CHECK_NAMES.flatMap((name, i) => {
      const ok = each[i];
      if (ok === null || ok === void 0) return [];
      const mark = `health check ${name} failed: `;
      const warning = host.warnings.find((text) => text.startsWith(mark));
      return [{ name, ok, detail: ok ? "" : warning?.slice(mark.length) ?? "" }];
    });
    const failed = checks.filter(({ ok }) => !ok).map(({ name, detail }) => detail ? `${name}: ${detail}` : name);
    const problems = all === true ? [] : failed.length > 0 ? failed : ["the agent says that it does not serve"];
    return { reachable: true, problems, checks, host };
  } catch (error) {
    const code = error.code;
    const problem = code === import_grpc_js.status.UNAVAILABLE ? `no agent answers on ${socket}` : code === import_grpc_js.status.DEADLINE_EXCEEDED ? `the agent on ${socket} gave no answer within ${DEADLINE_MS / 1e3} s` : messageOf(error);
    return { reachable: code !== import_grpc_js.status.UNAVAILABLE, problems: [problem], checks: [], host: null };
  } finally {
    health2.close();
    hosts.close();
  }
}
function getHost(client, deadline) {
  return new Promise((resolve, reject) => {
    client.get({}, new import_grpc_js.Metadata(), { deadline }, (error, answer) => {
      if (error) reject(error);
      else if (!answer.host) reject(new Error("the agent told nothing about its host"));
      else resolve(decodeHost(answer.host));
    });
  });
}

export {
  health,
  ask
};
