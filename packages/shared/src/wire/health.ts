/**
 * grpc.health.v1 as a service of grpc-js, see
 * https://github.com/grpc/grpc/blob/master/doc/health-checking.md. Its messages are small and
 * frozen, so they are spelled out here: reading its .proto file took a tenth of the agent's start.
 */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { readFields } from './rpc-status.ts';

/** By their numbers. */
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type ServingStatus = (typeof STATUSES)[number];

export interface HealthCheckRequest {
  /** Empty: the whole server. */
  readonly service: string;
}

export interface HealthCheckResponse {
  readonly status: ServingStatus;
}

export interface HealthListResponse {
  /** By the name of the service. */
  readonly statuses: ReadonlyMap<string, ServingStatus>;
}

export interface HealthServer extends UntypedServiceImplementation {
  readonly Check: handleUnaryCall<HealthCheckRequest, HealthCheckResponse>;
  readonly Watch: handleServerStreamingCall<HealthCheckRequest, HealthCheckResponse>;
  readonly List: handleUnaryCall<object, HealthListResponse>;
}

const check = {
  requestSerialize: ({ service }: HealthCheckRequest) =>
    Buffer.from(new BinaryWriter().uint32(10).string(service).finish()),
  requestDeserialize(bytes: Buffer): HealthCheckRequest {
    let service = '';
    readFields(bytes, (field, reader) => {
      if (field !== 1) return false;
      service = reader.string();
      return true;
    });
    return { service };
  },
  responseSerialize: ({ status }: HealthCheckResponse) => Buffer.from(encodeResponse(status)),
  responseDeserialize: (bytes: Buffer): HealthCheckResponse => ({ status: decodeResponse(bytes) }),
};

const list = {
  requestSerialize: () => Buffer.alloc(0),
  requestDeserialize: () => ({}),
  responseSerialize({ statuses }: HealthListResponse): Buffer {
    const writer = new BinaryWriter();
    for (const [name, status] of statuses) {
      writer.uint32(10).fork().uint32(10).string(name).uint32(18).bytes(encodeResponse(status)).join();
    }
    return Buffer.from(writer.finish());
  },
  responseDeserialize(bytes: Buffer): HealthListResponse {
    const statuses = new Map<string, ServingStatus>();
    readFields(bytes, (field, reader) => {
      if (field !== 1) return false;
      let name = '';
      let status: ServingStatus = 'UNKNOWN';
      readFields(reader.bytes(), (part, entry) => {
        if (part === 1) name = entry.string();
        else if (part === 2) status = decodeResponse(entry.bytes());
        else return false;
        return true;
      });
      statuses.set(name, status);
      return true;
    });
    return { statuses };
  },
};

export const HealthService: ServiceDefinition<HealthServer> = {
  Check: { path: '/grpc.health.v1.Health/Check', requestStream: false, responseStream: false, ...check },
  Watch: { path: '/grpc.health.v1.Health/Watch', requestStream: false, responseStream: true, ...check },
  List: { path: '/grpc.health.v1.Health/List', requestStream: false, responseStream: false, ...list },
};

function encodeResponse(status: ServingStatus): Uint8Array {
  return new BinaryWriter().uint32(8).int32(STATUSES.indexOf(status)).finish();
}

/** A number of a later version counts as UNKNOWN. */
function decodeResponse(bytes: Uint8Array): ServingStatus {
  let status: ServingStatus = 'UNKNOWN';
  readFields(bytes, (field, reader) => {
    if (field !== 1) return false;
    status = STATUSES[reader.int32()] ?? 'UNKNOWN';
    return true;
  });
  return status;
}
