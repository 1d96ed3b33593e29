/** The two single executables that lab hosts are brought, built where their sources are newer. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { newestSource } from '../build-setup.ts';
import { NODE, ROOT } from '../programs.ts';
import { run } from '../running.ts';

const BUILD = join(ROOT, 'scripts/release/build-release.ts');
/** Written last. */
const STAMP = join(ROOT, 'dist/release/SHA256SUMS');

export async function ensureRelease(): Promise<void> {
  if (isFresh()) return;
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  console.log('lab: building dist/release, about half a minute …');
  // Of two runs at once the second one finds what the first one built.
  const argv = ['flock', join(ROOT, 'dist/release.lock'), NODE, import.meta.filename];
  const { code, stdout, stderr } = await run(argv, { env: process.env, timeoutMs: 600_000 });
  if (code !== 0) throw new Error(`${BUILD} exited with ${code}:\n${stdout.slice(-2_000)}${stderr}`);
}

function isFresh(): boolean {
  const built = statSync(STAMP, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return built >= newestSource(['scripts/release']);
}

if (process.argv[1] === import.meta.filename && !isFresh()) {
  execFileSync(NODE, [BUILD, '--arch', process.arch, '--no-deb'], { cwd: ROOT, stdio: 'inherit' });
}
