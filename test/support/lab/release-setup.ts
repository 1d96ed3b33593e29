/** Before the lab's tests: the two single executables, where their sources are newer. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { newestSource } from '../build-setup.ts';
import { NODE, ROOT } from '../programs.ts';

const BUILD = join(ROOT, 'scripts/release/build-release.ts');
/** Written last. */
const STAMP = join(ROOT, 'dist/release/SHA256SUMS');

export default function setup(): void {
  if (isFresh()) return;
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  console.log('lab: building dist/release, about half a minute …');
  // Of two runs at once the second one finds what the first one built.
  const argv = [join(ROOT, 'dist/release.lock'), NODE, import.meta.filename];
  execFileSync('flock', argv, { stdio: 'inherit' });
}

function isFresh(): boolean {
  const built = statSync(STAMP, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return built >= newestSource(['scripts/release']);
}

if (process.argv[1] === import.meta.filename && !isFresh()) {
  execFileSync(NODE, [BUILD, '--arch', process.arch, '--no-deb'], { cwd: ROOT, stdio: 'inherit' });
}
