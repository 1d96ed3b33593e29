/** The root file system that lab hosts share: built once a machine and recipe, about 50 seconds. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../running.ts';
import { LAB_HOME } from './claim.ts';
import { command } from './command.ts';

const RECIPE = join(import.meta.dirname, 'base.sh');

export function baseDirectory(): string {
  const hash = createHash('sha256').update(readFileSync(RECIPE)).digest('hex').slice(0, 12);
  return join(LAB_HOME, `base-${hash}`);
}

/** Builds it where it is missing. */
export async function ensureBase(): Promise<void> {
  const base = baseDirectory();
  if (existsSync(base)) return;
  console.log(`lab: building ${base}, about a minute …`);
  const argv = ['sh', RECIPE, base, mirror()];
  const { code, stdout, stderr } = await run(argv, { env: process.env, timeoutMs: 600_000 });
  if (code !== 0) throw new Error(`${argv.join(' ')} exited with ${code}:\n${stdout.slice(-2_000)}${stderr}`);
}

/** Where this machine gets its own Debian packages. */
function mirror(): string {
  const format = '$(LABEL) $(CODENAME) $(REPO_URI)';
  const targets = command(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  return /^Debian bookworm (\S+)$/m.exec(targets)?.[1] ?? 'http://deb.debian.org/debian';
}
