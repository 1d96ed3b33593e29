/** Commits: what a push takes along, and the one that stands for a history that stays here. */
import type { Git } from './run.ts';

/** In the message of a commit that stands for a history: the commit it was made of follows. */
const BASE = 'Berth-Base: ';

/** The oldest commit on the first-parent line of a commit: of a shallow clone the oldest there is. */
export async function firstCommit(git: Git, commit: string): Promise<string> {
  const roots = ['rev-list', '--first-parent', '--max-parents=0', commit];
  return (await git.text(roots)).split('\n').at(-1) ?? '';
}

/** The commit that a branch or tag is at; empty: there is none. */
export async function commitOf(git: Git, name: string): Promise<string> {
  return await git.text(['rev-parse', '-q', '--verify', `${name}^{commit}`], { answers: [0, 1] });
}

export async function treeOf(git: Git, commit: string): Promise<string> {
  return await git.text(['rev-parse', `${commit}^{tree}`]);
}

/** Of these objects those that are here. */
export async function present(git: Git, objects: readonly string[]): Promise<Set<string>> {
  if (objects.length === 0) return new Set();
  const input = objects.map((id) => `${id}\n`).join('');
  const lines = (await git.text(['cat-file', '--batch-check'], { input })).split('\n');
  return new Set(lines.flatMap((line) => (line.endsWith(' missing') ? [] : [line.split(' ')[0] ?? ''])));
}

/** Trees of all local branches and tags, with the name of one that has it. */
export async function treesOfReferences(git: Git): Promise<Map<string, string>> {
  const format = '%(tree)%(*tree) %(refname:short)';
  const text = await git.text(['for-each-ref', `--format=${format}`, 'refs/heads', 'refs/tags']);
  const lines = text.split('\n').filter((line) => /^[0-9a-f]{40} /.test(line));
  return new Map(lines.map((line) => [line.slice(0, 40), line.slice(41)] as const));
}

/** Every name that a file has had in what local branches, tags and this commit lead to. */
export async function namesInHistory(git: Git, commit: string): Promise<string[]> {
  const tips = ['--branches', '--tags', ...(commit === '' ? [] : [commit])];
  const shown = ['--format=', '--name-only', '--no-renames', '--diff-filter=A', '-m', '--root', '-z'];
  // Nor what the user's settings have it say about signatures: it would stand before a name.
  shown.push('--no-show-signature');
  const names = await git.list(['log', ...shown, ...tips]);
  return [...new Set(names.map((name) => name.replace(/^\n+/, '')))];
}

/** A commit of Berth's own; the same for the same arguments and the same second. */
export async function commitTree(
  git: Git,
  { tree, parent, message }: { tree: string; parent: string; message: string },
): Promise<string> {
  const us = {
    GIT_AUTHOR_NAME: 'Berth',
    GIT_AUTHOR_EMAIL: 'berth@localhost',
    GIT_COMMITTER_NAME: 'Berth',
    GIT_COMMITTER_EMAIL: 'berth@localhost',
  };
  const parents = parent === '' ? [] : ['-p', parent];
  return await git.with(us).text(['commit-tree', ...parents, '-m', message, tree]);
}

/** A commit without parents that has this tree, and the author, date and message of `commit`. */
export async function standIn(git: Git, { commit, tree }: { commit: string; tree: string }) {
  const { head, message } = split(await raw(git, commit));
  const text = `${message.replace(/\n*$/, '\n')}\n${BASE}${commit}\n`;
  return await write(git, {
    head: [`tree ${tree}`, ...head.filter((line) => !/^(tree|parent) /.test(line))],
    message: text,
  });
}

/** The commit that this one stands for; empty: it stands for itself. */
export async function baseOf(git: Git, commit: string): Promise<string> {
  const { head, message } = split(await raw(git, commit));
  if (head.some((line) => line.startsWith('parent '))) return '';
  return new RegExp(`^${BASE}([0-9a-f]{40})$`, 'm').exec(message)?.[1] ?? '';
}

/** The commits without parents that a commit leads to. */
export async function rootsOf(git: Git, commit: string): Promise<string[]> {
  return (await git.text(['rev-list', '--max-parents=0', commit])).split('\n').filter(Boolean);
}

/**
 * What leads from the stand-in to `tips`, anew on top of what it stands for: each commit with the
 * author, dates and message it had, and with the files that had been left out as they were. Gives the
 * new commit of each tip. `git` has an index that is nobody's.
 */
export async function putBack(
  git: Git,
  { root, base, tips }: { root: string; base: string; tips: readonly string[] },
): Promise<Map<string, string>> {
  const kept = await leftOut(git, root, base);
  const order = ['rev-list', '--topo-order', '--reverse', ...tips, `^${root}`];
  const commits = (await git.text(order)).split('\n').filter(Boolean);
  const made = new Map([[root, base]]);
  for (const commit of commits) {
    const { head, message } = split(await raw(git, commit));
    await git.run(['read-tree', commit]);
    await git.run(['update-index', '--replace', '-z', '--index-info'], { input: kept });
    const tree = await git.text(['write-tree']);
    const mapped = head.map((line) => {
      if (line.startsWith('tree ')) return `tree ${tree}`;
      const parent = line.startsWith('parent ') ? made.get(line.slice(7)) : undefined;
      return parent === undefined ? line : `parent ${parent}`;
    });
    made.set(commit, await write(git, { head: mapped, message }));
  }
  return new Map(tips.map((tip) => [tip, made.get(tip) ?? tip] as const));
}

/** The files of `base` that are not in its stand-in, as entries of an index. */
async function leftOut(git: Git, root: string, base: string): Promise<string> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--diff-filter=A', root, base];
  const fields = await git.list(args);
  const entries: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode, , id] = (fields[i] ?? '').split(' ');
    entries.push(`${mode} ${id} 0\t${fields[i + 1]}\0`);
  }
  return entries.join('');
}

async function raw(git: Git, commit: string): Promise<string> {
  return (await git.run(['cat-file', 'commit', commit])).stdout.toString('latin1');
}

function split(commit: string): { head: string[]; message: string } {
  const end = commit.indexOf('\n\n');
  const head: string[] = [];
  let signature = false;
  for (const line of commit.slice(0, end).split('\n')) {
    // A signature goes over the whole: of another commit it is none.
    signature = line.startsWith('gpgsig') || (signature && line.startsWith(' '));
    if (!signature) head.push(line);
  }
  return { head, message: commit.slice(end + 2) };
}

async function write(git: Git, { head, message }: { head: readonly string[]; message: string }) {
  const input = `${head.join('\n')}\n\n${message}`;
  return await git.text(['hash-object', '-t', 'commit', '-w', '--stdin'], { input });
}
