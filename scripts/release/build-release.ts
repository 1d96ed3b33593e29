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
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { VERSION } from '../../packages/shared/src/domain/version.ts';
import { buildPage } from '../build-page.ts';
import { bundleAgent, bundleClient } from './bundle.ts';
import { makeDeb } from './deb.ts';
import { makeExecutable } from './executable.ts';
import { compilePty } from './native.ts';
import { putRuntime } from './runtime.ts';
import { ARCHES, type Arch, toolFor } from './target.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'dist/release');
const LIST = 'files.json';

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

interface Work {
  /** Holds the bundles and all that goes into the executables. */
  readonly work: string;
  readonly out: string;
  readonly deb: boolean;
  /** File names of the bundles that a program loads late. */
  readonly parts: Readonly<Record<'berth' | 'berthd', readonly string[]>>;
}

function buildFor(arch: Arch, { work, out, deb, parts }: Work): void {
  compilePty(arch, join(work, 'pty.node'));
  const programs = [
    { name: 'berth' as const, assets: pageFiles(work), execArgv: ['--min-semi-space-size=16', '--'] },
    {
      name: 'berthd' as const,
      assets: ['berth.binpb', 'pty.node'],
      execArgv: ['--disable-warning=ExperimentalWarning', '--'],
    },
  ];
  for (const { name, ...rest } of programs) {
    const runtime = join(work, `${name}-${arch}`);
    putRuntime(arch, runtime);
    const outfile = join(out, `${name}-linux-${arch}`);
    makeExecutable({
      directory: work,
      bundle: `${name}.cjs`,
      parts: parts[name],
      ...rest,
      runtime,
      outfile,
      // Made by running the program's own Node.
      codeCache: arch === process.arch,
    });
    if (!deb) continue;
    const tree = join(work, `${name}-deb`);
    const version = VERSION;
    makeDeb({ program: name, arch, version, executable: outfile, timestamp: timestamp(), work: tree, out });
  }
}

/** Of the page that `berth ui` serves, below web/; and the list of them, by which the program finds them. */
function pageFiles(work: string): string[] {
  const names = readdirSync(join(work, 'web'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(join(work, 'web'), join(entry.parentPath, entry.name)))
    .filter((name) => name !== LIST)
    .sort();
  writeFileSync(join(work, 'web', LIST), JSON.stringify(names));
  return [LIST, ...names].map((name) => `web/${name}`);
}

/** Of the commit, so that each build of it makes the same packages. */
function timestamp(): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  try {
    const last = ['log', '-1', '--format=%ct'];
    return Number(
      execFileSync('git', last, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    throw new Error(
      'this is no git checkout: set SOURCE_DATE_EPOCH to the seconds since 1970 of the release',
    );
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
  const { arches, deb } = readFlags();
  // What is missing is told before the long work.
  for (const arch of arches) for (const tool of ['g++', 'strip'] as const) toolFor(arch, tool);
  // What is made must not depend on whose umask it was made under.
  process.umask(0o022);
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const work = mkdtempSync(join(ROOT, 'dist/.new-'));
  try {
    const out = join(work, 'out');
    mkdirSync(out);
    const parts = { berth: await bundleClient(work), berthd: await bundleAgent(work) };
    await buildPage(work);
    const buf = join(ROOT, 'node_modules/.bin/buf');
    const descriptors = ['build', 'proto', '--as-file-descriptor-set', '-o', join(work, 'berth.binpb')];
    execFileSync(process.execPath, [buf, ...descriptors], { cwd: ROOT, stdio: 'inherit' });
    for (const arch of arches) buildFor(arch, { work, out, deb, parts });
    writeSums(out);
    rmSync(OUT, { recursive: true, force: true });
    renameSync(out, OUT);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  // esbuild and the programs that were called have said already what is wrong.
  if (!(error instanceof Error)) throw error;
  const told = 'errors' in error || ('status' in error && !('stderr' in error && error.stderr));
  if (!told) process.stderr.write(`build:release: ${error.message}\n`);
  process.exitCode = 1;
}
