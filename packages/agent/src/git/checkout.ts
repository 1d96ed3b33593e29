/**
 * Lays out what a push brought: a repository of the session's own, which shares no file with the cache
 * that either side ever changes (packs are hard links, and git replaces them whole), its branches and
 * tags, the index and the work tree as they were at home.
 */
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Checkout } from '@berth/shared/domain/workspace-source';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { GitError, type GitRun, runGit } from './call.ts';
import type { CachedRepository, GitObjectCaches } from './object-caches.ts';
import { NOTHING_RUNS, ownEnvironment } from './safety.ts';

const DEADLINE_MS = 600_000;
/** Where the session began, also after its branches moved on. */
const BASE = 'refs/berth/base';

/** Makes `directory`. Throws SOURCE_INVALID, DISK_FULL, GIT_FAILED. */
export async function layOutCheckout(
  caches: GitObjectCaches,
  checkout: Checkout,
  directory: string,
): Promise<void> {
  try {
    await caches.with(checkout.repository, async (cached) => {
      const refs = (await cached?.refs(checkout.upload)) ?? new Map<string, string>();
      refuseUnknown(checkout, refs);
      makeDirectory(directory);
      const run = {
        directory,
        env: ownEnvironment(),
        signal: AbortSignal.timeout(DEADLINE_MS),
        settings: NOTHING_RUNS,
      };
      await runGit(run, ['init', '--quiet', '--template=']);
      for (const name of ['hooks', 'info']) await mkdir(path.join(directory, '.git', name));
      if (cached) await takeObjects(cached, path.join(directory, '.git'));
      await nameAuthor(run, checkout);
      await makeRefs(run, checkout, refs);
      await fill(run, checkout);
    });
  } catch (error) {
    throw error instanceof GitError ? error.toBerthError('cannot lay out the workspace') : error;
  }
}

function refuseUnknown(checkout: Checkout, refs: ReadonlyMap<string, string>): void {
  const brought = new Set(refs.values());
  const { commit, indexCommit, workCommit } = checkout;
  for (const named of [commit, indexCommit, workCommit]) {
    if (named === '' || brought.has(named)) continue;
    const message = `the upload ${oneLine(checkout.upload)} brought no ${oneLine(named)}`;
    throw new BerthError('SOURCE_INVALID', message, {
      hint: 'bring the work once more: an upload is kept for an hour at least',
    });
  }
}

async function takeObjects(cached: CachedRepository, own: string): Promise<void> {
  const from = path.join(cached.directory, 'objects');
  for (const folder of await readdir(from)) {
    if (!/^([0-9a-f]{2}|pack)$/.test(folder)) continue;
    makeDirectory(path.join(own, 'objects', folder));
    // A push that goes on now adds packs, which are nothing to us; an index is of use with its pack alone.
    const names = (await readdir(path.join(from, folder))).filter((name) =>
      /^([0-9a-f]+|pack-.*\.(pack|idx|rev))$/.test(name),
    );
    const packsFirst = names.sort((a, b) => Number(b.endsWith('.pack')) - Number(a.endsWith('.pack')));
    for (const name of packsFirst) {
      await taken(path.join(from, folder, name), path.join(own, 'objects', folder, name));
    }
  }
  await copyFile(path.join(cached.directory, 'shallow'), path.join(own, 'shallow')).catch(unlessMissing);
}

/** A file system that links no files gets copies. */
async function taken(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(code)) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/** A host need not know its user's name, and git makes no commit of nobody's. */
async function nameAuthor(run: GitRun, { authorName, authorEmail }: Checkout): Promise<void> {
  if (authorName) await runGit(run, ['config', 'user.name', authorName]);
  if (authorEmail) await runGit(run, ['config', 'user.email', authorEmail]);
}

async function makeRefs(run: GitRun, checkout: Checkout, refs: ReadonlyMap<string, string>): Promise<void> {
  const { branch, commit } = checkout;
  const wanted = new Map([...refs].filter(([name]) => /^(heads|tags)\/./.test(name)));
  const head = await headOf(run, branch);
  if (branch && commit) wanted.set(Buffer.from(`heads/${branch}`).toString('latin1'), commit);
  const lines = [...wanted].map(([name, id]) => `create refs/${name} ${id}\n`);
  if (commit) lines.push(`create ${BASE} ${commit}\n`);
  await runGit({ ...run, input: lines.join('') }, ['update-ref', '--stdin']);
  if (head) await runGit(run, ['symbolic-ref', 'HEAD', head]);
  else if (commit) await runGit(run, ['update-ref', '--no-deref', 'HEAD', commit]);
}

/** Null: detached, or nobody said. */
async function headOf(run: GitRun, branch: string): Promise<string | null> {
  if (branch === '') return null;
  const head = `refs/heads/${branch}`;
  await runGit(run, ['check-ref-format', head]).catch(() => {
    throw new BerthError('SOURCE_INVALID', `${oneLine(branch)} is no name of a branch`);
  });
  return head;
}

/** Index and work tree. Filters that attributes name are not run: LFS pointers stay what they are. */
async function fill(run: GitRun, { commit, indexCommit, workCommit }: Checkout): Promise<void> {
  const work = workCommit || commit;
  const index = indexCommit || commit;
  if (work) await runGit(run, ['read-tree', '--reset', '-u', work]);
  if (index === work) return;
  // With -m what is the same in both keeps what is known of its file: the first `git status` is quick.
  await runGit(run, index ? ['read-tree', '-m', index] : ['read-tree', '--empty']);
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
