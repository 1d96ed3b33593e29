/** Server reflection from the descriptor set that the build puts beside the program. */
import { readFile } from 'node:fs/promises';
import type { Server } from '@grpc/grpc-js';

/** `addToServer` takes any grpc-js server. The descriptors are read once, at start. */
export async function addReflection(server: Server): Promise<void> {
  const [{ ReflectionService }, { loadFileDescriptorSetFromBuffer }, descriptors] = await Promise.all([
    import('@grpc/reflection'),
    import('@grpc/proto-loader'),
    readFile(new URL('./berth.binpb', import.meta.url)),
  ]);
  new ReflectionService(loadFileDescriptorSetFromBuffer(descriptors)).addToServer(server);
}
