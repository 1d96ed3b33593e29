/** Looks at directories, one at a time for all trees: others need the threads of the process, too. */
import { constants, type Dirent } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Most files of one directory that are looked at one by one. */
const MOST_FILES = 500;

export class Reads {
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects where it cannot be read. */
  entries(directory: string): Promise<Dirent[]> {
    return this.#inTurn(() => readdir(directory, { withFileTypes: true }));
  }

  /** The first bytes of a file as text; empty where it is none, or cannot be read. */
  start(file: string, bytes: number): Promise<string> {
    return this.#inTurn(() => startOf(file, bytes)).catch(() => '');
  }

  /** Names of files whose contents or attributes changed after a time (ms since the epoch), and the newest such time. */
  async changedSince(directory: string, since: number): Promise<{ names: string[]; newest: number }> {
    const names: string[] = [];
    let newest = since;
    const entries = await this.entries(directory).catch(() => []);
    for (const { name } of entries.filter((entry) => !entry.isDirectory()).slice(0, MOST_FILES)) {
      const found = await this.#inTurn(() => lstat(path.join(directory, name))).catch(() => null);
      if (!found || found.ctimeMs <= since) continue;
      names.push(name);
      newest = Math.max(newest, found.ctimeMs);
    }
    return { names, newest };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}

async function startOf(file: string, bytes: number): Promise<string> {
  // What was a file a moment ago may be a pipe now: neither wait for a writer nor leave the tree.
  await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (!(await handle.stat()).isFile()) return '';
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.toString('utf8', 0, bytesRead);
}
