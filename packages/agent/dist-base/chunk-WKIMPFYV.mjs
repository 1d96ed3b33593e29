import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  BerthError
} from "./chunk-UUE3IW3X.mjs";

// packages/agent/src/ledger/accounts.ts
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
var USERS_DIRECTORY = "/etc/berth/users";
var NAME = /^[a-z_][a-z0-9_.-]{0,31}$/i;
function allowedNames(directory = USERS_DIRECTORY) {
  try {
    return readdirSync(directory).filter((name) => NAME.test(name));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}
function allowName(name, directory = USERS_DIRECTORY) {
  mkdirSync(directory, { recursive: true, mode: 493 });
  writeFileSync(path.join(directory, name), "", { mode: 420 });
}
function disallowName(name, directory = USERS_DIRECTORY) {
  rmSync(path.join(directory, name), { force: true });
}
async function accountOf(name) {
  if (!NAME.test(name)) throw new BerthError("ARGUMENT_INVALID", `${name} cannot be the name of a user`);
  try {
    const { stdout } = await promisify(execFile)("getent", ["passwd", name]);
    const [found = "", , uid, gid] = stdout.trim().split(":");
    return { name: found, uid: Number(uid), gid: Number(gid) };
  } catch {
    throw new BerthError("ARGUMENT_INVALID", `there is no user ${name} on this host`);
  }
}

export {
  allowedNames,
  allowName,
  disallowName,
  accountOf
};
