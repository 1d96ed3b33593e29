/** Repositories for tests, by the real git, with nothing of the machine's configuration. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const GIT_ENV: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_ALLOW_PROTOCOL: 'ext:file',
};

export type TestGit = (...args: readonly string[]) => string;

/** git in a directory. Throws where it fails; its output without the last newline. */
export function gitIn(directory: string, env: NodeJS.ProcessEnv = {}): TestGit {
  return (...args) =>
    execFileSync('git', args, {
      cwd: directory,
      env: { ...GIT_ENV, ...env },
      encoding: 'latin1',
      stdio: 'pipe',
      maxBuffer: 64 * 1024 * 1024,
    }).replace(/\n$/, '');
}

export function newRepository(directory: string): TestGit {
  mkdirSync(directory, { recursive: true });
  const git = gitIn(directory);
  git('init', '--quiet', '--initial-branch=main');
  return git;
}

/** A commit whose tree is the work tree, untracked files included; the index stays as it is. */
export function workCommit(directory: string): string {
  const git = gitIn(directory, { GIT_INDEX_FILE: join(directory, '.git', 'work-index') });
  git('add', '--all');
  return onTop(directory, git('write-tree'));
}

/** A commit whose tree is the index. */
export function indexCommit(directory: string): string {
  return onTop(directory, gitIn(directory)('write-tree'));
}

/** Its parent makes the next push thin: what that has is not sent again. */
function onTop(directory: string, tree: string): string {
  const git = gitIn(directory);
  const head = git('for-each-ref', '--count=1', 'refs/heads') === '' ? [] : ['-p', 'HEAD'];
  return git('commit-tree', '-m', 'as it was', ...head, tree);
}

/** What lies in a work tree: modes, targets of links, and bytes, by path (one character a byte). */
export function workTree(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (below: Buffer) => {
    for (const entry of readdirSync(below, { withFileTypes: true, encoding: 'buffer' })) {
      const path = Buffer.concat([below, Buffer.from('/'), entry.name]);
      const name = path.toString('latin1').slice(Buffer.from(directory).length + 1);
      if (name === '.git') continue;
      if (entry.isDirectory()) look(path);
      else if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(path)}`;
      else found[name] = `${(statSync(path).mode & 0o100).toString(8)} ${readFileSync(path, 'latin1')}`;
    }
  };
  look(Buffer.from(directory));
  return found;
}
