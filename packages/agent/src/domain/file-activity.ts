/** What to tell of changes in a session's workspace, and when: gathered, and never too often. Pure. */
import type { Fact } from '@berth/shared/domain/event';

/** Told once it has been quiet for so long, … */
export const QUIET_MS = 2000;
/** … and no sooner after the time before; changes that do not end are told after as long, too. */
export const BETWEEN_MS = 30_000;
const MOST_FILES = 10_000;
const MOST_FOLDERS = 20;

export class FileActivity {
  readonly #files = new Set<string>();
  #incomplete = false;
  #firstAt: number | null = null;
  #lastAt = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** `paths` are relative to the workspace. `now` in ms, as all times here. */
  add({ paths, incomplete }: { paths: readonly string[]; incomplete: boolean }, now: number): void {
    if (paths.length === 0 && !incomplete) return;
    this.#incomplete ||= incomplete;
    for (const path of paths) {
      if (this.#files.size >= MOST_FILES) {
        this.#incomplete = true;
        break;
      }
      this.#files.add(path);
    }
    this.#firstAt ??= now;
    this.#lastAt = now;
  }

  /** When to tell it; null: there is nothing to tell. */
  dueAt(): number | null {
    if (this.#firstAt === null) return null;
    const settled = Math.min(this.#lastAt + QUIET_MS, this.#firstAt + BETWEEN_MS);
    return Math.max(settled, this.#toldAt + BETWEEN_MS);
  }

  /** What is to be told now, everything gathered; null before it is due. */
  take(now: number): Extract<Fact, { type: 'filesChanged' }> | null {
    const due = this.dueAt();
    if (due === null || due > now) return null;
    const fact = {
      type: 'filesChanged',
      folders: foldersOf(this.#files),
      files: this.#files.size,
      incomplete: this.#incomplete,
    } as const;
    this.#files.clear();
    this.#incomplete = false;
    this.#firstAt = null;
    this.#toldAt = now;
    return fact;
  }
}

/** The first folder of each path, those with most files first. */
function foldersOf(paths: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const slash = path.indexOf('/');
    const folder = slash === -1 ? '.' : path.slice(0, slash);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return ordered.slice(0, MOST_FOLDERS).map(([folder]) => folder);
}
