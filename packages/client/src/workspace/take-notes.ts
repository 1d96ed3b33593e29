/** What is said about a repository that goes along: what a person might not expect, and one line of summary. */
import path from 'node:path';
import { oneLine } from '@berth/shared/domain/text';
import { shownPath } from '../git/run.ts';
import type { WorkFiles } from '../git/work-tree.ts';
import { counted } from '../render/counted.ts';
import type { KeptBack } from './kept-back.ts';

const NAMED = 3;

export function notesOn(about: {
  readonly prefix: string;
  readonly files: WorkFiles;
  /** What is not committed goes along. */
  readonly work: boolean;
  readonly kept: KeptBack;
  readonly historyLeftOut: boolean;
}): string[] {
  const { prefix, files, work, kept } = about;
  const notes: string[] = [];
  if (prefix !== '') {
    const where = oneLine(prefix.replace(/\/$/, ''));
    notes.push(`the whole repository goes along: the session begins at its top, not in ${where}`);
  }
  if (about.historyLeftOut)
    notes.push(
      `.berthignore keeps committed files here (${named(kept.committed)}): the repository goes without its history, as one commit without them`,
    );
  if (files.submodules.length > 0)
    notes.push(`what is in submodules stays here (${named(files.submodules)}): Berth does not bring it`);
  if (work && files.nested.length > 0)
    notes.push(`repositories inside this one stay here: ${named(files.nested)}`);
  if (files.pointers.length > 0)
    notes.push(
      `what Git LFS keeps stays here, its pointers go along: ${counted(files.pointers.length, 'file')} (${named(files.pointers)})`,
    );
  if (work && files.conflicts.size > 0)
    notes.push(
      `files in conflict go along as they are, marks and all: ${named([...files.conflicts.keys()])}`,
    );
  return notes;
}

export function summaryOf(about: { top: string; branch: string; commit: string; changed: number }): string {
  const { top, branch, commit, changed } = about;
  const at = commit === '' ? 'no commit yet' : commit.slice(0, 7);
  const work = changed === 0 ? '' : ` and ${counted(changed, 'file')} not committed`;
  return oneLine(`${path.basename(top)}, ${branch || 'detached'} at ${at}${work}`);
}

function named(files: readonly string[]): string {
  const some = files.slice(0, NAMED).map(shownPath).join(', ');
  return files.length > NAMED ? `${some} and ${files.length - NAMED} more` : some;
}
