import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
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

// node_modules/@grpc/reflection/node_modules/@grpc/proto-loader/build/src/util.js
var require_util = __commonJS({
  "node_modules/@grpc/reflection/node_modules/@grpc/proto-loader/build/src/util.js"(exports) {
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

// node_modules/@grpc/reflection/node_modules/@grpc/proto-loader/build/src/index.js
var require_src2 = __commonJS({
  "node_modules/@grpc/reflection/node_modules/@grpc/proto-loader/build/src/index.js"(exports) {
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

// node_modules/@grpc/reflection/build/src/implementations/common/protobuf-visitor.js
var require_protobuf_visitor = __commonJS({
  "node_modules/@grpc/reflection/build/src/implementations/common/protobuf-visitor.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.visit = void 0;
    var visit = (file, visitor) => {
      var _a, _b, _c, _d;
      const processField = (prefix, file2, field) => {
        const fqn = `${prefix}.${field.name}`;
        if (visitor.field) {
          visitor.field(fqn, file2, field);
        }
      };
      const processExtension = (prefix, file2, ext) => {
        const fqn = `${prefix}.${ext.name}`;
        if (visitor.extension) {
          visitor.extension(fqn, file2, ext);
        }
      };
      const processOneOf = (prefix, file2, decl) => {
        const fqn = `${prefix}.${decl.name}`;
        if (visitor.oneOf) {
          visitor.oneOf(fqn, file2, decl);
        }
      };
      const processEnum = (prefix, file2, decl) => {
        var _a2;
        const fqn = `${prefix}.${decl.name}`;
        if (visitor.enum) {
          visitor.enum(fqn, file2, decl);
        }
        (_a2 = decl.value) === null || _a2 === void 0 ? void 0 : _a2.forEach((value) => {
          const valueFqn = `${fqn}.${value.name}`;
          if (visitor.enumValue) {
            visitor.enumValue(valueFqn, file2, value);
          }
        });
      };
      const processMessage = (prefix, file2, msg) => {
        var _a2, _b2, _c2, _d2, _e;
        const fqn = `${prefix}.${msg.name}`;
        if (visitor.message) {
          visitor.message(fqn, file2, msg);
        }
        (_a2 = msg.nestedType) === null || _a2 === void 0 ? void 0 : _a2.forEach((type) => processMessage(fqn, file2, type));
        (_b2 = msg.enumType) === null || _b2 === void 0 ? void 0 : _b2.forEach((type) => processEnum(fqn, file2, type));
        (_c2 = msg.field) === null || _c2 === void 0 ? void 0 : _c2.forEach((field) => processField(fqn, file2, field));
        (_d2 = msg.oneofDecl) === null || _d2 === void 0 ? void 0 : _d2.forEach((decl) => processOneOf(fqn, file2, decl));
        (_e = msg.extension) === null || _e === void 0 ? void 0 : _e.forEach((ext) => processExtension(fqn, file2, ext));
      };
      const processService = (prefix, file2, service) => {
        var _a2;
        const fqn = `${prefix}.${service.name}`;
        if (visitor.service) {
          visitor.service(fqn, file2, service);
        }
        (_a2 = service.method) === null || _a2 === void 0 ? void 0 : _a2.forEach((method) => {
          const methodFqn = `${fqn}.${method.name}`;
          if (visitor.method) {
            visitor.method(methodFqn, file2, method);
          }
        });
      };
      const packageName = file.package || "";
      (_a = file.enumType) === null || _a === void 0 ? void 0 : _a.forEach((type) => processEnum(packageName, file, type));
      (_b = file.messageType) === null || _b === void 0 ? void 0 : _b.forEach((type) => processMessage(packageName, file, type));
      (_c = file.service) === null || _c === void 0 ? void 0 : _c.forEach((service) => processService(packageName, file, service));
      (_d = file.extension) === null || _d === void 0 ? void 0 : _d.forEach((ext) => processExtension(packageName, file, ext));
    };
    exports.visit = visit;
  }
});

// node_modules/@grpc/reflection/build/src/implementations/common/utils.js
var require_utils = __commonJS({
  "node_modules/@grpc/reflection/build/src/implementations/common/utils.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.scope = void 0;
    var scope = (path, separator = ".") => {
      if (!path.includes(separator) || path === separator) {
        return "";
      }
      return path.split(separator).slice(0, -1).join(separator) || separator;
    };
    exports.scope = scope;
  }
});

// node_modules/@grpc/reflection/build/src/implementations/common/constants.js
var require_constants = __commonJS({
  "node_modules/@grpc/reflection/build/src/implementations/common/constants.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.PROTO_LOADER_OPTS = void 0;
    exports.PROTO_LOADER_OPTS = {
      longs: String,
      enums: String,
      bytes: Array,
      defaults: true,
      oneofs: true
    };
  }
});

// node_modules/@grpc/reflection/build/src/implementations/reflection-v1.js
var require_reflection_v1 = __commonJS({
  "node_modules/@grpc/reflection/build/src/implementations/reflection-v1.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.ReflectionV1Implementation = exports.ReflectionError = void 0;
    var path = __require("path");
    var descriptor_1 = require_descriptor2();
    var grpc = require_src();
    var protoLoader = require_src2();
    var protobuf_visitor_1 = require_protobuf_visitor();
    var utils_1 = require_utils();
    var constants_1 = require_constants();
    var ReflectionError = class extends Error {
      constructor(statusCode, message) {
        super(message);
        this.statusCode = statusCode;
        this.message = message;
      }
    };
    exports.ReflectionError = ReflectionError;
    var ReflectionV1Implementation = class {
      constructor(root, options) {
        this.files = {};
        this.fileDependencies = /* @__PURE__ */ new Map();
        this.fileEncodings = /* @__PURE__ */ new Map();
        this.extensions = {};
        this.symbols = {};
        this.services = {};
        Object.values(root).forEach(({ fileDescriptorProtos }) => {
          if (Array.isArray(fileDescriptorProtos)) {
            fileDescriptorProtos.forEach((bin) => {
              const proto = descriptor_1.FileDescriptorProto.decode(bin);
              if (proto.name && !this.files[proto.name]) {
                this.files[proto.name] = proto;
              }
            });
          }
        });
        const serviceWhitelist = new Set(options === null || options === void 0 ? void 0 : options.services);
        const index = (fqn, file) => this.symbols[fqn] = file;
        Object.values(this.files).forEach((file) => (0, protobuf_visitor_1.visit)(file, {
          field: index,
          oneOf: index,
          message: index,
          method: index,
          enum: index,
          enumValue: index,
          service: (fqn, file2, service) => {
            index(fqn, file2);
            if ((options === null || options === void 0 ? void 0 : options.services) === void 0 || serviceWhitelist.has(fqn)) {
              this.services[fqn] = service;
            }
          },
          extension: (fqn, file2, ext) => {
            index(fqn, file2);
            const extendeeName = ext.extendee || "";
            this.extensions[extendeeName] = Object.assign(Object.assign({}, this.extensions[extendeeName] || {}), { [ext.number || -1]: file2 });
          }
        }));
        const addReference = (ref, sourceFile, pkgScope) => {
          var _a;
          if (!ref) {
            return;
          }
          let referencedFile = null;
          if (ref.startsWith(".")) {
            referencedFile = (_a = this.symbols[ref.slice(1)]) !== null && _a !== void 0 ? _a : this.symbols[ref];
          } else {
            let pkg = pkgScope;
            while (pkg && !referencedFile) {
              referencedFile = this.symbols[`${pkg.replace(/\.$/, "")}.${ref}`];
              pkg = (0, utils_1.scope)(pkg);
            }
            if (!referencedFile) {
              referencedFile = this.symbols[ref];
            }
          }
          if (!referencedFile) {
            console.warn(`Could not find file associated with reference ${ref}`);
            return;
          }
          if (referencedFile !== sourceFile) {
            const existingDeps = this.fileDependencies.get(sourceFile) || [];
            this.fileDependencies.set(sourceFile, [referencedFile, ...existingDeps]);
          }
        };
        Object.values(this.files).forEach((file) => (0, protobuf_visitor_1.visit)(file, {
          field: (fqn, file2, field) => addReference(field.typeName || "", file2, (0, utils_1.scope)(fqn)),
          extension: (fqn, file2, ext) => addReference(ext.typeName || "", file2, (0, utils_1.scope)(fqn)),
          method: (fqn, file2, method) => {
            addReference(method.inputType || "", file2, (0, utils_1.scope)(fqn));
            addReference(method.outputType || "", file2, (0, utils_1.scope)(fqn));
          }
        }));
        Object.values(this.files).forEach((file) => {
          this.fileEncodings.set(file, descriptor_1.FileDescriptorProto.encode(file).finish());
        });
      }
      addToServer(server) {
        const protoPath = path.join(__fromBundle("../../../node_modules/@grpc/reflection/build/src/implementations"), "../../proto/grpc/reflection/v1/reflection.proto");
        const pkgDefinition = protoLoader.loadSync(protoPath, constants_1.PROTO_LOADER_OPTS);
        const pkg = grpc.loadPackageDefinition(pkgDefinition);
        server.addService(pkg.grpc.reflection.v1.ServerReflection.service, {
          ServerReflectionInfo: (stream) => {
            stream.on("end", () => stream.end());
            stream.on("data", (message) => {
              stream.write(this.handleServerReflectionRequest(message));
            });
          }
        });
      }
      /** Assemble a response for a single server reflection request in the stream */
      handleServerReflectionRequest(message) {
        var _a, _b;
        const response = {
          validHost: message.host,
          originalRequest: message
        };
        try {
          switch (message.messageRequest) {
            case "listServices":
              response.listServicesResponse = this.listServices(message.listServices || "");
              break;
            case "fileContainingSymbol":
              response.fileDescriptorResponse = this.fileContainingSymbol(message.fileContainingSymbol || "");
              break;
            case "fileByFilename":
              response.fileDescriptorResponse = this.fileByFilename(message.fileByFilename || "");
              break;
            case "fileContainingExtension":
              response.fileDescriptorResponse = this.fileContainingExtension(((_a = message.fileContainingExtension) === null || _a === void 0 ? void 0 : _a.containingType) || "", ((_b = message.fileContainingExtension) === null || _b === void 0 ? void 0 : _b.extensionNumber) || -1);
              break;
            case "allExtensionNumbersOfType":
              response.allExtensionNumbersResponse = this.allExtensionNumbersOfType(message.allExtensionNumbersOfType || "");
              break;
            default:
              throw new ReflectionError(grpc.status.UNIMPLEMENTED, `Unimplemented method for request: ${message.messageRequest}`);
          }
        } catch (e) {
          if (e instanceof ReflectionError) {
            response.errorResponse = {
              errorCode: e.statusCode,
              errorMessage: e.message
            };
          } else {
            response.errorResponse = {
              errorCode: grpc.status.UNKNOWN,
              errorMessage: "Failed to process gRPC reflection request: unknown error"
            };
          }
        }
        return response;
      }
      /** List the full names of registered gRPC services
       *
       * note: the spec is unclear as to what the 'listServices' param can be; most
       * clients seem to only pass '*' but unsure if this should behave like a
       * filter. Until we know how this should behave with different inputs this
       * just always returns *all* services.
       *
       * @returns full-qualified service names (eg. 'sample.SampleService')
       */
      listServices(listServices) {
        return { service: Object.keys(this.services).map((service) => ({ name: service })) };
      }
      /** Find the proto file(s) that declares the given fully-qualified symbol name
       *
       * @param symbol fully-qualified name of the symbol to lookup
       * (e.g. package.service[.method] or package.type)
       *
       * @returns descriptors of the file which contains this symbol and its imports
       */
      fileContainingSymbol(symbol) {
        const file = this.symbols[symbol];
        if (!file) {
          throw new ReflectionError(grpc.status.NOT_FOUND, `Symbol not found: ${symbol}`);
        }
        const deps = this.getFileDependencies(file);
        return {
          fileDescriptorProto: [file, ...deps].map((file2) => this.fileEncodings.get(file2) || new Uint8Array())
        };
      }
      /** Find a proto file by the file name
       *
       * @returns descriptors of the file which contains this symbol and its imports
       */
      fileByFilename(filename) {
        const file = this.files[filename];
        if (!file) {
          throw new ReflectionError(grpc.status.NOT_FOUND, `Proto file not found: ${filename}`);
        }
        const deps = this.getFileDependencies(file);
        return {
          fileDescriptorProto: [file, ...deps].map((file2) => this.fileEncodings.get(file2) || new Uint8Array())
        };
      }
      /** Find a proto file containing an extension to a message type
       *
       * @returns descriptors of the file which contains this symbol and its imports
       */
      fileContainingExtension(symbol, field) {
        const extensionsByFieldNumber = this.extensions[symbol] || {};
        const file = extensionsByFieldNumber[field];
        if (!file) {
          throw new ReflectionError(grpc.status.NOT_FOUND, `Extension not found for symbol ${symbol} at field ${field}`);
        }
        const deps = this.getFileDependencies(file);
        return {
          fileDescriptorProto: [file, ...deps].map((file2) => this.fileEncodings.get(file2) || new Uint8Array())
        };
      }
      allExtensionNumbersOfType(symbol) {
        if (!(symbol in this.extensions)) {
          throw new ReflectionError(grpc.status.NOT_FOUND, `Extensions not found for symbol ${symbol}`);
        }
        const fieldNumbers = Object.keys(this.extensions[symbol]).map((key) => Number(key));
        return {
          baseTypeName: symbol,
          extensionNumber: fieldNumbers
        };
      }
      getFileDependencies(file) {
        var _a;
        const visited = /* @__PURE__ */ new Set();
        const toVisit = [...this.fileDependencies.get(file) || []];
        while (toVisit.length > 0) {
          const current = toVisit.pop();
          if (!current || visited.has(current)) {
            continue;
          }
          visited.add(current);
          toVisit.push(...((_a = this.fileDependencies.get(current)) === null || _a === void 0 ? void 0 : _a.filter((dep) => !visited.has(dep))) || []);
        }
        return Array.from(visited);
      }
    };
    exports.ReflectionV1Implementation = ReflectionV1Implementation;
  }
});

// node_modules/@grpc/reflection/build/src/implementations/reflection-v1alpha.js
var require_reflection_v1alpha = __commonJS({
  "node_modules/@grpc/reflection/build/src/implementations/reflection-v1alpha.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.ReflectionV1AlphaImplementation = void 0;
    var path = __require("path");
    var grpc = require_src();
    var protoLoader = require_src2();
    var constants_1 = require_constants();
    var reflection_v1_1 = require_reflection_v1();
    var ReflectionV1AlphaImplementation = class extends reflection_v1_1.ReflectionV1Implementation {
      addToServer(server) {
        const protoPath = path.join(__fromBundle("../../../node_modules/@grpc/reflection/build/src/implementations"), "../../proto/grpc/reflection/v1alpha/reflection.proto");
        const pkgDefinition = protoLoader.loadSync(protoPath, constants_1.PROTO_LOADER_OPTS);
        const pkg = grpc.loadPackageDefinition(pkgDefinition);
        server.addService(pkg.grpc.reflection.v1alpha.ServerReflection.service, {
          ServerReflectionInfo: (stream) => {
            stream.on("end", () => stream.end());
            stream.on("data", (message) => {
              stream.write(this.handleServerReflectionRequest(message));
            });
          }
        });
      }
    };
    exports.ReflectionV1AlphaImplementation = ReflectionV1AlphaImplementation;
  }
});

// node_modules/@grpc/reflection/build/src/service.js
var require_service = __commonJS({
  "node_modules/@grpc/reflection/build/src/service.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.ReflectionService = void 0;
    var reflection_v1_1 = require_reflection_v1();
    var reflection_v1alpha_1 = require_reflection_v1alpha();
    var ReflectionService2 = class {
      constructor(pkg, options) {
        this.v1 = new reflection_v1_1.ReflectionV1Implementation(pkg, options);
        this.v1Alpha = new reflection_v1alpha_1.ReflectionV1AlphaImplementation(pkg, options);
      }
      addToServer(server) {
        this.v1.addToServer(server);
        this.v1Alpha.addToServer(server);
      }
    };
    exports.ReflectionService = ReflectionService2;
  }
});

// node_modules/@grpc/reflection/build/src/index.js
var require_src3 = __commonJS({
  "node_modules/@grpc/reflection/build/src/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.ReflectionService = void 0;
    var service_1 = require_service();
    Object.defineProperty(exports, "ReflectionService", { enumerable: true, get: function() {
      return service_1.ReflectionService;
    } });
  }
});

// names-of-late-dependencies:/work/wt/start/node_modules/@grpc/reflection/build/src/index.js
var all = __toESM(require_src3());
var src_default = all;
var e0 = all.ReflectionService;
export {
  e0 as ReflectionService,
  src_default as default
};
