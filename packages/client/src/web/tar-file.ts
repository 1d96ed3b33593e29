/** The one file of an archive that a host sends, without a stop on the disk. Pure over its bytes. */
import { BerthError } from '@berth/shared/domain/berth-error';

const BLOCK = 512;
/** Entries that say more of the one that follows: its long name, its times. */
const ABOUT_NEXT = ['L', 'K', 'x', 'g'];
/** They are bounded: a host may send anything. */
const MOST_ABOUT = 64 * 1024;

export interface TarFile {
  readonly bytes: number;
  readonly data: AsyncIterable<Uint8Array>;
}

/** Rejects with EXEC_FAILED where what comes first is no plain file. `data` throws where it breaks off. */
export async function firstFile(archive: AsyncIterable<Uint8Array>): Promise<TarFile> {
  const reader = new Reader(archive);
  for (;;) {
    const header = await reader.take(BLOCK);
    const bytes = sizeIn(header);
    const type = String.fromCharCode(header[156] ?? 0);
    if (ABOUT_NEXT.includes(type) && bytes <= MOST_ABOUT) {
      await reader.take(Math.ceil(bytes / BLOCK) * BLOCK);
      continue;
    }
    if ((type === '0' || type === '\0') && Number.isSafeInteger(bytes)) {
      return { bytes, data: reader.stream(bytes) };
    }
    await reader.stop();
    throw new BerthError('EXEC_FAILED', 'it is no plain file', { hint: '' });
  }
}

/** Octal, or for what is large a number in the base of 256. */
function sizeIn(header: Buffer): number {
  const field = header.subarray(124, 136);
  if (((field[0] ?? 0) & 0x80) !== 0) return Number(field.readBigUInt64BE(4));
  const text = field.toString('latin1').replace(/[\0 ]/g, '');
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

class Reader {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(archive: AsyncIterable<Uint8Array>) {
    this.#parts = archive[Symbol.asyncIterator]();
  }

  async take(bytes: number): Promise<Buffer> {
    while (this.#rest.length < bytes) this.#rest = Buffer.concat([this.#rest, await this.#next()]);
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  async *stream(bytes: number): AsyncGenerator<Uint8Array> {
    try {
      for (let left = bytes; left > 0; ) {
        const part = this.#rest.length > 0 ? this.#rest : await this.#next();
        this.#rest = Buffer.alloc(0);
        yield part.subarray(0, left);
        left -= part.length;
      }
    } finally {
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    await this.#parts.return?.();
  }

  async #next(): Promise<Buffer> {
    const { value, done } = await this.#parts.next();
    if (done) throw new BerthError('EXEC_FAILED', 'the archive ended early');
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
