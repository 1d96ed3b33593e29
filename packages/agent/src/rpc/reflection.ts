/**
 * Server reflection from the descriptor set that the build puts beside the program, or into it. What it
 * takes (a parser of protos, 8 MB) is loaded when somebody asks for it first: few hosts are ever asked.
 */
import { readFile } from 'node:fs/promises';
import type {
  Server,
  ServerDuplexStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { embedded } from '../executable.ts';

type Stream = ServerDuplexStream<Buffer, Buffer>;
/** One version of the reflection service, as its package would put it on a server. */
interface Reflecting {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

const METHOD = 'ServerReflectionInfo';
const VERSIONS = ['v1', 'v1alpha'] as const;

/** `services`: full names of what is served; the protos speak of more. */
export function addReflection(server: Server, services: readonly string[]): void {
  let loading: Promise<ReadonlyMap<string, Reflecting>> | null = null;
  for (const version of VERSIONS) {
    const path = `/grpc.reflection.${version}.ServerReflection/${METHOD}`;
    const same = (bytes: Buffer) => bytes;
    const kinds = { path, requestStream: true, responseStream: true };
    const forms = { requestSerialize: same, requestDeserialize: same };
    const definition = { ...kinds, ...forms, responseSerialize: same, responseDeserialize: same };
    server.addService(
      { [METHOD]: definition },
      {
        [METHOD]: (stream: Stream) => {
          // Nothing of the stream is read before somebody can answer it.
          stream.pause();
          loading ??= load(services);
          loading.then(
            (loaded) => answer(stream, loaded.get(path)),
            (error: unknown) => stream.destroy(error as Error),
          );
        },
      },
    );
  }
}

/** Hands a stream of bytes to what speaks messages. */
function answer(stream: Stream, reflecting: Reflecting | undefined): void {
  const method = reflecting?.definition[METHOD];
  const handle = reflecting?.implementation[METHOD] as ((stream: object) => void) | undefined;
  if (!method || !handle) {
    stream.end();
    return;
  }
  handle({
    on(event: string, listener: (value?: unknown) => void) {
      if (event !== 'data') stream.on(event, listener);
      else stream.on('data', (bytes: Buffer) => listener(method.requestDeserialize(bytes)));
    },
    write: (message: object) => stream.write(method.responseSerialize(message)),
    end: () => stream.end(),
  });
  stream.resume();
}

/** By the path of their method. */
async function load(services: readonly string[]): Promise<ReadonlyMap<string, Reflecting>> {
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
  const loaded = new Map<string, Reflecting>();
  const recorder = {
    addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation) {
      const path = definition[METHOD]?.path;
      if (path) loaded.set(path, { definition, implementation });
    },
  };
  const reflection = new ReflectionService(Object.fromEntries(entries), { services: [...services] });
  reflection.addToServer(recorder);
  return loaded;
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
