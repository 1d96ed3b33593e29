import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  BinaryReader,
  BinaryWriter,
  Enforcement,
  Timestamp,
  fromDate,
  toBytes,
  toDate
} from "./chunk-3VM6CNEJ.mjs";
import {
  BerthError,
  formatMemory,
  messageOf
} from "./chunk-UUE3IW3X.mjs";
import {
  require_src
} from "./chunk-4PAD5W7W.mjs";
import {
  require_api,
  require_descriptor,
  require_descriptor2,
  require_lodash,
  require_protobufjs,
  require_source_context,
  require_type,
  require_umd
} from "./chunk-X44SVQ6W.mjs";
import {
  __commonJS,
  __require,
  __toESM
} from "./chunk-FWUHXHZR.mjs";

// node_modules/grpc-health-check/node_modules/@grpc/proto-loader/build/src/util.js
var require_util = __commonJS({
  "node_modules/grpc-health-check/node_modules/@grpc/proto-loader/build/src/util.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.addCommonProtos = exports.loadProtosWithOptionsSync = exports.loadProtosWithOptions = void 0;
    var fs = __require("fs");
    var path = __require("path");
    var Protobuf = require_protobufjs();
    function addIncludePathResolver(root, includePaths) {
      const originalResolvePath = root.resolvePath;
      root.resolvePath = (origin, target) => {
        if (path.isAbsolute(target)) {
          return target;
        }
        for (const directory of includePaths) {
          const fullPath = path.join(directory, target);
          try {
            fs.accessSync(fullPath, fs.constants.R_OK);
            return fullPath;
          } catch (err) {
            continue;
          }
        }
        process.emitWarning(`${target} not found in any of the include paths ${includePaths}`);
        return originalResolvePath(origin, target);
      };
    }
    async function loadProtosWithOptions(filename, options) {
      const root = new Protobuf.Root();
      options = options || {};
      if (!!options.includeDirs) {
        if (!Array.isArray(options.includeDirs)) {
          return Promise.reject(new Error("The includeDirs option must be an array"));
        }
        addIncludePathResolver(root, options.includeDirs);
      }
      const loadedRoot = await root.load(filename, options);
      loadedRoot.resolveAll();
      return loadedRoot;
    }
    exports.loadProtosWithOptions = loadProtosWithOptions;
    function loadProtosWithOptionsSync(filename, options) {
      const root = new Protobuf.Root();
      options = options || {};
      if (!!options.includeDirs) {
        if (!Array.isArray(options.includeDirs)) {
          throw new Error("The includeDirs option must be an array");
        }
        addIncludePathResolver(root, options.includeDirs);
      }
      const loadedRoot = root.loadSync(filename, options);
      loadedRoot.resolveAll();
      return loadedRoot;
    }
    exports.loadProtosWithOptionsSync = loadProtosWithOptionsSync;
    function addCommonProtos() {
      const apiDescriptor = require_api();
      const descriptorDescriptor = require_descriptor();
      const sourceContextDescriptor = require_source_context();
      const typeDescriptor = require_type();
      Protobuf.common("api", apiDescriptor.nested.google.nested.protobuf.nested);
      Protobuf.common("descriptor", descriptorDescriptor.nested.google.nested.protobuf.nested);
      Protobuf.common("source_context", sourceContextDescriptor.nested.google.nested.protobuf.nested);
      Protobuf.common("type", typeDescriptor.nested.google.nested.protobuf.nested);
    }
    exports.addCommonProtos = addCommonProtos;
  }
});

// node_modules/grpc-health-check/node_modules/@grpc/proto-loader/build/src/index.js
var require_src2 = __commonJS({
  "node_modules/grpc-health-check/node_modules/@grpc/proto-loader/build/src/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.loadFileDescriptorSetFromObject = exports.loadFileDescriptorSetFromBuffer = exports.fromJSON = exports.loadSync = exports.load = exports.IdempotencyLevel = exports.isAnyExtension = exports.Long = void 0;
    var camelCase = require_lodash();
    var Protobuf = require_protobufjs();
    var descriptor = require_descriptor2();
    var util_1 = require_util();
    var Long = require_umd();
    exports.Long = Long;
    function isAnyExtension(obj) {
      return "@type" in obj && typeof obj["@type"] === "string";
    }
    exports.isAnyExtension = isAnyExtension;
    var IdempotencyLevel;
    (function(IdempotencyLevel2) {
      IdempotencyLevel2["IDEMPOTENCY_UNKNOWN"] = "IDEMPOTENCY_UNKNOWN";
      IdempotencyLevel2["NO_SIDE_EFFECTS"] = "NO_SIDE_EFFECTS";
      IdempotencyLevel2["IDEMPOTENT"] = "IDEMPOTENT";
    })(IdempotencyLevel = exports.IdempotencyLevel || (exports.IdempotencyLevel = {}));
    var descriptorOptions = {
      longs: String,
      enums: String,
      bytes: String,
      defaults: true,
      oneofs: true,
      json: true
    };
    function joinName(baseName, name) {
      if (baseName === "") {
        return name;
      } else {
        return baseName + "." + name;
      }
    }
    function isHandledReflectionObject(obj) {
      return obj instanceof Protobuf.Service || obj instanceof Protobuf.Type || obj instanceof Protobuf.Enum;
    }
    function isNamespaceBase(obj) {
      return obj instanceof Protobuf.Namespace || obj instanceof Protobuf.Root;
    }
    function getAllHandledReflectionObjects(obj, parentName) {
      const objName = joinName(parentName, obj.name);
      if (isHandledReflectionObject(obj)) {
        return [[objName, obj]];
      } else {
        if (isNamespaceBase(obj) && typeof obj.nested !== "undefined") {
          return Object.keys(obj.nested).map((name) => {
            return getAllHandledReflectionObjects(obj.nested[name], objName);
          }).reduce((accumulator, currentValue) => accumulator.concat(currentValue), []);
        }
      }
      return [];
    }
    function createDeserializer(cls, options) {
      return function deserialize(argBuf) {
        return cls.toObject(cls.decode(argBuf), options);
      };
    }
    function createSerializer(cls) {
      return function serialize(arg) {
        if (Array.isArray(arg)) {
          throw new Error(`Failed to serialize message: expected object with ${cls.name} structure, got array instead`);
        }
        const message = cls.fromObject(arg);
        return cls.encode(message).finish();
      };
    }
    function mapMethodOptions(options) {
      return (options || []).reduce((obj, item) => {
        for (const [key, value] of Object.entries(item)) {
          switch (key) {
            case "uninterpreted_option":
              obj.uninterpreted_option.push(item.uninterpreted_option);
              break;
            default:
              obj[key] = value;
          }
        }
        return obj;
      }, {
        deprecated: false,
        idempotency_level: IdempotencyLevel.IDEMPOTENCY_UNKNOWN,
        uninterpreted_option: []
      });
    }
    function createMethodDefinition(method, serviceName, options, fileDescriptors) {
      const requestType = method.resolvedRequestType;
      const responseType = method.resolvedResponseType;
      return {
        path: "/" + serviceName + "/" + method.name,
        requestStream: !!method.requestStream,
        responseStream: !!method.responseStream,
        requestSerialize: createSerializer(requestType),
        requestDeserialize: createDeserializer(requestType, options),
        responseSerialize: createSerializer(responseType),
        responseDeserialize: createDeserializer(responseType, options),
        // TODO(murgatroid99): Find a better way to handle this
        originalName: camelCase(method.name),
        requestType: createMessageDefinition(requestType, fileDescriptors),
        responseType: createMessageDefinition(responseType, fileDescriptors),
        options: mapMethodOptions(method.parsedOptions)
      };
    }
    function createServiceDefinition(service, name, options, fileDescriptors) {
      const def = {};
      for (const method of service.methodsArray) {
        def[method.name] = createMethodDefinition(method, name, options, fileDescriptors);
      }
      return def;
    }
    function createMessageDefinition(message, fileDescriptors) {
      const messageDescriptor = message.toDescriptor("proto3");
      return {
        format: "Protocol Buffer 3 DescriptorProto",
        type: messageDescriptor.$type.toObject(messageDescriptor, descriptorOptions),
        fileDescriptorProtos: fileDescriptors
      };
    }
    function createEnumDefinition(enumType, fileDescriptors) {
      const enumDescriptor = enumType.toDescriptor("proto3");
      return {
        format: "Protocol Buffer 3 EnumDescriptorProto",
        type: enumDescriptor.$type.toObject(enumDescriptor, descriptorOptions),
        fileDescriptorProtos: fileDescriptors
      };
    }
    function createDefinition(obj, name, options, fileDescriptors) {
      if (obj instanceof Protobuf.Service) {
        return createServiceDefinition(obj, name, options, fileDescriptors);
      } else if (obj instanceof Protobuf.Type) {
        return createMessageDefinition(obj, fileDescriptors);
      } else if (obj instanceof Protobuf.Enum) {
        return createEnumDefinition(obj, fileDescriptors);
      } else {
        throw new Error("Type mismatch in reflection object handling");
      }
    }
    function createPackageDefinition(root, options) {
      const def = {};
      root.resolveAll();
      const descriptorList = root.toDescriptor("proto3").file;
      const bufferList = descriptorList.map((value) => Buffer.from(descriptor.FileDescriptorProto.encode(value).finish()));
      for (const [name, obj] of getAllHandledReflectionObjects(root, "")) {
        def[name] = createDefinition(obj, name, options, bufferList);
      }
      return def;
    }
    function createPackageDefinitionFromDescriptorSet(decodedDescriptorSet, options) {
      options = options || {};
      const root = Protobuf.Root.fromDescriptor(decodedDescriptorSet);
      root.resolveAll();
      return createPackageDefinition(root, options);
    }
    function load(filename, options) {
      return (0, util_1.loadProtosWithOptions)(filename, options).then((loadedRoot) => {
        return createPackageDefinition(loadedRoot, options);
      });
    }
    exports.load = load;
    function loadSync(filename, options) {
      const loadedRoot = (0, util_1.loadProtosWithOptionsSync)(filename, options);
      return createPackageDefinition(loadedRoot, options);
    }
    exports.loadSync = loadSync;
    function fromJSON(json, options) {
      options = options || {};
      const loadedRoot = Protobuf.Root.fromJSON(json);
      loadedRoot.resolveAll();
      return createPackageDefinition(loadedRoot, options);
    }
    exports.fromJSON = fromJSON;
    function loadFileDescriptorSetFromBuffer(descriptorSet, options) {
      const decodedDescriptorSet = descriptor.FileDescriptorSet.decode(descriptorSet);
      return createPackageDefinitionFromDescriptorSet(decodedDescriptorSet, options);
    }
    exports.loadFileDescriptorSetFromBuffer = loadFileDescriptorSetFromBuffer;
    function loadFileDescriptorSetFromObject(descriptorSet, options) {
      const decodedDescriptorSet = descriptor.FileDescriptorSet.fromObject(descriptorSet);
      return createPackageDefinitionFromDescriptorSet(decodedDescriptorSet, options);
    }
    exports.loadFileDescriptorSetFromObject = loadFileDescriptorSetFromObject;
    (0, util_1.addCommonProtos)();
  }
});

// node_modules/grpc-health-check/build/src/health.js
var require_health = __commonJS({
  "node_modules/grpc-health-check/build/src/health.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.protoPath = exports.HealthImplementation = exports.service = void 0;
    var path = __require("path");
    var proto_loader_1 = require_src2();
    var loadedProto = (0, proto_loader_1.loadSync)("health/v1/health.proto", {
      keepCase: true,
      longs: String,
      enums: String,
      defaults: true,
      oneofs: true,
      includeDirs: [`${__fromBundle("../../../node_modules/grpc-health-check/build/src")}/../../proto`]
    });
    exports.service = loadedProto["grpc.health.v1.Health"];
    var GRPC_STATUS_NOT_FOUND = 5;
    var GRPC_STATUS_RESOURCE_EXHAUSTED = 8;
    var RESOURCE_EXHAUSTION_LIMIT = 100;
    var HealthImplementation = class {
      constructor(initialStatusMap) {
        this.statusMap = /* @__PURE__ */ new Map();
        this.watchers = /* @__PURE__ */ new Map();
        if (initialStatusMap) {
          for (const [serviceName, status] of Object.entries(initialStatusMap)) {
            this.statusMap.set(serviceName, status);
          }
        }
      }
      setStatus(service, status) {
        var _a;
        this.statusMap.set(service, status);
        for (const watcher of (_a = this.watchers.get(service)) !== null && _a !== void 0 ? _a : []) {
          watcher(status);
        }
      }
      addWatcher(service, watcher) {
        const existingWatcherSet = this.watchers.get(service);
        if (existingWatcherSet) {
          existingWatcherSet.add(watcher);
        } else {
          const newWatcherSet = /* @__PURE__ */ new Set();
          newWatcherSet.add(watcher);
          this.watchers.set(service, newWatcherSet);
        }
      }
      removeWatcher(service, watcher) {
        var _a;
        (_a = this.watchers.get(service)) === null || _a === void 0 ? void 0 : _a.delete(watcher);
      }
      addToServer(server) {
        server.addService(exports.service, {
          check: (call, callback) => {
            const serviceName = call.request.service;
            const status = this.statusMap.get(serviceName);
            if (status) {
              callback(null, { status });
            } else {
              callback({ code: GRPC_STATUS_NOT_FOUND, details: `Health status unknown for service ${serviceName}` });
            }
          },
          watch: (call) => {
            const serviceName = call.request.service;
            const statusWatcher = (status) => {
              call.write({ status });
            };
            this.addWatcher(serviceName, statusWatcher);
            call.on("cancelled", () => {
              this.removeWatcher(serviceName, statusWatcher);
            });
            const currentStatus = this.statusMap.get(serviceName);
            if (currentStatus) {
              call.write({ status: currentStatus });
            } else {
              call.write({ status: "SERVICE_UNKNOWN" });
            }
          },
          list: (_call, callback) => {
            const statuses = {};
            let serviceCount = 0;
            for (const [serviceName, status] of this.statusMap.entries()) {
              if (serviceCount >= RESOURCE_EXHAUSTION_LIMIT) {
                const error = {
                  code: GRPC_STATUS_RESOURCE_EXHAUSTED,
                  details: "Too many services to list."
                };
                callback(error, null);
                return;
              }
              statuses[serviceName] = { status };
              serviceCount++;
            }
            callback(null, { statuses });
          }
        });
      }
    };
    exports.HealthImplementation = HealthImplementation;
    exports.protoPath = path.resolve(__fromBundle("../../../node_modules/grpc-health-check/build/src"), "../../proto/health/v1/health.proto");
  }
});

// packages/shared/src/gen/berth/v1/host.ts
var import_grpc_js = __toESM(require_src(), 1);
var Scope = {
  UNSPECIFIED: 0,
  /** USER - One user's, without root. */
  USER: 1,
  /** SYSTEM - Several users share the memory of the machine, each with an agent of their own. */
  SYSTEM: 2
};
function createBaseHostServiceGetRequest() {
  return {};
}
var HostServiceGetRequest = {
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
      const message = createBaseHostServiceGetRequest();
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
    return HostServiceGetRequest.fromPartial(base ?? {});
  },
  fromPartial(_) {
    const message = createBaseHostServiceGetRequest();
    return message;
  }
};
function createBaseHostServiceGetResponse() {
  return { host: void 0 };
}
var HostServiceGetResponse = {
  encode(message, writer = new BinaryWriter()) {
    if (message.host !== void 0) {
      Host.encode(message.host, writer.uint32(10).fork()).join();
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
      const message = createBaseHostServiceGetResponse();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.host = Host.decode(reader, reader.uint32());
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
    return HostServiceGetResponse.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseHostServiceGetResponse();
    message.host = object.host !== void 0 && object.host !== null ? Host.fromPartial(object.host) : void 0;
    return message;
  }
};
function createBaseDrainRequest() {
  return { requestId: "", draining: false };
}
var DrainRequest = {
  encode(message, writer = new BinaryWriter()) {
    if (message.requestId !== "") {
      writer.uint32(10).string(message.requestId);
    }
    if (message.draining !== false) {
      writer.uint32(16).bool(message.draining);
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
      const message = createBaseDrainRequest();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.requestId = reader.string();
            continue;
          }
          case 2: {
            if (tag !== 16) {
              break;
            }
            message.draining = reader.bool();
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
    return DrainRequest.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseDrainRequest();
    message.requestId = object.requestId ?? "";
    message.draining = object.draining ?? false;
    return message;
  }
};
function createBaseDrainResponse() {
  return { host: void 0 };
}
var DrainResponse = {
  encode(message, writer = new BinaryWriter()) {
    if (message.host !== void 0) {
      Host.encode(message.host, writer.uint32(10).fork()).join();
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
      const message = createBaseDrainResponse();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.host = Host.decode(reader, reader.uint32());
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
    return DrainResponse.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseDrainResponse();
    message.host = object.host !== void 0 && object.host !== null ? Host.fromPartial(object.host) : void 0;
    return message;
  }
};
function createBaseHost() {
  return {
    id: "",
    hostname: "",
    version: "",
    agentStartedAt: void 0,
    os: "",
    architecture: "",
    tmuxVersion: "",
    ledger: void 0,
    presets: [],
    enforcement: 0,
    warnings: [],
    socketPath: "",
    stateDirectory: "",
    draining: false,
    scope: 0,
    load: void 0,
    heldByOthersBytes: 0n,
    watching: void 0,
    queuedSessions: 0,
    queuedBytes: 0n,
    nextFreeAt: void 0,
    diskQuotaBytes: 0n,
    diskUsedBytes: 0n,
    idleSince: void 0
  };
}
var Host = {
  encode(message, writer = new BinaryWriter()) {
    if (message.id !== "") {
      writer.uint32(10).string(message.id);
    }
    if (message.hostname !== "") {
      writer.uint32(18).string(message.hostname);
    }
    if (message.version !== "") {
      writer.uint32(26).string(message.version);
    }
    if (message.agentStartedAt !== void 0) {
      Timestamp.encode(toTimestamp(message.agentStartedAt), writer.uint32(34).fork()).join();
    }
    if (message.os !== "") {
      writer.uint32(42).string(message.os);
    }
    if (message.architecture !== "") {
      writer.uint32(50).string(message.architecture);
    }
    if (message.tmuxVersion !== "") {
      writer.uint32(58).string(message.tmuxVersion);
    }
    if (message.ledger !== void 0) {
      Ledger.encode(message.ledger, writer.uint32(66).fork()).join();
    }
    for (const v of message.presets) {
      Preset.encode(v, writer.uint32(74).fork()).join();
    }
    if (message.enforcement !== 0) {
      writer.uint32(80).int32(message.enforcement);
    }
    for (const v of message.warnings) {
      writer.uint32(90).string(v);
    }
    if (message.socketPath !== "") {
      writer.uint32(98).string(message.socketPath);
    }
    if (message.stateDirectory !== "") {
      writer.uint32(106).string(message.stateDirectory);
    }
    if (message.draining !== false) {
      writer.uint32(112).bool(message.draining);
    }
    if (message.scope !== 0) {
      writer.uint32(120).int32(message.scope);
    }
    if (message.load !== void 0) {
      Load.encode(message.load, writer.uint32(130).fork()).join();
    }
    if (message.heldByOthersBytes !== 0n) {
      if (BigInt.asUintN(64, message.heldByOthersBytes) !== message.heldByOthersBytes) {
        throw new globalThis.Error("value provided for field message.heldByOthersBytes of type uint64 too large");
      }
      writer.uint32(136).uint64(message.heldByOthersBytes);
    }
    if (message.watching !== void 0) {
      Watching.encode(message.watching, writer.uint32(146).fork()).join();
    }
    if (message.queuedSessions !== 0) {
      writer.uint32(152).uint32(message.queuedSessions);
    }
    if (message.queuedBytes !== 0n) {
      if (BigInt.asUintN(64, message.queuedBytes) !== message.queuedBytes) {
        throw new globalThis.Error("value provided for field message.queuedBytes of type uint64 too large");
      }
      writer.uint32(160).uint64(message.queuedBytes);
    }
    if (message.nextFreeAt !== void 0) {
      Timestamp.encode(toTimestamp(message.nextFreeAt), writer.uint32(170).fork()).join();
    }
    if (message.diskQuotaBytes !== 0n) {
      if (BigInt.asUintN(64, message.diskQuotaBytes) !== message.diskQuotaBytes) {
        throw new globalThis.Error("value provided for field message.diskQuotaBytes of type uint64 too large");
      }
      writer.uint32(176).uint64(message.diskQuotaBytes);
    }
    if (message.diskUsedBytes !== 0n) {
      if (BigInt.asUintN(64, message.diskUsedBytes) !== message.diskUsedBytes) {
        throw new globalThis.Error("value provided for field message.diskUsedBytes of type uint64 too large");
      }
      writer.uint32(184).uint64(message.diskUsedBytes);
    }
    if (message.idleSince !== void 0) {
      Timestamp.encode(toTimestamp(message.idleSince), writer.uint32(194).fork()).join();
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
      const message = createBaseHost();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.id = reader.string();
            continue;
          }
          case 2: {
            if (tag !== 18) {
              break;
            }
            message.hostname = reader.string();
            continue;
          }
          case 3: {
            if (tag !== 26) {
              break;
            }
            message.version = reader.string();
            continue;
          }
          case 4: {
            if (tag !== 34) {
              break;
            }
            message.agentStartedAt = fromTimestamp(Timestamp.decode(reader, reader.uint32()));
            continue;
          }
          case 5: {
            if (tag !== 42) {
              break;
            }
            message.os = reader.string();
            continue;
          }
          case 6: {
            if (tag !== 50) {
              break;
            }
            message.architecture = reader.string();
            continue;
          }
          case 7: {
            if (tag !== 58) {
              break;
            }
            message.tmuxVersion = reader.string();
            continue;
          }
          case 8: {
            if (tag !== 66) {
              break;
            }
            message.ledger = Ledger.decode(reader, reader.uint32());
            continue;
          }
          case 9: {
            if (tag !== 74) {
              break;
            }
            message.presets.push(Preset.decode(reader, reader.uint32()));
            continue;
          }
          case 10: {
            if (tag !== 80) {
              break;
            }
            message.enforcement = reader.int32();
            continue;
          }
          case 11: {
            if (tag !== 90) {
              break;
            }
            message.warnings.push(reader.string());
            continue;
          }
          case 12: {
            if (tag !== 98) {
              break;
            }
            message.socketPath = reader.string();
            continue;
          }
          case 13: {
            if (tag !== 106) {
              break;
            }
            message.stateDirectory = reader.string();
            continue;
          }
          case 14: {
            if (tag !== 112) {
              break;
            }
            message.draining = reader.bool();
            continue;
          }
          case 15: {
            if (tag !== 120) {
              break;
            }
            message.scope = reader.int32();
            continue;
          }
          case 16: {
            if (tag !== 130) {
              break;
            }
            message.load = Load.decode(reader, reader.uint32());
            continue;
          }
          case 17: {
            if (tag !== 136) {
              break;
            }
            message.heldByOthersBytes = reader.uint64();
            continue;
          }
          case 18: {
            if (tag !== 146) {
              break;
            }
            message.watching = Watching.decode(reader, reader.uint32());
            continue;
          }
          case 19: {
            if (tag !== 152) {
              break;
            }
            message.queuedSessions = reader.uint32();
            continue;
          }
          case 20: {
            if (tag !== 160) {
              break;
            }
            message.queuedBytes = reader.uint64();
            continue;
          }
          case 21: {
            if (tag !== 170) {
              break;
            }
            message.nextFreeAt = fromTimestamp(Timestamp.decode(reader, reader.uint32()));
            continue;
          }
          case 22: {
            if (tag !== 176) {
              break;
            }
            message.diskQuotaBytes = reader.uint64();
            continue;
          }
          case 23: {
            if (tag !== 184) {
              break;
            }
            message.diskUsedBytes = reader.uint64();
            continue;
          }
          case 24: {
            if (tag !== 194) {
              break;
            }
            message.idleSince = fromTimestamp(Timestamp.decode(reader, reader.uint32()));
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
    return Host.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseHost();
    message.id = object.id ?? "";
    message.hostname = object.hostname ?? "";
    message.version = object.version ?? "";
    message.agentStartedAt = object.agentStartedAt ?? void 0;
    message.os = object.os ?? "";
    message.architecture = object.architecture ?? "";
    message.tmuxVersion = object.tmuxVersion ?? "";
    message.ledger = object.ledger !== void 0 && object.ledger !== null ? Ledger.fromPartial(object.ledger) : void 0;
    message.presets = object.presets?.map((e) => Preset.fromPartial(e)) || [];
    message.enforcement = object.enforcement ?? 0;
    message.warnings = object.warnings?.map((e) => e) || [];
    message.socketPath = object.socketPath ?? "";
    message.stateDirectory = object.stateDirectory ?? "";
    message.draining = object.draining ?? false;
    message.scope = object.scope ?? 0;
    message.load = object.load !== void 0 && object.load !== null ? Load.fromPartial(object.load) : void 0;
    message.heldByOthersBytes = object.heldByOthersBytes !== void 0 && object.heldByOthersBytes !== null ? BigInt(object.heldByOthersBytes) : 0n;
    message.watching = object.watching !== void 0 && object.watching !== null ? Watching.fromPartial(object.watching) : void 0;
    message.queuedSessions = object.queuedSessions ?? 0;
    message.queuedBytes = object.queuedBytes !== void 0 && object.queuedBytes !== null ? BigInt(object.queuedBytes) : 0n;
    message.nextFreeAt = object.nextFreeAt ?? void 0;
    message.diskQuotaBytes = object.diskQuotaBytes !== void 0 && object.diskQuotaBytes !== null ? BigInt(object.diskQuotaBytes) : 0n;
    message.diskUsedBytes = object.diskUsedBytes !== void 0 && object.diskUsedBytes !== null ? BigInt(object.diskUsedBytes) : 0n;
    message.idleSince = object.idleSince ?? void 0;
    return message;
  }
};
function createBaseWatching() {
  return { directories: 0, polledDirectories: 0, overflows: 0 };
}
var Watching = {
  encode(message, writer = new BinaryWriter()) {
    if (message.directories !== 0) {
      writer.uint32(8).uint32(message.directories);
    }
    if (message.polledDirectories !== 0) {
      writer.uint32(16).uint32(message.polledDirectories);
    }
    if (message.overflows !== 0) {
      writer.uint32(24).uint32(message.overflows);
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
      const message = createBaseWatching();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 8) {
              break;
            }
            message.directories = reader.uint32();
            continue;
          }
          case 2: {
            if (tag !== 16) {
              break;
            }
            message.polledDirectories = reader.uint32();
            continue;
          }
          case 3: {
            if (tag !== 24) {
              break;
            }
            message.overflows = reader.uint32();
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
    return Watching.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseWatching();
    message.directories = object.directories ?? 0;
    message.polledDirectories = object.polledDirectories ?? 0;
    message.overflows = object.overflows ?? 0;
    return message;
  }
};
function createBaseLoad() {
  return { cpus: 0, loadAverage: 0, memoryAvailableBytes: 0n, diskTotalBytes: 0n, diskFreeBytes: 0n };
}
var Load = {
  encode(message, writer = new BinaryWriter()) {
    if (message.cpus !== 0) {
      writer.uint32(8).uint32(message.cpus);
    }
    if (message.loadAverage !== 0) {
      writer.uint32(17).double(message.loadAverage);
    }
    if (message.memoryAvailableBytes !== 0n) {
      if (BigInt.asUintN(64, message.memoryAvailableBytes) !== message.memoryAvailableBytes) {
        throw new globalThis.Error("value provided for field message.memoryAvailableBytes of type uint64 too large");
      }
      writer.uint32(24).uint64(message.memoryAvailableBytes);
    }
    if (message.diskTotalBytes !== 0n) {
      if (BigInt.asUintN(64, message.diskTotalBytes) !== message.diskTotalBytes) {
        throw new globalThis.Error("value provided for field message.diskTotalBytes of type uint64 too large");
      }
      writer.uint32(32).uint64(message.diskTotalBytes);
    }
    if (message.diskFreeBytes !== 0n) {
      if (BigInt.asUintN(64, message.diskFreeBytes) !== message.diskFreeBytes) {
        throw new globalThis.Error("value provided for field message.diskFreeBytes of type uint64 too large");
      }
      writer.uint32(40).uint64(message.diskFreeBytes);
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
      const message = createBaseLoad();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 8) {
              break;
            }
            message.cpus = reader.uint32();
            continue;
          }
          case 2: {
            if (tag !== 17) {
              break;
            }
            message.loadAverage = reader.double();
            continue;
          }
          case 3: {
            if (tag !== 24) {
              break;
            }
            message.memoryAvailableBytes = reader.uint64();
            continue;
          }
          case 4: {
            if (tag !== 32) {
              break;
            }
            message.diskTotalBytes = reader.uint64();
            continue;
          }
          case 5: {
            if (tag !== 40) {
              break;
            }
            message.diskFreeBytes = reader.uint64();
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
    return Load.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseLoad();
    message.cpus = object.cpus ?? 0;
    message.loadAverage = object.loadAverage ?? 0;
    message.memoryAvailableBytes = object.memoryAvailableBytes !== void 0 && object.memoryAvailableBytes !== null ? BigInt(object.memoryAvailableBytes) : 0n;
    message.diskTotalBytes = object.diskTotalBytes !== void 0 && object.diskTotalBytes !== null ? BigInt(object.diskTotalBytes) : 0n;
    message.diskFreeBytes = object.diskFreeBytes !== void 0 && object.diskFreeBytes !== null ? BigInt(object.diskFreeBytes) : 0n;
    return message;
  }
};
function createBaseLedger() {
  return {
    capacityBytes: 0n,
    heldBytes: 0n,
    defaultSlotBytes: 0n,
    memoryTotalBytes: 0n,
    reserveBytes: 0n,
    heldSlots: 0
  };
}
var Ledger = {
  encode(message, writer = new BinaryWriter()) {
    if (message.capacityBytes !== 0n) {
      if (BigInt.asUintN(64, message.capacityBytes) !== message.capacityBytes) {
        throw new globalThis.Error("value provided for field message.capacityBytes of type uint64 too large");
      }
      writer.uint32(8).uint64(message.capacityBytes);
    }
    if (message.heldBytes !== 0n) {
      if (BigInt.asUintN(64, message.heldBytes) !== message.heldBytes) {
        throw new globalThis.Error("value provided for field message.heldBytes of type uint64 too large");
      }
      writer.uint32(16).uint64(message.heldBytes);
    }
    if (message.defaultSlotBytes !== 0n) {
      if (BigInt.asUintN(64, message.defaultSlotBytes) !== message.defaultSlotBytes) {
        throw new globalThis.Error("value provided for field message.defaultSlotBytes of type uint64 too large");
      }
      writer.uint32(24).uint64(message.defaultSlotBytes);
    }
    if (message.memoryTotalBytes !== 0n) {
      if (BigInt.asUintN(64, message.memoryTotalBytes) !== message.memoryTotalBytes) {
        throw new globalThis.Error("value provided for field message.memoryTotalBytes of type uint64 too large");
      }
      writer.uint32(32).uint64(message.memoryTotalBytes);
    }
    if (message.reserveBytes !== 0n) {
      if (BigInt.asUintN(64, message.reserveBytes) !== message.reserveBytes) {
        throw new globalThis.Error("value provided for field message.reserveBytes of type uint64 too large");
      }
      writer.uint32(40).uint64(message.reserveBytes);
    }
    if (message.heldSlots !== 0) {
      writer.uint32(48).uint32(message.heldSlots);
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
      const message = createBaseLedger();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 8) {
              break;
            }
            message.capacityBytes = reader.uint64();
            continue;
          }
          case 2: {
            if (tag !== 16) {
              break;
            }
            message.heldBytes = reader.uint64();
            continue;
          }
          case 3: {
            if (tag !== 24) {
              break;
            }
            message.defaultSlotBytes = reader.uint64();
            continue;
          }
          case 4: {
            if (tag !== 32) {
              break;
            }
            message.memoryTotalBytes = reader.uint64();
            continue;
          }
          case 5: {
            if (tag !== 40) {
              break;
            }
            message.reserveBytes = reader.uint64();
            continue;
          }
          case 6: {
            if (tag !== 48) {
              break;
            }
            message.heldSlots = reader.uint32();
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
    return Ledger.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBaseLedger();
    message.capacityBytes = object.capacityBytes !== void 0 && object.capacityBytes !== null ? BigInt(object.capacityBytes) : 0n;
    message.heldBytes = object.heldBytes !== void 0 && object.heldBytes !== null ? BigInt(object.heldBytes) : 0n;
    message.defaultSlotBytes = object.defaultSlotBytes !== void 0 && object.defaultSlotBytes !== null ? BigInt(object.defaultSlotBytes) : 0n;
    message.memoryTotalBytes = object.memoryTotalBytes !== void 0 && object.memoryTotalBytes !== null ? BigInt(object.memoryTotalBytes) : 0n;
    message.reserveBytes = object.reserveBytes !== void 0 && object.reserveBytes !== null ? BigInt(object.reserveBytes) : 0n;
    message.heldSlots = object.heldSlots ?? 0;
    return message;
  }
};
function createBasePreset() {
  return {
    name: "",
    description: "",
    available: false,
    program: "",
    headless: false,
    maxTurns: 0,
    maxTurnsHeadlessOnly: false,
    hookEvents: [],
    end: "",
    skipPermissions: false,
    credentials: []
  };
}
var Preset = {
  encode(message, writer = new BinaryWriter()) {
    if (message.name !== "") {
      writer.uint32(10).string(message.name);
    }
    if (message.description !== "") {
      writer.uint32(18).string(message.description);
    }
    if (message.available !== false) {
      writer.uint32(24).bool(message.available);
    }
    if (message.program !== "") {
      writer.uint32(34).string(message.program);
    }
    if (message.headless !== false) {
      writer.uint32(40).bool(message.headless);
    }
    if (message.maxTurns !== 0) {
      writer.uint32(48).uint32(message.maxTurns);
    }
    if (message.maxTurnsHeadlessOnly !== false) {
      writer.uint32(56).bool(message.maxTurnsHeadlessOnly);
    }
    for (const v of message.hookEvents) {
      writer.uint32(66).string(v);
    }
    if (message.end !== "") {
      writer.uint32(74).string(message.end);
    }
    if (message.skipPermissions !== false) {
      writer.uint32(80).bool(message.skipPermissions);
    }
    for (const v of message.credentials) {
      writer.uint32(90).string(v);
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
      const message = createBasePreset();
      while (reader.pos < end) {
        const tag = reader.uint32();
        switch (tag >>> 3) {
          case 1: {
            if (tag !== 10) {
              break;
            }
            message.name = reader.string();
            continue;
          }
          case 2: {
            if (tag !== 18) {
              break;
            }
            message.description = reader.string();
            continue;
          }
          case 3: {
            if (tag !== 24) {
              break;
            }
            message.available = reader.bool();
            continue;
          }
          case 4: {
            if (tag !== 34) {
              break;
            }
            message.program = reader.string();
            continue;
          }
          case 5: {
            if (tag !== 40) {
              break;
            }
            message.headless = reader.bool();
            continue;
          }
          case 6: {
            if (tag !== 48) {
              break;
            }
            message.maxTurns = reader.uint32();
            continue;
          }
          case 7: {
            if (tag !== 56) {
              break;
            }
            message.maxTurnsHeadlessOnly = reader.bool();
            continue;
          }
          case 8: {
            if (tag !== 66) {
              break;
            }
            message.hookEvents.push(reader.string());
            continue;
          }
          case 9: {
            if (tag !== 74) {
              break;
            }
            message.end = reader.string();
            continue;
          }
          case 10: {
            if (tag !== 80) {
              break;
            }
            message.skipPermissions = reader.bool();
            continue;
          }
          case 11: {
            if (tag !== 90) {
              break;
            }
            message.credentials.push(reader.string());
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
    return Preset.fromPartial(base ?? {});
  },
  fromPartial(object) {
    const message = createBasePreset();
    message.name = object.name ?? "";
    message.description = object.description ?? "";
    message.available = object.available ?? false;
    message.program = object.program ?? "";
    message.headless = object.headless ?? false;
    message.maxTurns = object.maxTurns ?? 0;
    message.maxTurnsHeadlessOnly = object.maxTurnsHeadlessOnly ?? false;
    message.hookEvents = object.hookEvents?.map((e) => e) || [];
    message.end = object.end ?? "";
    message.skipPermissions = object.skipPermissions ?? false;
    message.credentials = object.credentials?.map((e) => e) || [];
    return message;
  }
};
var HostServiceService = {
  /** What the host is and has. */
  get: {
    path: "/berth.v1.HostService/Get",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(HostServiceGetRequest.encode(value).finish()),
    requestDeserialize: (value) => HostServiceGetRequest.decode(value),
    responseSerialize: (value) => Buffer.from(HostServiceGetResponse.encode(value).finish()),
    responseDeserialize: (value) => HostServiceGetResponse.decode(value)
  },
  /**
   * Stops (or allows again) new sessions and reservations on the host; what runs goes on. Kept
   * across restarts of the agent and reboots. Doing it twice does no harm.
   */
  drain: {
    path: "/berth.v1.HostService/Drain",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(DrainRequest.encode(value).finish()),
    requestDeserialize: (value) => DrainRequest.decode(value),
    responseSerialize: (value) => Buffer.from(DrainResponse.encode(value).finish()),
    responseDeserialize: (value) => DrainResponse.decode(value)
  }
};
var HostServiceClient = (0, import_grpc_js.makeGenericClientConstructor)(
  HostServiceService,
  "berth.v1.HostService"
);
function toTimestamp(date) {
  const seconds = BigInt(Math.trunc(date.getTime() / 1e3));
  const nanos = date.getTime() % 1e3 * 1e6;
  return { seconds, nanos };
}
function fromTimestamp(t) {
  let millis = (globalThis.Number(t.seconds.toString()) || 0) * 1e3;
  millis += (t.nanos || 0) / 1e6;
  return new globalThis.Date(millis);
}

// packages/shared/src/wire/host.ts
function encodeHost(host) {
  return Host.fromPartial({
    id: host.id,
    hostname: host.hostname,
    version: host.version,
    agentStartedAt: new Date(host.agentStartedAt),
    os: host.os,
    architecture: host.architecture,
    tmuxVersion: host.tmuxVersion,
    ledger: {
      capacityBytes: BigInt(host.ledger.capacityBytes),
      heldBytes: BigInt(host.ledger.heldBytes),
      defaultSlotBytes: BigInt(host.ledger.defaultSlotBytes),
      memoryTotalBytes: BigInt(host.ledger.memoryTotalBytes),
      reserveBytes: BigInt(host.ledger.reserveBytes),
      heldSlots: host.ledger.heldSlots
    },
    presets: host.presets.map((preset) => ({
      ...preset,
      hookEvents: [...preset.hookEvents],
      credentials: [...preset.credentials]
    })),
    enforcement: host.enforcement === "kernel" ? Enforcement.KERNEL : Enforcement.ADVISORY,
    warnings: [...host.warnings],
    socketPath: host.socketPath,
    stateDirectory: host.stateDirectory,
    draining: host.draining,
    scope: host.scope === "system" ? Scope.SYSTEM : Scope.USER,
    heldByOthersBytes: BigInt(host.ledger.heldByOthersBytes),
    watching: { ...host.watching },
    queuedSessions: host.queue.sessions,
    queuedBytes: BigInt(host.queue.bytes),
    nextFreeAt: toDate(host.queue.nextFreeAt),
    diskQuotaBytes: BigInt(host.disk.quotaBytes),
    diskUsedBytes: BigInt(host.disk.usedBytes),
    idleSince: toDate(host.idleSince),
    load: {
      cpus: host.load.cpus,
      loadAverage: host.load.loadAverage,
      memoryAvailableBytes: BigInt(host.load.memoryAvailableBytes),
      diskTotalBytes: BigInt(host.load.diskTotalBytes),
      diskFreeBytes: BigInt(host.load.diskFreeBytes)
    }
  });
}
function decodeHost(host) {
  const ledger = host.ledger;
  return {
    id: host.id,
    hostname: host.hostname,
    version: host.version,
    agentStartedAt: host.agentStartedAt?.getTime() ?? 0,
    os: host.os,
    architecture: host.architecture,
    tmuxVersion: host.tmuxVersion,
    ledger: {
      capacityBytes: toBytes(ledger?.capacityBytes ?? 0n),
      heldBytes: toBytes(ledger?.heldBytes ?? 0n),
      defaultSlotBytes: toBytes(ledger?.defaultSlotBytes ?? 0n),
      memoryTotalBytes: toBytes(ledger?.memoryTotalBytes ?? 0n),
      reserveBytes: toBytes(ledger?.reserveBytes ?? 0n),
      heldSlots: ledger?.heldSlots ?? 0,
      heldByOthersBytes: toBytes(host.heldByOthersBytes)
    },
    presets: host.presets,
    enforcement: host.enforcement === Enforcement.KERNEL ? "kernel" : "advisory",
    warnings: host.warnings,
    socketPath: host.socketPath,
    stateDirectory: host.stateDirectory,
    draining: host.draining,
    scope: host.scope === Scope.SYSTEM ? "system" : "user",
    watching: host.watching ?? { directories: 0, polledDirectories: 0, overflows: 0 },
    queue: {
      sessions: host.queuedSessions,
      bytes: toBytes(host.queuedBytes),
      nextFreeAt: fromDate(host.nextFreeAt)
    },
    disk: { quotaBytes: toBytes(host.diskQuotaBytes), usedBytes: toBytes(host.diskUsedBytes) },
    idleSince: fromDate(host.idleSince),
    load: {
      cpus: host.load?.cpus ?? 0,
      loadAverage: host.load?.loadAverage ?? 0,
      memoryAvailableBytes: toBytes(host.load?.memoryAvailableBytes ?? 0n),
      diskTotalBytes: toBytes(host.load?.diskTotalBytes ?? 0n),
      diskFreeBytes: toBytes(host.load?.diskFreeBytes ?? 0n)
    }
  };
}

// packages/agent/src/domain/figures-line.ts
function figuresLine(held) {
  const sessions = `${held.heldSlots} ${held.heldSlots === 1 ? "session" : "sessions"}`;
  return `${sessions}, ${formatMemory(held.heldBytes)} of ${formatMemory(held.capacityBytes)} held`;
}

// packages/agent/src/health/checks.ts
import { connect } from "node:http2";
import { connect as connectSocket } from "node:net";

// packages/shared/src/domain/text.ts
var UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
var ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
function oneLine(text) {
  return text.replace(ESCAPES, "").replace(/[\r\n\t]+/g, " ").replace(UNSAFE, "").trim();
}
function safeText(text) {
  return text.split("\n").map((line) => line.replace(ESCAPES, "").replace(/\t/g, "    ").replace(UNSAFE, "")).join("\n");
}
function nameProblem(name) {
  if (name === "") return "it is empty";
  if ([...name].length > 64) return "it is longer than 64 characters";
  if (/[:/]/.test(name)) return "it contains a colon or a slash";
  if (name !== name.replace(UNSAFE, "")) return "it contains control characters";
  if (/\s/.test(name)) return "it contains white space";
  if (name.startsWith("-")) return "it begins with a dash";
  if (name.startsWith("sess-")) return "names that begin with sess- are kept for ids";
  if (!name.isWellFormed()) return "it is not valid Unicode";
  return null;
}

// packages/agent/src/health/checks.ts
var CHECK_NAMES = ["event-loop", "journal", "tmux", "socket"];
function checkService(name) {
  return `berth.check.${name}`;
}
var Unanswered = class extends Error {
};
function createChecks(checks, deadlineMs) {
  const hanging = /* @__PURE__ */ new Set();
  async function one(check) {
    const { name } = check;
    try {
      if (hanging.has(check)) throw new Unanswered("still no answer to an earlier check");
      hanging.add(check);
      const looked = (async () => check.look())().finally(() => hanging.delete(check));
      const detail = await withDeadline(looked, deadlineMs);
      return { name, ok: true, detail: oneLine(detail), restartMends: false };
    } catch (error) {
      const detail = oneLine(messageOf(error));
      return { name, ok: false, detail, restartMends: check.restartMends(error) };
    }
  }
  return async () => {
    const results = await Promise.all(checks.map(one));
    return { ok: results.every(({ ok }) => ok), checks: results };
  };
}
function eventLoopCheck(lagMs, limitMs) {
  return {
    name: "event-loop",
    restartMends: () => true,
    look() {
      const lag = Math.round(lagMs());
      if (lag > limitMs) throw new Error(`the event loop runs ${lag} ms late, the limit is ${limitMs} ms`);
      return `${lag} ms late`;
    }
  };
}
function journalCheck(journal) {
  return {
    name: "journal",
    // A new start frees no disk; it would only end the calls that still work, such as reading output.
    restartMends: (error) => !(error instanceof BerthError && error.reason === "DISK_FULL"),
    look() {
      const began = performance.now();
      journal.ping();
      return `written in ${Math.round(performance.now() - began)} ms`;
    }
  };
}
function tmuxCheck(live) {
  let turn = 0;
  return {
    name: "tmux",
    // The server of a session is no child of the agent.
    restartMends: () => false,
    async look() {
      const terminals = live();
      const asked = terminals[turn++ % terminals.length];
      if (!asked) return "no session to ask";
      try {
        await withDeadline(asked.observe(), TMUX_MS);
      } catch (error) {
        throw new Error(`the tmux server of ${asked.sessionId} does not answer: ${messageOf(error)}`);
      }
      return `${asked.sessionId} answers`;
    }
  };
}
var TMUX_MS = 2e3;
function socketCheck(socket) {
  return {
    name: "socket",
    restartMends: () => true,
    look: () => new Promise((resolve, reject) => {
      const session = connect("http://localhost", { createConnection: () => connectSocket(socket) });
      session.setTimeout(SOCKET_MS, () => session.destroy(new Unanswered("the socket does not answer")));
      session.once("remoteSettings", () => {
        resolve("answers");
        session.destroy();
      });
      session.once("error", reject);
      session.once("close", () => reject(new Unanswered("the socket was closed")));
    })
  };
}
var SOCKET_MS = 2e3;
function withDeadline(work, ms) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Unanswered(`no answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

export {
  HostServiceService,
  HostServiceClient,
  encodeHost,
  decodeHost,
  require_health,
  figuresLine,
  oneLine,
  safeText,
  nameProblem,
  CHECK_NAMES,
  checkService,
  createChecks,
  eventLoopCheck,
  journalCheck,
  tmuxCheck,
  socketCheck
};
