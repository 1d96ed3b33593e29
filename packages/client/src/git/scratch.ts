/**
 * A place for objects and indexes that a repository is not to keep: what is written there is gone with
 * it, and all that the repository has can be read.
 */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Repository } from './repository.ts';
import { Git } from './run.ts';

export class Scratch implements Disposable {
  readonly directory: string;
  readonly git: Git;

  /** Also where the program ends in the middle, as with Ctrl-C. */
  readonly #remove = () => rmSync(this.directory, { recursive: true, force: true });

  private constructor(directory: string, git: Git) {
    this.directory = directory;
    this.git = git;
    process.once('exit', this.#remove);
  }

  /** Over a repository: its objects are seen, its references too. */
  static over({ git, objectDirectory }: Pick<Repository, 'git' | 'objectDirectory'>): Scratch {
    const directory = newDirectory();
    const objects = path.join(directory, 'objects');
    mkdirSync(objects);
    const variables = {
      GIT_OBJECT_DIRECTORY: objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(objectDirectory),
    };
    return new Scratch(directory, git.with(variables));
  }

  /** An empty repository. */
  static async empty(env: NodeJS.ProcessEnv): Promise<Scratch> {
    const directory = newDirectory();
    const git = new Git(directory, env);
    await git.run(['init', '-q', '--bare', '--template=', '.']);
    return new Scratch(directory, git);
  }

  path(name: string): string {
    return path.join(this.directory, name);
  }

  /** With an index of its own. */
  withIndex(name: string): Git {
    return this.git.with({ GIT_INDEX_FILE: this.path(name) });
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }
}

const PREFIX = 'berth-git-';
const DAY_MS = 24 * 60 * 60 * 1000;

function newDirectory(): string {
  try {
    sweep(tmpdir());
  } catch {
    // Left for the next one: nothing here depends on it.
  }
  return mkdtempSync(path.join(tmpdir(), PREFIX));
}

/** Of programs of this user that were killed: what they wrote there is of use to nobody. */
function sweep(directory: string): void {
  for (const name of readdirSync(directory).filter((one) => one.startsWith(PREFIX))) {
    const left = path.join(directory, name);
    const { uid, mtimeMs = Date.now() } = lstatSync(left, { throwIfNoEntry: false }) ?? {};
    if (uid !== process.getuid?.() || Date.now() - mtimeMs < DAY_MS) continue;
    rmSync(left, { recursive: true, force: true });
  }
}

/** In a list that colons divide. */
function quoted(directory: string): string {
  return /[:"]/.test(directory) ? `"${directory.replace(/["\\]/g, '\\$&')}"` : directory;
}
