/** A host as far as git sees it: the programs at the other end, with directories of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { WorkspaceState } from '../../packages/shared/src/domain/workspace-source.ts';
import { GIT_ENV, gitIn, workCommit } from './git-home.ts';

/** Both ends of one stream of bytes. */
export interface ProgramStream {
  readonly connection: null;
  readonly data: AsyncIterable<Uint8Array>;
  write(data: Uint8Array): Promise<void>;
  end(): void;
}

/** A program in the place of a host's: it ends with the signal. */
export async function programStream(
  argv: readonly [string, ...string[]],
  { signal, env }: { signal: AbortSignal; env?: NodeJS.ProcessEnv },
): Promise<ProgramStream> {
  const [program, ...args] = argv;
  const child: ChildProcess = spawn(program, args, {
    env: { ...GIT_ENV, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  signal.addEventListener('abort', () => child.kill(), { once: true });
  child.stdin?.on('error', () => {});
  return {
    connection: null,
    data: child.stdout as AsyncIterable<Uint8Array>,
    write: async (data) => void child.stdin?.write(data),
    end: () => void child.stdin?.end(),
  };
}

/** What a session's repository holds, as an agent tells it. */
export function stateOfClone(directory: string): WorkspaceState {
  const git = gitIn(directory);
  const or = (args: readonly string[]) => {
    try {
      return git(...args);
    } catch {
      return '';
    }
  };
  const dirty = or(['status', '--porcelain']);
  const branches = or(['for-each-ref', '--format=%(objectname) %(refname:short)', 'refs/heads']);
  return {
    branch: or(['symbolic-ref', '-q', '--short', 'HEAD']),
    commit: or(['rev-parse', '-q', '--verify', 'HEAD']),
    workCommit: dirty === '' ? '' : again(directory, workCommit(directory)),
    dirtyFiles: dirty.split('\n').filter(Boolean).length,
    branches: branches
      .split('\n')
      .filter(Boolean)
      .map((line) => ({ commit: line.slice(0, 40), name: line.slice(41) })),
    outputDirectory: '',
  };
}

/** The same work has the same commit. */
function again(directory: string, commit: string): string {
  const date = '2020-01-01T00:00:00Z';
  const git = gitIn(directory, { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
  const [tree = '', parent = ''] = git('show', '--no-patch', '--format=%T %P', commit).split(' ');
  return git('commit-tree', '-m', 'work', ...(parent ? ['-p', parent] : []), tree);
}
