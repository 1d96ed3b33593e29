/** `git diff` between two commits, for eyes and for programs. */
import { ended, type Git, gitFailed, shownPath } from './run.ts';

export type DiffForm = 'patch' | 'stat' | 'names';

const FORMS: Readonly<Record<DiffForm, readonly string[]>> = {
  patch: [],
  stat: ['--stat'],
  names: ['--name-only'],
};

/** Written by git itself where this program writes: with its colours and its pager on a terminal. */
export async function showDiff(
  git: Git,
  { base, tip, form, color }: { base: string; tip: string; form: DiffForm; color: boolean },
): Promise<void> {
  const colors = color ? [] : ['--color=never'];
  const child = git.spawn(['diff', ...colors, ...FORMS[form], base, tip, '--'], {
    stdio: ['inherit', 'inherit', 'inherit'],
    // The pager shows text as its reader's locale has it.
    env: { LC_ALL: process.env.LC_ALL, LANGUAGE: process.env.LANGUAGE },
  });
  const code = await ended(child);
  // Who reads may stop reading.
  if (code !== 0 && code !== 141) throw gitFailed('diff', '', code);
}

/** As a patch, without colours and the user's own drivers; cut at the end of a line where it is longer. */
export async function diffText(
  git: Git,
  { base, tip, mostBytes }: { base: string; tip: string; mostBytes: number },
): Promise<{ text: string; complete: boolean }> {
  const plain = ['--color=never', '--no-ext-diff', '--no-textconv'];
  const child = git.spawn(['diff', ...plain, base, tip, '--'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const parts: Buffer[] = [];
  let bytes = 0;
  child.stdout?.on('data', (part: Buffer) => {
    parts.push(part);
    bytes += part.length;
    if (bytes > mostBytes) child.kill();
  });
  const code = await ended(child);
  const all = Buffer.concat(parts);
  if (bytes > mostBytes) {
    const text = all.subarray(0, all.lastIndexOf('\n', mostBytes) + 1).toString('utf8');
    return { text, complete: false };
  }
  if (code !== 0) throw gitFailed('diff', '', code);
  return { text: all.toString('utf8'), complete: true };
}

export interface ChangedFile {
  readonly path: string;
  /** Lines; null for a binary file. */
  readonly added: number | null;
  readonly deleted: number | null;
}

export async function changedFiles(git: Git, base: string, tip: string): Promise<ChangedFile[]> {
  const plain = ['--no-renames', '--no-ext-diff', '--no-textconv'];
  const fields = await git.list(['diff', '--numstat', '-z', ...plain, base, tip, '--']);
  return fields.map((field) => {
    const [added = '-', deleted = '-', ...name] = field.split('\t');
    const lines = (text: string) => (text === '-' ? null : Number(text));
    return { path: shownPath(name.join('\t')), added: lines(added), deleted: lines(deleted) };
  });
}
