/** Branches and Berth's own marks in the repository that work comes back to. */
import type { Git } from './run.ts';

/** What was last pulled: then a session's id, then the branch it went to. */
export const PULLED = 'refs/berth/pulled/';

export interface Update {
  /** Full name. */
  readonly reference: string;
  readonly to: string;
  /** What it must be now; empty: it is not there. */
  readonly from: string;
}

/** Commits by the full names of references below these. */
export async function references(git: Git, below: readonly string[]): Promise<Map<string, string>> {
  const text = await git.text(['for-each-ref', '--format=%(objectname) %(refname)', ...below]);
  const lines = text.split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)] as const));
}

/** Where branches (full names) are checked out, in all work trees. */
export async function checkedOut(git: Git): Promise<Map<string, string>> {
  const lines = (await git.text(['worktree', 'list', '--porcelain'])).split('\n');
  const found = new Map<string, string>();
  let directory = '';
  for (const line of lines) {
    if (line.startsWith('worktree ')) directory = line.slice(9);
    if (line.startsWith('branch ')) found.set(line.slice(7), directory);
  }
  return found;
}

/** Commits of each that the other has not. */
export async function apart(git: Git, one: string, other: string): Promise<[number, number]> {
  const text = await git.text(['rev-list', '--left-right', '--count', `${one}...${other}`]);
  const [left, right] = text.split('\t').map(Number);
  return [left ?? 0, right ?? 0];
}

/** Some local branch, tag or remote-tracking branch has one of these commits. */
export async function isKnownHistory(git: Git, commits: readonly string[]): Promise<boolean> {
  const where = ['refs/heads', 'refs/tags', 'refs/remotes'];
  for (const commit of commits) {
    const found = await git.run(['for-each-ref', '--count=1', `--contains=${commit}`, ...where], {
      answers: [0, 129],
    });
    if (found.stdout.length > 0) return true;
    const detached = ['merge-base', '--is-ancestor', commit, 'HEAD'];
    if ((await git.run(detached, { answers: [0, 1, 128] })).code === 0) return true;
  }
  return false;
}

/** Of these commits those that no local branch, tag or remote-tracking branch leads to. */
export async function unknown(git: Git, commits: readonly string[]): Promise<Set<string>> {
  if (commits.length === 0) return new Set();
  const known = ['--branches', '--tags', '--remotes', 'HEAD'];
  const not = ['--not', ...known];
  const news = new Set<string>();
  for (const commit of new Set(commits)) {
    const args = ['rev-list', '--max-count=1', commit, ...not];
    if ((await git.text(args, { answers: [0, 128] })) !== '') news.add(commit);
  }
  return news;
}

export async function isBranchName(git: Git, name: string): Promise<boolean> {
  return (await git.run(['check-ref-format', `refs/heads/${name}`], { answers: [0, 1] })).code === 0;
}

/** All or none; index and work tree are not touched. `to` empty: removes. */
export async function updateReferences(git: Git, updates: readonly Update[], message: string): Promise<void> {
  const none = '0'.repeat(40);
  const lines = updates.map(({ reference, to, from }) =>
    to === '' ? `delete ${reference}\0${from}\0` : `update ${reference}\0${to}\0${from || none}\0`,
  );
  const us = { GIT_COMMITTER_NAME: 'Berth', GIT_COMMITTER_EMAIL: 'berth@localhost' };
  const args = ['update-ref', '--create-reflog', '-m', message, '-z', '--stdin'];
  await git.with(us).run(args, { input: Buffer.from(lines.join('')) });
}

export interface Size {
  readonly commits: number;
  readonly files: number;
  readonly added: number;
  readonly deleted: number;
}

/** What lies between two commits; `base` may be a tree, which has no commits to count. */
export async function sizeBetween(git: Git, base: string, tip: string): Promise<Size> {
  const [count, stat] = await Promise.all([
    git.text(['rev-list', '--count', tip, `^${base}`], { answers: [0, 128] }),
    git.text(['diff', '--shortstat', '--no-ext-diff', base, tip]),
  ]);
  const number = (pattern: RegExp) => Number(pattern.exec(stat)?.[1] ?? 0);
  return {
    commits: Number(count || 0),
    files: number(/(\d+) files? changed/),
    added: number(/(\d+) insertion/),
    deleted: number(/(\d+) deletion/),
  };
}

export async function mergeBase(git: Git, one: string, other: string): Promise<string> {
  return await git.text(['merge-base', one, other], { answers: [0, 1, 128] });
}
