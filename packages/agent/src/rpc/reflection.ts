/** Server reflection from the descriptor set that the build puts beside the program, or into it. */
import { readFile } from 'node:fs/promises';
import type { Server } from '@grpc/grpc-js';
import { embedded } from '../executable.ts';

/** `services`: full names of what is served; the protos speak of more. The descriptors are read once. */
export async function addReflection(server: Server, services: readonly string[]): Promise<void> {
  const [{ ReflectionService }, { loadFileDescriptorSetFromBuffer }, descriptors] = await Promise.all([
    import('@grpc/reflection'),
    import('@grpc/proto-loader'),
    embedded('berth.binpb') ?? readFile(new URL('./berth.binpb', import.meta.url)),
  ]);
  const definition = loadFileDescriptorSetFromBuffer(descriptors);
  // The loader merges the files of a package into one without imports, which no client can read:
  // hand out the files as buf wrote them.
  const fileDescriptorProtos = filesOf(descriptors);
  const entries = Object.entries(definition).map(([name, entry]) => [
    name,
    'fileDescriptorProtos' in entry ? { ...entry, fileDescriptorProtos } : entry,
  ]);
  new ReflectionService(Object.fromEntries(entries), { services: [...services] }).addToServer(server);
}

/** The encoded FileDescriptorProtos of an encoded FileDescriptorSet: field 1, length-delimited, repeated. */
function filesOf(set: Buffer): Buffer[] {
  const files: Buffer[] = [];
  for (let at = 0; at < set.length; ) {
    if (set[at++] !== 0x0a) throw new Error(`berth.binpb is not a descriptor set (at byte ${at - 1})`);
    let length = 0;
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      byte = set[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
    }
    files.push(set.subarray(at, at + length));
    at += length;
  }
  return files;
}
