/** The repository of a directory as a parcel. */
import { realpathSync } from 'node:fs';
import { EMPTY_SOURCE, type WorkspaceSource } from '@berth/shared/domain/workspace-source';
import { type Author, authorOf } from '../git/author.ts';
import { openRepository } from '../git/repository.ts';
import { Scratch } from '../git/scratch.ts';
import { push } from '../git/transport.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { type Load, type LoadOptions, loadOf } from './load.ts';
import { type BringOptions, nothingToBring, type Parcel } from './parcel.ts';
import { pushProgress } from './push-progress.ts';

export interface TakeOptions extends LoadOptions {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** A repository that is this whole directory (the user's home, say) stays here. */
  readonly spare: string | null;
}

/**
 * Null where the directory is in no repository. Throws SOURCE_INVALID for what cannot go, SECRETS_FOUND,
 * GIT_FAILED. Nothing of the repository is changed.
 */
export async function takeRepository(options: TakeOptions): Promise<Parcel | null> {
  const repository = await openRepository(options.directory, options.env);
  if (repository === null) return null;
  if (options.spare !== null && repository.top === realpathSync(options.spare)) {
    options.note('your home directory is a repository: it stays here, unless you name it with --repo');
    return nothingToBring(EMPTY_SOURCE);
  }
  const scratch = Scratch.over(repository);
  try {
    const load = await loadOf(repository, scratch, options);
    if (load.refspecs.length > 0) return new RepositoryParcel(load, scratch);
  } catch (error) {
    scratch[Symbol.dispose]();
    throw error;
  }
  scratch[Symbol.dispose]();
  options.note('there is nothing in the repository yet: the session begins in an empty directory');
  return nothingToBring(EMPTY_SOURCE);
}

class RepositoryParcel implements Parcel {
  readonly summary: string;
  readonly #load: Load;
  readonly #scratch: Scratch;
  /** By the name of the host: one push for all sessions that begin there. */
  readonly #brought = new Map<string, Promise<WorkspaceSource>>();

  constructor(load: Load, scratch: Scratch) {
    this.summary = load.summary;
    this.#load = load;
    this.#scratch = scratch;
  }

  async bring(client: HostClient, options: BringOptions): Promise<WorkspaceSource> {
    const under = this.#brought.get(client.name);
    if (under) return await under;
    const bringing = this.#push(client, options);
    this.#brought.set(client.name, bringing);
    try {
      return await bringing;
    } catch (error) {
      this.#brought.delete(client.name);
      throw error;
    }
  }

  async #push(client: HostClient, { signal, progress }: BringOptions): Promise<WorkspaceSource> {
    const { checkout, refspecs, shallow } = this.#load;
    const { repository, upload } = checkout;
    const { git } = this.#scratch;
    let author: Promise<Author> | undefined;
    await push(git, refspecs, {
      open: (stop) => client.push({ repository, upload, shallow }, stop),
      started: () => {
        author = authorOf(git);
        author.catch(() => {});
      },
      signal,
      progress: (line) => {
        const text = pushProgress(line);
        if (text !== null) progress(text);
      },
    });
    return { kind: 'checkout', ...checkout, ...(await (author ?? authorOf(git))) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#brought.values());
    this.#scratch[Symbol.dispose]();
  }
}
