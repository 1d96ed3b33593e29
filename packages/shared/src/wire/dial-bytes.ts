/**
 * PortService as generated, but that the bytes of connections are not copied over and over: what is
 * generated makes four copies of each message, and collecting those took more time than all else.
 * On the wire it is the same.
 */

import { type ChannelCredentials, type ClientOptions, makeGenericClientConstructor } from '@grpc/grpc-js';
import { DialRequest, DialResponse, PortServiceClient, PortServiceService } from '../gen/berth/v1/port.ts';

/** Field 2 of both messages, `data`, with its length before it. */
const DATA = 0x12;

type Message = DialRequest | DialResponse;

export const DialService = {
  ...PortServiceService,
  dial: {
    ...PortServiceService.dial,
    requestSerialize: (value: DialRequest) => serialized(value) ?? encoded(DialRequest.encode(value)),
    requestDeserialize: (bytes: Buffer): DialRequest => dataIn(bytes) ?? DialRequest.decode(bytes),
    responseSerialize: (value: DialResponse) => serialized(value) ?? encoded(DialResponse.encode(value)),
    responseDeserialize: (bytes: Buffer): DialResponse => dataIn(bytes) ?? DialResponse.decode(bytes),
  },
} as const;

export const DialClient = makeGenericClientConstructor(
  DialService,
  PortServiceClient.serviceName,
) as unknown as new (
  address: string,
  credentials: ChannelCredentials,
  options?: Partial<ClientOptions>,
) => PortServiceClient;

/** Null where it holds something else than data. */
function serialized({ message }: Message): Buffer | null {
  if (message?.$case !== 'data') return null;
  const { data } = message;
  const length: number[] = [];
  let left = data.length;
  for (; left > 0x7f; left >>>= 7) length.push((left & 0x7f) | 0x80);
  const bytes = Buffer.allocUnsafe(2 + length.length + data.length);
  bytes.set([DATA, ...length, left]);
  bytes.set(data, 2 + length.length);
  return bytes;
}

/** Null where it holds something else than data, or more than it. A view of what came, not a copy. */
function dataIn(bytes: Buffer): { message: { $case: 'data'; data: Buffer } } | null {
  if (bytes[0] !== DATA) return null;
  let length = 0;
  let at = 1;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 21) return null;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (length !== bytes.length - at) return null;
  return { message: { $case: 'data', data: bytes.subarray(at) } };
}

function encoded(writer: { finish(): Uint8Array }): Buffer {
  return Buffer.from(writer.finish());
}
