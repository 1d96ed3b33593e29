import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);

// packages/shared/src/domain/version.ts
var VERSION = "0.1.0";

// packages/agent/src/ledger/places.ts
function ledgerSocket(user) {
  return `/run/berth/ledger/${user}/ledger.sock`;
}
function userRuntimeDirectory(user) {
  return `/run/berth/users/${user}`;
}

export {
  VERSION,
  ledgerSocket,
  userRuntimeDirectory
};
