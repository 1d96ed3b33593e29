/**
 * Builds the two programs: `berth` as few files whose parts run when a command needs them, with the
 * page that it serves, and `berthd` beside the descriptor set that its reflection serves. Files are renamed
 * into place one by one, the entry after its chunks and `.stamp` last: a build broken off or
 * run twice at once leaves programs that work, and running ones still find their chunks.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { buildPage } from './build-page.ts';
import { inkAtOnce, PRODUCTION } from './bundle-ink.ts';
import {
  BANNER,
  BUNDLED_FORMS,
  besideTheBundle,
  dirnameOfDependencies,
  lateBuiltins,
  namesOfLateDependencies,
} from './bundle-plugins.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** The page of the browser, which is put into place by itself. */
const WEB = 'web';
/** Running clients may still load the chunks of the build before. */
const KEEP_OLD_CHUNKS_MS = 24 * 60 * 60 * 1000;

function options(dist: string, out: string): BuildOptions {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outdir: out,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    banner: { js: BANNER },
    alias: BUNDLED_FORMS,
    loader: { '.sh': 'text', '.conf': 'text', '.yaml': 'text', '.binpb': 'binary' },
    plugins: [dirnameOfDependencies(dist), namesOfLateDependencies()],
    logLevel: 'warning',
    legalComments: 'none',
  };
}

/** Bundles of their own, loaded when they are asked for: imported as, and found as. */
const BESIDE = {
  './cli.ts': './client.cjs',
  './commands/status-bar.ts': './status-bar.cjs',
  yaml: './yaml.cjs',
  zod: './zod.cjs',
  ink: './ink.cjs',
  react: './react.cjs',
  ws: './ws.cjs',
};

/**
 * The client as few CommonJS files whose modules run when they are first needed: measured, it
 * starts a tenth faster than the same modules in many small ESM chunks.
 */
function clientOptions(out: string): BuildOptions {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    outdir: out,
    outExtension: { '.js': '.cjs' },
    banner: { js: "const __bundle = require('node:url').pathToFileURL(__filename).href;" },
    define: { ...PRODUCTION, 'import.meta.url': '__bundle' },
    jsx: 'automatic',
    // A late import of a bundle is a late require: no second loader.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
    legalComments: 'none',
  };
}

/** Makes the files of one package in a directory beside dist, then moves them in. */
async function into(dist: string, entry: string, make: (out: string) => Promise<void>): Promise<void> {
  mkdirSync(dist, { recursive: true });
  const out = mkdtempSync(join(dist, '.new-'));
  try {
    await make(out);
    const files = readdirSync(out).sort((a, b) => Number(a === entry) - Number(b === entry));
    for (const file of files) renameSync(join(out, file), join(dist, file));
    writeFileSync(join(out, '.stamp'), `${new Date().toISOString()}\n`);
    renameSync(join(out, '.stamp'), join(dist, '.stamp'));
    prune(dist, new Set([...files, '.stamp', WEB]));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function prune(dist: string, keep: ReadonlySet<string>): void {
  for (const file of readdirSync(dist)) {
    const path = join(dist, file);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (keep.has(file) || !stat || Date.now() - stat.mtimeMs < KEEP_OLD_CHUNKS_MS) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const client = join(ROOT, 'packages/client/dist');
  const agent = join(ROOT, 'packages/agent/dist');
  mkdirSync(client, { recursive: true });
  await buildPage(client);
  await into(client, 'berth.cjs', async (out) => {
    const main = { berth: 'packages/client/src/main.ts' };
    const rest = { client: 'packages/client/src/cli.ts' };
    const plugins = [besideTheBundle(BESIDE), lateBuiltins(['zlib'])];
    await build({ ...clientOptions(out), entryPoints: main, plugins });
    // For reading .proto files at run time, which no client of ours does.
    const external = ['@grpc/proto-loader'];
    await build({ ...clientOptions(out), entryPoints: rest, plugins, external });
    const bar = { 'status-bar': 'packages/client/src/commands/status-bar.ts' };
    await build({ ...clientOptions(out), entryPoints: bar, plugins });
    await build({
      ...clientOptions(out),
      entryPoints: { yaml: 'yaml', zod: 'zod', react: 'react', ws: 'ws' },
    });
    const inkPlugins = [besideTheBundle({ react: './react.cjs' }), inkAtOnce()];
    await build({ ...clientOptions(out), entryPoints: { ink: 'ink' }, plugins: inkPlugins });
  });
  await into(agent, 'berthd.mjs', async (out) => {
    const entryPoints = { berthd: 'packages/agent/src/main.ts' };
    await build({ ...options(agent, out), entryPoints, splitting: true, external: ['node-pty'] });
    const buf = join(ROOT, 'node_modules/.bin/buf');
    const set = join(out, 'berth.binpb');
    execFileSync(process.execPath, [buf, 'build', 'proto', '--as-file-descriptor-set', '-o', set], {
      cwd: ROOT,
      stdio: 'inherit',
    });
  });
}

try {
  await main();
} catch (error) {
  // esbuild and buf have said already, with file and line, what is wrong.
  if (!(error instanceof Error && ('errors' in error || 'status' in error))) throw error;
  process.exitCode = 1;
}
