/** Before tests on the real binaries: builds the programs where their sources are newer. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NODE, ROOT } from './programs.ts';

const SOURCES = [
  'packages/shared/src',
  'packages/agent/src',
  'packages/agent/presets',
  'packages/client/src',
  'proto',
];
const SINGLE_SOURCES = [
  'package-lock.json',
  ...['build', 'bundle-agent', 'bundle-ink', 'bundle-plugins'].map((name) => `scripts/${name}.ts`),
];
const STAMPS = ['packages/client/dist/.stamp', 'packages/agent/dist/.stamp'];

/** Time of the newest file that the programs are built from, or that lies in one of `more`. */
export function newestSource(more: readonly string[] = []): number {
  const trees = [...SOURCES, ...more].flatMap((directory) =>
    readdirSync(resolve(ROOT, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return Math.max(
    ...[...trees, ...SINGLE_SOURCES.map((f) => resolve(ROOT, f))].map((f) => statSync(f).mtimeMs),
  );
}

function builtAt(): number {
  return Math.min(...STAMPS.map((f) => statSync(resolve(ROOT, f), { throwIfNoEntry: false })?.mtimeMs ?? 0));
}

export default function setup(): void {
  if (builtAt() >= newestSource()) return;
  execFileSync(NODE, [resolve(ROOT, 'scripts/build.ts')], { cwd: ROOT, stdio: 'inherit' });
}
