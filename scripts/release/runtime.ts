/** The Node.js that goes into the executables: of the version that the checkout runs on, and no other bytes. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Arch, toolFor } from './target.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CACHE = join(ROOT, '.berth/cache');

/** SHA-256 of bin/node in the packages node-linux-ARCH. Whoever raises the version writes them anew. */
const SUMS: Readonly<Record<string, Readonly<Record<Arch, string>>>> = {
  '24.21.0': {
    x64: '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
    arm64: '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
  },
};

/** Puts the runtime, stripped of its symbols, at `file`. Throws where it is not the one expected. */
export function putRuntime(arch: Arch, file: string): void {
  const version = nodeVersion();
  const expected = SUMS[version]?.[arch];
  if (!expected) throw new Error(`no checksum of Node ${version} for ${arch} in scripts/release/runtime.ts`);
  const source =
    arch === process.arch ? join(ROOT, 'node_modules/node/bin/node') : fetched(arch, { version, expected });
  const sum = sumOf(source);
  if (sum !== expected) throw new Error(`${source} has SHA-256 ${sum}, and ${expected} was expected`);
  copyFileSync(source, file);
  execFileSync(toolFor(arch, 'strip'), ['--strip-all', file]);
}

function nodeVersion(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: { node: string };
  };
  return manifest.devDependencies.node;
}

/** From npm's registry, once. Not a dependency: it would cost everyone who installs 50 MB. */
function fetched(arch: Arch, { version, expected }: { version: string; expected: string }): string {
  const name = `node-linux-${arch}`;
  const kept = join(CACHE, `${name}-${version}`);
  if (existsSync(kept) && sumOf(kept) === expected) return kept;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, '.new-'));
  try {
    const npm = ['pack', `${name}@${version}`, '--silent', '--pack-destination', work];
    execFileSync('npm', npm, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('tar', ['xzf', `${name}-${version}.tgz`, 'package/bin/node'], { cwd: work });
    renameSync(join(work, 'package/bin/node'), kept);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return kept;
}

function sumOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
