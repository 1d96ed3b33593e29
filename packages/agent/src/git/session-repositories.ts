/**
 * Takes work out of the repositories that sessions work in. They are somebody else's and may be in
 * use: nothing that they configure is run, index and work tree stay as they are, and what is written
 * are objects and refs below refs/berth/ alone.
 */
import { copyFile, mkdtemp, realpath, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { ProtocolProgram, SessionRepositories } from '../sessions/workspace-port.ts';
import { GitError, type GitRun, runGit, safeSettings } from './call.ts';
import { startProtocolProgram } from './protocol-program.ts';
import { BERTH_IDENTITY, guardedEnvironment, NOTHING_RUNS } from './safety.ts';

const DEADLINE_MS = 120_000;
/** The newest commit of what was not committed. */
const WORK = 'refs/berth/work';

export function createSessionRepositories(): SessionRepositories {
  return {
    async snapshot(directory, signal) {
      try {
        const run = await opened(directory, AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]));
        const branch = await quietly(run, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
        const commit = await quietly(run, ['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']);
        const tree = await treeOfWork(run);
        const base = commit ? await line(run, ['rev-parse', `${commit}^{tree}`]) : await emptyTree(run);
        const workCommit = tree === base ? '' : await commitOf(run, { tree, commit });
        return {
          branch: utf8(branch),
          commit,
          workCommit,
          dirtyFiles: tree === base ? 0 : await changedFiles(run, base, tree),
          branches: await branches(run),
        };
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        throw error.toBerthError('cannot take what is in the workspace');
      }
    },

    async upload(directory, protocol, connection): Promise<ProtocolProgram> {
      const { directory: real } = await opened(directory, AbortSignal.timeout(DEADLINE_MS));
      return startProtocolProgram({
        args: ['upload-pack', path.join(real, '.git')],
        // Likenesses among large files take minutes to find; sending them whole takes seconds.
        settings: [...NOTHING_RUNS, ['core.bigFileThreshold', '2m']],
        env: { ...guardedEnvironment(real), ...(protocol === '' ? {} : { GIT_PROTOCOL: protocol }) },
        connection,
      });
    },
  };
}

/** How git is run in a session's repository. Throws SOURCE_INVALID where there is none. */
async function opened(directory: string, signal: AbortSignal): Promise<GitRun> {
  // A session's workspace may be a link to the directory that somebody named.
  const real = await realpath(directory).catch(() => null);
  const none = (why: string) =>
    new BerthError('SOURCE_INVALID', `there is no repository in ${oneLine(real ?? directory)}: ${why}`, {
      hint: 'only work that git knows can be pulled: copy other files with berth cp',
    });
  if (real === null) throw none('the directory is gone');
  if (!(await stat(path.join(real, '.git')).catch(() => null))) throw none('it has no .git');
  const run = { directory: real, env: { ...guardedEnvironment(real), ...BERTH_IDENTITY }, signal };
  const inside = await quietly({ ...run, settings: NOTHING_RUNS }, ['rev-parse', '--is-inside-work-tree']);
  if (inside !== 'true') throw none('git takes it for none');
  return { ...run, settings: await safeSettings(run) };
}

/** The tree of the work tree as `git add --all` would make it. Conflicts count as they lie there. */
async function treeOfWork(run: GitRun): Promise<string> {
  const own = await mkdtemp(path.join(tmpdir(), 'berth-index-'));
  try {
    const index = path.join(own, 'index');
    const theirs = path.resolve(run.directory, utf8(await line(run, ['rev-parse', '--git-path', 'index'])));
    const before = await stat(theirs).catch(() => null);
    if (before) {
      await copyFile(theirs, index);
      // Files as old as the index are read again; one that looked younger than it is would hide their change.
      await utimes(index, before.atime, new Date(Math.floor(before.mtimeMs)));
    }
    const apart = { ...run, env: { ...run.env, GIT_INDEX_FILE: index } };
    await settleNested(apart);
    // What cannot be read is left out, like what is ignored.
    await runGit(apart, ['add', '--all', '--ignore-errors', '--', '.']).catch((error: unknown) => {
      if (!(error instanceof GitError && error.exitCode === 1)) throw error;
    });
    return await line(apart, ['write-tree']);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/**
 * Repositories inside of this one go into the index as they are: git would ask each for its state, and
 * run what it configures for that.
 */
async function settleNested(apart: GitRun): Promise<void> {
  const staged = (await runGit(apart, ['ls-files', '-z', '--stage'])).split('\0');
  const names = staged.flatMap((entry) => (entry.startsWith('160000 ') ? [entry.split('\t')[1] ?? ''] : []));
  const found = await Promise.all(
    names.map(async (name) => {
      const directory = path.join(apart.directory, utf8(name));
      // What is gone, or is no repository (yet), git itself knows what to do about.
      if (!(await stat(path.join(directory, '.git')).catch(() => null))) return [];
      const nested = { ...apart, directory, env: { ...apart.env, ...guardedEnvironment(directory) } };
      const commit = await quietly(nested, ['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']);
      return [{ name, commit }];
    }),
  );
  const nested = found.flat();
  if (nested.length === 0) return;
  const moved = nested.filter(({ commit }) => commit !== '');
  const entries = moved.map(({ name, commit }) => `160000 ${commit} 0\t${name}\0`);
  await runGit({ ...apart, input: entries.join('') }, ['update-index', '-z', '--index-info']);
  const input = nested.map(({ name }) => `${name}\0`).join('');
  await runGit({ ...apart, input }, ['update-index', '--skip-worktree', '-z', '--stdin']);
}

/** The same work has the same commit, so that whoever asks again has nothing to fetch. */
async function commitOf(run: GitRun, of: { tree: string; commit: string }): Promise<string> {
  const known = await quietly(run, ['rev-parse', '--quiet', '--verify', `${WORK}^{commit}`]);
  if (known !== '') {
    // A repository may ask for signatures to be checked, by a program of its choice.
    const told = await line(run, ['show', '--no-patch', '--no-show-signature', '--format=%T %P', known]);
    if (told === `${of.tree} ${of.commit}`) return known;
  }
  const parent = of.commit ? ['-p', of.commit] : [];
  const made = await line(run, ['commit-tree', '-m', 'Work that was not committed', ...parent, of.tree]);
  await runGit(run, ['update-ref', WORK, made]);
  return made;
}

async function changedFiles(run: GitRun, from: string, to: string): Promise<number> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv'];
  return (await runGit(run, [...args, from, to])).split('\0').length - 1;
}

async function branches(run: GitRun): Promise<{ name: string; commit: string }[]> {
  const listed = await runGit(run, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads/']);
  return listed
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => {
      const [commit = ''] = row.split(' ', 1);
      return { commit, name: utf8(row.slice(commit.length + ' refs/heads/'.length)) };
    });
}

/** In the repository's own kind of object ids. */
async function emptyTree(run: GitRun): Promise<string> {
  return await line(run, ['mktree']);
}

async function line(run: GitRun, args: readonly string[]): Promise<string> {
  return (await runGit(run, args)).replace(/\n$/, '');
}

/** Empty where git says no. */
async function quietly(run: GitRun, args: readonly string[]): Promise<string> {
  return await line(run, args).catch((error: unknown) => {
    if (error instanceof GitError && error.exitCode !== null) return '';
    throw error;
  });
}

function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
