/** node-pty's addon, compiled for any of the targets; the same bytes wherever the checkout is. */
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Arch, toolFor } from './target.ts';

/** It uses Node-API alone, so that one build serves every version of Node. */
export function compilePty(arch: Arch, outfile: string): void {
  const pty = directoryOf(import.meta.resolve('node-pty/package.json'));
  const includes = [
    directoryOf(import.meta.resolve('node-addon-api/package.json')),
    `${directoryOf(import.meta.resolve('node-api-headers/package.json'))}/include`,
  ];
  const flags = [
    ...['-shared', '-fPIC', '-O2', '-std=c++17', '-fno-rtti', '-pthread', '-D_FORTIFY_SOURCE=2'],
    ...['-DNAPI_CPP_EXCEPTIONS', '-DNODE_GYP_MODULE_NAME=pty', '-DBUILDING_NODE_EXTENSION'],
    ...['-D_FILE_OFFSET_BITS=64', '-D_LARGEFILE_SOURCE'],
    // A host needs no newer C++ library than Node itself.
    ...['-static-libstdc++', '-static-libgcc', '-Wl,-z,relro,-z,now', '-Wl,--build-id=none', '-s'],
    ...[pty, ...includes].map((directory, i) => `-ffile-prefix-map=${directory}=/${i}`),
    ...includes.map((directory) => `-I${directory}`),
  ];
  const argv = [...flags, '-o', outfile, 'src/unix/pty.cc', '-lutil'];
  execFileSync(toolFor(arch, 'g++'), argv, { cwd: pty, stdio: 'inherit' });
}

function directoryOf(manifest: string): string {
  return dirname(fileURLToPath(manifest));
}
