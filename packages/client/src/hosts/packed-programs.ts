/**
 * Programs as they travel: compressed while they are sent the first time, and kept for the next
 * host. A dozen hosts, or the next upgrade of one, cost one compression.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Two architectures, of this version and the one before. */
const MOST_KEPT = 4;
const SUFFIX = '.gz';
/** What a killed client began; one that is still being written is younger. */
const LEFT_BEHIND_MS = 24 * 60 * 60 * 1000;
const CHUNK_BYTES = 256 * 1024;

export interface Program {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Told as bytes are taken: a share from 0 to 1. */
type Progress = (share: number) => void;

export class PackedPrograms {
  readonly #directory: string;

  /** `directory`: in the user's cache; made when the first one is kept. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The program's bytes in gzip's format, as fast as they are taken. */
  async *stream(program: Program, progress: Progress): AsyncGenerator<Uint8Array> {
    // Opened before anything is asked of it: another client may clear it away at any moment.
    const kept = await open(this.#path(program)).catch(() => null);
    const size = (await kept?.stat())?.size ?? 0;
    if (!kept || size === 0) {
      await kept?.close();
      yield* this.#compress(program, progress);
      return;
    }
    const now = new Date();
    await kept.utimes(now, now).catch(() => {});
    yield* counted(kept.createReadStream({ highWaterMark: CHUNK_BYTES }), size, progress);
  }

  /** Whether its bytes are kept: `stream` reads them then. */
  async has(program: Program): Promise<boolean> {
    return ((await stat(this.#path(program)).catch(() => null))?.size ?? 0) > 0;
  }

  async forget(program: Program): Promise<void> {
    await rm(this.#path(program), { force: true });
  }

  async *#compress(program: Program, progress: Progress): AsyncGenerator<Uint8Array> {
    const keeping = await this.#begin(program);
    try {
      // Fast rather than small: most lines to hosts carry more than a stronger compression makes.
      const gzip = createGzip({ level: 1 });
      const source = createReadStream(program.file, { highWaterMark: CHUNK_BYTES });
      const packing = pipeline(counted(source, program.bytes, progress), gzip);
      // Told by the loop, too.
      packing.catch(() => {});
      for await (const chunk of gzip as AsyncIterable<Buffer>) {
        await keeping.write(chunk);
        yield chunk;
      }
      await packing;
      await keeping.finish();
    } finally {
      await keeping.drop();
    }
  }

  /** A cache that cannot be written costs time, nothing else. */
  async #begin(program: Program) {
    const target = this.#path(program);
    // Of two uploads at once in this process one is kept.
    const unfinished = `${target}.new-${process.pid}`;
    let file = await mkdir(this.#directory, { recursive: true, mode: 0o700 })
      .then(() => open(unfinished, 'wx', 0o600))
      .catch(() => null);
    const drop = async () => {
      const had = file;
      file = null;
      if (!had) return;
      await had.close().catch(() => {});
      await rm(unfinished, { force: true });
    };
    return {
      drop,
      write: async (chunk: Buffer) => {
        await file?.appendFile(chunk).catch(drop);
      },
      finish: async () => {
        if (!file) return;
        const moved = file.close().then(() => rename(unfinished, target));
        file = null;
        await moved.catch(() => rm(unfinished, { force: true }));
        await this.#prune();
      },
    };
  }

  async #prune(): Promise<void> {
    const names = await readdir(this.#directory).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.#directory, name);
        return { file, used: (await stat(file).catch(() => null))?.mtimeMs ?? 0 };
      }),
    );
    const whole = found.filter(({ file }) => file.endsWith(SUFFIX)).sort((a, b) => b.used - a.used);
    const begun = found.filter(({ file }) => !file.endsWith(SUFFIX));
    const over = [
      ...whole.slice(MOST_KEPT),
      ...begun.filter(({ used }) => Date.now() - used > LEFT_BEHIND_MS),
    ];
    for (const { file } of over) await rm(file, { force: true });
  }

  #path({ sha256 }: Program): string {
    return path.join(this.#directory, `${sha256}${SUFFIX}`);
  }
}

async function* counted(source: Readable, bytes: number, progress: Progress): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of source) {
    read += (chunk as Buffer).length;
    progress(read / bytes);
    yield chunk as Buffer;
  }
}
