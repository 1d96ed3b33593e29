/** The machines that releases are for, and what their tools and packages are called. */
import { existsSync } from 'node:fs';

export const ARCHES = ['x64', 'arm64'] as const;
export type Arch = (typeof ARCHES)[number];

interface Target {
  /** What Debian calls it. */
  readonly debian: string;
  /** How the names of its compiler and binutils begin. */
  readonly tools: string;
  /** Debian's package with the compiler, where it is not the machine's own. */
  readonly compiler: string;
}

export const TARGETS: Readonly<Record<Arch, Target>> = {
  x64: { debian: 'amd64', tools: 'x86_64-linux-gnu-', compiler: 'g++-x86-64-linux-gnu' },
  arm64: { debian: 'arm64', tools: 'aarch64-linux-gnu-', compiler: 'g++-aarch64-linux-gnu' },
};

/** The compiler or binutils program for the target. Throws with the package to install. */
export function toolFor(arch: Arch, name: 'g++' | 'strip'): string {
  const own = arch === process.arch;
  const candidates = [`${TARGETS[arch].tools}${name}`, ...(own ? [name] : [])];
  const places = (process.env.PATH ?? '').split(':');
  const found = candidates.find((tool) => places.some((place) => existsSync(`${place}/${tool}`)));
  if (found) return found;
  const wanted = own ? 'g++' : TARGETS[arch].compiler;
  throw new Error(`${candidates[0]} is missing, which a build for ${arch} needs: apt-get install ${wanted}`);
}
