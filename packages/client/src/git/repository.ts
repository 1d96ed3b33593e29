/** The repository that a directory belongs to. */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { Git, gitFailed } from './run.ts';

export interface Repository {
  /** Runs at the top of the work tree. */
  readonly git: Git;
  readonly top: string;
  /** Of this work tree alone; a linked work tree has one of its own. */
  readonly gitDirectory: string;
  readonly objectDirectory: string;
  /** Where the directory is below the top, with a slash at its end; empty: at the top. */
  readonly prefix: string;
  readonly shallow: boolean;
  /** Empty: detached. */
  readonly branch: string;
  /** Empty: no commit yet. */
  readonly commit: string;
}

/**
 * Null where the directory is in no repository. Throws SOURCE_INVALID for one without a work tree, and
 * for one whose ids are no SHA-1.
 */
export async function openRepository(directory: string, env: NodeJS.ProcessEnv): Promise<Repository | null> {
  const at = realpathSync(directory);
  const found = await locate(new Git(at, env));
  if (found === null) return null;
  const [bare, inside, gitDirectory = '', objects = '', shallow, format, prefix = '', up = ''] = found;
  if (bare === 'true' || inside !== 'true') {
    throw new BerthError('SOURCE_INVALID', `${directory} belongs to a repository without a work tree`, {
      hint: 'go to a work tree of it, name one with --repo PATH, or take nothing along: --no-repo',
    });
  }
  if (format !== 'sha1') {
    throw new BerthError('SOURCE_INVALID', `the repository at ${directory} has ${format} ids, not SHA-1`, {
      hint: 'take nothing along: --no-repo',
    });
  }
  const top = path.resolve(at, up);
  const git = new Git(top, env);
  const [branch, commit] = await Promise.all([
    git.text(['symbolic-ref', '-q', '--short', 'HEAD'], { answers: [0, 1] }),
    git.text(['rev-parse', '-q', '--verify', 'HEAD^{commit}'], { answers: [0, 1] }),
  ]);
  return {
    git,
    top,
    gitDirectory,
    objectDirectory: path.resolve(at, objects),
    prefix,
    shallow: shallow === 'true',
    branch,
    commit,
  };
}

async function locate(git: Git): Promise<string[] | null> {
  const asked = ['--is-bare-repository', '--is-inside-work-tree', '--absolute-git-dir'];
  const more = ['--git-path', 'objects', '--is-shallow-repository', '--show-object-format'];
  const args = ['rev-parse', ...asked, ...more, '--show-prefix', '--show-cdup'];
  try {
    const { code, stdout, stderr } = await git.run(args, { answers: [0, 128] });
    if (code === 0) return stdout.toString('utf8').split('\n');
    if (/not a git repository/.test(stderr)) return null;
    throw gitFailed('rev-parse', stderr, code);
  } catch (error) {
    const missing = error instanceof BerthError && error.reason === 'TOOL_MISSING';
    if (missing && !hasRepository(git.directory)) return null;
    throw error;
  }
}

/** By its looks alone, for a machine without git. */
function hasRepository(directory: string): boolean {
  const parent = path.dirname(directory);
  return existsSync(path.join(directory, '.git')) || (parent !== directory && hasRepository(parent));
}
