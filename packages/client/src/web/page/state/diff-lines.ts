/** The text of `git diff` -> files and lines with their kind. Pure; the text is anybody's. */
import { safeText } from '@berth/shared/domain/text';

export type DiffLineKind = 'added' | 'removed' | 'same' | 'hunk' | 'note';

export interface DiffLine {
  readonly kind: DiffLineKind;
  readonly text: string;
  /** Null where the line is not in that version. */
  readonly before: number | null;
  readonly after: number | null;
}

export interface DiffFile {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly DiffLine[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

interface OpenFile {
  path: string;
  added: number;
  removed: number;
  lines: DiffLine[];
}

export function diffFiles(text: string): DiffFile[] {
  const files: OpenFile[] = [];
  let file: OpenFile | null = null;
  // Lines of the hunk still to come: within it a line that begins like a header is none.
  let left = { before: 0, after: 0 };
  let at = { before: 0, after: 0 };
  const open = (path: string): OpenFile => {
    const opened: OpenFile = { path, added: 0, removed: 0, lines: [] };
    files.push(opened);
    return opened;
  };
  for (const line of safeText(text).split('\n')) {
    // Counts that are wrong end where lines do that can be in no hunk.
    const inHunk = (left.before > 0 || left.after > 0) && /^(?:[ +\\-]|$)/.test(line);
    if (!inHunk) left = { before: 0, after: 0 };
    if (!inHunk && line.startsWith('diff --git ')) {
      file = open(pathOf(line));
      continue;
    }
    const hunk = inHunk ? null : HUNK.exec(line);
    if (hunk) {
      file ??= open('');
      left = { before: Number(hunk[2] ?? 1), after: Number(hunk[4] ?? 1) };
      at = { before: Number(hunk[1]), after: Number(hunk[3]) };
      file.lines.push({ kind: 'hunk', text: line, before: null, after: null });
      continue;
    }
    if (!file) continue;
    if (!inHunk) {
      if (/^(Binary|new file|deleted file|rename|similarity|old mode|new mode)/.test(line)) {
        file.lines.push({ kind: 'note', text: line, before: null, after: null });
      }
      continue;
    }
    const rest = line.slice(1);
    if (line.startsWith('+')) {
      file.added++;
      left.after--;
      file.lines.push({ kind: 'added', text: rest, before: null, after: at.after++ });
    } else if (line.startsWith('-')) {
      file.removed++;
      left.before--;
      file.lines.push({ kind: 'removed', text: rest, before: at.before++, after: null });
    } else if (line.startsWith('\\')) {
      file.lines.push({ kind: 'note', text: line.slice(2), before: null, after: null });
    } else {
      left = { before: left.before - 1, after: left.after - 1 };
      file.lines.push({ kind: 'same', text: rest, before: at.before++, after: at.after++ });
    }
  }
  return files;
}

/** `diff --git a/PATH b/PATH`: both halves are alike but where it was renamed. */
function pathOf(line: string): string {
  const names = line.slice('diff --git '.length);
  const half = names.slice(2, 2 + Math.floor((names.length - 5) / 2));
  return names === `a/${half} b/${half}` ? half : (names.split(' b/').at(-1) ?? names);
}
