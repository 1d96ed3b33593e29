/**
 * Builds the page of `berth ui` into packages/client/dist/web, each file also as brotli and gzip have
 * it. Made anew only when something that goes into it changed; put into place whole, so that a client
 * which runs serves the page of before or the new one.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const ROOT = resolve(import.meta.dirname, '..');
const PAGE = join(ROOT, 'packages/client/src/web/page');
/** What else goes into the page. */
const ALSO = [
  'packages/client/src/web/protocol.ts',
  'packages/shared/src/domain',
  'packages/client/package.json',
  'package-lock.json',
  'scripts/build-page.ts',
].map((path) => join(ROOT, path));
const STAMP = '.inputs';
/** Smaller ones are sent as they are. */
const LEAST_COMPRESSED = 512;
const COMPRESSED = /\.(?:html|js|css|svg|webmanifest)$/;

/** True where it had to be built. `dist`: of the client, which exists. */
export async function buildPage(dist: string): Promise<boolean> {
  const target = join(dist, 'web');
  const inputs = fingerprint();
  if (read(join(target, STAMP)) === inputs) return false;
  const out = mkdtempSync(join(dist, '.new-web-'));
  // Of whoever builds: anything else here would make React's development page, with our paths in it.
  process.env.NODE_ENV = 'production';
  try {
    // Half a second to load, for those who changed the page alone.
    const { build } = await import('vite');
    await build({
      root: PAGE,
      configFile: false,
      logLevel: 'warn',
      oxc: { jsx: { runtime: 'automatic' } },
      build: {
        outDir: out,
        emptyOutDir: true,
        target: 'es2024',
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 1000,
      },
    });
    compress(out);
    writeFileSync(join(out, STAMP), inputs);
    const old = `${out}-old`;
    if (statSync(target, { throwIfNoEntry: false })) renameSync(target, old);
    renameSync(out, target);
    rmSync(old, { recursive: true, force: true });
    return true;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of [PAGE, ...ALSO].flatMap(filesIn)) {
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function compress(directory: string): void {
  for (const file of filesIn(directory)) {
    const content = readFileSync(file);
    if (!COMPRESSED.test(file) || content.length < LEAST_COMPRESSED) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
    writeFileSync(`${file}.br`, brotliCompressSync(content, quality));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] === import.meta.filename) {
  await buildPage(join(dirname(PAGE), '../../dist'));
}
