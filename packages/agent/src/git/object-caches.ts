/**
 * Bare repositories of the agent's own, one for each repository that was ever pushed: they hold
 * objects, so that a second push sends what is new. Invariants:
 * - each upload lies in a namespace of its own (refs/namespaces/<upload>/…): what it may write is there,
 *   and what others brought is told to it as `.have`, so that its pack is thin;
 * - nothing of a repository is run: there are no hooks, and no configuration but what is given here;
 * - whoever needs the objects for longer takes them along (see checkout.ts), so anything here may go;
 * - objects are swept only while nobody uses the repository.
 */
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { ObjectCaches, ProtocolProgram } from '../sessions/workspace-port.ts';
import { GitError, runGit } from './call.ts';
import { startProtocolProgram } from './protocol-program.ts';
import { NOTHING_RUNS, ownEnvironment, type Setting } from './safety.ts';
import { ShallowLines } from './shallow-lines.ts';
import { SharedUse } from './shared-use.ts';

/** Uploads that stay, the newest first, so that the next push is thin; and all that are young, since sessions may begin with them yet. */
const UPLOADS_KEPT = 4;
const YOUNG_MS = 3_600_000;
const MOST_UPLOADS = 256;
const GC_MS = 600_000;
/** Of packs, before they are made into one. */
const MOST_PACKS = 24;

/** One repository, while it is used. */
export interface CachedRepository {
  readonly directory: string;
  /** Refs of an upload as it named them, below refs/uploads/<upload>/. */
  refs(upload: string): Promise<ReadonlyMap<string, string>>;
}

export class GitObjectCaches implements ObjectCaches, AsyncDisposable {
  readonly #directory: string;
  readonly #onProblem: (repository: string, error: unknown) => void;
  readonly #uses = new Map<string, SharedUse>();
  readonly #tidying = new Set<Promise<void>>();
  readonly #ends = new AbortController();
  #cutting = Promise.resolve();

  /** `directory`: `<state>/repositories`. */
  constructor(options: { directory: string; onProblem: (repository: string, error: unknown) => void }) {
    this.#directory = options.directory;
    this.#onProblem = options.onProblem;
  }

  async receive<T>(
    push: { readonly repository: string; readonly upload: string },
    connection: Socket | null,
    converse: (program: ProtocolProgram) => Promise<T>,
  ): Promise<T> {
    return await this.#used(push.repository, async () => {
      const directory = await this.#made(push.repository);
      await this.#touch(directory, push.upload);
      await using program = startProtocolProgram({
        args: ['receive-pack', directory],
        settings: receiving(push.upload),
        env: { ...ownEnvironment(), GIT_NAMESPACE: push.upload },
        connection,
      });
      const { streams } = program;
      if (streams === null) return await converse(program);
      const input = new ShallowLines((ids) => this.#cutAt(directory, ids));
      pipeline(input, streams.input).catch(() => {});
      return await converse({ ...program, streams: { ...streams, input } });
    });
  }

  /** Nothing is swept meanwhile. Null where nothing was ever pushed. */
  async with<T>(repository: string, work: (cached: CachedRepository | null) => Promise<T>): Promise<T> {
    return await this.#used(repository, async () => {
      const directory = this.#pathOf(repository);
      const isThere = await stat(path.join(directory, 'HEAD')).catch(() => null);
      return await work(isThere && { directory, refs: (upload) => refsOf(directory, upload) });
    });
  }

  /** Resolves when nothing is being swept. */
  async tidied(): Promise<void> {
    await Promise.all(this.#tidying);
  }

  /** What is being swept is left for the next time. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ends.abort();
    await this.tidied();
  }

  #pathOf(repository: string): string {
    return path.join(this.#directory, `${repository}.git`);
  }

  /** Whoever is last tidies up. */
  async #used<T>(repository: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#use(repository).share(work);
    } finally {
      this.#tidyLater(repository);
    }
  }

  #use(repository: string): SharedUse {
    const use = this.#uses.get(repository) ?? new SharedUse();
    this.#uses.set(repository, use);
    return use;
  }

  /** The repository's directory. Two that make it at once do it both, with one result. */
  async #made(repository: string): Promise<string> {
    const directory = this.#pathOf(repository);
    if (await stat(path.join(directory, 'HEAD')).catch(() => null)) return directory;
    makeDirectory(directory);
    const signal = this.#ends.signal;
    const run = { directory: this.#directory, env: ownEnvironment(), signal };
    await runGit(run, ['init', '--quiet', '--bare', '--template=', directory]).catch((error: unknown) => {
      throw error instanceof GitError ? error.toBerthError('cannot make a repository for the push') : error;
    });
    return directory;
  }

  /** When an upload came: its file's time. */
  async #touch(directory: string, upload: string): Promise<void> {
    const marks = path.join(directory, 'uploads');
    makeDirectory(path.join(marks, upload));
    await utimes(path.join(marks, upload), new Date(), new Date());
  }

  /** Notes where histories end. One that ends earlier than another clone's is cut there for both. */
  async #cutAt(directory: string, ids: readonly string[]): Promise<void> {
    const file = path.join(directory, 'shallow');
    this.#cutting = this.#cutting.then(async () => {
      const known = await readFile(file, 'utf8').catch(() => '');
      const all = new Set([...known.split('\n').filter((id) => id !== ''), ...ids]);
      await writeFile(`${file}.new`, [...all].map((id) => `${id}\n`).join(''), { mode: 0o600 });
      await rename(`${file}.new`, file);
    });
    await this.#cutting;
  }

  #tidyLater(repository: string): void {
    const tidying = this.#use(repository)
      .alone(() => this.#tidy(this.#pathOf(repository)))
      .catch((error: unknown) => {
        if (!this.#ends.signal.aborted) this.#onProblem(repository, error);
      })
      .finally(() => this.#tidying.delete(tidying));
    this.#tidying.add(tidying);
  }

  async #tidy(directory: string): Promise<void> {
    const marks = path.join(directory, 'uploads');
    const names = await readdir(marks).catch(() => []);
    const uploads = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(path.join(marks, name))).mtimeMs })),
    );
    uploads.sort((a, b) => b.at - a.at);
    const young = Date.now() - YOUNG_MS;
    const old = uploads.filter(
      ({ at }, place) => place >= UPLOADS_KEPT && (at < young || place >= MOST_UPLOADS),
    );
    const run = { directory, env: ownEnvironment(), signal: this.#ends.signal, settings: NOTHING_RUNS };
    for (const { name } of old) {
      const refs = await runGit(run, ['for-each-ref', '--format=delete %(refname)', namespaceOf(name)]);
      await runGit({ ...run, input: refs }, ['update-ref', '--stdin']);
      await rm(path.join(marks, name), { recursive: true, force: true });
    }
    await this.#sweep(directory);
  }

  /** What git leaves of a push that broke off; objects of uploads that went. */
  async #sweep(directory: string): Promise<void> {
    const objects = path.join(directory, 'objects');
    const names = await readdir(objects).catch(() => []);
    const broken = names.filter((name) => name.startsWith('tmp_objdir-'));
    for (const name of broken) await rm(path.join(objects, name), { recursive: true, force: true });
    const packs = await readdir(path.join(objects, 'pack')).catch(() => []);
    if (packs.filter((name) => name.endsWith('.pack')).length <= MOST_PACKS) return;
    const late = AbortSignal.any([this.#ends.signal, AbortSignal.timeout(GC_MS)]);
    const run = { directory, env: ownEnvironment(), signal: late, settings: NOTHING_RUNS };
    await runGit(run, ['repack', '-a', '-d', '-q']);
  }
}

function namespaceOf(upload: string): string {
  return `refs/namespaces/${upload}/`;
}

/** Refs of one upload; object ids by names. */
async function refsOf(directory: string, upload: string): Promise<ReadonlyMap<string, string>> {
  const prefix = `${namespaceOf(upload)}refs/uploads/${upload}/`;
  const run = {
    directory,
    env: ownEnvironment(),
    signal: AbortSignal.timeout(GC_MS),
    settings: NOTHING_RUNS,
  };
  const listed = await runGit(run, ['for-each-ref', '--format=%(objectname) %(refname)', prefix]);
  const lines = listed.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(space + 1 + prefix.length), line.slice(0, space)];
    }),
  );
}

function receiving(upload: string): Setting[] {
  return [
    ...NOTHING_RUNS,
    // The last that fits decides: in this upload's namespace nothing but its own refs can be written.
    ['receive.hideRefs', 'refs/'],
    ['receive.hideRefs', `!refs/uploads/${upload}/`],
    // One pack for each push, however small: sessions link packs (see checkout.ts).
    ['receive.unpackLimit', '1'],
    ['receive.autogc', 'false'],
  ];
}
