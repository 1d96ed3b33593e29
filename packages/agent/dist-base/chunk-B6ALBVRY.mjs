import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  BerthError
} from "./chunk-UUE3IW3X.mjs";

// packages/agent/src/runtime-directory.ts
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, statfsSync } from "node:fs";
import path from "node:path";
var IN_MEMORY = /* @__PURE__ */ new Set([16914836, 2240043254]);
function runtimeDirectory(env) {
  if (env.XDG_RUNTIME_DIR) return path.join(env.XDG_RUNTIME_DIR, "berth");
  const uid = process.getuid?.() ?? 0;
  const login = `/run/user/${uid}`;
  return ownedBy(login, uid) ? path.join(login, "berth") : `/tmp/berth-${uid}`;
}
function privateDirectory(directory) {
  mkdirSync(directory, { recursive: true, mode: 448 });
  const found = lstatSync(directory);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 63) !== 0) {
    throw new BerthError(
      "PERMISSION_DENIED",
      `cannot use ${directory}: it must be a directory of yours with mode 0700`,
      {
        hint: `remove it, or run chmod 700 ${directory}`
      }
    );
  }
  return directory;
}
function sharedMemoryDirectory(runtime) {
  const own = createHash("sha256").update(runtime).digest("hex").slice(0, 12);
  return `/dev/shm/berth-${process.getuid?.() ?? 0}-${own}`;
}
function secretDirectory(runtime) {
  for (const parent of [runtime, sharedMemoryDirectory(runtime)]) {
    try {
      privateDirectory(parent);
      if (IN_MEMORY.has(statfsSync(parent).type)) return privateDirectory(path.join(parent, "env"));
    } catch {
    }
  }
  return null;
}
function ownedBy(directory, uid) {
  try {
    return lstatSync(directory).uid === uid;
  } catch {
    return false;
  }
}

export {
  runtimeDirectory,
  privateDirectory,
  secretDirectory
};
