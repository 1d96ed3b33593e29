/** The services that an agent names to a client which knows none of its .proto files. */
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { ROOT } from './programs.ts';

const PROTO = join(ROOT, 'node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto');
const METHOD = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

export async function reflectedServices(socket: string): Promise<string[]> {
  const root = new protobuf.Root().loadSync(PROTO);
  const request = root.lookupType('grpc.reflection.v1.ServerReflectionRequest');
  const response = root.lookupType('grpc.reflection.v1.ServerReflectionResponse');
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  try {
    const encode = (value: object) => Buffer.from(request.encode(value).finish());
    const stream = client.makeBidiStreamRequest(METHOD, encode, (bytes) => response.decode(bytes).toJSON());
    stream.write({ listServices: '' });
    stream.end();
    const [answer] = (await stream.toArray()) as { listServicesResponse?: { service: { name: string }[] } }[];
    return (answer?.listServicesResponse?.service ?? []).map(({ name }) => name).sort();
  } finally {
    client.close();
  }
}
