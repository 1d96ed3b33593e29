/** The repository that a directory belongs to. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { EMPTY_TREE } from './blobs.ts';
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
  /** Of the commit; the empty one where there is none. */
  readonly tree: string;
  /** The first of the commit; empty: there is none. */
  readonly parent: string;
}

/**
 * Null where the directory is in no repository. Throws SOURCE_INVALID for one without a work tree, and
 * for one whose ids are no SHA-1.
 */
export async function openRepository(directory: string, env: NodeJS.ProcessEnv): Promise<Repository | null> {
  const at = existing(directory);
  const found = await locate(new Git(at, env));
  if (found === null) return null;
  const [bare, inside, gitDirectory = '', objects = '', shallow, format, prefix = '', up = ''] = found;
  const [commit = '', tree = '', ...rest] = found.slice(8);
  const head = rest.pop() ?? '';
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
  // A branch without a commit has only a name.
  const name = commit === '' ? await git.text(['symbolic-ref', 'HEAD']) : head;
  return {
    git,
    top,
    gitDirectory,
    objectDirectory: path.resolve(at, objects),
    prefix,
    shallow: shallow === 'true',
    branch: name.startsWith('refs/heads/') ? name.slice(11) : '',
    commit,
    tree: tree || EMPTY_TREE,
    parent: rest[0] ?? '',
  };
}

function existing(directory: string): string {
  try {
    if (statSync(directory).isDirectory()) return realpathSync(directory);
  } catch {
    // As below.
  }
  throw new BerthError('SOURCE_INVALID', `there is no directory ${oneLine(directory)}`, {
    hint: 'name a directory of this machine, in a git repository',
  });
}

/** Lines that are told of any repository. */
const PLACES = 8;

async function locate(git: Git): Promise<string[] | null> {
  const asked = ['--is-bare-repository', '--is-inside-work-tree', '--absolute-git-dir'];
  const more = ['--git-path', 'objects', '--is-shallow-repository', '--show-object-format'];
  // All parents, however many there are, stand before the name.
  const head = ['HEAD^{commit}', 'HEAD^{tree}', 'HEAD^@', '--symbolic-full-name', 'HEAD'];
  const args = ['rev-parse', ...asked, ...more, '--show-prefix', '--show-cdup', ...head];
  try {
    const { code, stdout, stderr } = await git.run(args, { answers: [0, 128] });
    const lines = stdout.toString('utf8').split('\n').slice(0, -1);
    // It fails at a HEAD without a commit, after it has told the rest. (It then repeats the name.)
    if (code === 0) return lines;
    if (lines.length >= PLACES) return lines.slice(0, PLACES);
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
