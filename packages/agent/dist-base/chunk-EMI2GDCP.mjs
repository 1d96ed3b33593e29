import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  require_src
} from "./chunk-X44SVQ6W.mjs";
import {
  __toESM
} from "./chunk-FWUHXHZR.mjs";

// names-of-late-dependencies:/work/wt/start/node_modules/@grpc/proto-loader/build/src/index.js
var all = __toESM(require_src());
var src_default = all;
var e0 = all.IdempotencyLevel;
var e1 = all.Long;
var e2 = all.fromJSON;
var e3 = all.isAnyExtension;
var e4 = all.load;
var e5 = all.loadFileDescriptorSetFromBuffer;
var e6 = all.loadFileDescriptorSetFromObject;
var e7 = all.loadSync;
export {
  e0 as IdempotencyLevel,
  e1 as Long,
  src_default as default,
  e2 as fromJSON,
  e3 as isAnyExtension,
  e4 as load,
  e5 as loadFileDescriptorSetFromBuffer,
  e6 as loadFileDescriptorSetFromObject,
  e7 as loadSync
};
