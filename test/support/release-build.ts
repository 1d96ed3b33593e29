/** Copies of the checkout in which releases are built, to see that the place does not matter. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NODE, ROOT } from './programs.ts';

export interface ReleaseBuild {
  readonly root: string;
  readonly out: string;
  /** Name -> SHA-256, as the build wrote them. */
  readonly sums: ReadonlyMap<string, string>;
}

/** What git knows or would add, without what is ignored; the installed packages as hard links. */
export function copyCheckout(to: string): void {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const files = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const file of files.filter((name) => name && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(ROOT, file), join(to, file));
  }
  execFileSync('cp', ['-al', join(ROOT, 'node_modules'), join(to, 'node_modules')]);
  // The other architecture's runtime, where a build has fetched it before.
  const cache = join(ROOT, '.berth/cache');
  if (!existsSync(cache)) return;
  mkdirSync(join(to, '.berth'));
  execFileSync('cp', ['-al', cache, join(to, '.berth/cache')]);
}

export function buildRelease(root: string, run: { flags: string[]; env?: NodeJS.ProcessEnv }): ReleaseBuild {
  const argv = [join(root, 'scripts/release/build-release.ts'), ...run.flags];
  execFileSync(NODE, argv, { cwd: root, env: { ...process.env, ...run.env }, stdio: 'inherit' });
  const out = join(root, 'dist/release');
  const lines = readFileSync(join(out, 'SHA256SUMS'), 'utf8').trim().split('\n');
  const sums = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  return { root, out, sums };
}
