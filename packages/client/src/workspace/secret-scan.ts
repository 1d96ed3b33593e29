/** Looks for secrets in all that is about to leave: every file of every tree, each content once. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '@berth/shared/files/replace-file';
import { EMPTY_TREE, filesBetween, readBlobs, type TreeFile } from '../git/blobs.ts';
import { type Git, shownPath } from '../git/run.ts';
import { envSecret, isBinaryFile, isEnvFile, RULES_VERSION, type Secret, secretsIn } from './secret-rules.ts';

export interface Finding extends Secret {
  readonly path: string;
  /** A branch or tag that has it; empty: it is in what the session begins with. */
  readonly where: string;
}

export interface ScanOptions {
  /** Trees by id, with the name of what has them. The first is what the others are compared with. */
  readonly trees: ReadonlyMap<string, string>;
  /** Trees that were found clean before; told anew where all is clean. */
  readonly memory: CleanTrees;
  readonly now: number;
  /** What `lookAtBase` found of the first tree, where it was asked ahead. */
  readonly base?: Looked | null;
}

/** New files of trees, and the secrets in them by their content. */
export interface Looked {
  readonly files: ReadonlyMap<string, readonly TreeFile[]>;
  readonly found: ReadonlyMap<string, readonly Secret[]>;
}

/** Text beyond this is data that a program wrote. Bytes. */
const MOST_BYTES = 2 * 2 ** 20;
/** In so many of its first bytes a binary file shows a NUL. */
const LOOK_BYTES = 8000;

/** A part of `scan` that needs the first tree alone, which is known before the others are. */
export async function lookAtBase(
  git: Git,
  { tree, memory, now }: { tree: string; memory: CleanTrees; now: number },
): Promise<Looked> {
  const known = memory.read();
  if (tree === EMPTY_TREE || known.includes(tree)) return { files: new Map([[tree, []]]), found: new Map() };
  // What was found clean before may have been swept away since.
  const files = await filesBetween(git, [{ from: known.at(-1) ?? EMPTY_TREE, to: tree }]).catch(() =>
    filesBetween(git, [{ from: EMPTY_TREE, to: tree }]),
  );
  return await look(git, files, now);
}

export async function scan(git: Git, { trees, memory, now, base }: ScanOptions): Promise<Finding[]> {
  const [tree = EMPTY_TREE, ...others] = trees.keys();
  const ahead = base?.files.has(tree) ? base : await lookAtBase(git, { tree, memory, now });
  const clean = new Set([...memory.read(), EMPTY_TREE]);
  const news = others.filter((other) => !clean.has(other));
  const rest = await look(
    git,
    await filesBetween(
      git,
      news.map((to) => ({ from: tree, to })),
    ),
    now,
  );
  const findings = new Map<string, Finding>();
  for (const { files, found } of [ahead, rest]) {
    for (const [holder, list] of files) {
      const where = trees.get(holder) ?? '';
      for (const file of list) {
        // The same content under a name that says nothing is no .env file.
        const secrets = (found.get(file.blob) ?? []).filter(
          ({ rule }) => rule !== '.env file' || isEnvFile(file.path),
        );
        for (const secret of secrets) {
          const key = `${file.path}\0${secret.line}\0${secret.rule}`;
          if (!findings.has(key)) findings.set(key, { ...secret, path: shownPath(file.path), where });
        }
      }
    }
  }
  if (findings.size === 0) memory.write([...trees.keys()].filter((each) => each !== EMPTY_TREE));
  return [...findings.values()].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line,
  );
}

async function look(git: Git, files: Looked['files'], now: number): Promise<Looked> {
  const texts = [...files.values()].flat().filter((file) => !isBinaryFile(file.path));
  const blobs = [...new Set(texts.map(({ blob }) => blob))];
  const env = new Set(texts.flatMap((file) => (isEnvFile(file.path) ? file.blob : [])));
  const found = new Map<string, readonly Secret[]>();
  await readBlobs(git, { blobs, most: MOST_BYTES }, (blob, content) => {
    if (content.subarray(0, LOOK_BYTES).includes(0)) return;
    const text = content.toString('latin1');
    const secrets = secretsIn(text, now);
    if (secrets.length === 0 && env.has(blob)) secrets.push(...envSecret(text));
    if (secrets.length > 0) found.set(blob, secrets);
  });
  return { files, found };
}

/** What was found clean in a repository, in the cache directory: a second start looks at what is new. */
export interface CleanTrees {
  /** Oldest first. */
  read(): readonly string[];
  write(trees: readonly string[]): void;
}

export function cleanTreesIn(cacheDir: string, repository: string): CleanTrees {
  const file = path.join(cacheDir, 'scanned', `${repository}.json`);
  return {
    read() {
      try {
        const kept = JSON.parse(readFileSync(file, 'utf8')) as { rules?: unknown; trees?: unknown };
        const trees = Array.isArray(kept.trees) ? kept.trees : [];
        return kept.rules === RULES_VERSION
          ? trees.filter((tree) => /^[0-9a-f]{40}$/.test(String(tree)))
          : [];
      } catch {
        // None was kept, or it is broken: all is looked at.
        return [];
      }
    },
    write(trees) {
      // The first is that of the commit: the nearest to what comes next.
      const text = JSON.stringify({ rules: RULES_VERSION, trees: trees.slice(0, 200).reverse() });
      try {
        replaceFile(file, text);
      } catch {
        // Without it the next scan takes longer.
      }
    },
  };
}
