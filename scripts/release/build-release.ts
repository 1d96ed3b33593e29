/** `npm run build:release`: both programs as single executables, and as Debian packages, in dist/release. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleAgent, bundleClient } from './bundle.ts';
import { makeExecutable } from './executable.ts';
import { compilePty } from './native.ts';
import { putRuntime } from './runtime.ts';
import { ARCHES, type Arch } from './target.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'dist/release');

interface Flags {
  readonly arches: readonly Arch[];
  readonly deb: boolean;
}

function readFlags(): Flags {
  const { values } = parseArgs({
    options: { arch: { type: 'string', multiple: true }, 'no-deb': { type: 'boolean' } },
  });
  const arches = (values.arch ?? ARCHES).map((name) => {
    const arch = ARCHES.find((known) => known === name);
    if (!arch) throw new Error(`--arch ${name}: must be one of ${ARCHES.join(', ')}`);
    return arch;
  });
  return { arches: [...new Set(arches)], deb: !values['no-deb'] };
}

function buildFor(arch: Arch, { work, out }: { work: string; out: string }): void {
  compilePty(arch, join(work, 'pty.node'));
  const programs = [
    { name: 'berth', assets: [], execArgv: ['--min-semi-space-size=16', '--'] },
    {
      name: 'berthd',
      assets: ['berth.binpb', 'pty.node'],
      execArgv: ['--disable-warning=ExperimentalWarning', '--'],
    },
  ];
  for (const { name, assets, execArgv } of programs) {
    const runtime = join(work, `${name}-${arch}`);
    putRuntime(arch, runtime);
    const outfile = join(out, `${name}-linux-${arch}`);
    makeExecutable({ directory: work, bundle: `${name}.cjs`, assets, execArgv, runtime, outfile });
  }
}

function writeSums(out: string): void {
  const lines = readdirSync(out)
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex')}  ${name}\n`,
    );
  writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
}

async function main(): Promise<void> {
  const { arches } = readFlags();
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const work = mkdtempSync(join(ROOT, 'dist/.new-'));
  try {
    const out = join(work, 'out');
    mkdirSync(out);
    await bundleClient(join(work, 'berth.cjs'));
    await bundleAgent(join(work, 'berthd.cjs'));
    const buf = join(ROOT, 'node_modules/.bin/buf');
    const descriptors = ['build', 'proto', '--as-file-descriptor-set', '-o', join(work, 'berth.binpb')];
    execFileSync(process.execPath, [buf, ...descriptors], { cwd: ROOT, stdio: 'inherit' });
    for (const arch of arches) buildFor(arch, { work, out });
    writeSums(out);
    rmSync(OUT, { recursive: true, force: true });
    renameSync(out, OUT);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main();
