/**
 * Holds the API: the protos pass the linter, break nothing that the branch grew from, and the
 * generated code in the tree is what they generate. The base of the second check is where the
 * branch left origin/main; on main itself, or in a clone without it, the commit before this one.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const GENERATED = 'packages/shared/src/gen';

/** buf runs its plugins with `node` from the PATH: that of the project, however we were started. */
const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };

function buf(args: string[], cwd = ROOT): void {
  execFileSync(process.execPath, [join(ROOT, 'node_modules/.bin/buf'), ...args], {
    cwd,
    env,
    stdio: 'inherit',
  });
}

function git(...args: string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

function breakingBase(): string | null {
  const head = git('rev-parse', 'HEAD');
  const fork = git('merge-base', 'HEAD', 'origin/main');
  const base = fork && fork !== head ? fork : git('rev-parse', '--verify', 'HEAD~1');
  return base && git('cat-file', '-e', `${base}:proto/buf.yaml`) !== null ? base : null;
}

function checkBreaking(scratch: string): void {
  const base = breakingBase();
  if (!base) {
    console.log('proto: no earlier commit with protos here, so nothing to break');
    return;
  }
  const archive = join(scratch, 'base.tar');
  const tree = join(scratch, 'base');
  mkdirSync(tree);
  execFileSync('git', ['archive', '--output', archive, base, 'proto'], { cwd: ROOT });
  execFileSync('tar', ['-xf', archive, '-C', tree]);
  buf(['breaking', 'proto', '--against', join(tree, 'proto')]);
  console.log(`proto: breaks nothing since ${base.slice(0, 10)}`);
}

function checkGenerated(scratch: string): void {
  const base = join(scratch, 'generate');
  mkdirSync(base);
  // The template writes to ../packages/… as seen from proto/; here, from the scratch directory.
  buf(['generate', '-o', base], join(ROOT, 'proto'));
  try {
    const fresh = join(scratch, GENERATED);
    execFileSync('diff', ['-r', join(ROOT, GENERATED), fresh], { stdio: ['ignore', 'pipe', 'inherit'] });
  } catch (error) {
    const diff = (error as { stdout?: Buffer }).stdout?.toString('utf8') ?? '';
    console.error(diff.split('\n').slice(0, 20).join('\n'));
    console.error(`proto: ${GENERATED} is not what the protos generate; run: npm run gen`);
    process.exitCode = 1;
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'berth-proto-'));
try {
  buf(['lint', 'proto']);
  checkBreaking(scratch);
  checkGenerated(scratch);
} catch (error) {
  // buf has said already, with file and line, what is wrong.
  if (!(error instanceof Error && 'status' in error)) throw error;
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
