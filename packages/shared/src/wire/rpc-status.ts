/**
 * BerthError <-> gRPC. The error travels as google.rpc.Status with one google.rpc.ErrorInfo in
 * the trailer `grpc-status-details-bin`, as https://cloud.google.com/apis/design/errors describes;
 * the two messages are small and frozen, so they are spelled out here.
 */
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { BerthError, type ErrorValues } from '../domain/berth-error.ts';
import { isReason, REASONS } from '../domain/reasons.ts';

export const DETAILS_KEY = 'grpc-status-details-bin';
const DOMAIN = 'berth.dev';
const ERROR_INFO_TYPE = 'type.googleapis.com/google.rpc.ErrorInfo';

/** Among the values of an agent's error: what its message calls the machine. */
export const HOSTNAME = 'hostname';

/** Bytes of the google.rpc.Status for an error. The hint and `more` travel in the metadata of ErrorInfo. */
export function encodeStatus(error: BerthError, more: ErrorValues = {}): Uint8Array {
  const info = new BinaryWriter().uint32(10).string(error.reason).uint32(18).string(DOMAIN);
  for (const [key, value] of Object.entries({ ...error.values, ...more, hint: error.hint })) {
    info.uint32(26).fork().uint32(10).string(key).uint32(18).string(value).join();
  }
  const any = new BinaryWriter().uint32(10).string(ERROR_INFO_TYPE).uint32(18).bytes(info.finish());
  return new BinaryWriter()
    .uint32(8)
    .int32(REASONS[error.reason].grpc)
    .uint32(18)
    .string(error.message)
    .uint32(26)
    .bytes(any.finish())
    .finish();
}

/** The BerthError in a google.rpc.Status, or null if it holds none of ours. */
export function decodeStatus(bytes: Uint8Array): BerthError | null {
  let message = '';
  let found: { reason: string; values: Record<string, string> } | null = null;
  readFields(bytes, (field, reader) => {
    if (field === 2) message = reader.string();
    else if (field === 3) found = decodeAny(reader.bytes()) ?? found;
    else return false;
    return true;
  });
  const info = found as { reason: string; values: Record<string, string> } | null;
  if (!info || !isReason(info.reason)) return null;
  const { hint, ...values } = info.values;
  return new BerthError(info.reason, message, { values, ...(hint === undefined ? {} : { hint }) });
}

function decodeAny(bytes: Uint8Array): { reason: string; values: Record<string, string> } | null {
  let type = '';
  let value = new Uint8Array();
  readFields(bytes, (field, reader) => {
    if (field === 1) type = reader.string();
    else if (field === 2) value = new Uint8Array(reader.bytes());
    else return false;
    return true;
  });
  if (type !== ERROR_INFO_TYPE) return null;
  let reason = '';
  const values: Record<string, string> = {};
  readFields(value, (field, reader) => {
    if (field === 1) reason = reader.string();
    else if (field === 3) {
      let key = '';
      let entry = '';
      readFields(reader.bytes(), (inner, entryReader) => {
        if (inner === 1) key = entryReader.string();
        else if (inner === 2) entry = entryReader.string();
        else return false;
        return true;
      });
      values[key] = entry;
    } else return false;
    return true;
  });
  return { reason, values };
}

/** Calls `take` for each field; fields it does not take (returns false for) are skipped. */
export function readFields(bytes: Uint8Array, take: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (!take(tag >>> 3, reader)) reader.skip(tag & 7);
  }
}
