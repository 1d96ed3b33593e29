/** Typed offsets in small files of the runtime directory (tmpfs): 8 bytes each, written in place. */
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { TypedOffsets } from '../sessions/attachments.ts';

const STALE_MS = 7 * 86_400_000;

/** Removes what nobody came back for in a week. `directory` exists. */
export function createTypedOffsets(directory: string, now: number): TypedOffsets {
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    if (now - statSync(file).mtimeMs > STALE_MS) rmSync(file, { force: true });
  }
  const fileOf = (attachId: string) => path.join(directory, attachId);
  return {
    read(attachId) {
      try {
        return Number(readFileSync(fileOf(attachId)).readBigUInt64LE());
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
        throw error;
      }
    },
    write(attachId, offset) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(offset));
      const file = openSync(fileOf(attachId), constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        writeSync(file, bytes, 0, 8, 0);
      } finally {
        closeSync(file);
      }
    },
    forget: (attachId) => rmSync(fileOf(attachId), { force: true }),
  };
}
